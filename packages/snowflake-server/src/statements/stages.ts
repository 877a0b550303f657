import { createHash } from "node:crypto";
import { readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { type Answer, STATEMENT, texts } from "../answer.ts";
import { printRef, type Stage } from "../catalog/catalog.ts";
import { engineError } from "../engine/engineError.ts";
import { objectMissing, SnowflakeError, unsupported } from "../snowflakeError.ts";
import { type Cursor, createCursor } from "../sql/cursor.ts";
import { literal, type Name, quoted } from "../sql/names.ts";
import { duckType } from "../sql/types.ts";
import { copyRecords, type RecordFormat, recordFormat, selectedRecords } from "./stagedRecords.ts";
import { change, type Statement, together } from "./statement.ts";

interface StagePath {
	readonly stage: Stage;
	readonly path: string;
	/** What LIST writes before the path of a file within Snowflake. */
	readonly name: string;
}

/** `@stage/folder/file`, bare or within quotes. */
function stagePath(cursor: Cursor, { runtime, session }: Statement): StagePath {
	const token = cursor.peek();
	let written = "";
	if (token?.kind === "string") written = cursor.next().value;
	else {
		let end = token?.start ?? 0;
		for (let next = cursor.peek(); next !== undefined && next.start === end; next = cursor.peek()) {
			if (next.text === ")" || next.text === ",") break;
			written += cursor.next().text;
			end = next.end;
		}
	}
	const own = /^@~(?:\/(.*))?$/.exec(written);
	if (own) return { stage: runtime.userStage(session.user), path: own[1] ?? "", name: "" };
	const parts = /^@((?:[\w$]+|"[^"]+")(?:\.(?:[\w$]+|"[^"]+"))*)(?:\/(.*))?$/.exec(written);
	if (!parts) throw unsupported(`the stage ${written}`);
	const ref = runtime.catalog.refer(createCursor(parts[1]!).name(), session);
	const stage = runtime.catalog.schema(ref.database, ref.schema).stages.get(ref.name);
	if (stage === undefined) throw objectMissing("Stage", printRef(ref));
	const path = parts[2] ?? "";
	if (path.split("/").includes("..")) throw unsupported("a path out of the stage");
	return { stage, path, name: `${ref.name.toLowerCase()}/` };
}

/** DESCRIBE STAGE, from behind these words: where it stands. */
export function describeStage(cursor: Cursor, { runtime, session }: Statement): Answer {
	const ref = runtime.catalog.refer(cursor.name(), session);
	cursor.end();
	const stage = runtime.catalog.schema(ref.database, ref.schema).stages.get(ref.name);
	if (stage === undefined) throw objectMissing("Stage", printRef(ref));
	const url = stage.url === undefined ? "" : JSON.stringify([stage.url]);
	return texts(
		["parent_property", "property", "property_type", "property_value", "property_default"],
		[["STAGE_LOCATION", "URL", "String", url, ""]],
	);
}

/** PUT: the driver copies the file itself, into the folder that it is told. */
export function put(cursor: Cursor, statement: Statement): Answer {
	const match = /^\s*put\s+(?:'file:\/\/([^']+)'|file:\/\/(\S+))\s+/i.exec(statement.sql);
	if (!match) throw cursor.refuse("PUT");
	const file = match[1] ?? match[2]!;
	const rest = createCursor(statement.sql.slice(match[0].length));
	const { stage, path } = stagePath(rest, statement);
	if (stage.url !== undefined) throw unsupported("PUT to an external stage");
	let compress = true;
	let overwrite = false;
	while (!rest.atEnd()) {
		const option = rest.takeOne("auto_compress", "overwrite", "parallel", "source_compression");
		if (option === undefined) throw rest.refuse("the option of PUT");
		rest.expect("=");
		const value = rest.next().text.toLowerCase();
		if (option === "AUTO_COMPRESS") compress = value === "true";
		if (option === "OVERWRITE") overwrite = value === "true";
		if (option === "SOURCE_COMPRESSION" && value !== "auto_detect" && value !== "none" && value !== "gzip")
			throw unsupported(`SOURCE_COMPRESSION = ${value}`);
	}
	return {
		columns: [],
		rows: [],
		typeId: STATEMENT.other,
		order: {
			command: "UPLOAD",
			src_locations: [file],
			autoCompress: compress,
			sourceCompression: "auto_detect",
			overwrite,
			parallel: 4,
			threshold: 209_715_200,
			clientShowEncryptionParameter: false,
			encryptionMaterial: null,
			presignedUrls: null,
			uploadInfo: null,
			operation: "Node",
			stageInfo: {
				locationType: "LOCAL_FS",
				location: join(stage.directory, path),
				path: "",
				region: null,
				storageAccount: null,
				isClientSideEncrypted: false,
				creds: {},
				presignedUrl: null,
				endPoint: null,
			},
		},
	};
}

