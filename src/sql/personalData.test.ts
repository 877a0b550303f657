import { beforeAll, describe, expect, it } from "vitest";
import type { PiiMark } from "../core/lineage.ts";
import { analyzeQuery, type ParseSql } from "./analyzeQuery.ts";
import { loadParser } from "./loadParser.ts";
import { lineageOf } from "./testing/smallProject.ts";

let parse: ParseSql;
beforeAll(async () => {
	parse = await loadParser();
});

const text = (...names: string[]) => names.map((name) => ({ name, type: "text" }));
const SOURCES = [
	{ id: "people", name: ["people"], columns: [{ name: "id", type: "integer" }, ...text("email", "city")], open: false },
	// Of these not all columns are declared.
	{ id: "loose", name: ["loose"], columns: text("email"), open: true },
	{ id: "undeclared", name: ["undeclared"], columns: [], open: true },
];
const EMAIL: PiiMark = { pii: true, what: "email" };
const MARKS = new Map(["people", "loose"].map((id) => [id, new Map([["email", { pii: EMAIL }]])]));

type Project = Readonly<Record<string, string>>;

/** The columns of `r` that hold personal data, and `?` where columns that are not listed may. */
async function exposed(project: Project, told: Parameters<typeof lineageOf>[3] = {}): Promise<readonly string[]> {
	const nodes = await lineageOf(project, SOURCES, parse, { facts: MARKS, ...told });
	const { columns, unlisted_pii: unlisted } = nodes.get("r")!;
	const marked = columns.filter(
		({ pii, inherited }) => pii?.pii === true || (inherited?.pii ?? inherited?.unknown) !== undefined,
	);
	return [...marked.map(({ name }) => name), ...(unlisted === undefined ? [] : ["?"])];
}

describe("personal data is seen in what a query makes of it", () => {
	it.each([
		["select * from people", ["email"]],
		["select p.* from people as p", ["email"]],
		["select id, lower(trim(email)) as e, md5(email) as h, length(email) as n, city from people", ["e", "h", "n"]],
		["select city as c from people union all select email from people", ["c"]],
		["select city as c from people intersect select email from people", ["c"]],
		["select city as c from people except select email from people", []],
		["select first_value(email) over (order by id) as f, max(email) over () as m, city from people", ["f", "m"]],
		["select case when email like '%.org' then 1 end as k, city from people", ["k"]],
		["select coalesce(null, (select max(email) from people)) as top from people", ["top"]],
		["select id, (select p.email) as e from people as p", ["e"]],
		["select string_agg(email, ',') filter (where id > 1) as all_of_them, count(*) as n from people", ["all_of_them"]],
		// Whole rows.
		["select to_jsonb(p) as j from people as p", ["j"]],
		["select row_to_json(people) as j from people", ["j"]],
		["select p from people as p", ["p"]],
		["select p::text as t, (p).email as e, (p).city as c from people as p", ["t", "e"]],
		["select row(p.*) as w, format('%s', p) as f, json_agg(p.*) as a from people as p", ["w", "f", "a"]],
		["with q as (select * from people) select to_json(q) as j from q", ["j"]],
		["select to_jsonb(x) as j from (select city, email as m from people) as x", ["j"]],
		["select jsonb_build_object('c', city) as plain, jsonb_build_object('m', email) as j from people", ["j"]],
		["select array[city, email] as a, array(select email from people) as b from people", ["a", "b"]],
		// FROM that makes something of it.
		["select l.v from people as p, lateral (select p.email as v) as l", ["v"]],
		["select u.v from people as p cross join lateral unnest(array[p.email]) as u(v)", ["v"]],
		["select e.key, e.value from people as p, jsonb_each_text(to_jsonb(p)) as e", ["key", "value"]],
		["select f.x from people as p, nobody_knows(p.email) as f", ["x"]],
		["select f.* from people as p, nobody_knows(p.email) as f", ["?"]],
		["select f from nobody_knows((select max(email) from people)) as f", ["f"]],
		["select q.k from (values (1)) as v(n), lateral (select email as k from people) as q", ["k"]],
		["select email from people join (select email from people) as x using (email)", ["email"]],
		["select * from people natural join (select id, city from people) as x", ["email"]],
		// Recursion, also where a value takes several rounds to get into a column.
		[
			"with recursive r1 as (select id, city as v from people union all select p.id, p.email from people p join r1 on r1.id = p.id) select v from r1",
			["v"],
		],
		[
			"with recursive turn(a, b, c) as (select email, city, city from people union all select c, a, b from turn) select c, b from turn",
			["c", "b"],
		],
		// Relations of which not all is known.
		["select * from loose", ["email"]],
		["select to_jsonb(l) as j from loose as l", ["j"]],
		["select other, email from loose", ["email"]],
		["select x from loose, undeclared", ["x"]],
		["select * from (select * from loose) as q pivot (sum(x) for y in ('a')) as p", ["?"]],
		// Rows, not values.
		["select id from people where email = 'x'", []],
		["select id from people where id in (select id from people where email is not null) order by email", []],
		["select exists (select 1 from people where email = 'x') as known, count(*) as n from people group by city", []],
		["select a.city from people as a join people as b on a.email = b.email", []],
	])("%s", async (sql, expected) => {
		expect(await exposed({ r: sql })).toEqual(expected);
	});
});

