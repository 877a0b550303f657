import { deserialize, serialize } from "node:v8";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type PackedRows, packRows, unpackRows } from "./packRows.ts";

const kept = (rows: readonly object[]): readonly { [key: string]: unknown }[] =>
	unpackRows(deserialize(serialize(packRows(rows))) as PackedRows);

const keysOf = (rows: readonly object[]) => rows.map((row) => Object.keys(row));

/** Few and many values, alike and not, and such as are easily taken for others. */
const values = fc.letrec((tie) => ({
	plain: fc.oneof(fc.constantFrom(null, undefined, 0, -0, Number.NaN, "", "a", true, 1), fc.string()),
	some: fc.oneof(
		{ maxDepth: 3 },
		tie("plain"),
		fc.array(tie("some"), { maxLength: 3 }),
		fc.record({ a: tie("some"), b: tie("plain") }),
		fc.dictionary(fc.constantFrom("a", "1", "__proto__", "é"), tie("some")),
	),
})).some;

test("rows are after packing what they were, keys in their order", () => {
	const rows = fc.oneof(
		fc.array(fc.record({ id: fc.string(), one: values, other: values }), { maxLength: 60 }),
		// The same rows many times, so that few values stand for all.
		fc.array(fc.record({ one: values }), { minLength: 1, maxLength: 3 }).map((few) => Array(40).fill(few).flat()),
	);
	fc.assert(
		fc.property(rows, (given) => {
			const found = kept(given);
			expect(found).toStrictEqual(deserialize(serialize(given)));
			expect(keysOf(found)).toEqual(keysOf(given));
		}),
	);
});

test("one object of many rows is one object again", () => {
	const [config, columns] = [{ severity: "warn" }, [{ name: "id" }, { name: "at" }]];
	const rows = Array.from({ length: 100 }, (_, i) => ({ id: `test ${i}`, config, column: columns[i % 2] }));
	const found = kept(rows);
	expect(found).toEqual(rows);
	expect(new Set(found.map((row) => row.config)).size).toBe(1);
	expect(new Set(found.map((row) => row.column)).size).toBe(2);
});

test("objects with other keys, or the same in another order, are no rows", () => {
	expect(packRows([{ a: 1, b: 2 }, { a: 1 }])).toBeNull();
	expect(
		packRows([
			{ a: 1, b: 2 },
			{ b: 2, a: 1 },
		]),
	).toBeNull();
	expect(packRows([JSON.parse('{"__proto__": 1}')])).toBeNull();
});
