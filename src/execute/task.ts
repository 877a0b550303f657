import type { ExposureNode, NodeId, SavedQueryNode, SourceNode, TestNode, UnitTestNode } from "../core/node.ts";
import type { BuildableNode } from "../core/plan.ts";

/** What a run does with a node. `pass`: nothing, but order and skipping reach across it. */
export type Task =
	| { readonly kind: "build"; readonly id: NodeId; readonly node: BuildableNode }
	| { readonly kind: "load"; readonly id: NodeId; readonly node: SourceNode }
	| { readonly kind: "freshness"; readonly id: NodeId; readonly node: SourceNode }
	| { readonly kind: "test"; readonly id: NodeId; readonly node: TestNode }
	| { readonly kind: "unit"; readonly id: NodeId; readonly node: UnitTestNode }
	/** Nothing to do, and dbt has a result for it: `no-op`. */
	| { readonly kind: "noop"; readonly id: NodeId; readonly node: ExposureNode | SavedQueryNode }
	| { readonly kind: "pass"; readonly id: NodeId };
