import type { Dialect } from "./adapter.ts";
import type { Manifest } from "./manifest.ts";
import type { NodeId } from "./node.ts";
import { outlinesOf } from "./nodeOutline.ts";
import type { RelationName } from "./relation.ts";
import type { TablesHere } from "./state.ts";
import { type StoredNames, storedName } from "./storedName.ts";

/**
 * Whether what is written down of a node is about its relation here, and not about that of another target: two targets
 * of a project may share a database, and then its state, but not a schema, unless that is in two databases of one server.
 * Of nodes that are gone nobody can say.
 */
export function isOfTarget(
	manifest: Pick<Manifest, "nodes">,
	dialect: StoredNames & Pick<Dialect, "readsDatabases">,
	node: NodeId,
	recorded: RelationName,
): boolean {
	const now = manifest.nodes.get(node);
	if (now?.resource_type !== "model" && now?.resource_type !== "seed" && now?.resource_type !== "snapshot") return true;
	const { database, schema } = storedName(now, dialect);
	return schema === recorded.schema && (!dialect.readsDatabases || database === recorded.database);
}

const BUILT: ReadonlySet<string> = new Set(["function", "model", "seed", "snapshot"]);

/** Where the relations of a project are on this target, by node. */
export function tablesHere(manifest: Pick<Manifest, "nodes">, dialect: StoredNames): TablesHere {
	const here = new Map<NodeId, string>();
	for (const { unique_id: id, resource_type: type } of outlinesOf(manifest.nodes)) {
		// Most nodes are tests, which are not read for this.
		const node = BUILT.has(type) ? manifest.nodes.get(id) : undefined;
		if (node !== undefined) here.set(id, storedName(node, dialect).schema);
	}
	return here;
}
