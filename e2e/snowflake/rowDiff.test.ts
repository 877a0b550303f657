import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { testAdapter } from "../../src/adapters/pglite/testing/testAdapter.ts";
import { type LocalSnowflake, startLocalSnowflake } from "../../src/adapters/snowflake/testing/localSnowflake.ts";
import { diffSide } from "../../src/app/rowDiff/diffSide.ts";
import type { Adapter } from "../../src/core/adapter.ts";
import type { CellValue } from "../../src/core/resultTable.ts";
import { ASIDE_NAMES, compareRows, type RowDiff } from "../../src/diff/diff.ts";

/** The same pairs of tables on the embedded database and over Snowflake's protocol: one diff. */
const nullable = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null, freq: 5 });
const row = fc.tuple(
	nullable(fc.integer({ min: 0, max: 12 })),
	fc.constantFrom("x", "y", "X", "it's \\"),
	nullable(fc.integer({ min: 0, max: 3 })),
	nullable(fc.constantFrom("a", "A", "", "a ")),
	nullable(fc.constantFrom("1.00", "1.50", "-2.00")),
	nullable(fc.constantFrom("0", "-0", "1.5", "NaN", "Infinity")),
	nullable(fc.constantFrom("2026-01-01 00:00:00", "2026-01-01 00:00:00.25")),
	nullable(fc.constantFrom("2026-01-01 00:00:00+00", "2026-01-01 02:00:00+02")),
	nullable(fc.constantFrom("2026-01-01", "2026-01-02")),
	nullable(fc.constantFrom('{"a": 1}', "[]", '[{"a": null}]')),
	nullable(fc.boolean()),
);
type Row = readonly CellValue[];
/** Name, type on Postgres, type on Snowflake; the second of a pair is that of the head. */
const COLUMNS: readonly (readonly [string, string | [string, string], string | [string, string]])[] = [
	["a", "int", "int"],
	["b", "text", "varchar"],
	["i", ["int", "bigint"], ["number(9)", "number(20, 0)"]],
	["t", ["text", "varchar(9)"], ["varchar", "varchar(9)"]],
	["n", "numeric(12, 2)", "number(12, 2)"],
	["f", "float8", "float"],
	["ts", "timestamp", "timestamp_ntz"],
	["tz", "timestamptz", "timestamp_tz"],
	["d", ["date", "timestamp"], ["date", "timestamp_ntz"]],
	["j", "jsonb", "variant"],
	["p", "boolean", "boolean"],
];
/** Keys that are shared now and then; few rows differ. */
const rows = fc.oneof(
	{ weight: 5, arbitrary: fc.uniqueArray(row, { selector: ([a, b]) => `${a} ${b}`, maxLength: 14 }) },
	fc.array(row, { maxLength: 6 }),
);
const pair = fc
	.tuple(rows, rows, fc.boolean())
	.map(([base, head, few]): readonly [Row[], Row[]] => [
		[...base],
		few ? base.map((one, i) => (i % 3 === 0 ? [...one.slice(0, 2), ...(head[i] ?? one).slice(2)] : one)) : [...head],
	]);

let local: LocalSnowflake;
let root: string;
let adapters: readonly Adapter[];
beforeAll(async () => {
	local = await startLocalSnowflake();
	root = mkdtempSync(join(tmpdir(), "tfm-diff-"));
	adapters = [testAdapter(join(root, "db")), local.adapter()];
	for (const adapter of adapters) await adapter.open();
}, 60_000);
afterAll(async () => {
	for (const adapter of adapters) await adapter.close();
	await local.server.stop();
	rmSync(root, { recursive: true });
});

