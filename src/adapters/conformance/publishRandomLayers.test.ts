/**
 * Random layers, published again and again with changed columns, types, kinds and ways, some of their nodes held back,
 * under views of others and beside another project's candidates. After each publish every relation must hold the rows
 * that plain SQL gives, what was replaced must stand in its generation, views of others and the other project must
 * answer from the new rows, and nothing may point into a shadow schema.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Session } from "../../core/adapter.ts";
import { nodeId } from "../../core/node.ts";
import { onBothEngines } from "./publishEngines.ts";
import {
	build,
	dialect,
	id,
	type Model,
	PROJECT,
	publisher,
	request,
	rows,
	shadowTraces,
	target,
} from "./publishFixture.ts";

interface NodeShape {
	readonly kind: "table" | "view" | "materialized_view" | "incremental";
	readonly type: "int" | "bigint" | "numeric(10,2)";
	readonly extra: boolean;
	readonly reversed: boolean;
	/** Which earlier node it reads. */
	readonly input: number;
	readonly keep: boolean;
	readonly held: boolean;
	readonly generation: boolean;
}

const oneIn = (n: number) => fc.nat(n - 1).map((x) => x === 0);
const shape: fc.Arbitrary<NodeShape> = fc.record({
	kind: fc.constantFrom("table", "view", "table", "view", "materialized_view", "incremental"),
	type: fc.constantFrom("int", "bigint", "numeric(10,2)"),
	extra: fc.boolean(),
	reversed: fc.boolean(),
	input: fc.nat(6),
	keep: oneIn(6),
	held: oneIn(6),
	generation: oneIn(3),
});

const columnsOf = (s: NodeShape): readonly string[] => {
	const columns = ["id", "val", ...(s.extra ? ["extra"] : [])];
	return s.reversed ? columns.toReversed() : columns;
};

const inputOf = (s: NodeShape, i: number): number | undefined => (i === 0 ? undefined : s.input % i);

function selectOf(s: NodeShape, i: number, run: number): string {
	const from = i === 0 ? `(select g as id, ${run} as val from generate_series(1, 5) g) x` : `{m${s.input % i}}`;
	const texts: Record<string, string> = {
		id: "id::int as id",
		val: `(val + ${i})::${s.type} as val`,
		extra: `${i} as extra`,
	};
	// New rows of an incremental model are some of all.
	const where = s.kind === "incremental" ? ` where id % 2 = ${run % 2}` : "";
	return `select ${columnsOf(s)
		.map((c) => texts[c])
		.join(", ")} from ${from}${where}`;
}

/** What stands under a published name: `r`, `v` or `m`, and its columns; null: nothing. */
async function standing(s: Session, name: string): Promise<{ kind: string; columns: string } | null> {
	const found = await rows(
		s,
		`select c.relkind, string_agg(a.attname || ' ' || format_type(a.atttypid, a.atttypmod), ';' order by a.attname) from pg_class c
		join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped where c.oid = to_regclass('s.${name}') group by 1`,
	);
	const [kind, columns] = found[0]?.split(/,(.*)/s) ?? [];
	return kind === undefined ? null : { kind, columns: columns! };
}

/** An incremental model whose table has its columns brings rows into it; any other is built anew. */
async function layer(s: Session, shapes: readonly NodeShape[], run: number): Promise<readonly Model[]> {
	const models: Model[] = [];
	for (const [i, shape] of shapes.entries()) {
		const name = `m${i}`;
		const columns = columnsOf(shape);
		const types: Record<string, string> = {
			id: "integer",
			val: shape.type === "int" ? "integer" : shape.type,
			extra: "integer",
		};
		const wanted = [...columns]
			.sort()
			.map((c) => `${c} ${types[c]}`)
			.join(";");
		const now = shape.kind === "incremental" ? await standing(s, name) : null;
		const applies = now?.kind === "r" && now.columns === wanted;
		models.push({
			name,
			sql: selectOf(shape, i, run),
			publish: shape.keep ? "keep" : "swap",
			...(shape.generation ? { keepAs: publisher.generationOf(PROJECT, target(name), `r${run}`) } : {}),
			...(applies
				? { incremental: { key: "id", columns } }
				: { kind: shape.kind === "incremental" ? "table" : shape.kind }),
		});
	}
	return models;
}

