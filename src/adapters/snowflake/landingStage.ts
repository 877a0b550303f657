import { hash } from "node:crypto";
import type { LandingStageDialect, StagedFile } from "../../core/landingDialect.ts";
import type { ResultTable } from "../../core/resultTable.ts";

/** Each line whole: no character parts or quotes, none escapes, and nothing but an empty line is null. */
const LINES =
	"type = csv compression = auto field_delimiter = none field_optionally_enclosed_by = none escape = none escape_unenclosed_field = none empty_field_as_null = true null_if = () encoding = 'UTF8'";

/** Records are objects and lists, as in files of the project; blank lines are nothing. */
const TAKEN = "typeof(try_parse_json(line)) in ('OBJECT', 'ARRAY')";
const REFUSED = "trim(line) <> '' and coalesce(typeof(try_parse_json(line)), '') not in ('OBJECT', 'ARRAY')";
const REASON = "case when try_parse_json(line) is null then 'not JSON' else 'not a JSON object' end";

const text = (value: string): string => `'${value.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`;

/**
 * COPY INTO takes a file's lines into a temporary table, where they are looked at: a COPY straight into the landing table
 * would stop at the first line that is no JSON, or leave it out without a word. `force`: the ledger says what is in, not
 * Snowflake's load history, which forgets after 64 days.
 */
export const SNOWFLAKE_LANDING_STAGE: LandingStageDialect = Object.freeze<LandingStageDialect>({
	linesOf: (table) => ({
		...table,
		identifier: `TFM_L_${hash("sha256", table.identifier, "hex").slice(0, 12).toUpperCase()}`,
	}),
	define: ({ lines }) => [`create or replace temporary table ${lines} (line varchar(16777216), n number(38,0))`],
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
	copy({ lines }, stage, path) {
		const at = path.lastIndexOf("/") + 1;
		return [
			`delete from ${lines}`,
			`copy into ${lines} (line, n) from (select $1, metadata$file_row_number from ${text(`${stage}/${path.slice(0, at)}`)}) files = (${text(path.slice(at))}) file_format = (${LINES}) on_error = abort_statement force = true`,
		];
	},
	misfits: ({ lines }, most) => `select n, ${REASON} from ${lines} where ${REFUSED} order by n limit ${most}`,
	insertRows: ({ table, lines }) =>
		`insert into ${table} (record, _tfm_file, _tfm_row, _tfm_loaded_at) select parse_json(line), $1, n, $2 from ${lines} where ${TAKEN}`,
	insertRejects: ({ rejects, lines }) =>
		`insert into ${rejects} (raw, reason, _tfm_file, _tfm_row, _tfm_loaded_at) select line, ${REASON}, $1, n, $2 from ${lines} where ${REFUSED}`,
});

/** LIST names a file of a store by its address, one within Snowflake by the stage's name and its path. */
function below(home: string, name: string): string {
	const rest = home === "" ? name.slice(name.indexOf("/") + 1) : name.slice(home.length);
	return rest.startsWith("/") ? rest.slice(1) : rest;
}

const columns = (table: ResultTable, ...names: readonly string[]): readonly number[] =>
	names.map((name) => table.columns.findIndex((column) => column.name.toLowerCase() === name));
