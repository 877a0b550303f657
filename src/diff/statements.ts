import type { CompareDialect } from "../core/compareDialect.ts";
import type { ComparedColumn } from "./comparedColumns.ts";
import type { DiffSide } from "./rowDiff.ts";

/** What every statement of one comparison is made of. */
export interface Comparison {
	readonly base: DiffSide;
	readonly head: DiffSide;
	readonly key: readonly ComparedColumn[];
	readonly values: readonly ComparedColumn[];
	readonly words: CompareDialect;
	/** Of the server, where hashes go by it. */
	readonly version: number;
	readonly quote: (identifier: string) => string;
}

type Which = "base" | "head";

/** Of ten million rows 152 are in a part: a thousand changed ones leave 98 of 100 parts alone. */
export const PARTS = 65_536;
/** More unequal parts than these are not listed: the tables are joined whole. */
export const MOST_PARTS = 8192;

const comparable = (c: Comparison, which: Which, { as, types, [which]: name }: ComparedColumn): string =>
	as === null ? c.quote(name) : c.words.convert(c.quote(name), types[which], as);

/** A value that is compared, as people read it. */
const shown = (c: Comparison, expression: string, { as, types }: ComparedColumn, which: Which): string =>
	c.words.text(expression, as ?? types[which]);

const countWhere = (condition: string): string => `count(case when ${condition} then 1 end)::text`;

const comparables = (c: Comparison, which: Which, columns: readonly ComparedColumn[]): readonly string[] =>
	columns.map((column) => comparable(c, which, column));

/** What is hashed of these columns: equal rows give equal lists, and different ones hardly ever. */
const hashed = (c: Comparison, which: Which, columns: readonly ComparedColumn[]): string =>
	c.words.hash(
		columns.flatMap((column) => {
			const value = comparable(c, which, column);
			return column.hashesSign ? [value, `sign(${value})::float8`] : [value];
		}),
		c.version,
	);

const partOf = (c: Comparison, which: Which): string => c.words.part(hashed(c, which, c.key), PARTS);

const keyIsNull = (c: Comparison, which: Which): string =>
	c.key.map((column) => `${c.quote(column[which])} is null`).join(" or ");

/** Rows beyond the first of their key. */
export const duplicateRows = (c: Comparison, which: Which): string =>
	`select coalesce(sum(n - 1), 0)::text from (select count(*) as n from ${c[which].from} where not (${keyIsNull(c, which)}) group by ${comparables(c, which, c.key).join(", ")} having count(*) > 1) as several`;

/**
 * Rows and null keys of both sides under part -1, then the parts that are not equal, one more than are of use. A part
 * is equal when as many rows with the same sum of hashes are in it.
 */
export function unequalParts(c: Comparison): string {
	const side = (
		which: Which,
	): string => `select part, count(*) as n, sum(null_key) as nulls, sum(hash) as sum from (select ${partOf(c, which)} as part,
	case when ${keyIsNull(c, which)} then 1 else 0 end as null_key,
	${hashed(c, which, [...c.key, ...c.values])} as hash
from ${c[which].from}${c.words.fence}) as hashed group by part`;
	return `with base as (${side("base")}),
head as (${side("head")}),
parts as (select coalesce(base.part, head.part) as part, base.n as base_n, head.n as head_n,
	base.nulls as base_nulls, head.nulls as head_nulls, (base.sum is distinct from head.sum) or (base.n is distinct from head.n) as unequal
from base full join head on base.part = head.part)
(select -1 as part, coalesce(sum(base_n), 0)::text, coalesce(sum(head_n), 0)::text, coalesce(sum(base_nulls), 0)::text, coalesce(sum(head_nulls), 0)::text from parts)
union all
(select part, null, null, null, null from parts where unequal order by part limit ${MOST_PARTS + 1})
order by 1`;
}

/** The rows of some parts under their own names; null keys, which have no counterpart, stay out. */
export function someRows(c: Comparison, which: Which, parts: readonly number[]): string {
	const columns = [...c.key, ...c.values].map((column) => c.quote(column[which])).join(", ");
	const within = c.words.amongNumbers(partOf(c, which), parts);
	return `select ${columns} from ${c[which].from} where not (${keyIsNull(c, which)}) and ${within}`;
}

/** Both sides joined by their keys. Columns are called k0…, b0…, h0…. */
function joined(c: Comparison, columns: readonly ComparedColumn[]): string {
	const side = (which: Which): string => {
		const letter = which[0]!;
		const keys = comparables(c, which, c.key).map((value, i) => `${value} as ${letter}k${i}`);
		const values = comparables(c, which, columns).map((value, i) => `${value} as ${letter}${i}`);
		return `(select true as in_${which}, ${[...keys, ...values].join(", ")} from ${c[which].from} where not (${keyIsNull(c, which)})) as ${which}`;
	};
	const on = c.key.map((_, i) => `base.bk${i} = head.hk${i}`).join(" and ");
	return `${side("base")} full join ${side("head")} on ${on}`;
}

