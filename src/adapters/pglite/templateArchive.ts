import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { fail } from "../../core/diagnostic.ts";

/**
 * The template data directory made by scripts/templateDataDir.mjs: gzip over a 4-byte little-endian length, a JSON
 * list of entries, then bytes. A new database's three template databases are alike, so equal files share their bytes,
 * which a tar cannot do: a third smaller. On a loaded machine a new database opened in 0.5–0.7 s this way and in
 * 0.8–1.1 s with PGlite's own loadDataDir; and these files can be put aside first and renamed.
 *
 * An entry is `[path]` for a folder and `[path, offset, length]` for a file; parents come first.
 */
export type TemplateEntry = readonly [path: string] | readonly [path: string, offset: number, length: number];

/** Writes the template's files into an existing empty directory. File errors are thrown as they are. */
export function unpackTemplate(templateFile: string, into: string): void {
	const { entries, bytes } = readTemplate(templateFile);
	for (const entry of entries) {
		const path = join(into, entry[0]);
		if (entry.length === 1) mkdirSync(path, { mode: 0o700 });
		else writeFileSync(path, bytes.subarray(entry[1], entry[1] + entry[2]), { mode: 0o600 });
	}
}

function readTemplate(templateFile: string): { entries: readonly TemplateEntry[]; bytes: Buffer } {
	try {
		const raw = gunzipSync(readFileSync(templateFile));
		const start = 4 + raw.readUInt32LE(0);
		return { entries: JSON.parse(raw.toString("utf8", 4, start)) as TemplateEntry[], bytes: raw.subarray(start) };
	} catch (error) {
		return fail("TFM-DB-008", { path: templateFile, problem: (error as Error).message }, { cause: error });
	}
}
