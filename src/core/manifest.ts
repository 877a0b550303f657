import type { Diagnostic } from "./diagnostic.ts";
import type {
	ExecutableNode,
	ExposureNode,
	GraphNode,
	MacroNode,
	MetricNode,
	NodeId,
	Plain,
	SavedQueryNode,
	SemanticModelNode,
	SourceNode,
	UnitTestNode,
} from "./node.ts";

export interface DocBlock {
	readonly unique_id: string;
	readonly name: string;
	readonly package_name: string;
	readonly path: string;
	readonly original_file_path: string;
	readonly block_contents: string;
}

/** A group of nodes and who answers for them. */
export interface GroupNode {
	readonly unique_id: string;
	readonly name: string;
	readonly resource_type: "group";
	readonly package_name: string;
	readonly path: string;
	readonly original_file_path: string;
	readonly owner: { readonly [key: string]: Plain };
	readonly description: string | null;
	readonly config: { readonly [key: string]: Plain };
}

/** The whole project, resolved: names unique, references bound, layers assigned. */
export interface Manifest {
	readonly projectName: string;
	readonly nodes: ReadonlyMap<NodeId, ExecutableNode>;
	readonly sources: ReadonlyMap<NodeId, SourceNode>;
	readonly exposures: ReadonlyMap<NodeId, ExposureNode>;
	readonly unitTests: ReadonlyMap<NodeId, UnitTestNode>;
	readonly metrics: ReadonlyMap<NodeId, MetricNode>;
	readonly semanticModels: ReadonlyMap<NodeId, SemanticModelNode>;
	readonly savedQueries: ReadonlyMap<NodeId, SavedQueryNode>;
	/** By unique id `macro.pkg.name`. */
	readonly macros: ReadonlyMap<string, MacroNode>;
	readonly docs: ReadonlyMap<string, DocBlock>;
	/** By unique id `group.pkg.name`. */
	readonly groups?: ReadonlyMap<string, GroupNode>;
	/** Tests that read what is missing or disabled: never run, and shown among the nodes (dbt). */
	readonly unresolved?: ReadonlyMap<NodeId, ExecutableNode>;
	readonly disabled: ReadonlyMap<string, readonly GraphNode[]>;
	/** Direct inputs; every node of every kind above has an entry. */
	readonly parents: ReadonlyMap<NodeId, readonly NodeId[]>;
	readonly children: ReadonlyMap<NodeId, readonly NodeId[]>;
	readonly warnings: readonly Diagnostic[];
}

export const findNode = (manifest: Manifest, id: NodeId): GraphNode | undefined =>
	manifest.nodes.get(id) ??
	manifest.sources.get(id) ??
	manifest.exposures.get(id) ??
	manifest.unitTests.get(id) ??
	manifest.metrics.get(id) ??
	manifest.semanticModels.get(id) ??
	manifest.savedQueries.get(id);

/** Everything that is a node of the graph, kind after kind. */
export const allNodes = (manifest: Manifest): readonly ReadonlyMap<NodeId, GraphNode>[] => [
	manifest.nodes,
	manifest.sources,
	manifest.exposures,
	manifest.metrics,
	manifest.unitTests,
	manifest.semanticModels,
	manifest.savedQueries,
];
