import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { SnowflakeError, unsupported } from "../snowflakeError.ts";
import { type Cursor, createCursor } from "../sql/cursor.ts";
import { literal } from "../sql/names.ts";
import { change, type Statement } from "./statement.ts";

/** A file whose records are taken whole: as documents, or each as the list of its fields. */
export type RecordFormat =
	| { readonly type: "json"; readonly strip: boolean }
	| { readonly type: "parquet" }
	| {
			readonly type: "csv";
			readonly delimiter: string;
			readonly quote: string | null;
			readonly escape: string | null;
			readonly encoding: string;
			readonly skipBlank: boolean;
	  };

/** `select array_construct($1, $2), metadata$file_row_number from`, or with `$1` alone, which is the document. */
export interface SelectedRecords {
	/** Null: the document. */
	readonly fields: number | null;
}

/** Null where the query of COPY is another one: fields of a line, of which the rest of COPY knows. */
export function selectedRecords(cursor: Cursor, width: number): SelectedRecords | null {
	const isDocument = ["$", "1", ",", "metadata$file_row_number"].every(
		(text, i) => cursor.peek(i + 1)?.text.toLowerCase() === text,
	);
	const isList = cursor.peek(1)?.text.toLowerCase() === "array_construct";
	if (!isList && !isDocument) return null;
	if (width !== 2) throw unsupported("COPY of another number of fields than columns");
	cursor.expect("select");
	let fields: number | null = null;
	if (isList) {
		cursor.next();
		const inner = createCursor("", cursor.group());
		fields = 0;
		do {
			inner.expect("$");
			if (inner.next().text !== String(++fields)) throw unsupported("fields of ARRAY_CONSTRUCT out of their order");
		} while (inner.take(","));
		inner.end();
	} else {
		cursor.next();
		cursor.next();
	}
	cursor.expect(",", "metadata$file_row_number", "from");
	return { fields };
}

const ENCODINGS: Readonly<Record<string, string>> = {
	UTF8: "utf-8",
	UTF16: "utf-16le",
	ISO88591: "latin1",
	WINDOWS1252: "windows-1252",
};

/** Options of a file format, each of which is known here or refused; null for lines that are taken as they are. */
export function recordFormat(cursor: Cursor, { fields }: SelectedRecords): RecordFormat | null {
	const given = new Map<string, string>();
	while (!cursor.atEnd()) {
		const option = cursor.next().text.toLowerCase();
		cursor.expect("=");
		if (option === "null_if") {
			if (cursor.group().length > 0) throw unsupported("NULL_IF of records");
		} else given.set(option, cursor.next().value);
		cursor.take(",");
	}
	const take = (option: string, fallback: string): string => {
		const value = given.get(option) ?? fallback;
		given.delete(option);
		return value;
	};
	const type = take("type", "csv").toLowerCase();
	if (type === "csv" && fields === null) return null;
	if (type !== "csv" && fields !== null) throw unsupported(`ARRAY_CONSTRUCT of fields of ${type}`);
	if (!/^(auto|gzip|none)$/i.test(take("compression", "auto"))) throw unsupported("this COMPRESSION of a file format");
	const format = ((): RecordFormat => {
		if (type === "json") return { type, strip: /^true$/i.test(take("strip_outer_array", "false")) };
		if (type === "parquet") {
			if (!/^true$/i.test(take("use_logical_type", "false")))
				throw unsupported("Parquet files without USE_LOGICAL_TYPE");
			return { type };
		}
		if (type !== "csv") throw unsupported(`the file format ${type}`);
		const character = (option: string): string | null => {
			const value = take(option, "none");
			return value.toLowerCase() === "none" ? null : value;
		};
		if (character("escape_unenclosed_field") !== null) throw unsupported("ESCAPE_UNENCLOSED_FIELD of records");
		if (!/^false$/i.test(take("empty_field_as_null", "true")))
			throw unsupported("EMPTY_FIELD_AS_NULL of lists of fields");
		const encoding = ENCODINGS[take("encoding", "UTF8").toUpperCase()];
		if (encoding === undefined) throw unsupported("this ENCODING of a file format");
		return {
			type,
			delimiter: take("field_delimiter", ","),
			quote: character("field_optionally_enclosed_by"),
			escape: character("escape"),
			skipBlank: /^true$/i.test(take("skip_blank_lines", "false")),
			encoding,
		};
	})();
	const [left] = given.keys();
	if (left !== undefined) throw unsupported(`the file format option ${left} of ${type}`);
	return format;
}

