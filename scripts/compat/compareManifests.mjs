const BUILT_IN = /^macro\.(dbt|dbt_postgres)\./;
/** Times, ids of this run and this machine, and versions. */
const METADATA = new Set([
	"generated_at",
	"invocation_id",
	"invocation_started_at",
	"run_started_at",
	"dbt_version",
	"user_id",
	"send_anonymous_usage_stats",
	"env",
]);
/** compareCompiled looks at SQL; created_at is a time, root_path a folder of this machine. */
const ELSEWHERE = new Set(["created_at", "compiled_code", "root_path"]);
const isTree = (value) => value !== null && typeof value === "object" && !Array.isArray(value);

/** JSON text whatever the order of keys. */
const canonical = (value) =>
	JSON.stringify(value, (_, inner) =>
		isTree(inner) ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1))) : inner,
	);

/** `nodes.model.shop.orders.config.meta` → `nodes.model.*.config.meta`: the same difference in many nodes is one row. */
const shape = (section, id, path) => [section, `${id.split(".")[0]}.*`, ...path].join(" › ");

/**
 * Field by field, but for times, ids, versions, and the text, docs and internal dependencies of built-in macros.
 * Returns { equal, total, differences: [{ field, count, examples: [{ id, dbt, tfm }] }], builtIn: {...} } with the most
 * frequent difference first.
 */
export function compareManifests(dbt, tfm) {
	const found = new Map();
	let equal = 0;
	let total = 0;
	const note = (field, id, a, b) => {
		const row = found.get(field) ?? { field, count: 0, examples: [] };
		row.count++;
		if (row.examples.length < 5) row.examples.push({ id, dbt: a, tfm: b });
		found.set(field, row);
	};
	const leaf = (field, id, a, b) => {
		total++;
		if (canonical(a) === canonical(b)) equal++;
		else note(field, id, a, b);
	};
	const walk = (section, id, path, a, b) => {
		// Disabled nodes: a list of all that share a name.
		if (section === "disabled" && path.length === 0 && Array.isArray(a) && Array.isArray(b) && a.length === b.length) {
			for (const at of a.keys()) walk(section, id, ["*"], a[at], b[at]);
			return;
		}
		if (!isTree(a) || !isTree(b)) return leaf(shape(section, id, path), id, a, b);
		for (const key of new Set([...Object.keys(a), ...Object.keys(b)]))
			if (!ELSEWHERE.has(key)) walk(section, id, [...path, key], a[key], b[key]);
	};
	if (dbt === null || tfm === null) {
		const said = (manifest) => (manifest === null ? "not written" : "written");
		return {
			equal: 0,
			total: 1,
			differences:
				dbt === tfm ? [] : [{ field: "manifest.json", count: 1, examples: [{ dbt: said(dbt), tfm: said(tfm) }] }],
			builtIn: null,
		};
	}
	const metadata = (manifest) => Object.entries(manifest.metadata).filter(([key]) => !METADATA.has(key));
	walk("metadata", "metadata", [], Object.fromEntries(metadata(dbt)), Object.fromEntries(metadata(tfm)));
	for (const section of new Set([...Object.keys(dbt), ...Object.keys(tfm)])) {
		if (section === "metadata") continue;
		const [a, b] = [dbt[section], tfm[section]];
		if (!isTree(a) || !isTree(b)) {
			leaf(section, section, a, b);
			continue;
		}
		for (const id of new Set([...Object.keys(a), ...Object.keys(b)])) {
			if (BUILT_IN.test(id) || /^doc\.dbt\./.test(id)) continue;
			if (!(id in a) || !(id in b))
				leaf(`${section} › ${id.split(".")[0]}.*`, id, id in a ? "present" : "absent", id in b ? "present" : "absent");
			else walk(section, id, [], a[id], b[id]);
		}
	}
	const macros = (manifest) => Object.keys(manifest.macros).filter((id) => BUILT_IN.test(id));
	return {
		equal,
		total,
		differences: [...found.values()].sort((x, y) => y.count - x.count),
		builtIn: {
			missing: macros(dbt).filter((id) => !(id in tfm.macros)),
			added: macros(tfm).filter((id) => !(id in dbt.macros)),
		},
	};
}
