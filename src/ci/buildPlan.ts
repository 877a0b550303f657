/** Which nodes `tfm ci` and `tfm plan` build, and which tests it runs. */
import type { Manifest } from "../core/manifest.ts";
import { type NodeId, nodeId } from "../core/node.ts";
import type { ReviewedNode } from "./changeReview.ts";

export interface BuildPlan {
	/** Models, seeds and functions to build, sorted. */
	readonly built: ReadonlySet<NodeId>;
	/** Tests and unit tests of what is built, and those that changed. */
	readonly tests: ReadonlySet<NodeId>;
	/** Changed or reached, and not to be built. */
	readonly left: readonly { readonly id: string; readonly name: string; readonly because: string }[];
}

const BUILT: ReadonlySet<string> = new Set(["model", "seed", "function"]);
/** Changes after which the rows may be others. A file that moved, documentation, grants: the rows are what they were. */
const MEANS_OTHER_ROWS: ReadonlySet<ReviewedNode["change"]> = new Set(["added", "modified", "reached"]);

/** `snapshots`: they are built, too, where their history goes on; aside there is none. */
export function buildPlan(
	nodes: readonly ReviewedNode[],
	manifest: Manifest,
	{ snapshots = false }: { readonly snapshots?: boolean } = {},
): BuildPlan {
	const built = new Set<NodeId>();
	const left: { readonly id: string; readonly name: string; readonly because: string }[] = [];
	const changedTests = new Set<NodeId>();
	for (const { id: text, name, resource_type: type, change } of [...nodes].sort(byId)) {
		const id = nodeId(text);
		if (!MEANS_OTHER_ROWS.has(change)) continue;
		if (type === "test" || type === "unit_test") changedTests.add(id);
		else if (type === "snapshot" && !snapshots)
			left.push({ id, name, because: "the rows of a snapshot are its history" });
		else if (type === "source") left.push({ id, name, because: "others fill it; it is read as it stands" });
		else if ((BUILT.has(type) || type === "snapshot") && manifest.nodes.get(id)?.config.materialized !== "ephemeral")
			built.add(id);
	}
	const tests = new Set<NodeId>();
	for (const [id, node] of manifest.nodes)
		if (node.resource_type === "test" && (changedTests.has(id) || reads(manifest, id, built))) tests.add(id);
	for (const id of manifest.unitTests.keys()) if (changedTests.has(id) || reads(manifest, id, built)) tests.add(id);
	return { built, tests, left };
}

const byId = (a: ReviewedNode, b: ReviewedNode): number => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);

/** Ephemeral models are part of what reads them. */
function reads(manifest: Manifest, id: NodeId, built: ReadonlySet<NodeId>): boolean {
	const waiting = [...(manifest.parents.get(id) ?? [])];
	const seen = new Set<NodeId>();
	for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
		if (built.has(next)) return true;
		if (seen.has(next) || manifest.nodes.get(next)?.config.materialized !== "ephemeral") continue;
		seen.add(next);
		waiting.push(...(manifest.parents.get(next) ?? []));
	}
	return false;
}
