import type { Dialect } from "../core/adapter.ts";
import type { Manifest } from "../core/manifest.ts";
import type { ExecutableNode, NodeId, SourceNode, TestNode } from "../core/node.ts";
import type { QuotePolicy, RelationName } from "../core/relation.ts";
import { storedName } from "../core/storedName.ts";
import { pointerOf } from "../core/versionPointer.ts";

export interface Placement {
	/** Nodes that are built in the environment. */
	readonly built: ReadonlySet<NodeId>;
	/** Where the environment stands, as it is stored: in one database, whichever ones the project builds in. */
	readonly database: string;
	/** The environment's schema for what otherwise stands in this one, by names as they are stored. */
	readonly schemaOf: (schema: string) => string;
	/** Where all else is read, by node; absent for a node: where it stands in this manifest. */
	readonly elsewhere: ReadonlyMap<NodeId, RelationName>;
	readonly dialect: Dialect;
	/** The project's, for what has no name yet: rows that tests keep where the command line asks for it. */
	readonly quoting: QuotePolicy;
}

/** The same project: what is built stands in the environment, and what is not is read elsewhere. */
export function placeNodes(manifest: Manifest, placement: Placement): Manifest {
	const nodes = new Map<NodeId, ExecutableNode>();
	for (const [id, node] of manifest.nodes) nodes.set(id, placedNode(node, placement));
	const sources = new Map<NodeId, SourceNode>();
	for (const [id, source] of manifest.sources) sources.set(id, placedSource(source, placement));
	return Object.freeze({ ...manifest, nodes, sources });
}

const hasRelation = (node: ExecutableNode): boolean =>
	node.resource_type !== "analysis" && node.resource_type !== "operation";

/** A test as it is named where its rows are kept. */
function keeping({ database, schema, alias, relation_name }: TestNode, { dialect, quoting }: Placement) {
	const named = relation_name ?? dialect.render({ database, schema, identifier: alias }, quoting);
	return { database, schema, alias, relation_name: named };
}

function placedNode(node: ExecutableNode, placement: Placement): ExecutableNode {
	if (!hasRelation(node)) return node;
	const { built, database, schemaOf, elsewhere, dialect } = placement;
	const stands = storedName(node.resource_type === "test" ? keeping(node, placement) : node, dialect);
	// Failing rows that tests keep are the environment's.
	const here = built.has(node.unique_id) || node.resource_type === "test";
	const there = here ? undefined : elsewhere.get(node.unique_id);
	if (!here && there === undefined) return node;
	// Two schemas of a name, in two databases, stay two.
	const front = stands.database === database ? "" : `${stands.database}_`;
	const place = there ?? { ...stands, database, schema: schemaOf(`${front}${stands.schema}`) };
	const named = {
		database: place.database,
		schema: place.schema,
		alias: place.identifier,
		relation_name: node.relation_name === null ? null : dialect.render(place),
		// A node's place in its file is computed when asked, so a copy must ask for it.
		location: node.location,
	};
	if (node.resource_type !== "model" || node.pointer == null) return Object.freeze({ ...node, ...named });
	const pointer = pointerOf(node, dialect)!;
	const moved = { ...pointer, database: place.database, schema: place.schema };
	return Object.freeze({
		...node,
		...named,
		pointer: { alias: moved.identifier, relation_name: dialect.render(moved) },
	});
}

function placedSource(source: SourceNode, { elsewhere, dialect }: Placement): SourceNode {
	const there = elsewhere.get(source.unique_id);
	if (there === undefined) return source;
	const { database, schema, identifier } = there;
	const named = { database, schema, identifier, relation_name: dialect.render(there), location: source.location };
	return Object.freeze({ ...source, ...named });
}
