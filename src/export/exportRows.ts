import type { Dialect, Session } from "../core/adapter.ts";
import { type Write, writeAtomically } from "./atomicFile.ts";
import { decimalShapes, writeParquet } from "./parquetRows.ts";
import { TEXT_FORMATS } from "./textRows.ts";

export const EXPORT_FORMATS = ["parquet", "csv", "json", "jsonl"] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

export interface ExportRequest {
	readonly session: Session;
	/** A query without a semicolon. */
	readonly sql: string;
	readonly format: ExportFormat;
	/** Absolute; null writes to `stdout`, which takes text alone. */
	readonly path: string | null;
	readonly stdout: (text: string) => void;
	readonly dialect: Pick<Dialect, "quote" | "readsOneMoment">;
	readonly signal: AbortSignal;
}

/**
 * All rows of a query into a file, or as text to standard output; returns how many. They come by a cursor, so that
 * memory is a few batches. All is read as of one moment, the digits of decimals that declare none among it.
 */
export async function exportRows(request: ExportRequest): Promise<number> {
	const { session, path, dialect } = request;
	return session.transaction(async () => {
		if (dialect.readsOneMoment !== null) await session.execute(dialect.readsOneMoment);
		if (path === null) return writeRows(request, async (piece) => request.stdout(String(piece)));
		let rows = 0;
		await writeAtomically(path, async (write) => {
			rows = await writeRows(request, write);
		});
		return rows;
	});
}

async function writeRows(
	{ session, sql, format, dialect: { quote }, signal }: ExportRequest,
	write: Write,
): Promise<number> {
	if (format === "parquet")
		return writeParquet(session.stream(sql, { signal }), await decimalShapes(session, sql, quote), write);
	const { head, rows: text, tail } = TEXT_FORMATS[format];
	let rows = -1;
	for await (const table of session.stream(sql, { signal })) {
		if (rows === -1) await write(head(table.columns));
		rows = Math.max(rows, 0);
		if (table.rows.length > 0) await write(text(table, rows === 0));
		rows += table.rows.length;
	}
	await write(tail(rows <= 0));
	return Math.max(rows, 0);
}