/** Nodes that the gate holds, with what reads them. */
function heldOf(shapes: readonly NodeShape[]): ReadonlySet<string> {
	const held = new Set<string>();
	for (const [i, shape] of shapes.entries()) if (shape.held || held.has(`m${inputOf(shape, i)}`)) held.add(`m${i}`);
	return held;
}

/** The reference: each relation as a table in schema `plain`, brought up to date in the order of the layer. */
class Plain {
	readonly #published = new Map<string, { readonly model: Model; readonly isView: boolean }>();

	/** `refilled`: materialized views that nobody published, made anew because the view under them was. */
	async follow(
		s: Session,
		models: readonly Model[],
		{ ways, refilled }: { ways: ReadonlyMap<string, string>; refilled: ReadonlySet<string> },
	): Promise<void> {
		await s.execute("create schema if not exists plain");
		for (const model of models) {
			const way = ways.get(model.name);
			if (way !== undefined) this.#published.set(model.name, { model, isView: model.kind === "view" });
			const now = this.#published.get(model.name);
			if (now === undefined || (way === undefined && !now.isView && !refilled.has(model.name))) continue;
			const sql = now.model.sql.replace(/\{(\w+)\}/g, "plain.$1");
			const columns = now.model.incremental?.columns.join(", ");
			await s.execute(
				way === "apply"
					? `create table plain.delta as ${sql}; delete from plain.${model.name} where id in (select id from plain.delta);
						insert into plain.${model.name} (${columns}) select ${columns} from plain.delta; drop table plain.delta`
					: `drop table if exists plain.${model.name}; create table plain.${model.name} as ${sql}`,
			);
		}
	}

