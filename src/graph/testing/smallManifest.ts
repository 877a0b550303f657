import type { Manifest } from "../../core/manifest.ts";
import {
	type ExecutableNode,
	type ExposureNode,
	type GraphNode,
	type MetricNode,
	NOT_STORED,
	type NodeId,
	nodeId,
	type SavedQueryNode,
	type SemanticModelNode,
	type SourceNode,
	type UnitTestNode,
} from "../../core/node.ts";

/** The parts of a node that selection looks at; the rest is left out. */
export interface SmallNode {
	readonly unique_id: string;
	readonly resource_type: string;
	readonly name: string;
	readonly package_name: string;
	readonly original_file_path: string;
	readonly fqn: readonly string[];
	readonly tags?: readonly string[];
	readonly config?: { readonly [key: string]: unknown };
	readonly parents?: readonly string[];
	readonly depends_on?: readonly string[];
	readonly patch_path?: string;
	readonly version?: string | number;
	readonly latest_version?: string | number;
	readonly access?: string;
	readonly group?: string | null;
	readonly source_name?: string;
	readonly test_name?: string;
	readonly layer?: string;
	readonly empty?: boolean;
}

function grow(small: SmallNode): GraphNode {
	const { test_name: testName, depends_on: nodes, parents: _, empty, ...rest } = small;
	const node = {
		tags: [],
		description: "",
		meta: {},
		config: {},
		patch_path: null,
		version: null,
		latest_version: null,
		group: null,
		raw_code: empty === true ? " \n" : "select 1",
		layer: null,
		location: { file: small.original_file_path, line: 1, column: 1 },
		depends_on: { macros: [], nodes: nodes ?? [] },
		test_metadata: testName === undefined ? null : { name: testName, namespace: null, kwargs: {} },
		...rest,
	};
	return node as unknown as GraphNode;
}

/** A manifest of a few nodes, as graph and selection see it. */
export function smallManifest(nodes: readonly SmallNode[], projectName = "shop"): Manifest {
	const grown = nodes.map(grow);
	const ofKind = <T extends GraphNode>(fits: (kind: string) => boolean): ReadonlyMap<NodeId, T> =>
		new Map(grown.filter((node) => fits(node.resource_type)).map((node) => [node.unique_id, node as T]));
	const parents = new Map(nodes.map((node) => [nodeId(node.unique_id), (node.parents ?? []).map(nodeId)]));
	const children = new Map<NodeId, NodeId[]>([...parents.keys()].map((id) => [id, []]));
	for (const [id, inputs] of [...parents].sort(([a], [b]) => (a < b ? -1 : 1)))
		for (const input of inputs) children.get(input)?.push(id);
	return {
		projectName,
		nodes: ofKind<ExecutableNode>((kind) => ![...NOT_STORED, "source"].includes(kind)),
		metrics: ofKind<MetricNode>((kind) => kind === "metric"),
		semanticModels: ofKind<SemanticModelNode>((kind) => kind === "semantic_model"),
		savedQueries: ofKind<SavedQueryNode>((kind) => kind === "saved_query"),
		sources: ofKind<SourceNode>((kind) => kind === "source"),
		unitTests: ofKind<UnitTestNode>((kind) => kind === "unit_test"),
		exposures: ofKind<ExposureNode>((kind) => kind === "exposure"),
		macros: new Map(),
		docs: new Map(),
		disabled: new Map(),
		parents,
		children,
		warnings: [],
	};
}

/** Models named by letters: `{ b: ["a"] }` is b reading a. */
export const lettersManifest = (reads: Readonly<Record<string, readonly string[]>>): Manifest =>
	smallManifest(
		Object.entries(reads).map(([name, inputs]) => ({
			unique_id: `model.shop.${name}`,
			resource_type: "model",
			name,
			package_name: "shop",
			original_file_path: `models/${name}.sql`,
			fqn: ["shop", name],
			parents: inputs.map((input) => `model.shop.${input}`),
			depends_on: inputs.map((input) => `model.shop.${input}`),
		})),
	);
