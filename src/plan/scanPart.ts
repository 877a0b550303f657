/**
 * What a test's query asks of one scan of its relation. The text decides, not the test's name: a query of a known shape
 * is counted by aggregates, whoever wrote it, and one of any other shape is not touched.
 */

export interface ScanPart {
	/** What is scanned, as it stands after `from`. */
	readonly from: string;
	/** Aggregates over `from`. */
	readonly counts: readonly string[];
	/** Failing rows by what the aggregates gave; null: only the query itself can say. */
	readonly failures: (counts: readonly number[]) => number | null;
}

const NAME = `(?:"(?:[^"]|"")+"|[A-Za-z_][A-Za-z0-9_]*)`;
const RELATION = new RegExp(String.raw`${NAME}(?:\.${NAME}){0,2}(?=\s|$)`, "y");
const FILTERED = new RegExp(String.raw`\(\s*select \* from ${NAME}(?:\.${NAME}){0,2} where\s`, "y");
const ALIAS = /\)\s*dbt_subquery(?=\s|$)/y;

/** Comments, other statements, and quotes that a look at characters does not see through. */
const OPAQUE = /--|\/\*|;|\$|\\/;
/** What ends a condition, or makes of it more than a look at one row. */
const ENDS = /\b(?:group|having|order|limit|offset|union|intersect|except|fetch|for|window)\b/i;
/** A subquery, which `where` may turn into a join and a filter of an aggregate may not. */
const SUBQUERY = /\bselect\b/i;

