/** What was built, tested and compared, told in the review. Pure: runs and row diffs come in as values. */
import { diagnostic } from "../core/diagnostic.ts";
import type { Manifest } from "../core/manifest.ts";
import type { NodeId } from "../core/node.ts";
import type { NodeResult } from "../core/result.ts";
import type {
	ChangeReview,
	DataReview,
	Finding,
	NodeBuild,
	ReviewedNode,
	RowReview,
	TestCounts,
} from "./changeReview.ts";

/** How many rows a change may add, remove or change. */
export interface Limit {
	readonly of: "added" | "removed" | "changed";
	readonly most: number;
	readonly unit: "rows" | "percent";
}

export interface DataFound {
	readonly data: DataReview;
	readonly manifest: Manifest;
	/** Of head's nodes and tests, by id. */
	readonly results: readonly NodeResult[];
	readonly rows: ReadonlyMap<string, RowReview>;
	/** By layer; `*`: all others. */
	readonly limits: ReadonlyMap<string, readonly Limit[]>;
	/** How a test is called: `unique(marts.orders.id)`. */
	readonly testName: (id: NodeId) => string;
}

export function withData(review: ChangeReview, found: DataFound): ChangeReview {
	const { data, results, rows } = found;
	const byId = new Map<string, NodeResult>(results.map((result) => [result.unique_id, result]));
	const tests = testCounts(found);
	const planned = new Set(data.planned);
	const nodes = review.nodes.map((node): ReviewedNode => {
		const counted = tests.get(node.id);
		const compared = rows.get(node.id);
		return {
			...node,
			...(planned.has(node.id) ? { build: buildOf(byId.get(node.id), found) } : {}),
			...(counted === undefined ? {} : { tests: counted }),
			...(compared === undefined ? {} : { rows: compared }),
		};
	});
	// The build has found what the analysis says of them.
	const misfits = new Set<string | null>(
		results.flatMap(({ unique_id: id, diagnostic: found }) => (found?.code === "TFM-REF-031" ? [id] : [])),
	);
	const findings = [
		...results.flatMap((result) => resultFindings(result, found)),
		...nodes.flatMap((node) => rowFindings(node, found.limits)),
		...review.findings.filter(({ node, diagnostic: { code } }) => code !== "TFM-SQL-011" || !misfits.has(node)),
	];
	return {
		...review,
		data,
		nodes,
		findings: [
			...findings.filter(({ diagnostic: { severity } }) => severity === "error"),
			...findings.filter(({ diagnostic: { severity } }) => severity !== "error"),
		],
	};
}

function buildOf(result: NodeResult | undefined, { manifest, testName }: DataFound): NodeBuild {
	if (result === undefined) return { status: "skipped", because: "it was not reached" };
	if (result.status === "error" || result.status === "runtime error") return { status: "failed", because: null };
	const { held } = result;
	const nameOf = (id: NodeId): string => manifest.nodes.get(id)?.name ?? id;
	const unitTest = (id: NodeId): string | null => {
		const test = manifest.unitTests.get(id);
		return test === undefined ? null : `its unit test ${test.name} failed`;
	};
	const because =
		held === null
			? null
			: held.kind === "test"
				? `${testName(held.test)} failed`
				: held.kind === "failed" || held.kind === "upstream"
					? (unitTest(held.node) ?? `${nameOf(held.node)} was not built`)
					: held.kind === "gate"
						? `the gate of ${held.layer} is closed`
						: held.kind.replace("_", " ");
	if (result.published === "held") return { status: "held", because };
	return result.status === "skipped"
		? { status: "skipped", because: because ?? "something before it failed" }
		: { status: "built", because: null };
}

