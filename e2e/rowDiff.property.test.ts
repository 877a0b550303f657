import fc from "fast-check";
import { expect, it } from "vitest";
import { onBothEngines } from "../src/adapters/conformance/publishEngines.ts";
import { createPostgresDialect } from "../src/adapters/postgresFamily/dialect.ts";
import { diffSide } from "../src/app/rowDiff/diffSide.ts";
import type { Session } from "../src/core/adapter.ts";
import { compareRows, type DiffSide, type RowDiff } from "../src/diff/diff.ts";

/** For random pairs of tables: what the database counts is what a map of keys counts. */
const nullable = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null, freq: 5 });
const row = fc.record({
	a: nullable(fc.integer({ min: 0, max: 12 })),
	b: fc.constantFrom("x", "y", "X", "it's"),
	i: nullable(fc.integer({ min: 0, max: 3 })),
	t: nullable(fc.constantFrom("a", "A", "", "a ")),
	n: nullable(fc.constantFrom("1", "1.0", "-1", "2", "NaN", "Infinity", "-Infinity")),
	f: nullable(fc.constantFrom("0", "-0", "1.5", "NaN", "Infinity")),
	j: nullable(fc.constantFrom('{"a": 1, "b": 2}', '{"b":2,"a":1}', "[]")),
	p: nullable(fc.constantFrom("(1,2)", "(2,1)")),
	l: nullable(fc.constantFrom("{1,2}", "{2}")),
});
type Row = typeof row extends fc.Arbitrary<infer R> ? R : never;
const VALUES = ["i", "t", "n", "f", "j", "p", "l"] as const;
const DDL = "a int, b text, i int, t text, n numeric, f float8, j jsonb, p point, l int[]";

/** Rows without two of one key, and rarely with: a diff of them says so. */
const rows = fc.oneof(
	{
		weight: 9,
		arbitrary: fc.uniqueArray(row, { selector: (r) => `${r.a} ${r.b} ${r.a === null ? Math.random() : ""}` }),
	},
	fc.array(row, { maxLength: 8 }),
);
/** Few differ in most pairs, as in life. */
const pair = fc.oneof(
	fc.tuple(rows, rows),
	fc.tuple(rows, fc.array(row, { maxLength: 2 })).map(([all, some]): [Row[], Row[]] => {
		const changed = all.map((r, i) => (i < some.length ? { ...some[i]!, a: r.a, b: r.b } : r));
		return [all, changed];
	}),
);

const TWICE: Row = { a: 1, b: "x", i: 1, t: "a", n: "1", f: "0", j: null, p: null, l: null };

const same = {
	i: (r: Row) => String(r.i),
	t: (r: Row) => JSON.stringify(r.t),
	n: (r: Row) => String(r.n === null ? null : Number(r.n)),
	f: (r: Row) => String(r.f === null ? null : Number(r.f) + 0),
	j: (r: Row) => (r.j === null ? "null" : JSON.stringify(Object.entries(JSON.parse(r.j)).sort())),
	p: (r: Row) => String(r.p),
	l: (r: Row) => String(r.l),
};

function expected(base: readonly Row[], head: readonly Row[]) {
	const keyed = (all: readonly Row[]) => new Map(all.filter((r) => r.a !== null).map((r) => [`${r.a} ${r.b}`, r]));
	const [was, is] = [keyed(base), keyed(head)];
	const both = [...was].flatMap(([key, r]) => (is.has(key) ? [[r, is.get(key)!] as const] : []));
	const changedIn = (v: (typeof VALUES)[number]) => both.filter(([x, y]) => same[v](x) !== same[v](y)).length;
	return {
		added: is.size - both.length,
		removed: was.size - both.length,
		changed: both.filter(([x, y]) => VALUES.some((v) => same[v](x) !== same[v](y))).length,
		columns: VALUES.flatMap((v) => (changedIn(v) > 0 ? [`${v} ${changedIn(v)}`] : [])),
		nullKeys: { base: base.filter((r) => r.a === null).length, head: head.filter((r) => r.a === null).length },
	};
}

const dialect = createPostgresDialect();

const duplicates = (all: readonly Row[]): number => {
	const keys = all.filter((r) => r.a !== null).map((r) => `${r.a} ${r.b}`);
	return keys.length - new Set(keys).size;
};

async function fill(session: Session, table: string, all: readonly Row[]): Promise<DiffSide> {
	await session.execute(`discard temp; drop table if exists ${table}; create table ${table} (${DDL})`);
	for (const r of all) {
		const binds = [r.a, r.b, r.i, r.t, r.n, r.f, r.j, r.p, r.l].map((v) => (v === null ? null : String(v)));
		await session.query(`insert into ${table} values (${binds.map((_, i) => `$${i + 1}`).join(", ")})`, binds);
	}
	const relation = { database: "", schema: "public", identifier: table.replaceAll('"', "") };
	return diffSide(session, relation, { dialect, key: ["a", "b"] });
}

async function compare(session: Session, [base, head]: readonly [readonly Row[], readonly Row[]]): Promise<RowDiff> {
	const request = {
		base: await fill(session, "was", base),
		head: await fill(session, '"Is"', head),
		key: ["a", "b"],
		ignore: [],
		tolerance: {},
		samples: 1000,
		dialect,
		near: { database: "", schema: "public", identifier: "was" },
		name: "t",
	};
	return compareRows(request, async (sql) => (await session.query(sql)).rows);
}

onBothEngines((bench) => {
	it("the diff of random tables counts what a map of their keys counts", { timeout: 240_000 }, () =>
		bench.on(async (session) => {
			const kinds = new Set<string>();
			await fc.assert(
				fc.asyncProperty(pair, async ([base, head]) => {
					const diff = await compare(session, [base, head]);
					expect(diff.rows).toEqual({ base: base.length, head: head.length });
					kinds.add(diff.kind);
					if (diff.kind === "unkeyed") {
						// All of them, also where some lie in equal parts of the tables.
						const { duplicateRows: found } = diff;
						expect(found.base + found.head).toBeGreaterThan(0);
						expect(found.base).toBe(duplicates(base));
						expect(found.head).toBe(duplicates(head));
						return;
					}
					const { columns, ...counts } = expected(base, head);
					expect(diff).toMatchObject(counts);
					expect(diff.changedColumns.map((c) => `${c.column} ${c.rows}`)).toEqual(columns);
					expect(diff.same + diff.changed + diff.removed + diff.nullKeys.base).toBe(base.length);
					expect(diff.samples.length).toBe(diff.added + diff.removed + diff.changed);
				}),
				{ numRuns: 60, examples: [[[[TWICE, TWICE], [TWICE]]], [[[TWICE], [{ ...TWICE, n: "-1" }]]]] },
			);
			expect(kinds).toContain("keyed");
			expect(kinds).toContain("unkeyed");
		}),
	);
});
