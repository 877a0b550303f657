import { describe, expect, test } from "vitest";
import { type RelationName, relationKey } from "../../core/relation.ts";
import { type ContractBench, inConf } from "./contractBench.ts";

const LONG = "x".repeat(63);
const ODD_NAMES = [
	"select",
	"Mixed Case",
	'with "quotes"',
	"dot.ted",
	"ünï🦆",
	"back\\slash",
	"it's",
	" space ",
	LONG,
	"é".repeat(31),
];

export function catalogContract({ on, adapter }: ContractBench): void {
	describe("the catalog", () => {
		test("relations are listed with their kinds, sorted, for the schemas asked", async () => {
			const list = await on(async (s) => {
				await s.execute(
					"create table conf.t (a int); create view conf.v as select * from conf.t; create materialized view conf.m as select 1 as x; create index on conf.t (a); create sequence conf.q",
				);
				await s.execute(
					"create table conf.p (a int) partition by list (a); create table conf.p1 partition of conf.p for values in (1)",
				);
				return s.listRelations(["conf", "not_there"]);
			});
			expect(list.map((r) => [r.schema, r.identifier, r.kind])).toEqual([
				["conf", "m", "materialized_view"],
				["conf", "p", "table"],
				["conf", "p1", "table"],
				["conf", "t", "table"],
				["conf", "v", "view"],
			]);
			expect(list[0]?.database).not.toBe("");
			expect(list[0]?.owner).not.toBe("");
		});

		test("no schemas, no relations", async () => {
			expect(await on((s) => s.listRelations([]))).toEqual([]);
			expect(await on((s) => s.listRelations(["not_there"]))).toEqual([]);
			expect((await on((s) => s.listColumns([]))).size).toBe(0);
		});

		test("columns come with type, nullability, sizes and comments; a missing relation is absent", async () => {
			const [t, missing] = [inConf("t"), inConf("missing")];
			const columns = await on(async (s) => {
				await s.execute(`create domain conf.dom as varchar(9) not null;
					create table conf.t (gone int, id bigint primary key, name varchar(20), price numeric(10, 2), at timestamptz, list text[], d conf.dom, n int, any_number numeric);
					alter table conf.t drop column gone; comment on column conf.t.name is 'it''s a name'`);
				return s.listColumns([t, missing, t]);
			});
			expect([...columns.keys()]).toEqual([relationKey(t)]);
			const of = { comment: null, charSize: null, numericPrecision: null, numericScale: null, nullable: true };
			expect(columns.get(relationKey(t))).toEqual([
				{ ...of, ordinal: 1, name: "id", type: "bigint", nullable: false, numericPrecision: 64, numericScale: 0 },
				{ ...of, ordinal: 2, name: "name", type: "character varying(20)", charSize: 20, comment: "it's a name" },
				{ ...of, ordinal: 3, name: "price", type: "numeric(10,2)", numericPrecision: 10, numericScale: 2 },
				{ ...of, ordinal: 4, name: "at", type: "timestamp with time zone" },
				{ ...of, ordinal: 5, name: "list", type: "text[]" },
				{ ...of, ordinal: 6, name: "d", type: "conf.dom", nullable: false, charSize: 9 },
				{ ...of, ordinal: 7, name: "n", type: "integer", numericPrecision: 32, numericScale: 0 },
				{ ...of, ordinal: 8, name: "any_number", type: "numeric" },
			]);
		});

		test("a relation without columns is there, with none", async () => {
			const columns = await on(async (s) => {
				await s.execute("create table conf.none ()");
				return s.listColumns([inConf("none")]);
			});
			expect(columns.get(relationKey(inConf("none")))).toEqual([]);
		});

		test("an empty schema means the search path, where temporary tables are", async () => {
			const temporary = { database: "", schema: "", identifier: "tmp" };
			const columns = await on(async (s) => {
				await s.execute("create table conf.tmp (other int); create temp table tmp (mine int)");
				return s.listColumns([temporary]);
			});
			expect(columns.get(relationKey(temporary))?.map((c) => c.name)).toEqual(["mine"]);
		});

		test.each(ODD_NAMES)("the name %j survives quoting, listing and loading", async (name) => {
			const { dialect } = adapter();
			const [relation, column] = [inConf(name), dialect.quote(name)];
			await on(async (s) => {
				await s.execute(`create table ${dialect.render(relation)} (${column} text)`);
				expect((await s.listRelations(["conf"])).map((r) => r.identifier)).toEqual([name]);
				expect((await s.listColumns([relation])).get(relationKey(relation))?.map((c) => c.name)).toEqual([name]);
				await s.bulkLoad({
					relation,
					columns: [name],
					rows: (async function* () {
						yield [["v"]];
					})(),
				});
				const table = await s.query(`select ${column} from ${dialect.render(relation)}`);
				expect([table.columns[0]?.name, table.rows]).toEqual([name, [["v"]]]);
			});
		});

		test("the dialect folds and cuts names as the database does", async () => {
			const { dialect } = adapter();
			expect(dialect.maxIdentifierBytes).toBe(63);
			await on((s) => s.execute("create table conf.MixedÄCase (a int)"));
			expect((await on((s) => s.listRelations(["conf"]))).map((r) => r.identifier)).toEqual([
				dialect.fold("MixedÄCase"),
			]);
			const { notices } = await on((s) => s.execute(`create table conf.${dialect.quote(`${LONG}y`)} (a int)`));
			expect(notices).toEqual([`identifier "${LONG}y" will be truncated to "${LONG}"`]);
		});

		test("sizes are what was counted last and what lies on the disk; a view has none, a missing relation is absent", async () => {
			const [t, p, v, fresh, missing] = ["t", "p", "v", "fresh", "missing"].map(inConf) as [
				RelationName,
				...RelationName[],
			];
			const sizes = await on(async (s) => {
				await s.execute(`create table conf.t as select n from generate_series(1, 1000) n; analyze conf.t;
					create view conf.v as select * from conf.t; create table conf.fresh (a int);
					create table conf.p (a int) partition by list (a); create table conf.p1 partition of conf.p for values in (1);
					create table conf.p2 partition of conf.p for values in (2); insert into conf.p select 1 + n % 2 from generate_series(1, 500) n;
					analyze conf.p1; analyze conf.p2`);
				expect((await s.listSizes([])).size).toBe(0);
				return s.listSizes([t, p!, v!, fresh!, missing!, t]);
			});
			expect([...sizes.keys()]).toEqual([t, p, v, fresh].map((relation) => relationKey(relation!)));
			expect(sizes.get(relationKey(t))?.rows).toBe(1000);
			expect(sizes.get(relationKey(t))?.bytes).toBeGreaterThan(1000 * 4);
			expect(sizes.get(relationKey(p!))?.rows).toBe(500);
			expect(sizes.get(relationKey(p!))?.bytes).toBeGreaterThan(500 * 4);
			expect(sizes.get(relationKey(v!))).toEqual({ rows: null, bytes: null });
			expect(sizes.get(relationKey(fresh!))).toEqual({ rows: null, bytes: 0 });
		});

		test("schemas are listed", async () => {
			const schemas = await on((s) => s.listSchemas());
			expect(schemas).toContain("conf");
			expect(schemas).toEqual([...schemas].sort());
		});

		test("1,000 relations and their columns are one query each", async () => {
			await on(async (s) => {
				await s.execute(Array.from({ length: 1000 }, (_, i) => `create table conf.t${i} (a int, b text)`).join(";"));
				const relations = await s.listRelations(["conf"]);
				const columns = await s.listColumns(relations);
				expect([relations.length, columns.size]).toEqual([1000, 1000]);
				expect([...columns.values()].every((c) => c.length === 2)).toBe(true);
			});
		});
	});
}
