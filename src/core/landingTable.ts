import type { NodeId, SourceNode } from "./node.ts";
import { type StoredNames, storedName } from "./storedName.ts";

/**
 * Whose ledger of files it is: two targets of a project may have the same source in two schemas of one database. Empty
 * names: written down by a tfm that told sources apart by their id alone.
 */
export interface LandingTable {
	readonly source: NodeId;
	/** Absent: that of tfm's own tables, where a connection reads no other. */
	readonly database?: string;
	readonly schema: string;
	readonly identifier: string;
}

/** By the names that the database has. */
export function landingTableOf(
	source: Pick<SourceNode, "unique_id" | "database" | "schema" | "identifier" | "relation_name">,
	dialect: StoredNames,
): LandingTable {
	return { source: source.unique_id, ...storedName(source, dialect) };
}
