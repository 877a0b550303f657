/**
 * Random layers, published again and again with changed columns, types and kinds, under views of others. After each
 * publish every relation must hold the rows that a plain rebuild gives, every view of others must answer from the new
 * rows, and nothing may point into a shadow schema.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Session } from "../../core/adapter.ts";
import { onBothEngines } from "./publishEngines.ts";
import { type Model, PROJECT, publish, publisher, rows, shadowTraces, target } from "./publishFixture.ts";

onBothEngines((bench) => {
	interface NodeShape {
		readonly kind: "table" | "view";
		readonly type: "int" | "bigint" | "numeric(10,2)";
		readonly extra: boolean;
		readonly reversed: boolean;
		/** Which earlier node it reads. */
		readonly input: number;
		readonly keep: boolean;
	}

	const shape: fc.Arbitrary<NodeShape> = fc.record({
		kind: fc.constantFrom("table", "view"),
		type: fc.constantFrom("int", "bigint", "numeric(10,2)"),
		extra: fc.boolean(),
		reversed: fc.boolean(),
		input: fc.nat(6),
		keep: fc.nat(5).map((n) => n === 0),
	});

	function layer(shapes: readonly NodeShape[], generation: number): readonly Model[] {
		return shapes.map((s, i): Model => {
			const from =
				i === 0 ? `(select g as id, ${generation} as val from generate_series(1, 5) g) x` : `{m${s.input % i}}`;
			const columns = ["id::int as id", `(val + ${i})::${s.type} as val`, ...(s.extra ? [`${i} as extra`] : [])];
			return {
				name: `m${i}`,
				kind: s.kind,
				publish: s.keep ? "keep" : "swap",
				sql: `select ${(s.reversed ? columns.toReversed() : columns).join(", ")} from ${from}`,
			};
		});
	}

	/** What a plain build of the layer gives, in a schema of its own. */
	async function plainRows(s: Session, models: readonly Model[]): Promise<readonly (readonly string[])[]> {
		await s.execute("drop schema if exists plain cascade; create schema plain");
		for (const m of models)
			await s.execute(`create ${m.kind} plain.${m.name} as ${m.sql.replace(/\{(\w+)\}/g, "plain.$1")}`);
		const found = await allRows(s, "plain", models.length);
		await s.execute("drop schema plain cascade");
		return found;
	}

	async function allRows(s: Session, schema: string, count: number): Promise<readonly (readonly string[])[]> {
		const result: (readonly string[])[] = [];
		for (let i = 0; i < count; i++)
			result.push(await rows(s, `select to_jsonb(x)::text from ${schema}.m${i} x order by id`));
		return result;
	}

	const scenario = fc
		.integer({ min: 1, max: 6 })
		.chain((n) =>
			fc.tuple(
				fc.array(fc.array(shape, { minLength: n, maxLength: n }), { minLength: 2, maxLength: 3 }),
				fc.array(fc.tuple(fc.nat(n - 1), fc.boolean()), { maxLength: 4 }),
			),
		);

	test("what is published equals a plain rebuild, under any views of others", { timeout: 240_000 }, () =>
		fc.assert(
			fc.asyncProperty(scenario, ([generations, foreign]) =>
				bench.on(async (s) => {
					for (const [g, shapes] of generations.entries()) {
						const models = layer(shapes, g);
						const report = await publish(s, models);
						// `publish: keep` on a table whose columns changed is the one refusal that may come.
						expect(report.refused.filter((r) => !r.reason.includes("publish: keep"))).toEqual([]);
						if (report.refused.length > 0) return;
						expect(await allRows(s, "s", models.length)).toEqual(await plainRows(s, models));
						if (g === 0)
							for (const [i, [base, onTop]] of foreign.entries()) {
								const from = onTop && i > 0 ? `bi.f${i - 1}` : `s.m${base}`;
								await s.execute(
									`create view bi.f${i} as select id, val from ${from}; grant select on bi.f${i} to reader; comment on view bi.f${i} is 'f${i}'`,
								);
							}
						for (const [i, [base, onTop]] of foreign.entries()) {
							const from = onTop && i > 0 ? `bi.f${i - 1}` : `s.m${base}`;
							expect(await rows(s, `select id, val from bi.f${i} order by 1`)).toEqual(
								await rows(s, `select id, val from ${from} order by 1`),
							);
							expect(
								await rows(
									s,
									`select has_table_privilege('reader', 'bi.f${i}', 'select'), obj_description('bi.f${i}'::regclass)`,
								),
							).toEqual([`true,f${i}`]);
						}
						await publisher.dropStale(s, PROJECT, [target("m0")], []);
						expect(await shadowTraces(s)).toEqual([]);
					}
				}),
			),
			{ numRuns: 25 },
		),
	);
});