interface CsvFormat {
	readonly delimiter: string;
	readonly quote: string;
	readonly skip: number;
	readonly nulls: readonly string[];
	readonly emptyAsNull: boolean;
}

/** COPY INTO table FROM @stage, CSV only; all files or none. */
export async function copyInto(cursor: Cursor, statement: Statement): Promise<Answer> {
	const { catalog } = statement.runtime;
	cursor.expect("into");
	const ref = catalog.refer(cursor.name(), statement.session);
	const table = catalog.get(ref, statement.session);
	if (table.kind === "VIEW") throw unsupported("COPY INTO a view");
	const named = cursor.peek()?.text === "(" ? cursor.group() : [];
	const columns = named.length > 0 ? createNames(statement.sql, named) : table.columns.map(({ name }) => name);
	cursor.expect("from");
	const inner = cursor.peek()?.text === "(" ? createCursor(statement.sql, cursor.group()) : null;
	const listed = inner === null ? null : selectedRecords(inner, columns.length);
	const fields = inner === null ? null : listed === null ? selectedFields(inner, columns.length) : WHOLE_LINE;
	const numbered = fields?.filter(({ field }) => field === "number").length ?? 0;
	const { stage, path } = stagePath(inner ?? cursor, statement);
	inner?.end();
	let files: readonly string[] | null = null;
	let pattern: RegExp | null = null;
	let purge = false;
	let format = csvFormat(createCursor(stage.options));
	let records: RecordFormat | null = null;
	while (!cursor.atEnd()) {
		const option = cursor.takeOne("file_format", "on_error", "files", "purge", "force", "pattern");
		if (option === undefined) throw cursor.refuse("the option of COPY");
		if (option === "FILE_FORMAT") {
			cursor.expect("=");
			const tokens = cursor.group();
			const options = createCursor(statement.sql, tokens);
			if (listed !== null) records = recordFormat(options, listed);
			if (records === null) format = csvFormat(createCursor(statement.sql, tokens), format);
			continue;
		}
		cursor.expect("=");
		if (option === "FILES") files = cursor.group().flatMap(({ kind, value }) => (kind === "string" ? [value] : []));
		else {
			const { value } = cursor.next();
			if (option === "PATTERN") pattern = new RegExp(`^(?:${value})$`);
			if (option === "PURGE") purge = value.toLowerCase() === "true";
			if (option === "ON_ERROR" && value.toLowerCase() !== "abort_statement") throw unsupported(`ON_ERROR = ${value}`);
		}
	}
	const found = stagedFiles(stage.directory, path)
		.filter((file) => files === null || files.some((name) => file === `${path}${name}`))
		.filter((file) => pattern === null || pattern.test(file));
	if (found.length === 0) return texts(["status"], [["Copy executed with 0 files processed."]], {}, STATEMENT.copy);
	const rows = await together(statement, async () => {
		const loaded: (readonly [string, string])[] = [];
		for (const file of found) loaded.push([file, String(await loadFile(file))]);
		return loaded;
	});
	catalog.changed(table);
	if (purge) for (const [file] of rows) rmSync(join(stage.directory, file));
	return texts(
		["file", "status", "rows_parsed", "rows_loaded", "error_limit", "errors_seen", "first_error"],
		rows.map(([file, count]) => [file, "LOADED", count, count, "1", "0", null]),
		{},
		STATEMENT.copy,
	);

	async function loadFile(file: string): Promise<number> {
		if (listed?.fields != null && records === null) throw unsupported("lists of fields without FILE_FORMAT");
		if (listed !== null && records !== null) {
			const into = `main.${table.kind === "TABLE" ? table.storage : ""} (${columns.map(quoted).join(", ")})`;
			return copyRecords(statement, into, join(stage.directory, file), { format: records, fields: listed, file });
		}
		const options = [
			`delim = ${literal(format.delimiter)}`,
			`quote = ${literal(format.quote)}`,
			`escape = ${literal(format.quote)}`,
			"header = false",
			`skip = ${format.skip}`,
			"auto_detect = false",
			"null_padding = false",
			`nullstr = [${[...format.nulls, ...(format.emptyAsNull ? [""] : [])].map(literal).join(", ")}]`,
			// An empty field is null, an empty text within quotes is none.
			"allow_quoted_nulls = false",
			`columns = {${columns
				.slice(numbered)
				.map((_, i) => `'c${i}': 'VARCHAR'`)
				.join(", ")}}`,
		];
		const values = columns.map((column, i) => {
			if (fields?.[i]?.field === "number") return "row_number() over ()";
			const text = `c${fields?.[i]?.field ?? i}`;
			if (fields?.[i]?.parsed) return `cast(${text} as json)`;
			const { type } = table.columns.find(({ name }) => name === column) ?? {};
			// BINARY_FORMAT is HEX unless a file format says otherwise.
			if (type?.name === "BINARY") return `unhex(${text})`;
			return type && ["VARIANT", "OBJECT", "ARRAY"].includes(type.name) ? `sf.json(${text})` : text;
		});
		const from = `read_csv(${literal(join(stage.directory, file))}, ${options.join(", ")})`;
		try {
			return await change(
				statement,
				`insert into main.${table.kind === "TABLE" ? table.storage : ""} (${columns.map(quoted).join(", ")}) select ${values.join(", ")} from ${from}`,
			);
		} catch (error) {
			const known = engineError(error, statement.sql);
			const row = await unreadableRow(from);
			throw new SnowflakeError(known.code, known.sqlState, `${known.message}\n  File '${file}'${row}`);
		}
	}

	/** The first row with a value that its column cannot hold, as Snowflake tells it; nothing if it is none of that. */
	async function unreadableRow(from: string): Promise<string> {
		const places = columns.map((column, i) => {
			if (fields?.[i]?.field === "number") return "when false then null";
			const text = `c${fields?.[i]?.field ?? i}`;
			const found = table.columns.find(({ name }) => name === column);
			const type = found === undefined ? "VARCHAR" : duckType(found.type);
			const place = `${quoteName(ref.name)}[${quoteName(column)}:${i + 1}]`;
			return `when ${text} is not null and try_cast(${text} as ${type}) is null then ${literal(place)}`;
		});
		const rows = `select row_number() over () as r, case ${places.join(" ")} end as place from ${from}`;
		// The session's own connection is in a transaction that has failed.
		const aside = await statement.runtime.engine.connect();
		try {
			const first = `select r, place from (${rows}) where place is not null order by r limit 1`;
			const [bad] = (await aside.runAndReadAll(first)).getRows();
			return bad === undefined ? "" : `\n  Row ${bad[0]}, column ${bad[1]}`;
		} finally {
			aside.closeSync();
		}
	}
}

