import { describe, expect, test } from "vitest";
import { relationKey } from "../../core/relation.ts";
import { type ContractBench, needing, refusal } from "./contractBench.ts";

const oddNames = (longest: number): readonly string[] => [
	"select",
	"Mixed Case",
	'with "quotes"',
	"dot.ted",
	"ünï🦆",
	"back\\slash",
	"it's",
	" space ",
	"x".repeat(longest),
	"é".repeat(Math.floor(longest / 2)),
];

export function catalogContract({ on, adapter, words, inConf, stored }: ContractBench): void {
	const { catalog } = words;

	describe("the catalog", () => {
		test("relations are listed with their kinds, sorted, for the schemas asked", async () => {
			const list = await on(async (s) => {
				await s.execute(catalog.relations.setup);
				return s.listRelations([stored("conf"), "not_there"]);
			});
			expect(list.map((r) => [r.schema, r.identifier, r.kind])).toEqual(
				catalog.relations.found.map((found) => [stored("conf"), ...found]),
			);
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
			const others = ["a", "b", "c"].map(inConf);
			const { alone, together } = await on(async (s) => {
				await s.execute(catalog.columns.setup);
				for (const name of ["a", "b", "c"]) await s.execute(`create table conf.${name} (x int)`);
				const [alone, together] = [await s.listColumns([t, missing, t]), await s.listColumns([...others, missing, t])];
				return { alone, together };
			});
			expect([...alone.keys()]).toEqual([relationKey(t)]);
			const of = { comment: null, charSize: null, numericPrecision: null, numericScale: null, nullable: true };
			expect(alone.get(relationKey(t))).toEqual(
				catalog.columns.found.map((column, i) => ({ ...of, ordinal: i + 1, ...column })),
			);
			expect([...together.keys()].sort()).toEqual([...others, t].map(relationKey).sort());
			expect(together.get(relationKey(t))).toEqual(alone.get(relationKey(t)));
		});

		needing(words, "tables without columns")("a relation without columns is there, with none", async () => {
			const columns = await on(async (s) => {
				await s.execute("create table conf.none ()");
				return s.listColumns([inConf("none")]);
			});
			expect(columns.get(relationKey(inConf("none")))).toEqual([]);
		});

		test("an empty schema means the search path, where temporary tables are", async () => {
			const temporary = { database: "", schema: "", identifier: stored("tmp") };
			const columns = await on(async (s) => {
				await s.execute("create table conf.tmp (other int); create temp table tmp (mine int)");
				return s.listColumns([temporary]);
			});
			expect(columns.get(relationKey(temporary))?.map((c) => c.name)).toEqual([stored("mine")]);
		});

		test.each(oddNames(catalog.longest))("the name %j survives quoting, listing and loading", async (name) => {
			const { dialect } = adapter();
			const [relation, column] = [{ ...inConf(""), identifier: name }, dialect.quote(name)];
			await on(async (s) => {
				await s.execute(`create table ${dialect.render(relation)} (${column} text)`);
				expect((await s.listRelations([stored("conf")])).map((r) => r.identifier)).toEqual([name]);
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
			expect(dialect.maxIdentifierBytes).toBe(catalog.longest);
			await on((s) => s.execute(`create table conf.${catalog.bareName} (a int)`));
			const names = async () => (await on((s) => s.listRelations([stored("conf")]))).map((r) => r.identifier);
			expect(await names()).toEqual([dialect.fold(catalog.bareName)]);
			const cut = "x".repeat(catalog.longest);
			const make = on((s) => s.execute(`create table conf.${dialect.quote(`${cut}y`)} (a int)`));
			if (catalog.longer === "refused") {
				await refusal(make);
				expect(await names()).toHaveLength(1);
			} else expect((await make).notices).toEqual([`identifier "${cut}y" will be truncated to "${cut}"`]);
		});

		test("sizes are what was counted last and what lies on the disk; a view has none, a missing relation is absent", async () => {
			const { setup, found } = catalog.sizes;
			const asked = [...Object.keys(found), stored("missing")].map((name) => ({ ...inConf(""), identifier: name }));
			const sizes = await on(async (s) => {
				await s.execute(setup);
				expect((await s.listSizes([])).size).toBe(0);
				return s.listSizes([...asked, ...asked]);
			});
			expect([...sizes.keys()].sort()).toEqual(asked.slice(0, -1).map(relationKey).sort());
			for (const [name, [rows, least, most = Infinity]] of Object.entries(found)) {
				const size = sizes.get(relationKey({ ...inConf(""), identifier: name }));
				expect(size?.rows, name).toBe(rows);
				if (least === null) expect(size?.bytes, name).toBeNull();
				else expect(size?.bytes, name).toSatisfy((bytes: number) => bytes >= least && bytes <= most);
			}
		});

		test("schemas are listed", async () => {
			const schemas = await on((s) => s.listSchemas());
			expect(schemas).toContain(stored("conf"));
			expect(schemas).toEqual([...schemas].sort());
		});

		test("1,000 relations and their columns are one query each", async () => {
			await on(async (s) => {
				await s.execute(Array.from({ length: 1000 }, (_, i) => `create table conf.t${i} (a int, b text)`).join(";"));
				const relations = await s.listRelations([stored("conf")]);
				const columns = await s.listColumns(relations);
				expect([relations.length, columns.size]).toEqual([1000, 1000]);
				expect([...columns.values()].every((c) => c.length === 2)).toBe(true);
			});
		});
	});
}
