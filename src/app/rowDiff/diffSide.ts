import type { Dialect, Session } from "../../core/adapter.ts";
import type { SourceNode, StoredNode } from "../../core/node.ts";
import { type RelationName, relationKey } from "../../core/relation.ts";
import type { DiffSide } from "../../diff/diff.ts";

/** Of a command line: `a, b`. */
export const listed = (text: unknown): readonly string[] =>
	typeof text === "string"
		? text
				.split(",")
				.map((part) => part.trim())
				.filter((part) => part !== "")
		: [];

/** The model's own: what merges match by, else what its tests and constraints say is unique. */
export function keyOf(node: StoredNode | SourceNode): readonly string[] {
	if (node.resource_type === "source") return [];
	const unique = (node.config as { readonly unique_key?: unknown }).unique_key;
	if (typeof unique === "string" && unique !== "") return listed(unique);
	if (Array.isArray(unique) && unique.length > 0) return unique.map(String);
	return "primary_key" in node ? node.primary_key.map((column) => column.replaceAll('"', "")) : [];
}

/** A relation as SQL reads it, with what the catalog knows of it; no columns: it is not there. */
export async function diffSide(
	session: Session,
	relation: RelationName,
	{ dialect, key }: { readonly dialect: Dialect; readonly key: readonly string[] },
): Promise<DiffSide> {
	const from = dialect.building.nameOf(relation);
	const columns = (await session.listColumns([relation])).get(relationKey(relation)) ?? [];
	const { uniqueIndexes } = dialect.comparing;
	const indexes = uniqueIndexes === null ? [] : (await session.query(uniqueIndexes, [from])).rows;
	const within = new Set(key.map((column) => column.toLowerCase()));
	return {
		from,
		columns: columns.map(({ name, type }) => ({ name, type })),
		uniqueKey: indexes.some(([of]) =>
			(JSON.parse(String(of)) as readonly string[]).every((column) => within.has(column.toLowerCase())),
		),
	};
}
