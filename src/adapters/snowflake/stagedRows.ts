import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createGzip } from "node:zlib";
import type { BulkLoad, CopyText } from "../../core/adapter.ts";
import { DatabaseError } from "../../core/databaseError.ts";

/** Text of one file: Snowflake loads several side by side, and likes them of 100 to 250 MB packed. */
const FILE_CHARACTERS = 512 * 1024 * 1024;
const CHUNK_CHARACTERS = 1 << 18;

/** Rows as gzipped CSV in a folder of this machine, to be put into a stage. */
export interface StagedRows {
	/** The files, absolute. */
	readonly files: readonly string[];
	readonly rows: number;
	/** Of the user's own stage, where they are to stand; no other load has it. */
	readonly stage: string;
	remove(): Promise<void>;
}

/**
 * The format of those files, for COPY. Every text is within quotes and null is nothing at all, so that an empty text, and
 * one that says NULL, stay what they are.
 */
export const FILE_FORMAT =
	"type = csv compression = gzip field_delimiter = ',' field_optionally_enclosed_by = '\"' empty_field_as_null = true null_if = () escape_unenclosed_field = none encoding = 'UTF8'";

/** Writes all rows down. Rejects with what the rows' source rejects with, or with 22P04 for a row of another width. */
export async function stageRows({ columns, rows }: BulkLoad): Promise<StagedRows> {
	const folder = await mkdtemp(join(tmpdir(), "tfm-load-"));
	const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
	const files: string[] = [];
	let written = 0;
	try {
		let file: Awaited<ReturnType<typeof openFile>> | undefined;
		let text = "";
		let size = 0;
		const flush = async (): Promise<void> => {
			if (text === "") return;
			if (file === undefined) {
				const path = join(folder, `rows-${files.length}.csv.gz`);
				files.push(path);
				file = openFile(path);
			}
			size += text.length;
			await file.write(text);
			text = "";
			if (size < FILE_CHARACTERS) return;
			await file.end();
			[file, size] = [undefined, 0];
		};
		for await (const batch of rows) {
			for (const row of "data" in batch ? copiedRows(batch) : batch) {
				written++;
				if (columns.length > 0 && row.length !== columns.length) throw wrongWidth(row.length, columns.length, written);
				text += csvLine(row);
				if (text.length >= CHUNK_CHARACTERS) await flush();
			}
		}
		await flush();
		await file?.end();
		return { files, rows: written, stage: `tfm/${randomUUID()}`, remove };
	} catch (error) {
		await remove();
		throw error;
	}
}

const wrongWidth = (found: number, wanted: number, row: number): DatabaseError =>
	new DatabaseError(`row ${row} of the load has ${found} fields, and the table takes ${wanted}`, { sqlstate: "22P04" });

function openFile(path: string) {
	const gzip = createGzip({ level: 1 });
	const out = createWriteStream(path);
	let failed: unknown;
	for (const stream of [gzip, out]) stream.once("error", (error: unknown) => (failed ??= error));
	gzip.pipe(out);
	return {
		async write(text: string): Promise<void> {
			if (failed !== undefined) throw failed;
			if (!gzip.write(text)) await Promise.race([once(gzip, "drain"), once(out, "error")]);
		},
		async end(): Promise<void> {
			gzip.end();
			if (failed === undefined) await once(out, "close");
			if (failed !== undefined) throw failed;
		},
	};
}

function csvLine(row: readonly (string | null)[]): string {
	let line = "";
	for (const [i, value] of row.entries()) {
		if (i > 0) line += ",";
		if (value !== null) line += `"${value.includes('"') ? value.replaceAll('"', '""') : value}"`;
	}
	return `${line}\n`;
}

const UNESCAPED: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", "\\": "\\" };

/** Rows out of the text form of core/adapter.ts. */
function* copiedRows({ data }: CopyText): Generator<readonly (string | null)[]> {
	const lines = new TextDecoder().decode(data).split("\n");
	// A newline ends each row, so that nothing is behind the last one.
	lines.pop();
	for (const line of lines)
		yield line
			.split("\t")
			.map((field) =>
				field === "\\N"
					? null
					: field.includes("\\")
						? field.replace(/\\(.)/g, (whole, letter: string) => UNESCAPED[letter] ?? whole)
						: field,
			);
}
