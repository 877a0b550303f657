import { join } from "node:path";
import { type Diagnostic, diagnostic, TfmError } from "../core/diagnostic.ts";
import type { SeedNode } from "../core/node.ts";
import { suggestName } from "../core/suggestName.ts";
import { csvPieces } from "./csvRecords.ts";

/**
 * TFM-LOAD-036 where `column_types` of a seed name columns that its header does not have, compared letter by letter
 * (dbt's load_agate_table); null where all are there. Only the header is read. A file that cannot be read, or has none,
 * says so when it is loaded.
 */
export async function strayColumnTypes(
	node: SeedNode,
	config: { readonly delimiter: string; readonly columnTypes: Readonly<Record<string, string>> },
): Promise<Diagnostic | null> {
	const named = Object.keys(config.columnTypes);
	const header = named.length === 0 ? null : await headerOf(node, config.delimiter);
	if (header === null) return null;
	const names = named.filter((name) => !header.values.includes(name)).sort();
	if (names.length === 0) return null;
	const suggestion = names.length === 1 ? suggestName(names[0]!, header.values) : undefined;
	const { name: seed, original_file_path: file } = node;
	const at = { file: node.location.file, line: header.line, column: 1 };
	const facts = { seed, file, names, columns: header.values, suggestion };
	return diagnostic("TFM-LOAD-036", facts, { at, source: header.raw, severity: "warning" });
}

async function headerOf(node: SeedNode, delimiter: string) {
	if ([...delimiter].length !== 1) return null;
	const absolute = join(node.root_path, node.original_file_path);
	const pieces = csvPieces({ absolute, file: node.location.file, delimiter });
	try {
		for (;;) {
			const { value, done } = await pieces.next();
			if (done) return null;
			for (const record of value) return record;
		}
	} catch (error) {
		if (error instanceof TfmError) return null;
		throw error;
	} finally {
		await pieces.return("");
	}
}
