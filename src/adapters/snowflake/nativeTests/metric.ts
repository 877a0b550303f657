import { createHash } from "node:crypto";
import type { Dialect } from "../../../core/adapter.ts";
import type { NativeCheck } from "../../../core/nativeTests.ts";
import type { ColumnInfo } from "../../../core/relation.ts";

/** One check as a function on columns of its relation, with what is expected of its number. */
export interface Metric {
	readonly check: NativeCheck;
	/** As it stands in SQL. */
	readonly function: string;
	/** The statement that makes it; null: Snowflake has it. */
	readonly create: string | null;
	/** Behind `on`, without its brackets. */
	readonly on: string;
	readonly expectation: string;
	/** `value = 0` */
	readonly expression: string;
}

export interface MetricPlace {
	readonly dialect: Dialect;
	/** The schema where own functions stand, as it is written in SQL. */
	readonly home: string;
	readonly columns: readonly ColumnInfo[];
	/** Of the other relation, where the check reads one. */
	readonly parentColumns: readonly ColumnInfo[];
}

/** All names that are tfm's begin so, and no expectation of another's is touched. */
export const OURS = "TFM_";

/** Snowflake documents these for arguments of its own functions; a function of one's own takes three more. */
const OF_SYSTEM: ReadonlySet<string> = new Set(
	"DATE FLOAT NUMBER TIMESTAMP_LTZ TIMESTAMP_NTZ TIMESTAMP_TZ VARCHAR".split(" "),
);
const OF_OWN: ReadonlySet<string> = new Set([...OF_SYSTEM, "BOOLEAN", "TIME", "BINARY"]);

const hash = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 12).toUpperCase();

/** `NUMBER(38,0)` is an argument of type NUMBER. */
const argumentType = ({ type }: ColumnInfo): string => type.toUpperCase().replace(/\s*\(.*$/, "");

/** A column as the project writes it: a bare name or one in quotes; undefined: it is none of the relation's. */
function columnNamed(
	written: string,
	columns: readonly ColumnInfo[],
	{ fold }: Pick<Dialect, "fold">,
): ColumnInfo | undefined {
	const quoted = /^"((?:[^"]|"")+)"$/.exec(written.trim())?.[1];
	const name = quoted === undefined ? fold(written.trim()) : quoted.replaceAll('""', '"');
	return columns.find((column) => column.name === name);
}

/** Columns that a condition names: what stands in it outside of texts and is called like one. */
function columnsIn(
	condition: string | null,
	columns: readonly ColumnInfo[],
	dialect: Pick<Dialect, "fold">,
): readonly ColumnInfo[] {
	const words = (condition ?? "").replace(/'(?:[^'\\]|''|\\[\s\S])*'/g, "''").match(/"(?:[^"]|"")+"|[A-Za-z_][\w$]*/g);
	return [...new Set((words ?? []).flatMap((word) => columnNamed(word, columns, dialect) ?? []))];
}

/**
 * The function for a check, or why there is none. Snowflake's own function is used where it counts the very same:
 * NULL_COUNT. DUPLICATE_COUNT counts nulls as well and ACCEPTED_VALUES counts rows, not values, so that those are
 * functions of tfm's own. Their arguments are called as the columns are, so that a `where` stays as it is written.
 */
export function metricOf(check: NativeCheck, place: MetricPlace): Metric | string {
	const { dialect, columns } = place;
	const { counts } = check;
	const column = columnNamed(counts.column, columns, dialect);
	if (column === undefined) return `reads ${counts.column}, which is no column of the relation`;
	const read = [...new Set([column, ...columnsIn(counts.where, columns, dialect)])];
	const parent =
		counts.kind === "orphans" ? columnNamed(counts.parent.column, place.parentColumns, dialect) : undefined;
	if (counts.kind === "orphans" && place.parentColumns.length === 0)
		return `reads ${counts.parent.relation.identifier}, which is not there`;
	if (counts.kind === "orphans" && parent === undefined)
		return `reads ${counts.parent.column}, which is no column of ${counts.parent.relation.identifier}`;
	const all = parent === undefined ? read : [...read, parent];
	const odd = all.find((one) => !OF_OWN.has(argumentType(one)));
	if (odd !== undefined) return `reads ${odd.name} of type ${argumentType(odd)}, which no function takes`;
	const names = (some: readonly ColumnInfo[]): string => some.map(({ name }) => dialect.quote(name)).join(", ");
	const on =
		counts.kind === "orphans" && parent !== undefined
			? `${names(read)}, table ${dialect.render(counts.parent.relation)} (${names([parent])})`
			: names(read);
	const bySystem = counts.kind === "nulls" && counts.where === null && OF_SYSTEM.has(argumentType(column));
	const own = bySystem ? null : ownFunction(check, { column, read, parent: parent ?? null }, place);
	const name = own?.name ?? "snowflake.core.null_count";
	const expression = `value ${check.passes}`;
	const label = [check.name, column.name]
		.join("_")
		.toUpperCase()
		.replace(/[^A-Z0-9_]/g, "_")
		.slice(0, 80);
	return Object.freeze({
		check,
		function: name,
		create: own?.create ?? null,
		on,
		expectation: `${OURS}${label}_${hash([check.test, name, on, expression].join("\0"))}`,
		expression,
	});
}

function ownFunction(
	{ counts, name: kind }: NativeCheck,
	read: {
		readonly column: ColumnInfo;
		readonly read: readonly ColumnInfo[];
		readonly parent: ColumnInfo | null;
	},
	{ dialect, home }: MetricPlace,
): { readonly name: string; readonly create: string } {
	const argument = (name: string, columns: readonly ColumnInfo[]): string =>
		`${name} table(${columns.map((one) => `${dialect.quote(one.name)} ${argumentType(one)}`).join(", ")})`;
	const given = [
		argument("tfm_rows", read.read),
		...(read.parent === null ? [] : [argument("tfm_parent", [read.parent])]),
	].join(", ");
	const body = dialect.literal(bodyOf(counts, dialect.quote(read.column.name), read.parent, dialect));
	const name = `${home}.${OURS}${kind.toUpperCase()}_${hash(`${given}\0${body}`)}`;
	return {
		name,
		create: `create data metric function if not exists ${name} (${given}) returns number not null as ${body}`,
	};
}

/** The number as dbt's query for the test counts it. */
function bodyOf(
	counts: NativeCheck["counts"],
	column: string,
	parent: ColumnInfo | null,
	{ quote }: Pick<Dialect, "quote">,
): string {
	const where = (...more: readonly string[]): string => {
		const conditions = [...(counts.where === null ? [] : [`(${counts.where})`]), ...more];
		return conditions.length === 0 ? "" : ` where ${conditions.join(" and ")}`;
	};
	switch (counts.kind) {
		case "nulls":
			return `select count(*) from tfm_rows${where(`${column} is null`)}`;
		case "duplicates":
			return `select count(*) from (select ${column} from tfm_rows${where(`${column} is not null`)} group by ${column} having count(*) > 1)`;
		case "others":
			return `select count(*) from (select ${column} from tfm_rows${where()} group by ${column}) where ${column} not in (${counts.values.join(", ")})`;
		case "orphans": {
			const key = quote(parent?.name ?? "");
			return `select count(*) from tfm_rows${where(`${column} is not null`, `${column} not in (select ${key} from tfm_parent where ${key} is not null)`)}`;
		}
	}
}
