import type { Session } from "../../core/adapter.ts";
import type { SourceNode, StoredNode } from "../../core/node.ts";
import type { DiffSide } from "../../diff/diff.ts";
import { COLUMNS_OF, UNIQUE_INDEXES_OF } from "../../diff/postgres.ts";

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
export async function diffSide(session: Session, rendered: string, key: readonly string[]): Promise<DiffSide> {
	const { rows } = await session.query(COLUMNS_OF, [rendered]);
	const indexes = (await session.query(UNIQUE_INDEXES_OF, [rendered])).rows.map(
		([columns]) => JSON.parse(String(columns)) as readonly string[],
	);
	const within = new Set(key.map((column) => column.toLowerCase()));
	return {
		from: rendered,
		columns: rows.map(([name, type]) => ({ name: String(name), type: String(type) })),
		uniqueKey: indexes.some((columns) => columns.every((column) => within.has(column.toLowerCase()))),
	};
}
