import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { TfmError } from "../core/diagnostic.ts";
import { checkSite } from "./checkSite.ts";
import { type GraphData, type NodeShard, type SiteIndex, type SiteNode, shardOf } from "./siteData.ts";
import type { SiteSource } from "./siteSource.ts";
import { model, siteSource, test, writeArtifacts, writeProgram } from "./testing/artifacts.ts";
import { writeSite } from "./writeSite.ts";

const work = mkdtempSync(join(tmpdir(), "site-"));
afterAll(() => rmSync(work, { recursive: true }));
const app = writeProgram(join(work, "app"));
let made = 0;
const folder = (): string => join(work, String(made++));

const indexOf = (site: string): SiteIndex =>
	JSON.parse(/id="index">(.*)<\/script>/.exec(readFileSync(join(site, "index.html"), "utf8"))![1]!);
const graphOf = (site: string): GraphData => JSON.parse(readFileSync(join(site, indexOf(site).graph), "utf8"));
const pageOf = (site: string, id: string): SiteNode =>
	(JSON.parse(readFileSync(join(site, indexOf(site).node[shardOf(id)]!), "utf8")) as NodeShard)[id]!;

type Nodes = Parameters<typeof writeArtifacts>[1];
async function siteOf(
	nodes: Nodes,
	options: Parameters<typeof writeArtifacts>[2] = {},
	source: Partial<SiteSource> = {},
) {
	const site = folder();
	await writeSite(siteSource(writeArtifacts(folder(), nodes, options), source), site, app);
	return site;
}

const codeOf = async (work: Promise<unknown>): Promise<string | undefined> => {
	const error = await work.then(
		() => null,
		(thrown: unknown) => thrown,
	);
	return error instanceof TfmError ? error.diagnostics[0]!.code : String(error);
};

const SHOP: Nodes = {
	"model.shop.stg_orders": model("stg_orders", {
		description: "Orders as **they came**.",
		columns: { id: { name: "id", description: "The <b>number</b>.", meta: { pii: true } } },
	}),
	"model.shop.orders": model("orders", {
		fqn: ["shop", "marts", "orders"],
		depends_on: { nodes: ["model.shop.stg_orders"] },
		config: { materialized: "view", meta: { owner: "finance" } },
	}),
	"test.shop.nn.1": test("not_null_orders_id", "model.shop.orders"),
};
const CATALOG = {
	metadata: { dbt_schema_version: "https://schemas.getdbt.com/dbt/catalog/v1.json" },
	nodes: { "model.shop.stg_orders": { metadata: {}, columns: { ID: { name: "ID", type: "bigint", index: 1 } } } },
};
const result = (status: string, failures: number | null = null) => ({
	status,
	failures,
	message: null,
	ms: 12,
	at: 1000,
});