const quoteName = (name: Name): string => `"${name.replaceAll('"', '""')}"`;

/** `select $1, parse_json($2) … from` of a COPY: which field of a line each column takes. */
function selectedFields(cursor: Cursor, width: number) {
	cursor.expect("select");
	const fields: { readonly field: number | "number"; readonly parsed: boolean }[] = [];
	do {
		if (cursor.take("metadata$file_row_number")) {
			fields.push({ field: "number", parsed: false });
			continue;
		}
		const parsed = cursor.take("parse_json");
		const from = parsed ? createCursor("", cursor.group()) : cursor;
		const field = from.take("$") ? from.next().text : "";
		if (!/^\d+$/.test(field) || Number(field) > width) throw unsupported(`the field ${field} in the query of COPY`);
		fields.push({ field: Number(field) - 1, parsed: Boolean(parsed) });
	} while (cursor.take(","));
	if (fields.length !== width) throw unsupported("COPY of another number of fields than columns");
	cursor.expect("from");
	return fields;
}

const createNames = (sql: string, tokens: ReturnType<Cursor["group"]>): readonly string[] => {
	const cursor = createCursor(sql, tokens);
	const names = [cursor.identifier()];
	while (cursor.take(",")) names.push(cursor.identifier());
	cursor.end();
	return names;
};