/** The text with quoted parts blanked, so that positions stay; null where a quote is not closed. */
function unquoted(text: string): string | null {
	const blank = text.replaceAll(/'[^']*(?:''[^']*)*'|"(?:[^"]|"")*"/g, (quoted) => "_".repeat(quoted.length));
	return /['"]/.test(blank) ? null : blank;
}

/** Where the parenthesis that opens at `start` is closed; -1: nowhere. */
function closing(text: string, start: number): number {
	let depth = 0;
	for (let i = start; i < text.length; i++) {
		if (text[i] === "(") depth++;
		else if (text[i] === ")" && --depth === 0) return i;
	}
	return -1;
}

/** Parentheses pair up, and none closes what was opened outside. */
function paired(text: string): boolean {
	let depth = 0;
	for (const character of text) {
		if (character === "(") depth++;
		else if (character === ")" && --depth < 0) return false;
	}
	return depth === 0;
}

/** The relation at `start`, or the subquery that a `where` of the test's config makes of it; null: something else. */
function relationAt(sql: string, start: number): string | null {
	RELATION.lastIndex = start;
	const plain = RELATION.exec(sql);
	if (plain !== null) return plain[0];
	FILTERED.lastIndex = start;
	if (FILTERED.exec(sql) === null) return null;
	const close = closing(unquoted(sql) ?? "", start);
	ALIAS.lastIndex = close;
	const alias = close < 0 ? null : ALIAS.exec(sql);
	return alias === null ? null : sql.slice(start, close + alias[0].length);
}

/** A condition on single rows that goes on to the end of the text. */
function isCondition(text: string): boolean {
	const plain = unquoted(text);
	if (plain === null || plain.trim() === "" || !paired(plain) || SUBQUERY.test(plain)) return false;
	let outside = plain;
	for (let inner = ""; inner !== outside; outside = outside.replaceAll(/\([^()]*\)/g, " ")) inner = outside;
	return !ENDS.test(outside);
}

const SELECT = new RegExp(String.raw`^select\s+(\*|\d+|${NAME})\s+from\s+`, "i");
const WHERE = /\s+where\b\s*/iy;
const IS_NULL = new RegExp(`^(${NAME}) is null$`, "i");

/** `select … from R where condition`: rows that meet it. A name in the list must be that of `where name is null`. */
function rowsWhere(sql: string): ScanPart | null {
	const head = SELECT.exec(sql);
	if (head === null) return null;
	const from = relationAt(sql, head[0].length);
	if (from === null) return null;
	WHERE.lastIndex = head[0].length + from.length;
	const where = WHERE.exec(sql);
	if (where === null) return null;
	const condition = sql.slice(WHERE.lastIndex).trim();
	const listed = head[1]!;
	// A column that is only listed must exist, and nothing but the query itself would say that it does not.
	const known = listed === "*" || /^\d+$/.test(listed) || IS_NULL.exec(condition)?.[1] === listed;
	if (!known || !isCondition(condition)) return null;
	return { from, counts: [`count(*) filter (where ${condition})`], failures: ([rows]) => rows ?? null };
}

const UNIQUE_HEAD = new RegExp(
	String.raw`^select\s+(${NAME}) as unique_field,\s+count\(\*\) as n_records\s+from\s+`,
	"i",
);

/** Values that are there more than once. Where there are none, as many different ones are counted as there are rows. */
function repeatedValues(sql: string): ScanPart | null {
	const head = UNIQUE_HEAD.exec(sql);
	if (head === null) return null;
	const from = relationAt(sql, head[0].length);
	if (from === null) return null;
	const column = head[1]!;
	const rest = sql
		.slice(head[0].length + from.length)
		.replaceAll(/\s+/g, " ")
		.trim();
	if (rest !== `where ${column} is not null group by ${column} having count(*) > 1`) return null;
	// Values that are equal have one hash, so that as many hashes as rows means as many values; sorting them is cheap.
	const different = `count(distinct hash_record_extended(row(${column}), 0)) filter (where ${column} is not null)`;
	const failures = ([rows, hashes]: readonly number[]) => (rows === hashes ? 0 : null);
	return { from, counts: [`count(${column})`, different], failures };
}

const VALUES_HEAD = new RegExp(
	String.raw`^with all_values as \(\s*select\s+(${NAME}) as value_field,\s+count\(\*\) as n_records\s+from\s+`,
	"i",
);
const LITERAL = String.raw`(?:'[^']*(?:''[^']*)*'|-?\d+(?:\.\d+)?|true|false)`;
const VALUES_TAIL = new RegExp(
	String.raw`^group by (${NAME})\s*\)\s*select \*\s+from all_values\s+where value_field not in \(\s*(${LITERAL}(?:\s*,\s*${LITERAL})*)\s*\)$`,
	"i",
);

/** Values that are in no list. Rows are counted, and their values only where there are any. */
function otherValues(sql: string): ScanPart | null {
	const head = VALUES_HEAD.exec(sql);
	if (head === null) return null;
	const from = relationAt(sql, head[0].length);
	if (from === null) return null;
	const tail = VALUES_TAIL.exec(sql.slice(head[0].length + from.length).trim());
	const column = head[1]!;
	if (tail === null || tail[1] !== column) return null;
	const outside = `count(*) filter (where ${column} not in (${tail[2]!}))`;
	// The query groups by the column: where its type cannot be, this must fail too. No row is read for it.
	const grouped = `(select count(*) from (select ${column} from ${from} where false group by ${column}) as tfm_groups)`;
	const failures = ([rows]: readonly number[]) => (rows === 0 ? 0 : null);
	return { from, counts: [`${outside} + ${grouped}`], failures };
}

const STEPS_HEAD = new RegExp(
	String.raw`^with\s+(${NAME})\s+as\s*\(\s*select\s+(?:(\*)|(${NAME})|trim\((${NAME})\) as (${NAME}))\s+from\s+`,
	"i",
);
const STEPS_NEXT = new RegExp(
	String.raw`\s*\)\s*,\s*(${NAME})\s+as\s*(\()\s*select \*\s+from\s+(${NAME})\s+where\b`,
	"iy",
);
const STEPS_LAST = new RegExp(String.raw`^\s*select\s+\*\s+from\s+(${NAME})$`, "i");
/** Columns that a table has and a step made of it has not. */
const SYSTEM_COLUMN = /\b(?:ctid|tableoid|xmin|xmax|cmin|cmax)\b/i;
/** `orders.amount`: in a step the relation has another name. */
const QUALIFIED = /[a-z_]\w*\s*\./i;

/** Line comments become blanks; what stands in quotes is left alone. */
const withoutComments = (sql: string): string =>
	sql.replaceAll(/'[^']*(?:''[^']*)*'|"(?:[^"]|"")*"|--[^\n]*/g, (found) => (found.startsWith("--") ? " " : found));

/**
 * `with a as (select * from R), b as (select * from a where condition) select * from b`, as dbt_utils writes
 * accepted_range, and not_empty_string of one column in the first step. The condition must mean the same of R itself.
 */
function rowsInSteps(sql: string): ScanPart | null {
	const head = STEPS_HEAD.exec(sql);
	if (head === null) return null;
	const [{ length }, first, all, column, trimmed, as] = head;
	const from = relationAt(sql, length);
	if (from === null) return null;
	STEPS_NEXT.lastIndex = length + from.length;
	const next = STEPS_NEXT.exec(sql);
	const plain = unquoted(sql);
	if (next === null || plain === null || next[3] !== first) return null;
	const [, second, open] = next;
	const end = closing(plain, STEPS_NEXT.lastIndex - next[0].length + next[0].indexOf(open!, next[0].indexOf(second!)));
	const condition = sql.slice(STEPS_NEXT.lastIndex, end).trim();
	if (end < 0 || STEPS_LAST.exec(sql.slice(end + 1))?.[1] !== second || second === first) return null;
	const own = from.startsWith("(") ? "dbt_subquery" : from.slice(from.lastIndexOf(".") + 1).replaceAll('"', "");
	const words: readonly string[] = condition.toLowerCase().split(/\W+/);
	if (words.includes(own.toLowerCase()) || words.includes("dbt_subquery") || !/^\w+$/.test(own)) return null;
	if (!isCondition(condition) || SYSTEM_COLUMN.test(condition) || QUALIFIED.test(unquoted(condition) ?? "."))
		return null;
	const counted = (met: string): ScanPart => ({
		from,
		counts: [`count(*) filter (where ${met})`],
		failures: ([rows]) => rows ?? null,
	});
	if (all !== undefined) return counted(condition);
	const name = column ?? as;
	if (trimmed !== as || condition !== `${name} = ''`) return null;
	return counted(column === undefined ? `trim(${name}) = ''` : condition);
}

/** Null: the query is sent as it is. */
export function readScanPart(query: string): ScanPart | null {
	const sql = query.trim();
	if (!OPAQUE.test(sql)) return rowsWhere(sql) ?? repeatedValues(sql) ?? otherValues(sql) ?? rowsInSteps(sql);
	const said = withoutComments(sql).trim();
	return OPAQUE.test(said) ? null : rowsInSteps(said);
}
