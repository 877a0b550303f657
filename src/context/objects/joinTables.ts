/** agate's join and merge: several tables as one. */
import { fail } from "../../core/diagnostic.ts";
import { PyDict, PyTuple, toText, type Value } from "../../jinja/jinja.ts";
import { type TableContent, TypeObject } from "./tableContent.ts";

export interface JoinOptions {
	/** What a row is matched by; rows are matched by their position where there are none. */
	readonly left: readonly Value[];
	readonly right: readonly Value[];
	/** Columns of the right table that are its key. */
	readonly rightKeys: readonly number[];
	readonly kind: "left" | "inner" | "full";
	/** Every row of the left table has to find one. */
	readonly required: boolean;
	/** Columns to take from the right table; null: all but its key. */
	readonly columns: readonly string[] | null;
}

/** The left table's columns and the right one's; a name that is taken gets a 2, as in agate. Errors: JINJA-012. */
export function joined(left: TableContent, right: TableContent, by: JoinOptions): TableContent {
	const full = by.kind === "full";
	const taken = right.names.flatMap((name, i) => {
		const chosen = by.columns === null ? !by.rightKeys.includes(i) : by.columns.includes(name);
		return full || chosen ? [i] : [];
	});
	const matches = new PyDict();
	for (const [i, key] of by.right.entries()) {
		const known = matches.get(key);
		matches.set(key, [...(Array.isArray(known) ? known : []), i]);
	}
	const fromRight = (i: number): Value[] => taken.map((column) => right.rows[i]?.[column] ?? null);
	const sources: number[] = [];
	const rows = left.rows.flatMap((row, at) => {
		const key = by.left[at] ?? null;
		const found = matches.get(key) as number[] | undefined;
		if (found === undefined && by.required)
			fail("TFM-JINJA-012", { problem: `Left key "${toText(key)}" does not have a matching right key.` });
		const made =
			found === undefined
				? by.kind === "inner"
					? []
					: [[...row, ...taken.map(() => null)]]
				: found.map((i) => [...row, ...fromRight(i)]);
		sources.push(...made.map(() => at));
		return made;
	});
	const known = PyDict.fromEntries(by.left.map((key) => [key, true] as const));
	const unmatched = full ? by.right.flatMap((key, i) => (known.has(key) ? [] : [i])) : [];
	const { rowNames } = left;
	return {
		names: [
			...left.names,
			...taken.map((i) => right.names[i] ?? "").map((own) => (left.names.includes(own) ? `${own}2` : own)),
		],
		types: [...left.types, ...taken.map((i) => right.types[i] ?? new TypeObject("Text"))],
		rows: [...rows, ...unmatched.map((i) => [...left.names.map(() => null), ...fromRight(i)])],
		...(rowNames == null || full ? {} : { rowNames: sources.map((at) => rowNames[at] ?? null) }),
	};
}

/** What rows are matched by: their values in these columns, or their positions. */
export const joinKeys = (table: TableContent, positions: readonly number[] | null): Value[] =>
	table.rows.map((row, at) => {
		if (positions === null) return at;
		const key = positions.map((i) => row[i] ?? null);
		return key.length === 1 ? (key[0] ?? null) : PyTuple.fromItems(key);
	});

/** Rows under each other; columns by name, those that a table lacks are null in its rows. Errors: JINJA-012. */
export function mergedTables(tables: readonly TableContent[], columns: readonly string[] | null): TableContent {
	const types = new Map<string, TypeObject>();
	for (const table of tables)
		for (const [i, name] of table.names.entries()) {
			if (columns !== null && !columns.includes(name)) continue;
			const type = table.types[i] ?? new TypeObject("Text");
			const known = types.get(name) ?? type;
			if (known.typeName !== type.typeName)
				fail("TFM-JINJA-012", { problem: "Tables contain columns with the same names, but different types." });
			types.set(name, known);
		}
	const names = [...types.keys()];
	const rows = tables.flatMap((table) => {
		const at = names.map((name) => table.names.indexOf(name));
		return table.rows.map((row) => at.map((i) => (i < 0 ? null : (row[i] ?? null))));
	});
	return { names, types: [...types.values()], rows };
}
