import { fail } from "../core/diagnostic.ts";
import type { CopyRows } from "./copyRows.ts";
import type { FieldWriter } from "./fieldWriter.ts";
import type { LandingSink } from "./landingSink.ts";
import type { LoadSpec } from "./loadSpec.ts";
import { openParquet, type ParquetColumn } from "./parquetFile.ts";
import type { ParquetValue } from "./parquetTypes.ts";
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
		return { name, write: writerOf(field, value, sink.rows) };
	});
}

function writerOf(field: FieldWriter, value: ParquetValue, rows: CopyRows): Route["write"] {
	const text = value.text as (stored: unknown) => string;
	// A value of the very type that the table has needs no second look, unless its text may hold what no table takes.
	const isSame = value.type === field.column.type;
	const choose = (): Route["write"] => {
		if (!isSame) return (stored) => field.text(text(stored));
		if (value.isWhole && field.takesAll) return wholeWriter(rows);
		if (ALWAYS.includes(value.type) && field.takesAll) return (stored) => rows.ascii(text(stored));
		if (SURE.includes(value.type)) return sureWriter(field, text);
		return value.type === "text" ? wordWriter(field, text, rows) : (stored) => field.text(text(stored));
	};
	const write = choose();
	return (stored) => (stored === null || stored === undefined ? field.null() : write(stored));
}

function wholeWriter(rows: CopyRows): Route["write"] {
	return (stored) => {
		if (typeof stored === "number") return rows.whole(stored);
		const isSmall = (stored as bigint) < SAFE && (stored as bigint) > -SAFE;
		return isSmall ? rows.whole(Number(stored)) : rows.ascii(String(stored));
	};
}
const SAFE = BigInt(Number.MAX_SAFE_INTEGER);

function sureWriter(field: FieldWriter, text: (stored: unknown) => string): Route["write"] {
	const scratch = Buffer.alloc(64);
	return (stored) => {
		const written = text(stored);
		if (written.length > scratch.length) return field.text(written);
		for (let i = 0; i < written.length; i++) scratch[i] = written.charCodeAt(i);
		return field.bytes(scratch, 0, written.length);
	};
}

/** Words that come again and again, as those of a dictionary, are looked at once. */
function wordWriter(field: FieldWriter, text: (stored: unknown) => string, rows: CopyRows): Route["write"] {
	const known = new Map<string, Uint8Array>();
	let asked = 0;
	let found = 0;
	return (stored) => {
		if (typeof stored !== "string" || stored.length > LONGEST_WORD || asked < 0) return field.text(text(stored));
		const before = known.get(stored);
		asked++;
		if (before !== undefined) {
			found++;
			rows.again(before);
			return undefined;
		}
		// Where few come again, none is looked for any more.
		if (asked > MOST_WORDS * 4 && found < asked / 2) {
			known.clear();
			asked = -1;
			return field.text(stored);
		}
		const { here } = rows;
		const reason = field.text(stored);
		if (reason === undefined && known.size < MOST_WORDS) known.set(stored, rows.since(here));
		return reason;
	};
}
const LONGEST_WORD = 256;
const MOST_WORDS = 4096;

/** Whatever is stored as one of these is a value of the table's type. */
const ALWAYS = ["real", "double", "boolean", "uuid"];

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
