import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { onBothEngines } from "../src/adapters/conformance/publishEngines.ts";
import { drive, PUBLISHED, type TestModel, testCompiler, testManifest } from "../src/compile/testing/testManifest.ts";
import type { Session } from "../src/core/adapter.ts";
import { DatabaseError } from "../src/core/databaseError.ts";
import { TfmError } from "../src/core/diagnostic.ts";
import { nodeId, type TestNode } from "../src/core/node.ts";
import type { CountedRows, NodePlan } from "../src/core/plan.ts";
import { planNode } from "../src/plan/planNode.ts";
import { driveOnDatabase } from "./incremental/driveOnDatabase.ts";

/** For random tables and tests: what one statement counts for several tests is what each of them counts by itself. */
const nullable = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null, freq: 4 });
const row = fc.record({
	i: nullable(fc.integer({ min: 0, max: 9 })),
	t: nullable(fc.constantFrom("a", "b", "A", "it's", "", "a ")),
	n: nullable(fc.constantFrom("1", "1.0", "1.00", "2", "NaN")),
	f: nullable(fc.constantFrom("0", "-0", "1.5", "NaN", "Infinity")),
	b: nullable(fc.boolean()),
	j: nullable(fc.constantFrom('{"a": 1}', '{"a": 1.0}', "[]")),
	order: nullable(fc.integer({ min: 0, max: 3 })),
});
const COLUMNS = ["i", "t", "n", "f", "b", "j", '"order"'] as const;
const TYPES = 'i int, t text, n numeric, f float8, b bool, j jsonb, "order" int';

const config = fc.record({
	where: fc.constantFrom(
		undefined,
		undefined,
		"i > 3",
		"t in ('a', 'it''s')",
		"i > 3) dbt_subquery where (b",
		"missing",
	),
	limit: fc.constantFrom(undefined, undefined, undefined, 1, 0),
	warn_if: fc.constantFrom(undefined, undefined, "> 1", ">=2", "= 0", "between 1 and 2"),
	error_if: fc.constantFrom(undefined, undefined, "> 2", "<> 0"),
	fail_calc: fc.constantFrom(undefined, undefined, undefined, undefined, "max(1)"),
});
const column = fc.constantFrom(...COLUMNS);
const sound = [
	"i > 2 and (t = 'a' or b)",
	"n <> 1",
	"t ~ '[)]'",
	"b",
	'(i > 1) or ("order" is null)',
	"substring(t from 1 for 1) = 'a'",
];
/** What must be left alone, and mistakes: one of them sends every test by itself. */
const other = [
	"i in (select 1)",
	"i > 1 order by i limit 1",
	"i > 1 -- all",
	"i > 1 group by i",
	"missing > 1",
	"count(*) > 1",
];
const condition = fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...sound) }, fc.constantFrom(...other));
const test = fc.oneof(
	fc.record({ name: fc.constantFrom("not_null", "unique"), column_name: column }),
	fc.record({
		name: fc.constant("accepted_values"),
		column_name: fc.constantFrom("t", "t", "n", "b"),
		values: fc.constantFrom(["a", "b"], ["a", "it''s", ""]),
		quote: fc.constant(true),
	}),
	fc.record({
		name: fc.constant("accepted_values"),
		column_name: fc.constantFrom("i", "i", "n", "f", '"order"', "t"),
		values: fc.constantFrom([1, 2], [0, -1, 1.5]),
		quote: fc.constantFrom(false, false, true),
	}),
	fc.record({
		name: fc.constant("expression"),
		list: fc.constantFrom("1", "1", "1", "*", "*", "i", "missing", "count(*)"),
		condition,
	}),
);
/** What a step has not, or has under another name. */
const ofTheTable = ["m.i > 1", "m is null", "ctid is null", "s.i > 1"];
const steps = fc.oneof(
	fc.record({ name: fc.constant("steps"), condition: fc.oneof(condition, fc.constantFrom(...ofTheTable)) }),
	fc.record({ name: fc.constant("trimmed"), column_name: fc.constantFrom("t", "t", '"order"', "missing") }),
);
const scenario = fc.record({
	rows: fc.array(row, { maxLength: 8 }),
	tests: fc.array(fc.record({ test: fc.oneof({ weight: 3, arbitrary: test }, steps), config }), {
		minLength: 2,
		maxLength: 6,
	}),
});
type Scenario = typeof scenario extends fc.Arbitrary<infer T> ? T : never;

const cell = (value: unknown): string =>
	value === null ? "null" : typeof value === "string" ? `'${value.replaceAll("'", "''")}'` : String(value);

