import { fail } from "../core/diagnostic.ts";
import type { LandingSink } from "./landingSink.ts";
import type { LoadSpec } from "./loadSpec.ts";
import { openParquet, type ParquetColumn } from "./parquetFile.ts";
import { misfitOf } from "./readCsv.ts";
import { digestFile, type FileDigest } from "./textFile.ts";
import { type StoredFile, stampOf } from "./utf8Blocks.ts";

/** A column of a Parquet file on its way into a field of the table. */
interface Route {
	readonly name: string;
	readonly write: (value: unknown) => string | undefined;
}

/**
 * A Parquet file into the sink; yields when the sink is full. The file's columns come by their names, at the top of the
 * schema; a list, map or struct comes as JSON. Throws TFM-LOAD-011 (a declared column is missing), 016, 023.
 */
export async function* readParquet(
	{ absolute, file, expected }: StoredFile,
	spec: LoadSpec,
	sink: LandingSink,
): AsyncGenerator<void, FileDigest> {
	// Its parts are read in any order, so the digest is made before; what is read has to be the same file.
	const before = await stampOf(absolute);
	const digest = await digestFile(absolute, file);
	const parquet = await openParquet(absolute, file);
	try {
		const routes = routesOf(parquet.columns, { file, spec, sink });
		const names = sink.misfit === undefined ? routes.map((r) => r.name) : parquet.columns.map((c) => c.name);
		let row = 0;
		for await (const window of parquet.windows(names)) {
			const count = window[0]?.length ?? 0;
			for (let i = 0; i < count; i++) {
				row++;
				sink.rows.begin();
				const reason = sink.misfit ?? writeRow(routes, window, i);
				if (reason === undefined) sink.take(row);
				else sink.reject(row, rawOf(parquet.columns, names, window, i), reason);
				if (sink.full) yield;
			}
		}
	} finally {
		await parquet.close();
	}
	if (before !== (await stampOf(absolute)) || (expected !== undefined && expected.hash !== digest.hash))
		fail("TFM-LOAD-016", { file });
	return digest;
}

function writeRow(routes: readonly Route[], window: readonly ArrayLike<unknown>[], i: number): string | undefined {
	for (let c = 0; c < routes.length; c++) {
		const reason = routes[c]!.write(window[c]![i]);
		if (reason !== undefined) return reason;
	}
	return undefined;
}

function routesOf(
	columns: readonly ParquetColumn[],
	{ file, spec, sink }: { readonly file: string; readonly spec: LoadSpec; readonly sink: LandingSink },
): readonly Route[] {
	const paths = sink.fields.map((field) => field.column.path);
	const found = columns.map((column) => column.name);
	if (spec.columns === "infer") sink.misfit = misfitOf(found, paths);
	if (sink.misfit !== undefined) return [];
	const missing = paths.filter((path) => !found.includes(path));
	if (missing.length > 0) fail("TFM-LOAD-011", { missing, header: found }, { at: { file, line: 1, column: 1 } });
	return sink.fields.map((field): Route => {
		const { name, value } = columns.find((column) => column.name === field.column.path)!;
		const text = value.text as (stored: unknown) => string;
		// A value of the very type that the table has needs no second look, unless its text may hold what no table takes.
		const isSure = value.type === field.column.type && SURE.includes(value.type);
		const scratch = Buffer.alloc(64);
		return {
			name,
			write(stored) {
				if (stored === null || stored === undefined) return field.null();
				const written = text(stored);
				if (!isSure || written.length > scratch.length) return field.text(written);
				const end = scratch.write(written, "latin1");
				return field.bytes(scratch, 0, end);
			},
		};
	});
}

/** Their texts are of ASCII and mostly short. */
const SURE = [
	"integer",
	"bigint",
	"numeric",
	"real",
	"double",
	"boolean",
	"date",
	"time",
	"timestamp",
	"timestamptz",
	"uuid",
];

/** A record as JSON: a Parquet file has no text of its own. */
function rawOf(
	columns: readonly ParquetColumn[],
	names: readonly string[],
	window: readonly ArrayLike<unknown>[],
	i: number,
): string {
	const members = names.map((name, c) => {
		const { value } = columns.find((column) => column.name === name)!;
		const stored = window[c]![i];
		if (stored === null || stored === undefined) return `${JSON.stringify(name)}:null`;
		const text = (value.text as (v: unknown) => string)(stored);
		return `${JSON.stringify(name)}:${value.type === "json" || value.isJson ? text : JSON.stringify(text)}`;
	});
	return `{${members.join(",")}}`;
}
