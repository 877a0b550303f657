/**
 * Many objects of one kind as columns: a serializer writes the names of forty fields for each object anew, and an empty
 * list for each of them. Here a field's name stands once, and so does a value that all of them have; values of which
 * there are few stand once and are named by their place. Records with the same keys and lists of one length are taken
 * apart in the same way. What comes back is what was packed: the same keys in the same order, and what was one object
 * for many of the rows is one again.
 */

/** The values of one place in all rows. */
export type PackedColumn =
	| { readonly same: unknown }
	| { readonly list: readonly unknown[] }
	/** Each value once, and which of them each row has. */
	| { readonly values: PackedColumn; readonly count: number; readonly of: Uint32Array }
	| PackedRecords
	/** Lists of one length, place by place. */
	| { readonly places: readonly PackedColumn[] }
	/** Lists of several lengths, one after the other. */
	| { readonly lengths: Uint32Array; readonly items: PackedColumn; readonly count: number };

interface PackedRecords {
	readonly keys: readonly string[];
	readonly columns: readonly PackedColumn[];
}

export interface PackedRows extends PackedRecords {
	readonly count: number;
}

type Row = { readonly [key: string]: unknown };

/** Their prototypes are left behind, as a serializer does. Null: they have not all the same keys in the same order. */
export function packRows(rows: readonly object[]): PackedRows | null {
	const packed = packRecords(rows as readonly Row[]);
	return packed === null ? null : { count: rows.length, ...packed };
}

export const unpackRows = ({ count, ...records }: PackedRows): { [key: string]: unknown }[] =>
	unpackRecords(records, count);

function packRecords(rows: readonly Row[]): PackedRecords | null {
	const keys = Object.keys(rows[0] ?? {});
	// Assigned, it would be the object's prototype.
	if (keys.includes("__proto__")) return null;
	for (const row of rows) {
		let at = 0;
		for (const key in row) if (keys[at++] !== key) return null;
		if (at !== keys.length) return null;
	}
	return { keys, columns: keys.map((key) => packField(rows, key)) };
}

/** Most fields of tests say the same of all of them: found out before their values are listed. */
function packField(rows: readonly Row[], key: string): PackedColumn {
	const first = rows[0]![key];
	for (const row of rows) if (!Object.is(row[key], first)) return packColumn(rows.map((one) => one[key]));
	return { same: first };
}

function packColumn(values: readonly unknown[]): PackedColumn {
	const [first] = values;
	return values.every((value) => Object.is(value, first)) ? { same: first } : (packFew(values) ?? packApart(values));
}

/** Half as many values as rows, or fewer: looked at as far as that may still be so. */
function packFew(values: readonly unknown[]): PackedColumn | null {
	const places = new Map<unknown, number>();
	const of = new Uint32Array(values.length);
	for (let at = 0; at < values.length; at++) {
		const value = values[at];
		// A map takes -0 for 0.
		if (typeof value === "number") return null;
		let place = places.get(value);
		if (place === undefined) places.set(value, (place = places.size));
		if (place > FEW + at / 2) return null;
		of[at] = place;
	}
	if (places.size > values.length / 2) return null;
	return { values: packApart([...places.keys()]), count: places.size, of };
}

const FEW = 16;

function packApart(values: readonly unknown[]): PackedColumn {
	if (values.every(Array.isArray)) return packLists(values as readonly (readonly unknown[])[]);
	return (values.every(isRecord) ? packRecords(values) : null) ?? { list: values };
}

const isRecord = (value: unknown): value is Row =>
	typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;

function packLists(lists: readonly (readonly unknown[])[]): PackedColumn {
	const { length } = lists[0] ?? [];
	if (lists.every((list) => list.length === length)) {
		const places = Array.from({ length }, (_, at) => packColumn(lists.map((list) => list[at])));
		return { places };
	}
	const items = lists.flat();
	return { lengths: Uint32Array.from(lists, (list) => list.length), items: packColumn(items), count: items.length };
}

function unpackRecords({ keys, columns }: PackedRecords, count: number): { [key: string]: unknown }[] {
	// Copies of one object have its shape from the start; what is the same for all of them is there already.
	const like: { [key: string]: unknown } = {};
	keys.forEach((key, i) => {
		const column = columns[i]!;
		like[key] = "same" in column ? column.same : undefined;
	});
	const rows = Array.from({ length: count }, () => ({ ...like }));
	keys.forEach((key, i) => {
		const column = columns[i]!;
		if ("same" in column) return;
		const values = unpackColumn(column, count);
		for (let at = 0; at < count; at++) rows[at]![key] = values[at];
	});
	return rows;
}

function unpackColumn(column: PackedColumn, count: number): readonly unknown[] {
	if ("same" in column) return new Array(count).fill(column.same);
	if ("list" in column) return column.list;
	if ("of" in column) {
		const values = unpackColumn(column.values, column.count);
		return Array.from(column.of, (place) => values[place]);
	}
	if ("keys" in column) return unpackRecords(column, count);
	if ("places" in column) {
		const places = column.places.map((place) => unpackColumn(place, count));
		return Array.from({ length: count }, (_, at) => places.map((values) => values[at]));
	}
	const items = unpackColumn(column.items, column.count);
	let next = 0;
	return Array.from(column.lengths, (length) => items.slice(next, (next += length)));
}