describe("the site of artifacts", () => {
	it("shows the statements that the last run sent, and reads nothing outside of target/run for them", async () => {
		const target = writeArtifacts(folder(), {
			"model.shop.orders": model("orders"),
			"model.shop.thief": model("thief", { original_file_path: "../../../secret.sql" }),
			"model.shop.view": model("view"),
		});
		const path = join(target, "run/shop/models/staging");
		mkdirSync(path, { recursive: true });
		writeFileSync(join(path, "orders.sql"), "create table orders as (select 1)");
		writeFileSync(join(path, "view.sql"), "select 'view' as id");
		writeFileSync(join(target, "../secret.sql"), "secret");
		const site = folder();
		await writeSite(siteSource(target), site, app);
		const sent = ["orders", "thief", "view"].map((name) => pageOf(site, `model.shop.${name}`).executed);
		expect(sent).toEqual(["create table orders as (select 1)", undefined, undefined]);
		await writeSite(siteSource(target, { excludeCode: true }), site, app);
		expect(pageOf(site, "model.shop.orders").executed).toBeUndefined();
	});

	it("holds the graph in lanes, and a page for each node in its shard", async () => {
		const results = new Map([
			["model.shop.orders", result("success")],
			["test.shop.nn.1", result("fail", 3)],
		]);
		const site = await siteOf(SHOP, { files: { "catalog.json": CATALOG } }, { results });
		const graph = graphOf(site);
		expect(graph.nodes.name).toEqual(["orders", "stg_orders"]);
		expect(graph.lanes.map(({ name }) => name)).toEqual(["staging", "marts"]);
		expect(graph.edges).toEqual([1, 0]);
		expect([graph.nodes.tests, graph.nodes.failed, graph.nodes.status]).toEqual([
			[1, 0],
			[1, 0],
			[3, 0],
		]);
		expect(graph.quality).toMatchObject([{ dimension: "completeness", tests: 1, failed: 1 }]);
		expect(pageOf(site, "model.shop.orders").tests).toMatchObject([{ kind: "not_null", status: "fail", failures: 3 }]);
	});

	it("says of what failed when it was built before, and nothing of what never was", async () => {
		const at = 1_790_000_000_000;
		const fact = { status: "error", failures: null, message: "no", ms: 5, at: at + 9000 };
		const earlier = { node: "model.shop.orders", status: "success", startedAt: at, ms: 40, rows: 1, thread: "" };
		const run = { id: "1", command: "run", args: "", status: "success", startedAt: at, ms: 50, tests: [0, 0, 0] };
		const runs = [{ ...run, nodes: [earlier], dimensions: {}, failing: [] }] as unknown as SiteSource["runs"];
		const results = new Map(Object.keys(SHOP).map((id) => [id, fact]));
		const graph = graphOf(await siteOf(SHOP, {}, { results, runs }));
		const fresh = Object.fromEntries(graph.nodes.name.map((name, i) => [name, graph.nodes.fresh[i]]));
		expect(fresh.orders).toBe(at + 40);
		expect(Object.values(fresh).filter((time) => time !== 0)).toHaveLength(1);
	});

	it("puts the folder that is read before the one that reads it, however deep its own models stand", async () => {
		const chain = Array.from({ length: 9 }, (_, i): [string, object] => [
			`model.shop.c${i}`,
			model(`c${i}`, { depends_on: { nodes: i === 0 ? [] : [`model.shop.c${i - 1}`] } }),
		]);
		const mart = model("mart", { fqn: ["shop", "marts", "mart"], depends_on: { nodes: ["model.shop.c0"] } });
		const site = await siteOf(Object.fromEntries([...chain, ["model.shop.mart", mart]]) as typeof SHOP);
		expect(graphOf(site).lanes.map(({ name }) => name)).toEqual(["staging", "marts"]);
	});

	it("shows Markdown, and HTML in it as text", async () => {
		const site = await siteOf({
			"model.shop.a": model("a", {
				description: "x <script>alert(1)</script> [go](javascript:alert(1)) ![p](assets/a.png)",
			}),
		});
		const { html } = pageOf(site, "model.shop.a");
		expect(html).toContain("&lt;script&gt;");
		expect(html).not.toMatch(/<script|href="javascript/);
		expect(html).toContain('<img src="assets/a.png"');
	});

	it("shows a picture of another host as a link to it, which a badge is already", async () => {
		const description =
			'![plan](https://x.org/p.png) ![](//x.org/q.png) [![build "ok"](https://x.org/b.svg)](https://x.org/ci)';
		const { html } = pageOf(await siteOf({ "model.shop.a": model("a", { description }) }), "model.shop.a");
		expect(html).toBe(
			'<p><a href="https://x.org/p.png" rel="noopener noreferrer">plan</a> <a href="//x.org/q.png" rel="noopener noreferrer">//x.org/q.png</a> <a href="https://x.org/ci" rel="noopener noreferrer">build &quot;ok&quot;</a></p>',
		);
	});

	it("puts the project's own pictures into a site that is one file, and no other files", async () => {
		const [from, site] = [folder(), folder()];
		mkdirSync(from, { recursive: true });
		writeFileSync(join(from, "plan.svg"), "<svg/>");
		writeFileSync(join(dirname(from), "beside.svg"), "<svg>secret</svg>");
		const description = "![plan](assets/plan.svg) ![beside](assets/../beside.svg) ![gone](assets/gone.png)";
		const target = writeArtifacts(folder(), { "model.shop.a": model("a", { description }) });
		await writeSite(siteSource(target, { singleFile: true, assets: [{ from, to: "assets" }] }), site, app);
		const text = readFileSync(join(site, "index.html"), "utf8");
		expect(text).toContain(`data:image/svg+xml;base64,${Buffer.from("<svg/>").toString("base64")}`);
		expect(text).toContain("beside gone");
		expect(text).not.toContain(Buffer.from("<svg>secret</svg>").toString("base64"));
	});

	it("tells two tests of one kind apart by what they were given", async () => {
		const of = (expression: string) =>
			test("expression_is_true", "model.shop.a", {
				column_name: null,
				test_metadata: { name: "expression_is_true", kwargs: { model: "{{ ref('a') }}", expression, among: ["x", 1] } },
			});
		const nodes = { "model.shop.a": model("a"), "test.shop.one": of("a = b"), "test.shop.two": of("a > 0") };
		const { tests } = pageOf(await siteOf(nodes), "model.shop.a");
		expect(tests.map(({ args }) => args)).toEqual(["a = b, x, 1", "a > 0, x, 1"]);
	});

	it("takes types from the catalog, whatever the case of names, and says what is personal", async () => {
		const site = await siteOf(SHOP, { files: { "catalog.json": CATALOG } });
		expect(pageOf(site, "model.shop.stg_orders").columns).toEqual([
			{ name: "ID", type: "bigint", html: "<p>The &lt;b&gt;number&lt;/b&gt;.</p>", pii: true },
		]);
	});

	it("says of a column that property files name and the table has not", async () => {
		const columns = { id: { name: "id" }, gone: { name: "gone", description: "The old name." } };
		const site = await siteOf(
			{ ...SHOP, "model.shop.stg_orders": model("stg_orders", { columns }) },
			{ files: { "catalog.json": CATALOG } },
		);
		const absent = pageOf(site, "model.shop.stg_orders").columns.map(({ name, absent }) => [name, absent ?? false]);
		expect(absent).toEqual([
			["ID", false],
			["gone", true],
		]);
	});

	it("holds names with quotes, markup and other scripts", async () => {
		const name = 'a"b</script><script>alert(1)</script>ü漢';
		const site = await siteOf({ [`model.shop.${name}`]: model(name) });
		expect(graphOf(site).nodes.name).toEqual([name]);
		const single = folder();
		const target = writeArtifacts(folder(), { [`model.shop.${name}`]: model(name) });
		await writeSite(siteSource(target, { singleFile: true }), single, app);
		expect(readFileSync(join(single, "index.html"), "utf8")).not.toContain("<script>alert");
		expect(readdirSync(single)).toEqual(["index.html"]);
	});

	it("shows a column's inherited description with where it is from, and the edges in both directions", async () => {
		const ref = { node: "model.shop.stg_orders", column: "id" };
		const column = {
			name: "id",
			kind: "direct",
			confidence: "resolved",
			upstream: [ref],
			inherited: { description: { value: "The number.", from: ref } },
		};
		const empty = { status: "ok", complete: true, indirect: [], reads: [], rest: [], remarks: [] };
		const lineage = {
			metadata: { schema_version: "tfm.lineage.columns/1" },
			nodes: { "model.shop.orders": { ...empty, columns: [column] } },
		};
		const site = await siteOf(SHOP, { files: { "lineage.columns.json": lineage } });
		expect(pageOf(site, "model.shop.orders").columns).toMatchObject([
			{ name: "id", html: "<p>The number.</p>", from: ["model.shop.stg_orders", "id"] },
		]);
		const shard = indexOf(site).collin[shardOf("model.shop.stg_orders")]!;
		expect(JSON.parse(readFileSync(join(site, shard), "utf8"))["model.shop.stg_orders"].uses).toEqual({
			id: [["model.shop.orders", "id"]],
		});
	});

	it("is the same bytes for the same artifacts, and cleans up after an earlier site", async () => {
		const target = writeArtifacts(folder(), SHOP);
		const [one, two] = [folder(), folder()];
		await writeSite(siteSource(target), one, app);
		await writeSite(siteSource(target), two, app);
		const files = readdirSync(one, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
		for (const { name, parentPath } of files)
			expect(readFileSync(join(parentPath.replace(one, two), name))).toEqual(readFileSync(join(parentPath, name)));
		writeFileSync(join(one, "CNAME"), "docs.example.com");
		await writeSite(siteSource(writeArtifacts(folder(), { "model.shop.b": model("b") })), one, app);
		expect(readdirSync(join(one, "data/node"))).toHaveLength(1);
		expect(readFileSync(join(one, "CNAME"), "utf8")).toBe("docs.example.com");
	});

	it("compares the SQL with an earlier state, and leaves it out where that is asked for", async () => {
		const state = writeArtifacts(folder(), { ...SHOP, "model.shop.orders": model("orders", { raw_code: "select 0" }) });
		const site = await siteOf(SHOP, {}, { state });
		expect(pageOf(site, "model.shop.orders").before).toBe("select 0");
		expect(pageOf(site, "model.shop.stg_orders").before).toBeUndefined();
		expect(pageOf(await siteOf(SHOP, {}, { excludeCode: true }), "model.shop.orders")).toMatchObject({
			raw: null,
			compiled: null,
		});
	});
});

describe("what no site is made of", () => {
	it.each([
		[
			"a manifest of another version",
			"TFM-DOCS-001",
			{ manifest: { metadata: { dbt_schema_version: "https://schemas.getdbt.com/dbt/manifest/v9.json" } } },
		],
		["a manifest without a version", "TFM-DOCS-001", { manifest: { metadata: {} } }],
		["a node that is no object", "TFM-DOCS-002", { manifest: { nodes: { "model.a.b": 5 } } }],
		["a catalog of another tool", "TFM-DOCS-001", { files: { "catalog.json": { nodes: {} } } }],
		["a catalog that is cut off", "TFM-DOCS-002", { files: { "catalog.json": '{"nodes": {"a": ' } }],
		["sources.json that is no JSON", "TFM-DOCS-002", { files: { "sources.json": "none" } }],
	])("%s is told by its code: %s", async (_, code, options) => {
		expect(await codeOf(siteOf(SHOP, options))).toBe(code);
	});

	it("a folder without a manifest is told, and no empty folder is left", async () => {
		const out = folder();
		expect(await codeOf(writeSite(siteSource(join(work, "nowhere")), out, app))).toBe("TFM-DOCS-002");
		expect(existsSync(out)).toBe(false);
	});

	it("a folder that holds something else is not written into (TFM-DOCS-010)", async () => {
		const out = writeArtifacts(folder(), {});
		expect(await codeOf(writeSite(siteSource(out), out, app))).toBe("TFM-DOCS-010");
	});

	it("one file of more than 20 MB is refused with advice (TFM-DOCS-003)", async () => {
		const large = { "model.shop.a": model("a", { raw_code: "x".repeat(21_000_000) }) };
		const source = siteSource(writeArtifacts(folder(), large), { singleFile: true });
		expect(await codeOf(writeSite(source, folder(), app))).toBe("TFM-DOCS-003");
	});
});

describe("checking a site", () => {
	it("finds nothing in a good one", async () => {
		const described = {
			description:
				"See [orders](#/m/marts.orders), [dbt's way](#!/model/model.shop.orders) and [the web](https://example.com).",
		};
		expect(checkSite(await siteOf({ ...SHOP, "model.shop.x": model("x", described) }))).toEqual([]);
	});

	it("finds dead links (TFM-DOCS-006), public models without words (TFM-DOCS-007) and large files (TFM-DOCS-008)", async () => {
		const site = await siteOf({
			"model.shop.a": model("a", {
				description: "[gone](#/m/staging.gone) and ![no](assets/none.png) and ![out](../../etc/passwd)",
			}),
			"model.shop.b": model("b", { access: "public" }),
			"model.shop.c": model("c", {
				access: "public",
				description: "C.",
				columns: { id: { name: "id", description: "" } },
			}),
			"model.shop.d": model("d", { raw_code: "x".repeat(4_100_000) }),
		});
		const found = checkSite(site)
			.map(({ code, message }) => `${code} ${message}`)
			.sort();
		expect(found).toEqual([
			"TFM-DOCS-006 model.shop.a links to #/m/staging.gone, which is not there",
			"TFM-DOCS-006 model.shop.a links to ../../etc/passwd, which is not there",
			"TFM-DOCS-006 model.shop.a links to assets/none.png, which is not there",
			"TFM-DOCS-007 model.shop.b is public and has no description",
			"TFM-DOCS-007 model.shop.c is public, and its column id has no description",
			expect.stringMatching(/^TFM-DOCS-008 data\/node\/..\.[0-9a-f]{10}\.json has 4\d{3}\.\d kB, more than 4000 kB$/),
		]);
	});
});
