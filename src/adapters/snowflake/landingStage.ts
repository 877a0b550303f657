import { hash } from "node:crypto";
import type { LandingStageDialect, StagedFile, StageFormat, StageRead } from "../../core/landingDialect.ts";
import type { ResultTable } from "../../core/resultTable.ts";
import { at, readsLists, type StagedValue, stagedValue, text } from "./landingStageValue.ts";

const ENCODINGS: Readonly<Record<StageFormat["encoding"], string>> = {
	"utf-8": "UTF8",
	"utf-16": "UTF16",
	latin1: "ISO88591",
	"windows-1252": "WINDOWS1252",
};

/**
 * Lines are taken whole: no character parts or quotes, none escapes, and nothing but an empty line is null. Of CSV an empty
 * field is an empty text, so that a field that is not there is told from it: it is null. A date of a Parquet file is one by
 * its logical type.
 */
function fileFormat({ format, page, delimiter, quote, escape: escaping, encoding }: StageFormat): string {
	const texts = `escape_unenclosed_field = none null_if = () encoding = '${ENCODINGS[encoding]}'`;
	if (format === "parquet") return "type = parquet compression = auto use_logical_type = true";
	if (format === "json") return `type = json compression = auto strip_outer_array = ${page.length === 0}`;
	if (format === "jsonl")
		return `type = csv compression = auto field_delimiter = none field_optionally_enclosed_by = none escape = none empty_field_as_null = true ${texts}`;
	const enclosed = quote === null ? "none" : text(quote);
	return `type = csv compression = auto field_delimiter = ${text(delimiter)} field_optionally_enclosed_by = ${enclosed} escape = ${escaping === null ? "none" : text(escaping)} empty_field_as_null = false skip_blank_lines = true ${texts}`;
}

/** The records of a file: their number, their text for a reject, and the document, or list of fields, that each is. */
function recordsIn(table: string, { format, page, fields }: Pick<StageRead, "format" | "page" | "fields">): string {
	if (format === "jsonl")
		return `select n, line as raw, try_parse_json(line) as record from ${table} where trim(line) <> ''`;
	if (format === "csv") {
		const header = fields?.header === true ? 1 : 0;
		const blank = `array_size(array_compact(record)) = 1 and trim(${at("record", [0])}::varchar) = ''`;
		const own = `select n${header === 1 ? " - 1" : ""} as n, to_json(array_compact(record)) as raw, record from ${table}`;
		return `${own} where n > ${header} and not (${blank})`;
	}
	if (page.length === 0) return `select n, to_json(record) as raw, record from ${table}`;
	const found = at("p.record", page);
	const listed = `case when typeof(${found}) = 'ARRAY' then ${found} else array_construct(${found}) end`;
	return `select f.index + 1 as n, to_json(f.value) as raw, f.value as record from ${table} as p, lateral flatten(input => ${listed}) as f`;
}

/**
 * Each record with its values and the reason why it is no row, null where it is one. Only TRY_ functions read values, so
 * that one that is none fails no statement.
 */
function judged(table: string, read: StageRead): string {
	const records = recordsIn(table, read);
	const values = read.columns === "record" ? [] : read.columns.map((column, i) => stagedValue(column, read, i));
	const given = values.flatMap(({ given: all }) => all).map((one) => `, ${one}`);
	const read2 = values.map(({ value, name }) => `, ${value} as ${name}`).join("");
	const texts = values.map(({ text: name }) => `, ${name}`).join("");
	const inner = values.length === 0 ? `(${records})` : `(select n, raw, record${given.join("")} from (${records}))`;
	const valued = values.length === 0 ? inner : `(select n, raw, record${texts}${read2} from ${inner})`;
	const kept = values.map(({ name }) => `, ${name}`).join("");
	return `select n, raw, record${kept}, ${reason(read, values)} as reason from ${valued}`;
}

function reason(read: StageRead, values: readonly StagedValue[]): string {
	const branches: string[] = [];
	const { fields } = read;
	if (fields !== null) {
		const count = "array_size(array_compact(record))";
		const who = `the ${fields.header ? "header" : "first record"} has ${fields.count}`;
		branches.push(`when ${count} <> ${fields.count} then ${count}::varchar || ${text(` values where ${who}`)}`);
	} else {
		const taken = readsLists(read) ? "('OBJECT', 'ARRAY')" : "('OBJECT')";
		branches.push(
			"when record is null then 'not JSON'",
			`when typeof(record) not in ${taken} then 'not a JSON object'`,
		);
	}
	for (const { wrong } of values) branches.push(...wrong);
	return `case ${branches.join(" ")} end`;
}