describe("personal data is not lost on the way", () => {
	it.each<[string, Project, readonly string[]]>([
		["through models", { a: "select id, email as m from people", r: "select * from a" }, ["m"]],
		["through SQL that cannot be read", { a: "select email frm people where", r: "select * from a" }, ["?"]],
		["through a name behind it", { a: "select email frm people where", r: "select k from a" }, ["k"]],
		[
			"through two that cannot be read",
			{ a: "select email frm people where", b: "select * frm a where", r: "select x from b" },
			["x"],
		],
		[
			"through a star over a star over it",
			{ a: "select email frm people where", b: "select * from a", r: "select * from b" },
			["?"],
		],
		["out of SQL that cannot be read itself", { r: "select email frm people where" }, ["?"]],
	])("%s", async (_, project, expected) => {
		expect(await exposed(project)).toEqual(expected);
	});

	it("is known of a column that only a property file names, behind a star over unknown columns", async () => {
		const facts = new Map([["a", new Map([["nick", { pii: { pii: true, what: null } as PiiMark }]])]]);
		expect(await exposed({ a: "select * from undeclared", r: "select * from a" }, { facts })).toEqual(["?"]);
		expect(await exposed({ a: "select * from undeclared", r: "select nick, x from a" }, { facts })).toEqual(["nick"]);
	});

	it("goes into the key that a snapshot makes of a personal unique key", async () => {
		const added = new Map([["a", [{ name: "dbt_scd_id", type: "text", from: ["email"] }, { name: "dbt_valid_to" }]]]);
		expect(
			await exposed({ a: "select email from people", r: "select dbt_scd_id, dbt_valid_to from a" }, { added }),
		).toEqual(["dbt_scd_id"]);
	});

	it("is all of a row where a function of Snowflake or DuckDB takes a star", async () => {
		const people = [{ id: "people", name: ["PEOPLE"], columns: text("ID", "EMAIL"), open: false }];
		const sql = "select object_construct(*) as j, count(*) as n from people";
		const { columns } = analyzeQuery({ sql, dialect: "snowflake", relations: people }, parse);
		expect(columns.map(({ name, upstream }) => `${name}: ${upstream.map(({ column }) => column)}`)).toEqual([
			"J: EMAIL,ID",
			"N: ",
		]);
	});

	it("ends where a model says so, and for all that is not listed where that is said of the whole model", async () => {
		const none: PiiMark = { pii: false, reason: "masked" };
		const marks = new Map([["a", none]]);
		expect(await exposed({ a: "select email from people", r: "select * from a" }, { marks })).toEqual([]);
		expect(await exposed({ a: "select email frm people where", r: "select * from a" }, { marks })).toEqual([]);
		const onR = new Map([["r", none]]);
		expect(await exposed({ r: "select email frm people where" }, { marks: onR })).toEqual([]);
	});

	it("is taken to be in relations that nobody knows, but not in those of the database itself", async () => {
		expect(await exposed({ a: "select k from else_where.t", r: "select k, 1 as n from a" })).toEqual(["k"]);
		expect(await exposed({ a: "select * from else_where.t", r: "select * from a" })).toEqual(["?"]);
		expect(await exposed({ r: "select table_name from information_schema.tables" })).toEqual([]);
		const none: PiiMark = { pii: false, reason: "prices" };
		expect(await exposed({ r: "select k from else_where.t" }, { marks: new Map([["r", none]]) })).toEqual([]);
	});

	it("is in each column of what is marked as a whole, but for those with a mark of their own", async () => {
		const marks = new Map<string, PiiMark>(["people", "undeclared"].map((id) => [id, { pii: true, what: null }]));
		const none: PiiMark = { pii: false, reason: "a number" };
		const facts = new Map([["people", new Map([["id", { pii: none }]])]]);
		expect(await exposed({ r: "select id, city, email from people" }, { marks, facts })).toEqual(["city", "email"]);
		expect(await exposed({ r: "select x from undeclared" }, { marks })).toEqual(["x"]);
		expect(await exposed({ r: "select * from undeclared" }, { marks })).toEqual(["?"]);
		expect(await exposed({ a: "select city from people", r: "select city from a" }, { marks })).toEqual(["city"]);
	});
});

describe("a statement beside the query may bring personal data in", () => {
	const r = "select id, city from people";
	it.each<[string, readonly string[], readonly string[]]>([
		["from what has none", ["plain"], []],
		["from what has some", ["people"], ["id", "city"]],
		["from a relation that nobody knows", ["elsewhere.t"], ["id", "city"]],
		["from what stands behind it", ["behind"], ["id", "city"]],
	])("%s", async (_, reads, expected) => {
		const writes = new Map([["r", [{ by: "the post-hook of r", reads }]]]);
		const project = { r, plain: "select city from people", behind: "select r.id, people.email from r, people" };
		expect(await exposed(project, { writes })).toEqual(expected);
	});

	it("is handed on, and not into a column that is declared free of it", async () => {
		const writes = new Map([["q", [{ by: "the post-hook of q", reads: ["people"] }]]]);
		const clear: PiiMark = { pii: false, reason: "a number" };
		const facts = new Map<string, ReadonlyMap<string, { readonly pii: PiiMark }>>([
			...MARKS,
			["q", new Map([["id", { pii: clear }]])],
		]);
		expect(await exposed({ q: r, r: "select * from q" }, { writes, facts })).toEqual(["city"]);
	});
});