function testModel({ test: { name, ...kwargs }, config: given }: Scenario["tests"][number], i: number): TestModel {
	const model = "{{ get_where_subquery(ref('m')) }}";
	const own = kwargs as { readonly list?: string; readonly condition?: string; readonly column_name?: string };
	const second = (first: string, met: string): string =>
		`with s as (\n  select ${first}\n  from ${model}\n),\n\ne as (\n  select *\n  from s\n  where ${met}\n)\n\nselect *\nfrom e`;
	const texts: Readonly<Record<string, string>> = {
		expression: `select\n    ${own.list ?? ""}\nfrom ${model}\n\nwhere not(${own.condition ?? ""})`,
		steps: second("*", `-- it's never true\n    1 = 2\n    or not ${own.condition ?? ""}`),
		trimmed: second(`trim(${own.column_name}) as ${own.column_name}`, `${own.column_name} = ''`),
	};
	const sql = texts[name] ?? `{{ test_${name}(**_dbt_generic_test_kwargs) }}`;
	const plain = name === "expression" && i % 2 === 0 ? sql.replace(/not\((.*)\)$/s, "$1") : sql;
	const settings = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
	const metadata = { name, namespace: null, kwargs: { ...kwargs, model } } as NonNullable<TestModel["test"]>;
	return {
		name: `test_${i}`,
		sql: plain,
		reads: ["m"],
		config: { severity: "ERROR", ...settings },
		test: metadata,
	};
}

/** The failures and verdict of a test, or that it cannot be said. */
type Answer = string;

async function answer(session: Session, work: () => Promise<NodePlan>): Promise<Answer> {
	await session.execute("savepoint one_test");
	try {
		const plan = await work();
		return plan.kind === "tested" ? JSON.stringify([plan.outcome, plan.sample, plan.executedSql]) : plan.kind;
	} catch (error) {
		if (!(error instanceof DatabaseError || error instanceof TfmError)) throw error;
		await session.execute("rollback to savepoint one_test");
		return "refused";
	}
}

/** How many tests did not have to be sent. */
async function compareBoth(session: Session, given: Scenario): Promise<number> {
	const world = { models: [{ name: "m", sql: "" }, ...given.tests.map(testModel)] };
	const compiler = testCompiler(world);
	const manifest = testManifest(world);
	const cells = given.rows.map((one) => `insert into dev.m values (${Object.values(one).map(cell).join(", ")});`);
	await session.execute(`create schema dev; create table dev.m (${TYPES});\n${cells.join("\n")}`);
	const refuse = (): never => {
		throw new Error("a test asks for nothing");
	};
	const tests = given.tests.map((_, i) => {
		const id = nodeId(`test.shop.test_${i}`);
		const compiled = drive((journal) => compiler.compileNode(id, journal, PUBLISHED), refuse);
		return { node: manifest.nodes.get(id) as TestNode, sql: compiled.compiled.sql.replaceAll('"db".', "") };
	});
	const driven = { session, compiler, stands: [] };
	const run = (counted: ReadonlyMap<string, CountedRows>) => async (one: (typeof tests)[number]) =>
		answer(session, () =>
			driveOnDatabase(
				driven,
				planNode({
					kind: "test",
					...one,
					storedAt: { database: "db", schema: "audit", identifier: one.node.name },
					storeFailures: undefined,
					sampleRows: 0,
					readsCandidates: false,
					own: null,
					counted: counted.get(one.sql) ?? null,
					render: () => "",
				}),
			),
		);
	await session.execute("savepoint scan");
	let counted: ReadonlyMap<string, CountedRows> = new Map();
	try {
		const plan = await driveOnDatabase(driven, planNode({ kind: "scan", queries: tests.map(({ sql }) => sql) }));
		if (plan.kind === "scanned") counted = plan.counted;
	} catch (error) {
		if (!(error instanceof DatabaseError)) throw error;
		await session.execute("rollback to savepoint scan");
	}
	for (const one of tests) expect(await run(counted)(one), one.sql).toEqual(await run(new Map())(one));
	return counted.size;
}

class Undone extends Error {}

describe("one scan for several tests", () => {
	onBothEngines((bench) => {
		it("gives the failures and the verdict that each test gives by itself", { timeout: 300_000 }, async () => {
			let counted = 0;
			await bench.on((session) =>
				fc.assert(
					fc.asyncProperty(scenario, async (given) => {
						const work = session.transaction(async () => {
							counted += await compareBoth(session, given);
							throw new Undone();
						});
						await expect(work).rejects.toThrow(Undone);
					}),
					{ numRuns: 150 },
				),
			);
			// Some 60 in most runs: enough that the comparison is one of something.
			expect(counted).toBeGreaterThan(10);
		});
	});
});