async function compare(adapter: Adapter, sides: readonly [Row[], Row[]], key: readonly string[]): Promise<RowDiff> {
	const { dialect } = adapter;
	const snowflake = dialect.name === "snowflake";
	const relation = (name: string) => ({
		database: snowflake ? "ANALYTICS" : "",
		schema: dialect.fold("public"),
		identifier: dialect.fold(name),
	});
	return adapter.withSession(async (session) => {
		const filled = async (name: string, side: 0 | 1) => {
			const of = (type: string | [string, string]): string => (typeof type === "string" ? type : type[side]);
			const typed = COLUMNS.map(([column, pg, sf]) => [column, of(snowflake ? sf : pg)] as const);
			const table = dialect.render(relation(name));
			const ddl = typed.map(([column, type]) => `${column} ${type}`).join(", ");
			await session.execute(`drop table if exists ${table}; create table ${table} (${ddl})`);
			const values = sides[side].map(
				(r) => `(${r.map((v) => dialect.literal(v === null ? null : String(v))).join(", ")})`,
			);
			const read = typed.map(([, type], i) =>
				type === "variant" ? `parse_json(c${i})` : snowflake ? `c${i}::${type}` : `c${i}::text::${type}`,
			);
			if (values.length > 0)
				await session.execute(
					`insert into ${table} select ${read.join(", ")} from (values ${values.join(", ")}) as v(${typed.map((_, i) => `c${i}`).join(", ")})`,
				);
			return diffSide(session, relation(name), { dialect, key });
		};
		const request = { base: await filled("was", 0), head: await filled("is_now", 1), key, ignore: [], tolerance: {} };
		const diff = await compareRows(
			{ ...request, samples: 1000, dialect, near: relation("was"), name: "t" },
			async (sql) => (await session.query(sql)).rows,
		);
		const aside = ASIDE_NAMES.map((name) => dialect.render(dialect.comparing.aside(name, relation("was"))));
		await session.execute(dialect.comparing.dropAside(aside));
		return diff;
	});
}

/** Names without case, types by the columns alone, sums as numbers; documents and infinity as they are printed here. */
function plain(diff: RowDiff): unknown {
	const text = JSON.stringify(diff, (name, value: unknown) => {
		if (typeof value !== "string" || (name !== "base" && name !== "head")) return value;
		return /^[[{]/.test(value) ? JSON.stringify(JSON.parse(value)) : value.replace(/^inf$/, "Infinity");
	});
	const read = JSON.parse(text) as RowDiff;
	const lower = (value: string): string => value.toLowerCase();
	const bySum = (value: string | null): number | null => (value === null ? null : Number(value));
	return {
		...read,
		key: read.key.map(lower),
		columns: {
			...read.columns,
			retyped: read.columns.retyped.map(({ name }) => lower(name)),
			compared: read.columns.compared.map(lower),
		},
		...(read.kind === "keyed"
			? {
					changedColumns: read.changedColumns.map(({ column, rows, nulls, sum }) => ({
						...{ column: lower(column), rows, nulls },
						sum: sum === null ? null : [bySum(sum.base), bySum(sum.head)],
					})),
				}
			: {}),
		samples: read.samples
			.map(({ kind, key, values }) =>
				JSON.stringify([kind, key, values.map((v) => ({ ...v, column: lower(v.column) }))]),
			)
			.sort(),
	};
}

it("rows compared over Snowflake's protocol differ as they do on the embedded database", {
	timeout: 240_000,
}, async () => {
	const kinds = new Set<string>();
	await fc.assert(
		fc.asyncProperty(pair, fc.constantFrom(["a", "b"], ["a", "b"], ["b"], []), async (sides, key) => {
			const [here, there] = [await compare(adapters[0]!, sides, key), await compare(adapters[1]!, sides, key)];
			kinds.add(`${here.kind} ${here.kind === "unkeyed" ? here.because : ""}`);
			expect(plain(there)).toEqual(plain(here));
		}),
		{ numRuns: 30, seed: 8 },
	);
	expect([...kinds].sort()).toEqual(["keyed ", "unkeyed duplicates", "unkeyed none"]);
});

it("what a comparison kept aside is dropped, and the session goes on with its login", async () => {
	const logins = () => local.server.requests().filter((path) => path.includes("login-request")).length;
	const before = logins();
	await compare(adapters[1]!, [[], []], []);
	expect(logins()).toBe(before);
});
