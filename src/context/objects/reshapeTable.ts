/** agate's pivot, normalize, denormalize and homogenize: tables in other shapes. */
import { equals, PyDecimal, PyDict, PyTuple, toText, type Value } from "../../jinja/jinja.ts";
import { castCell, inferType } from "./inferTypes.ts";
import { type TableContent, TypeObject } from "./tableContent.ts";

type Row = readonly Value[];

const NUMBER = new TypeObject("Number");
const typeAt = (table: TableContent, i: number): TypeObject => table.types[i] ?? new TypeObject("Text");

/** A row's name by its key: the value of a single column, a tuple of several (agate). */
const rowName = (key: Row): Value => (key.length === 1 ? (key[0] ?? null) : PyTuple.fromItems(key));

/** Rows by the values at a position, in the order in which these first come. */
function grouped(rows: readonly Row[], position: number): [Value, Row[]][] {
	const groups = new PyDict();
	const lists: Row[][] = [];
	for (const row of rows) {
		const value = row[position] ?? null;
		const known = groups.get(value);
		if (typeof known === "number") lists[known]?.push(row);
		else {
			groups.set(value, lists.length);
			lists.push([row]);
		}
	}
	return groups.keys().map((value, i) => [value, lists[i] ?? []]);
}

/** Each combination of values at the positions, groups within groups, with how many rows have it. */
function counted(rows: readonly Row[], positions: readonly number[]): Row[] {
	const [first, ...rest] = positions;
	if (first === undefined) return [[new PyDecimal(String(rows.length))]];
	return grouped(rows, first).flatMap(([value, members]) => counted(members, rest).map((row) => [value, ...row]));
}

/** Counts rows by the keys; with `pivot`, a column of counts for each of its values. `zero`: where there are no rows. */
export function pivoted(
	table: TableContent,
	by: {
		readonly keys: readonly number[];
		readonly pivot: number | null;
		readonly name: string | null;
		readonly zero: Value;
	},
): TableContent {
	const positions = by.pivot === null ? by.keys : [...by.keys, by.pivot];
	const rows = counted(table.rows, positions);
	const names = positions.map((i) => table.names[i] ?? "");
	const [only] = names;
	if (by.name !== null && only !== undefined) names[0] = by.name;
	const types = [...positions.map((i) => typeAt(table, i)), NUMBER];
	const width = by.keys.length;
	const counts = { names: [...names, "Count"], types, rows, rowNames: rows.map((row) => rowName(row.slice(0, -1))) };
	if (by.pivot === null) return counts;
	const keys = Array.from({ length: width }, (_, i) => i);
	const wide = spread(counts, { keys, property: width, value: width + 1, missing: by.zero });
	return { ...wide, types: wide.types.map((type, i) => (i < width ? type : NUMBER)) };
}

interface Spread {
	readonly keys: readonly number[];
	readonly property: number;
	readonly value: number;
	readonly missing: Value;
}

function spread(table: TableContent, { keys, property, value, missing }: Spread): TableContent {
	const fields: string[] = [];
	const groups = new PyDict();
	for (const row of table.rows) {
		const key = PyTuple.fromItems(keys.map((i) => row[i] ?? null));
		const cells = (groups.get(key) as PyDict | undefined) ?? new PyDict();
		const field = toText(row[property] ?? null);
		if (!fields.includes(field)) fields.push(field);
		groups.set(key, cells.set(field, row[value] ?? null));
	}
	const rows = groups
		.items()
		.map(([key, cells]) => [
			...(key as PyTuple),
			...fields.map((field) => ((cells as PyDict).has(field) ? (cells as PyDict).get(field) : missing)),
		]);
	return {
		names: [...keys.map((i) => table.names[i] ?? ""), ...fields],
		types: [
			...keys.map((i) => typeAt(table, i)),
			...fields.map((_, i) => inferType(rows.map((row) => row[keys.length + i]))),
		],
		rows,
		rowNames: rows.map((row) => rowName(row.slice(0, keys.length))),
	};
}

/** A row for each key, a column for each property: the opposite of `normalized`. */
export function denormalized(
	table: TableContent,
	by: Omit<Spread, "missing"> & { readonly missing: Value },
): TableContent {
	const given = by.missing;
	const missing =
		given === undefined ? (typeAt(table, by.value).typeName === "Number" ? new PyDecimal("0") : null) : given;
	const wide = spread(table, { ...by, missing });
	return {
		...wide,
		rows: wide.rows.map((row) => row.map((cell, i) => (i < by.keys.length ? cell : castCell(typeAt(wide, i), cell)))),
	};
}

/** A row for each property of each row. */
export function normalized(
	table: TableContent,
	by: {
		readonly keys: readonly number[];
		readonly properties: readonly number[];
		readonly names: readonly [string, string];
	},
): TableContent {
	const rows = table.rows.flatMap((row) =>
		by.properties.map((i) => [...by.keys.map((key) => row[key] ?? null), table.names[i] ?? "", row[i] ?? null]),
	);
	const last = by.keys.length + 1;
	const value = inferType(rows.map((row) => row[last] ?? null));
	return {
		names: [...by.keys.map((i) => table.names[i] ?? ""), ...by.names],
		types: [...by.keys.map((i) => typeAt(table, i)), new TypeObject("Text"), value],
		rows: rows.map((row) => row.map((cell, i) => (i === last ? castCell(value, cell) : cell))),
	};
}

/** Adds a row for each of the keys that no row has: `defaults`, or nulls, in the other columns. */
export function homogenized(
	table: TableContent,
	by: { readonly keys: readonly number[]; readonly wanted: readonly Row[]; readonly defaults: Row | null },
): TableContent {
	const has = (key: Row) => table.rows.some((row) => by.keys.every((i, k) => equals(row[i] ?? null, key[k] ?? null)));
	const added = by.wanted.filter(
		(key, i) =>
			!has(key) && by.wanted.findIndex((other) => other.every((value, k) => equals(value, key[k] ?? null))) === i,
	);
	const rows = added.map((key) => {
		const rest = [...(by.defaults ?? [])];
		return table.names.map((_, i) => (by.keys.includes(i) ? key[by.keys.indexOf(i)] : (rest.shift() ?? null)));
	});
	return { names: table.names, types: table.types, rows: [...table.rows, ...rows] };
}
