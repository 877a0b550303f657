import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newRepository, type Repository } from "./ci/repository.ts";
import { tfm as run } from "./runCase.ts";

let shop: Repository;
const tfm = (argv: readonly string[], env: Readonly<Record<string, string>> = {}) =>
	run(argv, shop.root, { ...shop.env, PATH: process.env.PATH ?? "", ...env });

beforeAll(async () => {
	shop = newRepository();
	shop.write({ "tfm_project.yml": (text) => `${text}ci: { state: ../states }\n` });
	shop.git("commit", "--quiet", "--all", "--message", "States are kept");
	expect(await tfm(["state", "save"])).toMatchObject({ code: 0 });
	// What stands when a branch begins; no branch changes it.
	expect(await tfm(["run-operation", "fill_raw"])).toMatchObject({ code: 0 });
	expect(await tfm(["run"])).toMatchObject({ code: 0 });
}, 120_000);
afterAll(() => shop.remove());

/** What each branch does to the shop; e2e/ci/<name>.md is the comment and the exit code. */
const BRANCHES: Readonly<Record<string, Parameters<Repository["branch"]>[1]>> = {
	"comment-only": {
		"models/marts/orders.sql": (sql) => `-- One row for each order.\n${sql.replace("    customer,", "  CUSTOMER ,")}`,
	},
	"column-added": {
		"models/marts/customers.sql": (sql) => sql.replace("count(*)", "max(ordered_at) as last_order,\n    count(*)"),
	},
	"column-renamed": {
		"models/marts/orders.sql": (sql) => sql.replace("as amount_cents", "as cents"),
	},
	"filter-changed": {
		"models/staging/stg_orders.sql": (sql) => sql.replace("where amount >=", "where amount >"),
	},
	"type-narrowed": {
		"models/marts/orders.sql": (sql) => sql.replace("ordered_at::date", "ordered_at::date::text"),
		"models/marts/customers.sql": (sql) => sql.replace("count(*)", "count(*)::integer"),
	},
	"macro-changed": {
		"macros/cents.sql": (text) => text.replace("round", "trunc"),
	},
	"seed-changed": {
		"seeds/countries.csv": (rows) => `${rows}CH,Switzerland\n`,
	},
	"model-deleted": {
		"models/reporting/revenue.sql": null,
		"models/schema.yml": (text) => text.slice(0, text.indexOf("  - name: revenue")),
	},
	"contract-broken": {
		"models/reporting/revenue.sql": (sql) => sql.replace("sum(o.amount_cents)", "sum(o.amount_cents)::integer"),
		"models/schema.yml": (text) => text.replace("data_type: bigint", "data_type: integer"),
	},
	"test-added": {
		"models/schema.yml": (text) =>
			text.replace("name: country, data_type: text,", "name: country, data_type: text, data_tests: [unique],"),
	},
	"file-moved": {
		"models/marts/customers.sql": null,
		"models/marts/people/customers.sql":
			"select\n    customer,\n    count(*) as orders\nfrom {{ ref('stg_orders') }}\ngroup by customer\n",
	},
};

describe("tfm ci on a branch with", { timeout: 120_000 }, () => {
	it.each(Object.keys(BRANCHES))("%s", async (name) => {
		shop.branch(name, BRANCHES[name]!);
		const { code, stdout } = await tfm(["ci", "--base", "main", "--target", "dev"]);
		await expect(`${stdout}\n[exit ${code}]\n`).toMatchFileSnapshot(`ci/${name}.md`);
	});

	it("anything leaves no schema behind, and none written down", async () => {
		const left = `select nspname from pg_namespace where nspname like '%\\_ci\\_%'
			union all select schema_name from tfm_state.environment_schemas union all select name from tfm_state.environments`;
		expect((await tfm(["show", "--inline", left, "--output", "json"])).stdout).toContain('"show": []');
	});
});

