/** run_results.json and sources.json of an earlier run, by dbt or by tfm. */
import { fail } from "../core/diagnostic.ts";
import { type NodeId, nodeId } from "../core/node.ts";
import { isRecord, type PlainRecord } from "./earlierManifest.ts";

/** `path` is what messages call the file. Throws TFM-STATE-002. */
function readResults(
	text: string,
	path: string,
): { readonly document: PlainRecord; readonly results: readonly PlainRecord[] } {
	let document: unknown;
	try {
		document = JSON.parse(text);
	} catch (cause) {
		fail("TFM-STATE-002", { path, problem: "it is not JSON" }, { cause });
	}
	if (!isRecord(document) || !Array.isArray(document.results))
		fail("TFM-STATE-002", { path, problem: "it has no results" });
	return { document, results: document.results.filter(isRecord) };
}

/** How each node ended. */
export function readStatuses(text: string, path: string): ReadonlyMap<NodeId, string> {
	const { results } = readResults(text, path);
	return new Map(results.map((result) => [nodeId(String(result.unique_id)), String(result.status)]));
}

/** When the newest row of each source came; sources that could not be asked are absent. */
export function readLoadTimes(text: string, path: string): ReadonlyMap<NodeId, string> {
	const { results } = readResults(text, path);
	const times = new Map<NodeId, string>();
	for (const { unique_id: id, max_loaded_at: at } of results)
		if (typeof at === "string") times.set(nodeId(String(id)), at);
	return times;
}

/** Sources with newer rows than before, and those that were not asked before (`source_status:fresher`). */
export function fresherSources(
	before: ReadonlyMap<NodeId, string>,
	now: ReadonlyMap<NodeId, string>,
): ReadonlySet<NodeId> {
	const fresher = new Set<NodeId>();
	for (const [id, at] of now) {
		const then = before.get(id);
		if (then === undefined || isLater(at, then)) fresher.add(id);
	}
	return fresher;
}

/** ISO times to the microsecond, which a Date cannot hold. */
function isLater(a: string, b: string): boolean {
	const [x, y] = [Date.parse(a), Date.parse(b)];
	if (x !== y) return x > y;
	const fraction = (text: string): string => (/\.(\d+)/.exec(text)?.[1] ?? "").padEnd(9, "0");
	return fraction(a) > fraction(b);
}
