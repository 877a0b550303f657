import type { Candidate, Dialect } from "./adapter.ts";
import { type NodeId, nodeId } from "./node.ts";
import type { BuildableNode } from "./plan.ts";
import type { RelationName } from "./relation.ts";
import { type StoredNames, storedName } from "./storedName.ts";

const SUFFIX = "__latest_version_pointer";

/**
 * dbt's latest_version_pointer: a view of all columns of a versioned model's latest version, without the version in its
 * name. It is no node: it is built, published and refused with its model. Null for nodes that have none.
 */
export const pointerOf = (node: BuildableNode, dialect: StoredNames): RelationName | null =>
	node.resource_type === "model" && node.pointer != null
		? storedName({ database: node.database, schema: node.schema, ...node.pointer }, dialect)
		: null;

/** Whose candidate it is: the model's, where it is a pointer's. */
export const ownerOf = (node: NodeId): NodeId => (node.endsWith(SUFFIX) ? nodeId(node.slice(0, -SUFFIX.length)) : node);

/** The model's candidate and its pointer's, which are published together or not at all. */
export function withPointer(
	model: Candidate,
	pointer: { readonly target: RelationName; readonly standsAt: RelationName },
	dialect: Pick<Dialect, "building">,
): readonly [Candidate, Candidate] {
	const publishGroup = model.publishGroup ?? `${model.node}${SUFFIX}`;
	const view: Candidate = {
		node: nodeId(`${model.node}${SUFFIX}`),
		kind: "view",
		candidate: pointer.standsAt,
		target: pointer.target,
		finalSql: `select * from ${dialect.building.nameOf(model.target)}`,
		publish: "swap",
		inputs: [model.node],
		publishGroup,
		...(model.grants === undefined ? {} : { grants: model.grants }),
	};
	return [{ ...model, publishGroup }, view];
}
