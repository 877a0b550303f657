const TOKEN = /(--[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^']|'')*'|"(?:[^"]|"")*")|\s+/g;

/** "Equal but for white space": none outside of quotes and comments counts. */
const normal = (sql) => sql.replace(TOKEN, (_, kept) => (kept ?? "").trim());

/** Everything that any command of the run compiled, the last compilation of each node. */
function compiledOf(run) {
	const found = new Map();
	for (const { manifest } of run.commands)
		for (const [id, node] of Object.entries(manifest?.nodes ?? {}))
			if (node.compiled_code) found.set(id, node.compiled_code);
	for (const { runResults } of run.commands)
		for (const result of runResults?.results ?? [])
			if (result.compiled_code) found.set(result.unique_id, result.compiled_code);
	return found;
}

/** Compiled SQL of models, tests, snapshots and analyses: { equal, total, different: [{ id, dbt, tfm }] }. */
export function compareCompiled(dbt, tfm) {
	const [ours, theirs] = [compiledOf(tfm), compiledOf(dbt)];
	const different = [];
	for (const id of new Set([...theirs.keys(), ...ours.keys()])) {
		const [a, b] = [theirs.get(id) ?? null, ours.get(id) ?? null];
		if (a === null || b === null || normal(a) !== normal(b)) different.push({ id, dbt: a, tfm: b });
	}
	const total = new Set([...theirs.keys(), ...ours.keys()]).size;
	return { equal: total - different.length, total, different };
}
