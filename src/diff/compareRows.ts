import { fail } from "../core/diagnostic.ts";
import type { CellValue } from "../core/resultTable.ts";
import { type ComparedColumn, pairColumns, type Tolerance } from "./comparedColumns.ts";
import type { ColumnChange, DiffSide, KeyedDiff, RowDiff, RowSample, Sides } from "./rowDiff.ts";
import type { RowHash } from "./rowHash.ts";
import {
	type Comparison,
	columnFigures,
	duplicateRows,
	MOST_PARTS,
	samples,
	totals,
	unequalParts,
	wholeRows,
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
	readonly hash: RowHash;
	readonly quote: (identifier: string) => string;
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
 * Compares two relations. Duplicate keys come first, since rows that share a key have no one counterpart: then, and
 * without a key, whole rows are counted instead. Memory is that of the samples and of 8,192 numbers.
 *
 * @throws TFM-DIFF-002 for a key that a side does not have.
 */
export async function compareRows(request: DiffRequest, ask: Ask): Promise<RowDiff> {
	const { base, head, key, name } = request;
	const columns = pairColumns(base, head, request);
	if (columns.missingKey.length > 0) fail("TFM-DIFF-002", { name, columns: columns.missingKey });
	const comparison: Comparison = { ...request, key: columns.key, values: columns.values };
	const duplicates: Sides =
		key.length === 0
			? { base: 0, head: 0 }
			: { base: await duplicatesOf(comparison, "base", ask), head: await duplicatesOf(comparison, "head", ask) };
	if (key.length === 0 || duplicates.base + duplicates.head > 0) {
		const [row = []] = await ask(wholeRows(comparison));
		const [baseRows, headRows, added, removed] = row.map(numberOf);
		return Object.freeze({
			kind: "unkeyed",
			because: key.length === 0 ? "none" : "duplicates",
			key,
			duplicateRows: duplicates,
			columns: columns.told,
			rows: { base: baseRows!, head: headRows! },
			added: added!,
			removed: removed!,
		});
	}
	const [facts, ...unequal] = await ask(unequalParts(comparison));
	const [, baseRows, headRows, baseNulls, headNulls] = (facts ?? []).map(numberOf);
	const rows: Sides = { base: baseRows!, head: headRows! };
	const nullKeys: Sides = { base: baseNulls!, head: headNulls! };
	const parts = unequal.map(([part]) => numberOf(part));
	const found = await differences({ request, comparison, parts, ask });
	return Object.freeze({
		kind: "keyed",
		key: columns.key.map((c) => c.base),
		columns: columns.told,
		rows,
		nullKeys,
		added: found.added,
		removed: found.removed,
		changed: found.changed,
		same: rows.base - nullKeys.base - found.removed - found.changed,
		changedColumns: found.changedColumns,
		samples: found.samples,
	});
}

async function duplicatesOf(comparison: Comparison, which: "base" | "head", ask: Ask): Promise<number> {
	if (comparison[which].uniqueKey) return 0;
	return numberOf((await ask(duplicateRows(comparison, which)))[0]?.[0]);
}

interface Work {
	readonly request: DiffRequest;
	readonly comparison: Comparison;
	/** Unequal ones; more than MOST_PARTS stand for all. */
	readonly parts: readonly number[];
	readonly ask: Ask;
}

type Differences = Pick<KeyedDiff, "added" | "removed" | "changed" | "changedColumns" | "samples">;

async function differences(work: Work): Promise<Differences> {
	const { comparison, parts, ask, request } = work;
	if (parts.length === 0) return { added: 0, removed: 0, changed: 0, changedColumns: [], samples: [] };
	const within = parts.length > MOST_PARTS ? null : parts;
	const counted = await countDifferences(work, within);
	const { changedColumns, ...totalled } = counted;
	const shown =
		request.samples === 0
			? []
			: await sampleRows(
					work,
					changedColumns.map((c) => c.column),
				);
	return { ...totalled, changedColumns: await figuresOf(comparison, changedColumns, ask), samples: shown };
}

interface Counted {
	readonly added: number;
	readonly removed: number;
	readonly changed: number;
	readonly changedColumns: readonly { readonly column: ComparedColumn; readonly rows: number }[];
}

/** Wide tables are counted some columns at a time; which rows changed at all is then asked with the columns that did. */
async function countDifferences({ comparison, ask }: Work, parts: readonly number[] | null): Promise<Counted> {
	const { values } = comparison;
	const answers: (readonly CellValue[])[] = [];
	for (let at = 0; at === 0 || at < values.length; at += COLUMNS_AT_ONCE) {
		const some = { ...comparison, values: values.slice(at, at + COLUMNS_AT_ONCE) };
		answers.push((await ask(totals(some, parts)))[0] ?? []);
	}
	const perColumn = answers.flatMap((answer) => answer.slice(3).map(numberOf));
	const changedColumns = values.flatMap((column, i) => (perColumn[i]! > 0 ? [{ column, rows: perColumn[i]! }] : []));
	const [added, removed, changed] = (answers[0] ?? []).map(numberOf);
	if (answers.length === 1) return { added: added!, removed: removed!, changed: changed!, changedColumns };
	const narrowed = { ...comparison, values: changedColumns.map((c) => c.column).slice(0, 2 * COLUMNS_AT_ONCE) };
	const [, , changedRows] = ((await ask(totals(narrowed, parts)))[0] ?? []).map(numberOf);
	return { added: added!, removed: removed!, changed: changedRows!, changedColumns };
}

async function sampleRows(
	{ request, comparison, parts, ask }: Work,
	changed: readonly ComparedColumn[],
): Promise<readonly RowSample[]> {
	const columns = changed.slice(0, COLUMNS_AT_ONCE);
	const where = { parts: parts.slice(0, SAMPLED_PARTS), rows: request.samples };
	const keys = comparison.key.length;
	return (await ask(samples(comparison, columns, where))).map((row): RowSample => {
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
