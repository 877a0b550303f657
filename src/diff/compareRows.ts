import type { Dialect } from "../core/adapter.ts";
import { fail } from "../core/diagnostic.ts";
import type { RelationName } from "../core/relation.ts";
import type { CellValue } from "../core/resultTable.ts";
import { type ComparedColumn, type PairedColumns, pairColumns, type Tolerance } from "./comparedColumns.ts";
import type { ColumnChange, DiffSide, RowDiff, RowSample, Sides } from "./rowDiff.ts";
import {
	type Comparison,
	columnFigures,
	duplicateRows,
	MOST_PARTS,
	samples,
	someRows,
	totals,
	unequalParts,
	wholeRows,
	wholeSamples,
} from "./statements.ts";

export interface DiffRequest {
	readonly base: DiffSide;
	readonly head: DiffSide;
	/** Columns that name a row; empty: whole rows are compared. */
	readonly key: readonly string[];
	/** Patterns of columns whose values do not matter. */
	readonly ignore: readonly string[];
	readonly tolerance: Tolerance;
	/** Rows to show of each kind. */
	readonly samples: number;
	readonly dialect: Pick<Dialect, "quote" | "render" | "comparing">;
	/** A relation beside which tables of the session can be made. */
	readonly near: RelationName;
	/** What messages call the node. */
	readonly name: string;
}

/** All rows of one SELECT. */
export type Ask = (sql: string) => Promise<readonly (readonly CellValue[])[]>;

/** Columns in one SELECT: Postgres gives no more than 1664 values in a row, and a sample has three for each. */
const COLUMNS_AT_ONCE = 500;
/** Samples are looked for in so many unequal parts; each holds one row at least. */
const SAMPLED_PARTS = 64;

const numberOf = (value: CellValue | undefined): number => Number(value ?? 0);
const textOf = (value: CellValue | undefined): string | null => (value == null ? null : String(value));

/**
 * Compares two relations: parts of them by sums of hashes, then the rows of unequal parts by a join. Rows that share a
 * key have no one counterpart: where there are such among the rows to be joined, and without a key, whole rows are
 * counted instead. (Equal parts may hold duplicates; they hold the same ones.) Memory is that of the samples and of
 * 8,192 numbers; on the server that of temporary tables with the rows of unequal parts.
 *
 * @throws TFM-DIFF-002 for a key that a side does not have.
 */
export async function compareRows(request: DiffRequest, ask: Ask): Promise<RowDiff> {
	const { base, head, key, name, dialect } = request;
	const words = dialect.comparing;
	const columns = pairColumns(base, head, { ...request, words });
	if (columns.missingKey.length > 0) fail("TFM-DIFF-002", { name, columns: columns.missingKey });
	const version = words.serverVersion === null ? 0 : numberOf((await ask(words.serverVersion))[0]?.[0]);
	const { quote } = dialect;
	const whole: Comparison = { base, head, key: columns.key, values: columns.values, words, version, quote };
	const aside = (of: string): string => dialect.render(words.aside(of, request.near));
	if (key.length === 0) return compareWholeRows(whole, { ask, told: columns.told, shown: request.samples });
	const [facts, ...unequal] = await ask(unequalParts(whole));
	const [, baseRows, headRows, baseNulls, headNulls] = (facts ?? []).map(numberOf);
	const rows: Sides = { base: baseRows!, head: headRows! };
	const nullKeys: Sides = { base: baseNulls!, head: headNulls! };
	const parts = unequal.map(([part]) => numberOf(part));
	// Where most rows are in unequal parts, a copy of them would only cost.
	const different =
		parts.length > MOST_PARTS ? whole : await rowsOfParts(whole, { parts, ask, aside, into: "tfm_diff_part" });
	const duplicates: Sides = {
		base: await duplicatesOf(different, "base", ask),
		head: await duplicatesOf(different, "head", ask),
	};
	if (duplicates.base + duplicates.head > 0) {
		// Equal parts hold some, too: who is told how many there are is told of all.
		const all =
			different === whole
				? duplicates
				: { base: await duplicatesOf(whole, "base", ask), head: await duplicatesOf(whole, "head", ask) };
		return compareWholeRows(whole, { ask, told: columns.told, duplicates: all, shown: request.samples });
	}
	const { added, removed, changed, changedColumns } = await countDifferences(different, ask);
	const sampled =
		request.samples === 0 || added + removed + changed === 0
			? []
			: await sampleRows(
					different === whole
						? await rowsOfParts(whole, { parts: parts.slice(0, SAMPLED_PARTS), ask, aside, into: "tfm_diff_sample" })
						: different,
					{ changed: changedColumns.map((c) => c.column), rows: request.samples, ask },
				);
	return Object.freeze({
		kind: "keyed",
		key: columns.key.map((c) => c.base),
		columns: columns.told,
		rows,
		nullKeys,
		added,
		removed,
		changed,
		same: rows.base - nullKeys.base - removed - changed,
		changedColumns: await figuresOf(whole, changedColumns, ask),
		samples: sampled,
	});
}

interface Whole {
	/** Rows to show of each kind. */
	readonly shown: number;
	readonly ask: Ask;
	readonly told: PairedColumns["told"];
	readonly duplicates?: Sides;
}