/** `$1, metadata$file_row_number`: the fields of a line that is not split. */
const WHOLE_LINE = [
	{ field: 0, parsed: false },
	{ field: "number", parsed: false },
] as const;

const CSV: CsvFormat = { delimiter: ",", quote: "", skip: 0, nulls: ["\\N"], emptyAsNull: true };

/** Options of a file format, of COPY's own list or of CREATE STAGE. */
function csvFormat(cursor: Cursor, base: CsvFormat = CSV): CsvFormat {
	let format = base;
	while (!cursor.atEnd()) {
		if (cursor.take("file_format", "=")) {
			format = csvFormat(createCursor("", cursor.group()), format);
			continue;
		}
		const option = cursor.next().text.toLowerCase();
		cursor.expect("=");
		const value = option === "null_if" ? "" : cursor.next().value;
		const none = value.toLowerCase() === "none";
		if (option === "null_if")
			format = {
				...format,
				nulls: cursor.group().flatMap(({ kind, value: text }) => (kind === "string" ? [text] : [])),
			};
		else if (option === "type" && value.toLowerCase() === "csv") continue;
		else if (option === "skip_header") format = { ...format, skip: Number(value) };
		// A control character that no text file holds: a file with it is refused, as it has a field too many.
		else if (option === "field_delimiter") format = { ...format, delimiter: none ? "\x01" : value };
		else if (option === "field_optionally_enclosed_by") format = { ...format, quote: none ? "" : value };
		else if (option === "empty_field_as_null") format = { ...format, emptyAsNull: value.toLowerCase() === "true" };
		else if (option === "compression" && /^(auto|gzip|none)$/i.test(value)) continue;
		else if ((option === "escape_unenclosed_field" || option === "escape") && none) continue;
		else if (option === "encoding" && /^utf-?8$/i.test(value)) continue;
		else throw unsupported(`the file format option ${option} = ${value}`);
		cursor.take(",");
	}
	return format;
}

/** Files below a prefix, in order. */
function stagedFiles(directory: string, prefix: string): readonly string[] {
	return readdirSync(directory, { recursive: true, encoding: "utf8" })
		.map((file) => file.replaceAll("\\", "/"))
		.filter((file) => file.startsWith(prefix) && statSync(join(directory, file)).isFile())
		.sort();
}

/** LIST and REMOVE. */
export function listOrRemove(cursor: Cursor, statement: Statement, remove: boolean): Answer {
	const { stage, path, name } = stagePath(cursor, statement);
	cursor.end();
	const files = stagedFiles(stage.directory, path);
	if (!remove)
		return texts(
			["name", "size", "md5", "last_modified"],
			files.map((file) => {
				const place = join(stage.directory, file);
				const { size, mtime } = statSync(place);
				const md5 = createHash("md5").update(readFileSync(place)).digest("hex");
				return [`${stage.url ?? name}${file}`, String(size), md5, mtime.toUTCString()];
			}),
		);
	for (const file of files) rmSync(join(stage.directory, file));
	return texts(
		["name", "result"],
		files.map((file) => [file, "removed"]),
	);
}
