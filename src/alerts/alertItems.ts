import type { AlertItem } from "../core/alerts.ts";
import { findCauses } from "../core/heldCauses.ts";
import type { NodeId } from "../core/node.ts";
import type { HeldReason, NodeResult, RunResult } from "../core/result.ts";

/** What a message says of a node beside its result. */
export interface NodeWords {
	readonly label: string;
	readonly layer: string | null;
	readonly owner: string | null;
	readonly file: string;
	readonly line: number;
}

/** How alerts look a node up and put a failure into words; the report's own, handed in. */
export interface Wording {
	readonly lookup: (id: NodeId) => NodeWords | undefined;
	readonly describe: (result: NodeResult) => string;
}

/** They build nothing. */
const UNCOUNTED: ReadonlySet<string> = new Set(["test", "unit_test", "operation", "exposure", "saved_query"]);

const NONE = Object.freeze({ holds: 0, blocks: 0 });

const stopped = ({ holds = 0, blocks }: AlertItem): number => holds + blocks;

const FAILED: ReadonlySet<NodeResult["status"]> = new Set(["error", "fail", "runtime error", "partial success"]);
const isTest = ({ resource_type: type }: NodeResult): boolean => type === "test" || type === "unit_test";
/** The publish itself refused the node; others that went down with it have no diagnostic of their own. */
const refusedAtPublish = ({ held }: NodeResult): boolean => held?.kind === "publish" && held.diagnostic !== undefined;

function eventOf(result: NodeResult): Pick<AlertItem, "event" | "severity"> | null {
	const { status } = result;
	if (result.resource_type === "source" && result.freshness !== undefined) {
		if (status === "error") return { event: "source.stale", severity: "error" };
		if (status === "warn") return { event: "source.stale", severity: "warn" };
	}
	if (FAILED.has(status)) return { event: isTest(result) ? "test.fail" : "node.fail", severity: "error" };
	if (refusedAtPublish(result)) return { event: "node.fail", severity: "error" };
	return isTest(result) && status === "warn" ? { event: "test.warn", severity: "warn" } : null;
}

/** A message of the database may quote a value of the row that it stumbled over: `invalid input syntax for type integer: "…"`. */
export const withoutValues = (text: string): string =>
	text
		.replace(/(\b(?:invalid|malformed)\b[^"]*: )".*"/s, '$1"…"')
		.replace(/(\bvalue )".*?"( is out of range\b)/s, '$1"…"$2')
		.replace(/(Key \([^)]*\)=)\(.*\)/s, "$1(…)")
		.replace(/(Failing row contains )\(.*\)/s, "$1(…)");

const SEVERITY_ORDER = { error: 0, warn: 1, info: 2 } as const;

/**
 * What failed or warned in a run. The failure that blocks most comes first, for it is what to look at: its number of
 * blocked nodes is told, and they are no items themselves.
 */
export function alertItems(run: RunResult, { lookup, describe }: Wording): readonly AlertItem[] {
	const held = new Map<NodeId, HeldReason>();
	for (const result of run.results) if (result.held !== null) held.set(result.unique_id, result.held);
	// As the run's own report counts them: what was built and is held back, and what was not built at all.
	const byCause = new Map<string, { holds: number; blocks: number }>();
	const causes = findCauses(held);
	for (const { unique_id: id, resource_type: type, published } of run.results) {
		const cause = causes.get(id);
		if (cause === undefined || cause === id || UNCOUNTED.has(type)) continue;
		const key = typeof cause === "string" ? cause : `gate ${cause.gate}`;
		const known = byCause.get(key) ?? { holds: 0, blocks: 0 };
		known[published === "held" ? "holds" : "blocks"]++;
		byCause.set(key, known);
	}
	const items = run.results.flatMap((result): AlertItem[] => {
		const found = eventOf(result);
		if (found === null) return [];
		const id = result.unique_id;
		const words = lookup(id);
		const layer = result.layer ?? words?.layer ?? null;
		const own = byCause.get(id) ?? NONE;
		const gate = found.severity === "error" && layer !== null ? (byCause.get(`gate ${layer}`) ?? NONE) : NONE;
		const holds = own.holds + gate.holds;
		return [
			{
				key: `${found.event}/${id}`,
				...found,
				node_id: id,
				label: words?.label ?? id,
				layer,
				owner: words?.owner ?? null,
				what: withoutValues(describe(result)),
				at: words === undefined ? null : placeOf(result, words),
				code: result.diagnostic?.code ?? null,
				...(holds === 0 ? {} : { holds }),
				blocks: own.blocks + gate.blocks,
			},
		];
	});
	return items.sort(
		(a, b) =>
			SEVERITY_ORDER[a.severity] - SEVERITY_ORDER[b.severity] || stopped(b) - stopped(a) || (a.key < b.key ? -1 : 1),
	);
}

const placeOf = ({ diagnostic }: NodeResult, words: NodeWords): string => {
	const { file, line } = diagnostic?.at ?? words;
	return `${file}:${line}`;
};

const WELL: ReadonlySet<NodeResult["status"]> = new Set(["success", "no-op", "reused", "pass", "warn"]);

/**
 * Whether an incident of an earlier run is over after this one: what failed was run again and is well now. A node that
 * is no longer in the project cannot fail again either.
 */
export function createPassed(run: RunResult, { lookup }: Wording): (key: string) => boolean {
	const results = new Map(run.results.map((result) => [result.unique_id as string, result]));
	return (key) => {
		const cut = key.indexOf("/");
		const event = key.slice(0, cut);
		if (event !== "node.fail" && event !== "test.fail" && event !== "test.warn" && event !== "source.stale")
			return false;
		const id = key.slice(cut + 1) as NodeId;
		const result = results.get(id);
		if (result === undefined) return lookup(id) === undefined;
		if (refusedAtPublish(result)) return false;
		const strict = event === "test.warn" || event === "source.stale";
		return strict ? result.status === "pass" || result.status === "success" : WELL.has(result.status);
	};
}