/** Whether the values of one column differ, beyond what is tolerated. */
function differs({ words }: Comparison, { tolerance }: ComparedColumn, i: number): string {
	const apart = `(b${i} is distinct from h${i})`;
	if (tolerance === null) return apart;
	const near =
		tolerance.kind === "relative"
			? `abs(b${i} - h${i}) <= ${tolerance.most} * greatest(abs(b${i}), abs(h${i}))`
			: `${words.millisecondsApart(`b${i}`, `h${i}`)} <= ${tolerance.most}`;
	return `(${apart} and not coalesce(${near}, false))`;
}

const IN_BOTH = "in_base and in_head";

/** Added, removed, changed, then the changed rows of each column. */
export function totals(c: Comparison): string {
	const each = c.values.map((column, i) => differs(c, column, i));
	const changed = each.length === 0 ? "false" : each.join(" or ");
	return `select ${[
		countWhere("in_base is null"),
		countWhere("in_head is null"),
		countWhere(`${IN_BOTH} and (${changed})`),
		...each.map((one) => countWhere(`${IN_BOTH} and ${one}`)),
	].join(", ")} from ${joined(c, c.values)}`;
}

/** The first rows of each kind by their key: the kind, the key, then base and head of each of `columns`, all as text. */
export function samples(c: Comparison, columns: readonly ComparedColumn[], rows: number): string {
	const changed = columns.length === 0 ? "false" : columns.map((column, i) => differs(c, column, i)).join(" or ");
	const keys = c.key.map((_, i) => `coalesce(bk${i}, hk${i})`);
	const cells = [
		...keys.map((key, i) => shown(c, key, c.key[i]!, "base")),
		...columns.flatMap((column, i) => [
			`case when ${IN_BOTH} and ${differs(c, column, i)} then 'true' end`,
			shown(c, `b${i}`, column, "base"),
			shown(c, `h${i}`, column, "head"),
		]),
	];
	const kind = "case when in_base is null then 'added' when in_head is null then 'removed' else 'changed' end";
	return `select * from (
	select kind, row_number() over (partition by kind order by ${keys.map((_, i) => `o${i}`).join(", ")}) as place, ${cells.map((_, i) => `s${i}`).join(", ")}
	from (select ${kind} as kind, ${[...keys.map((key, i) => `${key} as o${i}`), ...cells.map((one, i) => `${one} as s${i}`)].join(", ")}
		from ${joined(c, columns)} where in_base is null or in_head is null or ${changed}) as different) as numbered
where place <= ${rows} order by case kind when 'changed' then 0 when 'added' then 1 else 2 end, place`;
}

/** Nulls, and sums of numbers, of these columns on one side. */
export function columnFigures(c: Comparison, which: Which, columns: readonly ComparedColumn[]): string {
	const figures = columns.flatMap((column) => {
		const name = c.quote(column[which]);
		return [countWhere(`${name} is null`), column.numeric ? `sum(${name})::text` : "null::text"];
	});
	return `select ${figures.join(", ")} from ${c[which].from}`;
}

/** Rows of both sides, and whole rows that one has more often than the other, by their hashes. */
export function wholeRows(c: Comparison): string {
	const side = (which: Which): string =>
		`select ${hashed(c, which, [...c.key, ...c.values])} as hash, count(*) as n from ${c[which].from} group by 1`;
	return `select coalesce(sum(base.n), 0)::text, coalesce(sum(head.n), 0)::text,
	coalesce(sum(greatest(coalesce(head.n, 0) - coalesce(base.n, 0), 0)), 0)::text,
	coalesce(sum(greatest(coalesce(base.n, 0) - coalesce(head.n, 0), 0)), 0)::text
from (${side("base")}) as base full join (${side("head")}) as head on base.hash = head.hash`;
}

/** Whole rows that one side has more often, each once: the kind, and the columns as text. */
export function wholeSamples(c: Comparison, columns: readonly ComparedColumn[], rows: number): string {
	const all = [...c.key, ...c.values];
	const counted = (which: Which): string =>
		`${which}s as (select ${hashed(c, which, all)} as hash, count(*) as n from ${c[which].from} group by 1)`;
	const side = (which: Which, kind: string): string => {
		const other = which === "base" ? "head" : "base";
		const cells = columns.map((column, i) => `${c.words.text(c.quote(column[which]), column.types[which])} as c${i}`);
		return `(select '${kind}' as kind, row_number() over (order by hash) as place, ${columns.map((_, i) => `c${i}`).join(", ")} from (
		select every.*, row_number() over (partition by hash order by hash) as copy
		from (select ${[`${hashed(c, which, all)} as hash`, ...cells].join(", ")} from ${c[which].from}) as every
		where hash in (select ${which}s.hash from ${which}s left join ${other}s on ${other}s.hash = ${which}s.hash
			where ${which}s.n > coalesce(${other}s.n, 0) order by 1 limit ${rows})) as one where copy = 1)`;
	};
	return `with ${counted("base")}, ${counted("head")}
select kind, ${columns.map((_, i) => `c${i}`).join(", ")} from (${side("head", "added")} union all ${side("base", "removed")}) as shown order by kind, place`;
}
