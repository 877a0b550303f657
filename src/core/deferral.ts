import type { NodeId } from "./node.ts";
import type { RelationName } from "./relation.ts";

/** What dbt calls a node's defer_relation: where another environment's artifacts say that it stands. */
export interface DeferredRelation {
	readonly relation: RelationName;
	/** Rendered there. */
	readonly relation_name: string | null;
	/** A table by its materialization there: of one that the project brings nobody knows. */
	readonly isTable: boolean;
}

/** `--defer`: nodes that are read in the environment of an earlier run. */
export interface Deferral {
	/** Every node that stands there. */
	readonly relations: ReadonlyMap<NodeId, DeferredRelation>;
	/** Those that references go to. */
	readonly reads: ReadonlySet<NodeId>;
}

/** The name of the other environment's relation that references to this node mean; undefined: they mean the node itself. */
export const readElsewhere = (deferral: Deferral | undefined, id: NodeId): string | undefined =>
	deferral?.reads.has(id) === true ? (deferral.relations.get(id)?.relation_name ?? id) : undefined;
