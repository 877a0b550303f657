import type { NodeId, SourceNode } from "./node.ts";

/**
 * Whose ledger of files it is: two targets of a project may have the same source in two schemas of one database. Empty
 * names: written down by a tfm that told sources apart by their id alone.
 */
export interface LandingTable {
	readonly source: NodeId;
	readonly schema: string;
	readonly identifier: string;
}

export const landingTableOf = ({
	unique_id: source,
	schema,
	identifier,
}: Pick<SourceNode, "unique_id" | "schema" | "identifier">): LandingTable => ({ source, schema, identifier });