interface RecordFile {
	readonly format: RecordFormat;
	readonly fields: SelectedRecords;
	/** Its name in the stage. */
	readonly file: string;
}

/** How many records of a file came into a table of two columns: a document or list, and its number. */
export async function copyRecords(
	statement: Statement,
	into: string,
	path: string,
	{ format, fields, file }: RecordFile,
): Promise<number> {
	if (format.type === "parquet") {
		await refuseTypes(statement, path);
		return change(
			statement,
			`insert into ${into} select to_json(r), row_number() over () from (select * from read_parquet(${literal(path)})) as r`,
		);
	}
	const bytes = readFileSync(path);
	const unpacked = bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes;
	const decoder = new TextDecoder(format.type === "csv" ? format.encoding : "utf-8");
	const text = decoder.decode(unpacked);
	const folder = mkdtempSync(join(tmpdir(), "snowflake-copy-"));
	try {
		const place = join(folder, "records");
		if (format.type === "csv") {
			const records = [...csvRecords(text, format)].map((found) =>
				JSON.stringify(Array.from({ length: fields.fields! }, (_, i) => found[i] ?? null)),
			);
			writeFileSync(place, records.join("\n"));
			if (records.length === 0) return 0;
			return await change(
				statement,
				`insert into ${into} select json, row_number() over () from read_ndjson_objects(${literal(place)})`,
			);
		}
		writeFileSync(place, text);
		const document = `select cast(content as json) as d from read_text(${literal(place)})`;
		const elements = `select e.value as json, cast(e.key as bigint) + 1 as n from (${document}) as p, json_each(p.d) as e where json_type(p.d) = 'ARRAY'`;
		const whole = `select d as json, 1 as n from (${document})`;
		const rows = format.strip ? `${elements} union all ${whole} where json_type(d) <> 'ARRAY'` : whole;
		return await change(statement, `insert into ${into} select json, row_number() over (order by n) from (${rows})`);
	} catch (error) {
		if (!/Malformed JSON/.test(String(error))) throw error;
		const place = /at byte (\d+)/.exec(String(error))?.[1];
		const what = place === undefined ? "incomplete document" : `unexpected character, pos ${Number(place) + 1}`;
		throw new SnowflakeError("100069", "22P02", `Error parsing JSON: ${what}\n  File '${file}', line 1, character 1`);
	} finally {
		rmSync(folder, { recursive: true });
	}
}

/** What would be another document on Snowflake. */
async function refuseTypes(statement: Statement, path: string): Promise<void> {
	const described = await statement.session.connection.runAndReadAll(
		`describe select * from read_parquet(${literal(path)})`,
	);
	for (const [name, type] of described.getRows())
		if (/BLOB|MAP|INTERVAL|ENUM|UNION|BIT/.test(String(type)))
			throw unsupported(`the Parquet column ${String(name)} of type ${String(type)}`);
}

/**
 * Fields of the records of a CSV. A field is enclosed where it begins with the quote, which stands in it twice; a record may
 * have line ends within. What an enclosed field is followed by, other than a delimiter or a line end, is refused as
 * Snowflake refuses it.
 */
function* csvRecords(text: string, format: Extract<RecordFormat, { type: "csv" }>): Generator<readonly string[]> {
	const { delimiter, quote, escape: escaping, skipBlank } = format;
	let from = 0;
	let line = 1;
	while (from < text.length) {
		const fields: string[] = [];
		for (;;) {
			let field = "";
			if (quote !== null && text[from] === quote) {
				for (from++; ; from++) {
					if (from >= text.length) throw refused("Found unterminated quoted field", line);
					if (escaping !== null && text[from] === escaping) field += text[++from] ?? "";
					else if (text[from] !== quote) field += text[from];
					else if (text[from + 1] === quote) field += text[++from];
					else break;
				}
				from++;
				if (from < text.length && text[from] !== delimiter && !/[\r\n]/.test(text[from]!))
					throw refused(`Found character '${text[from]}' instead of field delimiter '${delimiter}'`, line);
			} else {
				const start = from;
				while (from < text.length && text[from] !== delimiter && text[from] !== "\n") from++;
				field = text.slice(start, from);
				if (text[from] !== delimiter && field.endsWith("\r")) field = field.slice(0, -1);
			}
			fields.push(field);
			if (text[from] !== delimiter) break;
			from++;
		}
		if (text[from] === "\r") from++;
		from++;
		line++;
		if (!(skipBlank && fields.length === 1 && fields[0] === "")) yield fields;
	}
}

const refused = (words: string, line: number): SnowflakeError =>
	new SnowflakeError("100066", "22000", `${words}\n  Line ${line}, character 1`);