/**
 * COPY INTO takes the records of a file into a temporary table, where they are looked at: a COPY straight into the landing
 * table would stop at the first that does not fit, or leave it out without a word. `force`: the ledger says what is in, not
 * Snowflake's load history, which forgets after 64 days. What may stand in the query of a COPY is little: ARRAY_CONSTRUCT is.
 */
export const SNOWFLAKE_LANDING_STAGE: LandingStageDialect = Object.freeze<LandingStageDialect>({
	recordsOf: (table) => ({
		...table,
		identifier: `TFM_L_${hash("sha256", table.identifier, "hex").slice(0, 12).toUpperCase()}`,
	}),
	define({ records }, { format }) {
		const column = { csv: "record array", json: "record variant", jsonl: "line varchar(16777216)" };
		return [
			`create or replace temporary table ${records} (${column[format === "parquet" ? "json" : format]}, n number(38,0))`,
		];
	},
	describe: (stage) => `desc stage ${stage.slice(1)}`,
	list: (stage, folder) => `list ${text(`${stage}/${folder}`)}`,
	readFiles(described, listed) {
		const [property, value] = columns(described, "property", "property_value");
		const url = described.rows.find((row) => String(row[property!]).toUpperCase() === "URL")?.[value!];
		// ["s3://bucket/folder/"]; a stage within Snowflake has none.
		const home = /^\["(.*)"\]$/.exec(String(url ?? ""))?.[1] ?? "";
		const [name, size, md5, modified] = columns(listed, "name", "size", "md5", "last_modified");
		return listed.rows.flatMap((row): StagedFile[] => {
			const whole = String(row[name!]);
			// A folder of an object store may be an object itself.
			if (whole.endsWith("/")) return [];
			return [{ path: below(home, whole), bytes: Number(row[size!]), tag: String(row[md5!] ?? row[modified!]) }];
		});
	},
	copy({ records }, { stage, below: path }, format, fields) {
		const split = path.lastIndexOf("/") + 1;
		const all = Array.from({ length: fields }, (_, i) => `$${i + 1}`).join(", ");
		const taken = format.format === "csv" ? `array_construct(${all})` : "$1";
		return [
			`delete from ${records}`,
			`copy into ${records} (${format.format === "jsonl" ? "line" : "record"}, n) from (select ${taken}, metadata$file_row_number from ${text(`${stage}/${path.slice(0, split)}`)}) files = (${text(path.slice(split))}) file_format = (${fileFormat(format)}) on_error = abort_statement force = true`,
		];
	},
	firstRecord: ({ records }) => `select to_json(array_compact(record)) from ${records} where n = 1`,
	firstRecords: ({ records }, format, most) =>
		`select raw from (${recordsIn(records, { ...format, fields: null })}) order by n limit ${most}`,
	pageFound: ({ records }, { page }) => `select typeof(${at("record", page)}) from ${records}`,
	misfits: ({ records }, read, most) =>
		`select n, reason from (${judged(records, read)}) where reason is not null order by n limit ${most}`,
	insertRows({ table, records }, read) {
		const whole = read.columns === "record";
		const names = read.columns === "record" ? ["record"] : read.columns.map(({ sql }) => sql);
		const values = whole ? ["record"] : names.map((_, i) => `v${i + 1}`);
		return `insert into ${table} (${[...names, ...read.own].join(", ")}) select ${values.join(", ")}, $1, n, $2 from (${judged(records, read)}) where reason is null`;
	},
	insertRejects: ({ rejects, records }, read) =>
		`insert into ${rejects} (raw, reason, ${read.own.join(", ")}) select raw, reason, $1, n, $2 from (${judged(records, read)}) where reason is not null`,
});

/** LIST names a file of a store by its address, one within Snowflake by the stage's name and its path. */
function below(home: string, name: string): string {
	const rest = home === "" ? name.slice(name.indexOf("/") + 1) : name.slice(home.length);
	return rest.startsWith("/") ? rest.slice(1) : rest;
}

const columns = (table: ResultTable, ...names: readonly string[]): readonly number[] =>
	names.map((name) => table.columns.findIndex((column) => column.name.toLowerCase() === name));