async function compareWholeRows(comparison: Comparison, { ask, told, duplicates, shown }: Whole): Promise<RowDiff> {
	const [row = []] = await ask(wholeRows(comparison));
	const [base, head, added, removed] = row.map(numberOf);
	const columns = [...comparison.key, ...comparison.values].slice(0, COLUMNS_AT_ONCE);
	const found = shown === 0 || added! + removed! === 0 ? [] : await ask(wholeSamples(comparison, columns, shown));
	return Object.freeze({
		kind: "unkeyed",
		because: duplicates === undefined ? "none" : "duplicates",
		key: comparison.key.map((c) => c.base),
		duplicateRows: duplicates ?? { base: 0, head: 0 },
		columns: told,
		rows: { base: base!, head: head! },
		added: added!,
		removed: removed!,
		samples: found.map(([kind, ...cells]): RowSample => {
			const side = kind === "removed" ? "base" : "head";
			const values = columns.map((column, i) => ({
				column: column.base,
				base: null,
				head: null,
				[side]: textOf(cells[i]),
			}));
			return { kind: side === "base" ? "removed" : "added", key: [], values };
		}),
	});
}

interface Parts {
	readonly parts: readonly number[];
	/** Begins the names of the tables that are made. */
	readonly into: AsideName;
	readonly aside: (name: string) => string;
	readonly ask: Ask;
}

type AsideName = "tfm_diff_part" | "tfm_diff_sample";

/** Every table that a comparison may leave in its session. */
export const ASIDE_NAMES: readonly string[] = (["tfm_diff_part", "tfm_diff_sample"] satisfies AsideName[]).flatMap(
	(name) => [`${name}_base`, `${name}_head`],
);

/** The same comparison of the rows in some parts only, which are copied aside. */
async function rowsOfParts(comparison: Comparison, { parts, into, aside, ask }: Parts): Promise<Comparison> {
	const fill = async (which: "base" | "head"): Promise<DiffSide> => {
		const from = aside(`${into}_${which}`);
		const { before, after } = comparison.words.fillAside(from);
		await ask([`${before}${someRows(comparison, which, parts)}`, ...after].join(";\n"));
		return { ...comparison[which], from };
	};
	return { ...comparison, base: await fill("base"), head: await fill("head") };
}

async function duplicatesOf(comparison: Comparison, which: "base" | "head", ask: Ask): Promise<number> {
	if (comparison[which].uniqueKey) return 0;
	return numberOf((await ask(duplicateRows(comparison, which)))[0]?.[0]);
}

interface Counted {
	readonly added: number;
	readonly removed: number;
	readonly changed: number;
	readonly changedColumns: readonly { readonly column: ComparedColumn; readonly rows: number }[];
}

/** Wide tables are counted some columns at a time; which rows changed at all is then asked with the columns that did. */
async function countDifferences(comparison: Comparison, ask: Ask): Promise<Counted> {
	const { values } = comparison;
	const answers: (readonly CellValue[])[] = [];
	for (let at = 0; at === 0 || at < values.length; at += COLUMNS_AT_ONCE)
		answers.push((await ask(totals({ ...comparison, values: values.slice(at, at + COLUMNS_AT_ONCE) })))[0] ?? []);
	const perColumn = answers.flatMap((answer) => answer.slice(3).map(numberOf));
	const changedColumns = values.flatMap((column, i) => (perColumn[i]! > 0 ? [{ column, rows: perColumn[i]! }] : []));
	const [added, removed, changed] = (answers[0] ?? []).map(numberOf);
	if (answers.length === 1) return { added: added!, removed: removed!, changed: changed!, changedColumns };
	const narrowed = { ...comparison, values: changedColumns.map((c) => c.column).slice(0, 2 * COLUMNS_AT_ONCE) };
	const [, , changedRows] = ((await ask(totals(narrowed)))[0] ?? []).map(numberOf);
	return { added: added!, removed: removed!, changed: changedRows!, changedColumns };
}

interface Sampling {
	readonly changed: readonly ComparedColumn[];
	readonly rows: number;
	readonly ask: Ask;
}

async function sampleRows(comparison: Comparison, { changed, rows, ask }: Sampling): Promise<readonly RowSample[]> {
	const columns = changed.slice(0, COLUMNS_AT_ONCE);
	const keys = comparison.key.length;
	return (await ask(samples(comparison, columns, rows))).map((row): RowSample => {
		const values = columns.flatMap((column, i) => {
			const [differ, base, head] = row.slice(2 + keys + 3 * i, 5 + keys + 3 * i);
			return differ === "true" ? [{ column: column.base, base: textOf(base), head: textOf(head) }] : [];
		});
		return { kind: String(row[0]) as RowSample["kind"], key: row.slice(2, 2 + keys).map(textOf), values };
	});
}

async function figuresOf(
	comparison: Comparison,
	changed: Counted["changedColumns"],
	ask: Ask,
): Promise<readonly ColumnChange[]> {
	const all: ColumnChange[] = [];
	for (let at = 0; at < changed.length; at += COLUMNS_AT_ONCE) {
		const some = changed.slice(at, at + COLUMNS_AT_ONCE);
		const columns = some.map((c) => c.column);
		const [base = []] = await ask(columnFigures(comparison, "base", columns));
		const [head = []] = await ask(columnFigures(comparison, "head", columns));
		for (const [i, { column, rows }] of some.entries())
			all.push({
				column: column.base,
				rows,
				nulls: { base: numberOf(base[2 * i]), head: numberOf(head[2 * i]) },
				sum: column.numeric ? { base: textOf(base[2 * i + 1]), head: textOf(head[2 * i + 1]) } : null,
			});
	}
	return all;
}