/** Of each node, the tests that read it. */
function testCounts({ results, manifest }: DataFound): ReadonlyMap<string, TestCounts> {
	const counts = new Map<string, { passed: number; warned: number; failed: number }>();
	for (const { unique_id: id, status, resource_type: type } of results) {
		if (type !== "test" && type !== "unit_test") continue;
		const kind =
			status === "pass" || status === "success"
				? "passed"
				: status === "warn"
					? "warned"
					: status === "skipped"
						? null
						: "failed";
		if (kind === null) continue;
		for (const parent of manifest.parents.get(id) ?? []) {
			const count = counts.get(parent) ?? { passed: 0, warned: 0, failed: 0 };
			count[kind]++;
			counts.set(parent, count);
		}
	}
	return counts;
}

const SHIPPED = /^dbt(_postgres)?\/macros\//;

function resultFindings(result: NodeResult, { manifest, testName }: DataFound): readonly Finding[] {
	const { unique_id: id, status, resource_type: type, failures } = result;
	const node = manifest.nodes.get(id) ?? manifest.unitTests.get(id);
	if (type === "test" && (status === "fail" || status === "warn")) {
		const warns = status === "warn";
		const facts = { test: testName(id), rows: failures ?? 0, warns };
		const at = { ...(node === undefined ? {} : { at: node.location }), severity: warns ? "warning" : "error" } as const;
		const attached = node?.resource_type === "test" ? node.attached_node : null;
		return [{ node: attached ?? id, diagnostic: diagnostic("TFM-CI-020", facts, at) }];
	}
	if (node?.resource_type === "unit_test" && status === "fail") {
		const model = node.depends_on.nodes[0];
		const facts = { test: node.name, model: node.model };
		const found = diagnostic("TFM-CI-023", facts, { at: node.location, severity: "error" });
		return [{ node: model ?? id, diagnostic: found }];
	}
	if (result.diagnostic === null || status === "skipped") return [];
	const { source: _, brief, ...told } = result.diagnostic;
	const message = `${node?.name ?? id} cannot be ${type === "test" || type === "unit_test" ? "run" : "built"}: ${brief ?? told.message}`;
	// Macros that come with tfm are no file of the change.
	const isOurs = told.at !== undefined && !SHIPPED.test(told.at.file);
	const at = isOurs ? told.at : node?.location;
	return [{ node: id, diagnostic: { ...told, message, ...(at === undefined ? {} : { at }) } }];
}

const counted = (n: number, what: string): string => `${n} ${what}${n === 1 ? "" : "s"}`;

function rowFindings(node: ReviewedNode, limits: DataFound["limits"]): readonly Finding[] {
	const { rows, id, name, layer, file, line } = node;
	if (rows?.kind !== "compared") return [];
	const at = { at: { file, line, column: 1 } };
	const found: Finding[] = [];
	const unclear = [
		...(rows.nullKeys.now > rows.nullKeys.base
			? [`${counted(rows.nullKeys.now, "row")} with a null in it, ${rows.nullKeys.base} before`]
			: []),
		...(rows.duplicates.now > rows.duplicates.base
			? [`${counted(rows.duplicates.now, "row")} too many, ${rows.duplicates.base} before`]
			: []),
	];
	if (unclear.length > 0)
		found.push({
			node: id,
			diagnostic: diagnostic("TFM-CI-022", { node: name, problems: unclear }, { ...at, severity: "warning" }),
		});
	const problems = (limits.get(layer ?? "") ?? limits.get("*") ?? []).flatMap(({ of, most, unit }) => {
		const n = rows[of];
		if (n === null || n === 0) return [];
		const part = (100 * n) / Math.max(1, rows.rows.base);
		const over = unit === "rows" ? n > most : part > most;
		return over
			? [
					`${counted(n, "row")} ${of}${unit === "rows" ? `, at most ${most}` : ` (${part.toFixed(1)}%), at most ${most}%`}`,
				]
			: [];
	});
	if (problems.length > 0) {
		const facts = { node: name, problems, layer: limits.has(layer ?? "") ? layer! : "the project" };
		found.push({ node: id, diagnostic: diagnostic("TFM-CI-021", facts, at) });
	}
	return found;
}
