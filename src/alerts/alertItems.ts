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
	const blocks = new Map<NodeId, number>();
	const behindGate = new Map<string, number>();
	for (const [id, cause] of findCauses(held)) {
		if (typeof cause !== "string") behindGate.set(cause.gate, (behindGate.get(cause.gate) ?? 0) + 1);
		else if (cause !== id) blocks.set(cause, (blocks.get(cause) ?? 0) + 1);
	}
	const items = run.results.flatMap((result): AlertItem[] => {
		const found = eventOf(result);
		if (found === null) return [];
		const id = result.unique_id;
		const words = lookup(id);
		const layer = result.layer ?? words?.layer ?? null;
		const gate = found.severity === "error" && layer !== null ? (behindGate.get(layer) ?? 0) : 0;
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
				blocks: (blocks.get(id) ?? 0) + gate,
			},
		];
	});
	return items.sort(
		(a, b) =>
			SEVERITY_ORDER[a.severity] - SEVERITY_ORDER[b.severity] || b.blocks - a.blocks || (a.key < b.key ? -1 : 1),
	);
}

const placeOf = ({ diagnostic }: NodeResult, words: NodeWords): string => {
	const { file, line } = diagnostic?.at ?? words;
	return `${file}:${line}`;
};

/** Nodes that were neither built nor published because of what failed; tests that did not run are not counted. */
export const blockedCount = (run: RunResult): number =>
	run.results.filter(
		(r) =>
			r.held !== null && !isTest(r) && r.resource_type !== "operation" && !FAILED.has(r.status) && !refusedAtPublish(r),
	).length;

const WELL: ReadonlySet<NodeResult["status"]> = new Set(["success", "no-op", "pass", "warn"]);

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