	get names(): readonly string[] {
		return [...this.#published.keys()].sort();
	}
}

/** Numbers without their scale: a view that is rebuilt over a column of another type may have that type then. */
const content = (s: Session, relation: string) =>
	rows(s, `select id, trim_scale(val::numeric), to_jsonb(x) ->> 'extra' from ${relation} x order by id`);

const typesOf = (s: Session, relation: string) =>
	rows(
		s,
		`select attname, format_type(atttypid, atttypmod) from pg_attribute where attrelid = '${relation}'::regclass and attnum > 0 and not attisdropped order by 1`,
	);

/** Another project with a candidate view and table over the first one's relation, in the same schema. */
async function buildOther(s: Session, reads: string) {
	const candidate = (name: string) => publisher.candidateOf("other", target(name));
	await publisher.ensureSchemas(s, "other", [target("o")]);
	await publisher.dropStale(s, "other", [target("o")], []);
	const view = dialect.render(candidate("ov"));
	await s.execute(
		`create view ${view} as select id, val from ${reads}; create table ${dialect.render(candidate("ot"))} as select id from ${view}`,
	);
	const of = (name: string, kind: "table" | "view") => ({
		node: nodeId(`model.other.${name}`),
		kind,
		candidate: candidate(name),
		target: target(name),
		publish: "swap" as const,
		...(kind === "view" ? { finalSql: `select id, val from ${reads}` } : {}),
	});
	return { project: "other", candidates: [of("ov", "view"), of("ot", "table")] };
}

const scenario = fc
	.integer({ min: 1, max: 6 })
	.chain((n) =>
		fc.tuple(
			fc.array(fc.array(shape, { minLength: n, maxLength: n }), { minLength: 2, maxLength: 4 }),
			fc.array(fc.tuple(fc.nat(n - 1), fc.boolean()), { maxLength: 4 }),
		),
	);

onBothEngines((bench) => {
	test("what is published equals what plain SQL gives, under any views of others", { timeout: 240_000 }, () =>
		fc.assert(
			fc.asyncProperty(scenario, ([runs, foreign]) =>
				bench.on(async (s) => {
					const plain = new Plain();
					const above: string[] = [];
					for (const [run, shapes] of runs.entries()) {
						await publisher.dropStale(s, PROJECT, [target("m0")], []);
						const models = await layer(s, shapes, run);
						const held = heldOf(shapes);
						await build(s, models);
						const other = above.length === 0 ? null : await buildOther(s, above[0]!);
						const all = request(models);
						const candidates = all.candidates.filter((c) => !held.has(c.target.identifier));
						const before = new Map<string, readonly string[]>();
						for (const name of plain.names) before.set(name, await content(s, `s.${name}`));
						const kinds = new Map<string, string | undefined>();
						for (const m of models) kinds.set(m.name, (await standing(s, m.name))?.kind);
						const oidOf = async (name: string) => (await rows(s, `select to_regclass('s.${name}')::oid`))[0];
						const stored = new Map<string, string | undefined>();
						for (const [name, kind] of kinds) if (kind === "m") stored.set(name, await oidOf(name));
						const report = await publisher.publish(s, { ...all, candidates });
						// Columns that changed where the table has to stay: that is all that may be refused.
						expect(report.refused.filter((r) => r.code !== "TFM-PUB-002")).toEqual([]);
						const ways = new Map(report.ways.map((w) => [w.node.split(".")[2]!, w.way as string] as const));
						const refilled = new Set<string>();
						for (const [name, oid] of stored) if (!ways.has(name) && (await oidOf(name)) !== oid) refilled.add(name);
						await plain.follow(s, models, { ways, refilled });
						for (const name of plain.names)
							expect(await content(s, `s.${name}`), name).toEqual(await content(s, `plain.${name}`));

						for (const name of ways.keys())
							expect(await typesOf(s, `s.${name}`)).toEqual(await typesOf(s, `plain.${name}`));

						const keeps = models.filter(
							(m) => m.keepAs !== undefined && ways.has(m.name) && [..."rm"].includes(kinds.get(m.name)!),
						);
						expect(report.kept.map((k) => k.node)).toEqual(keeps.map((m) => id(m.name)));
						for (const m of keeps) expect(await content(s, dialect.render(m.keepAs!))).toEqual(before.get(m.name));

						if (run === 0)
							for (const [i, [base, onTop]] of foreign.entries()) {
								const from = onTop && above.length > 0 ? above.at(-1)! : `s.m${base}`;
								if (from.startsWith("s.") && !plain.names.includes(from.slice(2))) continue;
								await s.execute(
									`create view bi.f${i} as select id, val from ${from}; grant select on bi.f${i} to reader; comment on view bi.f${i} is 'f${i}'; comment on column bi.f${i}.id is '${from}'`,
								);
								above.push(`bi.f${i}`);
							}
						for (const view of above) {
							const [from] = await rows(s, `select col_description('${view}'::regclass, 1)`);
							expect(await rows(s, `select id, val from ${view} order by 1`)).toEqual(
								await rows(s, `select id, val from ${from} order by 1`),
							);
							expect(
								await rows(
									s,
									`select has_table_privilege('reader', '${view}', 'select'), obj_description('${view}'::regclass)`,
								),
							).toEqual([`true,${view.slice(3)}`]);
						}
						if (other !== null) {
							expect((await publisher.publish(s, { ...all, ...other })).refused).toEqual([]);
							expect(await rows(s, "select id, val from s.ov order by 1")).toEqual(
								await rows(s, `select id, val from ${above[0]} order by 1`),
							);
						}
						await publisher.dropStale(s, PROJECT, [target("m0")], []);
						expect(await shadowTraces(s)).toEqual([]);
					}
				}),
			),
			{ numRuns: 12 },
		),
	);
});