describe("tfm ci", { timeout: 60_000 }, () => {
	it("writes the same for other programs: diff.json, SARIF, JUnit, annotations, and the job's summary", async () => {
		shop.branch("reports", BRANCHES["column-renamed"]!);
		const summary = join(shop.work, "summary.md");
		const env = { GITHUB_ACTIONS: "true", GITHUB_BASE_REF: "main", GITHUB_STEP_SUMMARY: summary };
		// A clone has the target branch of its remote; here it is the same repository.
		shop.git("update-ref", "refs/remotes/origin/main", "main");
		const { code, stdout } = await tfm(["ci", "--fail-on", "never"], env);
		const file = (name: string) => readFileSync(join(shop.root, "target", name), "utf8");
		const shown = [
			`[exit ${code}]`,
			stdout.slice(stdout.indexOf("::")),
			file("diff.json"),
			file("tfm.sarif"),
			file("ci.junit.xml"),
		];
		await expect(shown.join("\n")).toMatchFileSnapshot("ci/reports.txt");
		expect(readFileSync(summary, "utf8")).toBe(file("comment.md"));
		expect((await tfm(["ci", "--base", "main", "--fail-on", "warn"])).code).toBe(1);
	});

	it("keeps what it built where that is asked for, until it is cleaned up", async () => {
		shop.branch("kept", BRANCHES["column-added"]!);
		const env = { GITHUB_REF: "refs/pull/482/merge" };
		const kept = await tfm(["ci", "--base", "main", "--target", "dev", "--keep"], env);
		expect(kept.stdout).toContain("The schemas of `ci_482` stay until 2026-11-28.");
		expect((await tfm(["env", "list"])).stdout).toMatch(/ci_482 .* dev_marts__ci_482, dev_marts__ci_482_base/);
		// Of another pull request, and before its time.
		expect((await tfm(["ci", "--cleanup"], { GITHUB_REF: "refs/pull/483/merge" })).stdout).toBe("");
		const cleaned = await tfm(["ci", "--cleanup"], env);
		expect(cleaned.stdout).toMatch(/^dropped ci_482 \(this pull request\): .*dev_marts__ci_482_base\n$/);
		expect((await tfm(["env", "list"])).stdout).toBe("there are none\n");
	});

	it("compares what a gate holds back, and says what its key does not tell apart", async () => {
		shop.branch("held", {
			"models/marts/orders.sql": (sql) => `${sql}\ncross join generate_series(1, 2)\n`,
		});
		const { code, stdout } = await tfm(["ci", "--base", "main", "--target", "dev"]);
		const lines = stdout.split("\n").filter((line) => /^\| marts\.orders \| ❌|TFM-CI-022|^- marts.orders/.test(line));
		expect([code, ...lines]).toMatchInlineSnapshot(`
			[
			  1,
			  "| ⚠️ | rows of orders cannot be told apart by their key: 20 rows too many, 0 before<br>whole rows are compared instead, and rows with a null in their key not at all | \`models/marts/orders.sql:1\` | TFM-CI-022 |",
			  "| marts.orders | ❌ 1/2 | 20 → 40 | 20 | 0 | no key | – |",
			  "- marts.orders: unique(marts.orders.order_id) failed",
			]
		`);
	});

	it("takes the models of the last layer for read by people: one that goes, or loses a column, breaks them", async () => {
		const plain = {
			"tfm_project.yml": (text: string) => text.replace(/ {4}reporting:.*\n/, ""),
			"models/schema.yml": (text: string) => text.slice(0, text.indexOf("  - name: revenue")),
		};
		shop.branch("plain", plain);
		const riskOf = async (name: string, sql: ((text: string) => string) | null) => {
			shop.git("checkout", "--quiet", "--force", "-B", name, "plain");
			shop.write({ "models/reporting/revenue.sql": sql });
			shop.git("commit", "--quiet", "--all", "--message", name);
			const { code, stdout } = await tfm(["ci", "--base", "plain", "--target", "dev", "--static"]);
			return [code, ...stdout.split("\n").filter((line) => line.includes("reporting.revenue"))];
		};
		expect(await riskOf("gone", null)).toMatchInlineSnapshot(`
			[
			  0,
			  "| 🔴 reporting.revenue | model | it is gone | – |",
			]
		`);
		expect(
			await riskOf("narrower", (sql) => sql.replace(/,\s*sum\(o.amount_cents\) as cents/, "")),
		).toMatchInlineSnapshot(`
			[
			  0,
			  "| 🔴 reporting.revenue | model | its SQL changed | − \`cents\` |",
			]
		`);
	});

	it("lets differences pass that the project says do not matter, and holds each layer to its own thresholds", async () => {
		const settings = (diff: string) => (text: string) =>
			text.replace("ci: { state: ../states }", `ci: { state: ../states, against: prod, diff: ${diff} }`);
		const changes = {
			"models/staging/stg_orders.sql": (sql: string) => sql.replace("where amount >=", "where amount >"),
			"models/marts/customers.sql": (sql: string) => sql.replace("count(*)", "(count(*) * 1.0000001)::float8"),
		};
		const rowsOf = async (name: string, diff: string) => {
			shop.branch(name, { ...changes, "tfm_project.yml": settings(diff) });
			const { code, stdout } = await tfm(["ci", "--base", "main", "--target", "dev"]);
			return { code, lines: stdout.split("\n").filter((line) => /^\| \S+ \| \S+ \| \d+ → |TFM-CI-021/.test(line)) };
		};
		expect(await rowsOf("strict", "{}")).toMatchInlineSnapshot(`
			{
			  "code": 0,
			  "lines": [
			    "| staging.stg_orders | 2/2 | 20 → 19 | 0 | 1 | 0 | – |",
			    "| marts.customers | 2/2 | 4 → 4 | 0 | 0 | 4 | \`orders\` 4 |",
			    "| marts.orders | 2/2 | 20 → 19 | 0 | 1 | 0 | – |",
			    "| reporting.revenue | – | 12 → 12 | 0 | 0 | 1 | \`cents\` 1 |",
			  ],
			}
		`);
		const lenient =
			"{ tolerance: { float_rel: 0.5 }, ignore: [ce*], thresholds: { marts: { removed: 0 }, '*': { removed_pct: 4 } } }";
		expect(await rowsOf("lenient", lenient)).toMatchInlineSnapshot(`
			{
			  "code": 1,
			  "lines": [
			    "| ❌ | stg_orders changes more than the project allows: 1 row removed (5.0%), at most 4% | \`models/staging/stg_orders.sql:1\` | TFM-CI-021 |",
			    "| ❌ | orders changes more than marts allows: 1 row removed, at most 0 | \`models/marts/orders.sql:1\` | TFM-CI-021 |",
			    "| staging.stg_orders | 2/2 | 20 → 19 | 0 | 1 | 0 | – |",
			    "| marts.customers | 2/2 | 4 → 4 | 0 | 0 | 0 | – |",
			    "| marts.orders | 2/2 | 20 → 19 | 0 | 1 | 0 | – |",
			    "| reporting.revenue | – | 12 → 12 | 0 | 0 | 0 | – |",
			  ],
			}
		`);
	});

	it("holds changed nodes to the project's rules, and others not", async () => {
		shop.branch("rules", {
			"tfm_project.yml": (text) => `${text}rules: { primary_key: error, naming: { marts: "*s" } }\n`,
			"models/marts/country_sale.sql": "select customer from {{ ref('customers') }}\n",
			"models/schema.yml": (text) =>
				text.replace("      - { name: customer, data_tests: [unique, not_null] }\n", "      - { name: customer }\n"),
		});
		const { code, stdout } = await tfm(["ci", "--base", "main", "--comment"]);
		await expect(`${stdout}\n[exit ${code}]\n`).toMatchFileSnapshot("ci/rules.md");
	});

	it("runs functions of a fork's change as the base has them, and no others", async () => {
		const rule = (says: string) =>
			`export default ({ nodes }) => nodes.map(({ id }) => ({ node: id, message: "${says}" }));\n`;
		const rules = (more: string) => (text: string) =>
			`${text}rules: { primary_key: off, known: { function: rules/known.mjs }${more} }\n`;
		shop.branch("fork-base", { "tfm_project.yml": rules(""), "rules/known.mjs": rule("as the base says") });
		shop.git("checkout", "--quiet", "-b", "fork");
		shop.write({
			"tfm_project.yml": (text) => text.replace("mjs } }", "mjs }, own: { function: rules/own.mjs } }"),
			"rules/known.mjs": rule("as the fork says"),
			"rules/own.mjs": rule("of the fork"),
			"models/marts/orders.sql": (sql) => sql.replace("as amount_cents", "as cents"),
		});
		shop.git("add", "--all");
		shop.git("commit", "--quiet", "--message", "A fork's");
		const event = join(shop.work, "event.json");
		const repo = (name: string) => ({ repo: { full_name: name } });
		writeFileSync(event, JSON.stringify({ pull_request: { head: repo("mallory/shop"), base: repo("acme/shop") } }));
		const argv = ["ci", "--base", "fork-base", "--fail-on", "never"];
		const { stdout } = await tfm(argv, { GITHUB_EVENT_PATH: event });
		expect(stdout).toContain("known: as the base says");
		expect(stdout).toMatch(/the rule own is a function of this fork, and was not run.*TFM-RULE-004/);
		expect(stdout).not.toMatch(/as the fork says|of the fork$/m);
		expect((await tfm(argv)).stdout).toContain("known: as the fork says");
		expect(readFileSync(join(shop.root, "target/tfm.sarif"), "utf8")).toContain('"ruleId": "TFM-RULE-020/known"');
	});

	it("says that the comment could not be put where this is no pull request's job", async () => {
		shop.branch("no-token", {});
		expect((await tfm(["ci", "--base", "main", "--comment"])).stderr).toContain(
			"warning[TFM-CI-013]: the comment was not put on the pull request: GITHUB_TOKEN is not set",
		);
		const env = { GITHUB_TOKEN: "t0ken", GITHUB_REPOSITORY: "acme/shop", GITHUB_REF: "refs/heads/main" };
		const { code, stderr } = await tfm(["ci", "--base", "main", "--comment"], env);
		expect(stderr).toContain("this is no job of a pull request");
		expect(code).toBe(0);
	});

	it("has the exit code 2 for a project that cannot be read", async () => {
		shop.branch("unreadable", { "models/marts/orders.sql": "select {{ nothing( }}" });
		const summary = join(shop.work, "unreadable.md");
		const { code, stderr } = await tfm(["ci", "--base", "main"], { GITHUB_STEP_SUMMARY: summary });
		expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining("TFM-JINJA-001") });
		// In place of a review, which would be one of an earlier commit.
		expect(readFileSync(summary, "utf8")).toMatch(
			/^<!-- tfm-ci:shop -->\n\n### ❌ tfm: the project cannot be read[\s\S]*`models\/marts\/orders.sql:1` \| TFM-JINJA-001 \|/,
		);
	});
});
