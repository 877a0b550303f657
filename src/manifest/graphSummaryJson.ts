/**
 * graph_summary.json as dbt 1.12 writes it: the graph's nodes by number, with name, type and who reads them. For `build`
 * a second time, with an edge from each test to the nodes that wait for it: those that dbt finds with
 * `--use-fast-test-edges`, which leaves out what follows from the others.
 */
import { allNodes, type Manifest } from "../core/manifest.ts";
import type { NodeId } from "../core/node.ts";
import { type NodeOutline, outlinesOf } from "../core/nodeOutline.ts";
import { waitingForTests } from "./waitingForTests.ts";

export interface GraphSummaryMeta {
	readonly invocationId: string;
	readonly withTestEdges: boolean;
}

/** Edges in the order in which they were added. */
class Links {
	readonly #successors = new Map<NodeId, Set<NodeId>>();

	/** Node and edge; a node is numbered when it is first named. */
	add(id: NodeId): Set<NodeId> {
		let known = this.#successors.get(id);
		if (known === undefined) {
			known = new Set();
			this.#successors.set(id, known);
		}
		return known;
	}

	reads(id: NodeId, input: NodeId): void {
		this.add(id);
		this.add(input).add(id);
	}

	successors(id: NodeId): readonly NodeId[] {
		return [...(this.#successors.get(id) ?? [])];
	}

	summary(typeOf: (id: NodeId) => string): Record<string, unknown> {
		const numbers = new Map([...this.#successors.keys()].map((id, number) => [id, number] as const));
		return Object.fromEntries(
			[...this.#successors].map(([id, readers]) => {
				const succ = [...readers].map((reader) => numbers.get(reader));
				return [numbers.get(id), { name: id, type: typeOf(id), ...(succ.length === 0 ? {} : { succ }) }];
			}),
		);
	}
}

/** dbt's order of kinds; those that are not named are nodes. */
const KINDS: ReadonlyMap<string, number> = new Map([
	["source", 0],
	["semantic_model", 2],
	["exposure", 3],
	["function", 4],
	["metric", 5],
	["unit_test", 6],
	["saved_query", 7],
]);
const kindOf = (node: NodeOutline): number => KINDS.get(node.resource_type) ?? 1;

/** What its text begins with; nothing after that hangs on the command but `withTestEdges`. */
export const graphSummaryHead = ({ invocationId }: Pick<GraphSummaryMeta, "invocationId">): string =>
	`{"_invocation_id":${JSON.stringify(invocationId)}`;

export function toGraphSummaryJson(manifest: Manifest, meta: GraphSummaryMeta): string {
	const nodes = allNodes(manifest)
		.flatMap((kind) => [...outlinesOf(kind)])
		.sort((a, b) => kindOf(a) - kindOf(b));
	const byId = new Map<NodeId, NodeOutline>(nodes.map((node) => [node.unique_id, node]));
	const typeOf = (id: NodeId) => byId.get(id)?.resource_type ?? "";
	const links = new Links();
	const parents = (id: NodeId) => (manifest.parents.get(id) ?? []).filter((input) => byId.has(input));
	for (const { unique_id: id } of nodes) {
		links.add(id);
		for (const input of parents(id)) links.reads(id, input);
	}
	const linked = links.summary(typeOf);
	const head = graphSummaryHead(meta);
	if (!meta.withTestEdges) return `${head},"linked":${JSON.stringify(linked)}}`;
	const waits = (id: NodeId) => manifest.nodes.has(id) && typeOf(id) !== "test";
	const tests = nodes.filter(({ resource_type: type }) => type === "test");
	const inner = nodes.flatMap(({ unique_id: id, resource_type: type }) => (type === "test" ? [] : [id]));
	const edges = waitingForTests(
		tests.map(({ unique_id: id }) => ({ test: id, inputs: parents(id) })),
		{ ids: inner, parents, successors: (id) => links.successors(id), waits },
	);
	for (const [test, waiting] of edges) links.reads(waiting, test);
	return `${head},"linked":${JSON.stringify(linked)},"with_test_edges":${JSON.stringify(links.summary(typeOf))}}`;
}
