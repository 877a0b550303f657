import type { CompareDialect } from "../../core/compareDialect.ts";

/** Types with equality and hashing of their own; all others are compared by their text. */
const HASHED =
	/^(smallint|integer|bigint|numeric|real|double precision|text|character varying|character|boolean|date|time|timestamp|interval|uuid|bytea|inet|jsonb)\b(?!.*\[\])/;
const NUMBER = /^(smallint|integer|bigint|numeric|real|double precision)\b(?!.*\[\])/;
const FLOAT = /^(real|double precision)\b(?!.*\[\])/;
const MOMENT = /^(date|timestamp)\b(?!.*\[\])/;
const TEXT = /^(text|character varying|character)\b(?!.*\[\])/;
const DECIMAL = /^numeric\b(?!.*\[\])/;

/** Without length, precision and scale, which decide what may be stored and not what equals what. */
const family = (type: string): string => type.replace(/\([^)]*\)/g, "").trim();

/** The columns of each unique index that holds for every row. */
const UNIQUE_INDEXES = `select pg_catalog.json_agg(a.attname order by a.attname)::text
from pg_catalog.pg_index i
join pg_catalog.pg_attribute a on a.attrelid = i.indrelid and a.attnum = any (i.indkey[0:i.indnkeyatts - 1])
where i.indrelid = pg_catalog.to_regclass($1) and i.indisunique and i.indisvalid and i.indpred is null and i.indexprs is null
group by i.indexrelid`;

export const POSTGRES_COMPARING: CompareDialect = Object.freeze<CompareDialect>({
	serverVersion: "select pg_catalog.current_setting('server_version_num')",
	/** Postgres 14 and later hash a row as they would for a hash join; 13 has no such function and hashes its text. */
	hash(expressions, version) {
		const row = `row(${expressions.join(", ")})`;
		return version >= 140_000
			? `pg_catalog.hash_record_extended(${row}, 0)`
			: `pg_catalog.hashtextextended(${row}::text, 0)`;
	},
	part: (hash, count) => `(${hash} & ${count - 1})`,
	type: (printed) => ({
		numeric: NUMBER.test(printed),
		float: FLOAT.test(printed),
		timestamp: /^timestamp\b/.test(printed),
		// hash_numeric leaves out the sign, and takes NaN and both infinities for one.
		hashesSign: DECIMAL.test(printed),
	}),
	/** A number that became text is compared as text, and so differs where it reads differently. */
	comparedAs(base, head) {
		if (family(base) === family(head)) return HASHED.test(base) ? null : "text";
		const both = (pattern: RegExp): boolean => pattern.test(base) && pattern.test(head);
		if (both(NUMBER)) return FLOAT.test(base) || FLOAT.test(head) ? "double precision" : "numeric";
		if (both(TEXT)) return "text";
		if (both(MOMENT)) return /with time zone/.test(base + head) ? "timestamp with time zone" : "timestamp";
		return "text";
	},
	convert: (expression, _, as) => `${expression}::${as}`,
	text: (expression) => `${expression}::text`,
	distinctTexts: (expression) =>
		`array_to_json(array_agg(distinct ${expression}::text order by ${expression}::text) filter (where ${expression} is not null))::text`,
	millisecondsApart: (a, b) => `abs(extract(epoch from ${a} - ${b})) * 1000`,
	amongNumbers: (expression, numbers) =>
		`${expression} in (select pg_catalog.unnest('{${numbers.join(",")}}'::bigint[]))`,
	// It would expect a group for every row, and for that many it neither works in parallel nor keeps them in memory.
	fence: " offset 0",
	aside: (name) => ({ database: "", schema: "pg_temp", identifier: name }),
	fillAside: (table) => ({ before: `create temporary table ${table} as\n`, after: [`analyze ${table}`] }),
	dropAside: () => "discard temp",
	uniqueIndexes: UNIQUE_INDEXES,
});
