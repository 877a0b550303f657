import { spawnSync } from "node:child_process";
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newRepository, type Repository } from "./ci/repository.ts";
import { tfm as run } from "./runCase.ts";

let shop: Repository;
beforeAll(() => {
	shop = newRepository();
});
afterAll(() => shop.remove());

const tfm = async (...argv: readonly string[]) => {
	const { code, stdout, stderr } = await run(argv, shop.root, { ...shop.env, PATH: process.env.PATH ?? "" });
	return { code, said: stdout + stderr };
};
const explained = async (...argv: readonly string[]) => (await tfm("state", "explain", "--base", "main", ...argv)).said;

describe("tfm state explain --base", { timeout: 120_000 }, () => {
	it("does not see comments, layout, or the case of words", async () => {
		shop.branch("layout", {
			"models/marts/customers.sql": (sql) =>
				`-- Who buys.\n${sql.replace("select", "SELECT").replace("count(*)", "count( * )")}`,
			"macros/cents.sql": (text) => text.replace("(round", "{# to the cent #}(round"),
		});
		expect(await explained()).toBe("nothing changed\n");
	});

	it("names what a node uses that changed, and what of a node itself did", async () => {
		shop.branch("uses", {
			"macros/cents.sql": (text) => text.replace("round", "trunc"),
			"tfm_project.yml": (text) => text.replace("least_amount: 1", "least_amount: 2"),
			"models/marts/customers.sql": (sql) => `{{ config(materialized='view') }}\n${sql}`,
			"seeds/countries.csv": (rows) => `${rows}CH,Switzerland\n`,
			"models/schema.yml": (text) => text.replace("Revenue by", "What came in by"),
		});
		expect(await explained()).toMatchInlineSnapshot(`
			"model customers
			  config materialized: table → view
			  it reads the model stg_orders, which changed
			model orders
			  it uses the macro shop.cents, which changed
			  it reads the model stg_orders, which changed
			model revenue
			  its documentation, tags or grants changed; its rows do not
			  it reads the model orders, which changed
			  it reads the seed countries, which changed
			model stg_orders
			  the variable least_amount has another value
			seed countries
			  its rows changed
			 warning[TFM-PARSE-032]: 1 view reads an earlier layer and will show new rows before its own tests have run: customers
			   = hint: materialize as table or incremental, or set \`publish_scope: run\`
			"
		`);
		expect(await explained("revenue", "--output", "json")).toMatchInlineSnapshot(`
			"{"unique_id":"model.shop.revenue","change":"meta","reasons":[],"reads":["model.shop.orders","seed.shop.countries"]}
			 warning[TFM-PARSE-032]: 1 view reads an earlier layer and will show new rows before its own tests have run: customers
			   = hint: materialize as table or incremental, or set \`publish_scope: run\`
			"
		`);
	});

	it("does not see the time of a run", async () => {
		shop.branch("timed", {
			"models/marts/timed.sql": "select '{{ run_started_at }}' as at, '{{ invocation_id }}' as run",
		});
		let seconds = 0;
		const clock = () => new Date(Date.UTC(2026, 10, 21, 6, 0, seconds++));
		const env = { ...shop.env, PATH: process.env.PATH ?? "" };
		const { stdout } = await run(["state", "explain", "--base", "timed"], shop.root, env, clock);
		expect(stdout).toBe("nothing changed\n");
	});

	it("takes a name that means nothing as a slip, and knows models that are gone", async () => {
		shop.branch("gone", {
			"models/reporting/revenue.sql": null,
			"models/schema.yml": (text) => text.slice(0, text.indexOf("  - name: revenue")),
		});
		expect(await explained("revenue")).toMatch(/^model revenue\n {2}it is gone\n/);
		expect(await tfm("state", "explain", "--base", "main", "ordrs")).toMatchInlineSnapshot(`
			{
			  "code": 2,
			  "said": " error[TFM-SELECT-005]: nothing is selected by "ordrs"
			   = hint: did you mean "orders"?
			   = next: tfm ls shows what there is

			 1 error, nothing was run (0.0s)
			",
			}
		`);
		expect(await tfm("state", "explain", "--base", "main", "tag:none")).toMatchObject({ code: 0 });
	});

	it("leaves no worktree behind, and the files as they are", () => {
		expect(shop.git("worktree", "list").split("\n")).toHaveLength(1);
		expect(shop.git("status", "--porcelain")).toBe("");
	});

	it("removes the worktree of a process that was killed", async () => {
		const { pid } = spawnSync(process.execPath, ["--version"]);
		const left = join(tmpdir(), `tfm-base-${pid}-x`);
		// As git leaves it when it is killed itself.
		shop.git("worktree", "add", "--detach", "--quiet", "--lock", join(left, "base"), "main");
		await explained();
		expect(shop.git("worktree", "list").split("\n")).toHaveLength(1);
		expect(existsSync(left)).toBe(false);
	});

	it("sees secrets neither in a state nor in a hash of one", async () => {
		const env = { ...shop.env, PATH: process.env.PATH ?? "", DBT_ENV_SECRET_X: "hunter2", COLOUR: "purple-haze" };
		shop.branch("secrets", {
			"macros/cents.sql": (text) =>
				text.replace("(round", "{% if false %}{{ env_var('DBT_ENV_SECRET_X') ~ env_var('COLOUR') }}{% endif %}(round"),
		});
		const saved = await run(["state", "save", "--out", "../states"], shop.root, env);
		expect(saved.stdout).toContain("in ../states, as dev/");
		const state = JSON.parse(readState("../states"));
		expect(JSON.stringify(state)).not.toMatch(/hunter2|purple-haze/);
		expect(Object.keys(state.nodes["model.shop.orders"].parts)).toMatchInlineSnapshot(`
			[
			  "config:enabled",
			  "config:latest_version_pointer",
			  "config:lookback",
			  "config:materialized",
			  "config:on_configuration_change",
			  "config:on_schema_change",
			  "env:COLOUR",
			  "env:DBT_ENV_SECRET_X",
			  "macro:macro.shop.cents",
			  "sql",
			  "text",
			]
		`);
	});
});

function readState(folder: string): string {
	const dir = join(shop.root, folder, "dev");
	return readFileSync(join(dir, readdirSync(dir)[0]!), "utf8");
}

describe("the store of states", { timeout: 120_000 }, () => {
	const withStore = (state: string) => ({ "tfm_project.yml": (text: string) => `${text}ci: { state: ${state} }\n` });

	it.each([
		["a folder", "../kept"],
		["a branch", "branch:tfm-state"],
		[
			"two commands",
			"{ get: 'cat ../$(basename $TFM_STATE_KEY) 2>/dev/null', put: 'cat > ../$(basename $TFM_STATE_KEY)' }",
		],
	])("keeps the base in %s, whose files are not read then", async (_, written) => {
		shop.git("checkout", "--quiet", "main");
		const before = shop.git("rev-parse", "main");
		shop.write(withStore(written));
		shop.git("commit", "--quiet", "--all", "--message", "store");
		const saved = await tfm("state", "save");
		expect(saved).toMatchObject({ code: 0 });
		expect(saved.said).toContain("kept the state of");
		shop.branch("after", { "models/marts/customers.sql": (sql) => sql.replace("count(*)", "count(1)") });
		expect(await explained()).toBe("model customers\n  its SQL changed\n");
		shop.git("checkout", "--quiet", "main");
		shop.git("reset", "--quiet", "--hard", before);
	});

	it("is left aside where what it has is of another format or target", async () => {
		shop.branch("other", withStore("../kept"));
		const dir = join(shop.work, "kept/dev");
		const key = join(dir, `${shop.git("rev-parse", "main")}.json`);
		writeFileSync(key, '{"schema_version": "tfm.state/0", "nodes": {}}');
		const said = () => explained().then((text) => text.replaceAll(/[0-9a-f]{40}/g, "COMMIT"));
		expect(await said()).toMatchInlineSnapshot(`
			"nothing changed
			 warning[TFM-CI-007]: the state of the base, ../kept/dev/COMMIT.json, is not used: it has another format
			   = hint: the files of the base are read instead, which takes as long as tfm parse
			   = next: tfm state save with fc90a79d5f checked out writes it anew
			"
		`);
		writeFileSync(key, '{"schema_version": "tfm.state/1", "target": "postgres prod", "nodes": {}}');
		expect(await explained()).toContain("TFM-CI-007");
		// An upload that was cut off.
		writeFileSync(key, '{"schema_version": "tfm.st');
		expect(await said()).toMatchInlineSnapshot(`
			"nothing changed
			 warning[TFM-CI-007]: the state of the base, ../kept/dev/COMMIT.json, is not used: it is not JSON
			   = hint: the files of the base are read instead, which takes as long as tfm parse
			   = next: tfm state save with fc90a79d5f checked out writes it anew
			"
		`);
		writeFileSync(key, "{}");
		expect(await said()).toContain("/COMMIT.json, is not used: it is no state of a project");
	});

	it("says what is wrong with its settings, its commands, and with a state that no commit holds", async () => {
		shop.branch("wrong", { "tfm_project.yml": (text) => `${text}ci: { bases: main, breaking: loud, state: 3 }\n` });
		expect((await tfm("state", "save")).said).toMatchInlineSnapshot(`
			" error[TFM-CI-005]: ci.bases: there is no such key
			  ┌─ tfm_project.yml:9:1
			 9│ ci: { bases: main, breaking: loud, state: 3 }
			  │ ^^ did you mean "base"?
			 error[TFM-CI-005]: ci.state: a folder, branch:NAME, or the commands get and put are expected
			  ┌─ tfm_project.yml:9:1
			 9│ ci: { bases: main, breaking: loud, state: 3 }
			  │ ^^
			 error[TFM-CI-005]: ci.breaking: "loud" is none of error, warning
			  ┌─ tfm_project.yml:9:1
			 9│ ci: { bases: main, breaking: loud, state: 3 }
			  │ ^^

			 3 errors, nothing was run (0.0s)
			"
		`);
		shop.branch("broken", withStore("{ get: 'echo no such bucket >&2; exit 2' }"));
		expect(await explained()).toMatchInlineSnapshot(`
			" error[TFM-CI-006]: the state store's command failed: echo no such bucket >&2; exit 2: no such bucket (exit code 2)
			   = hint: where the store has no such object, ci.state.get has to end with exit code 1
			   = next: run it by hand with TFM_STATE_KEY=dev/fc90a79d5fb1878b0e99ec17ce72759d732e234b.json, and correct ci.state.get in the project file

			 1 error, nothing was run (0.0s)
			"
		`);
		expect((await tfm("state", "save")).said).toContain("TFM-CI-008");
		// States are kept for the target that `tfm ci` will have.
		shop.branch("aimed", { "tfm_project.yml": (text) => `${text}ci: { target: prod }\n` });
		expect((await tfm("state", "save", "--out", "../x")).said).toContain("TFM-CONFIG-035");
		shop.write({ "seeds/countries.csv": "code,name\n", "tfm_project.yml": (text) => text.replace("prod", "dev") });
		expect((await tfm("state", "save", "--out", "../x")).said).toContain("TFM-CI-009");
		shop.git("checkout", "--quiet", "--force", "main");
	});
});

describe("a base that cannot be read", { timeout: 120_000 }, () => {
	it("is told from the files of the change", async () => {
		shop.git("checkout", "--quiet", "-B", "bad-base", "main");
		shop.write({ "models/marts/customers.sql": "select {{ nothing( }}" });
		shop.git("commit", "--quiet", "--all", "--message", "bad");
		shop.git("checkout", "--quiet", "-B", "mended");
		shop.write({ "models/marts/customers.sql": "select 1 as customer" });
		shop.git("commit", "--quiet", "--all", "--message", "mended");
		expect((await tfm("state", "explain", "--base", "bad-base")).said).toMatchInlineSnapshot(`
			" error[TFM-CI-004]: the project at 7b534128cd, where this change began, cannot be read
			   = hint: what follows is said of the files of that commit, not of yours
			 error[TFM-JINJA-001]: models/marts/customers.sql:1: unexpected '}', expected ')'

			 2 errors, nothing was run (0.0s)
			"
		`);
	});

	it("is not there, or the clone is shallow: the command to fetch it is said", async () => {
		expect((await tfm("state", "explain", "--base", "origin/main")).said).toMatch(
			/there is no commit origin\/main to compare with\n.*next: --base main: there is no remote origin to fetch from/,
		);
		shop.git("remote", "add", "origin", "../nowhere");
		expect((await tfm("state", "explain", "--base", "origin/develop")).said).toMatchInlineSnapshot(`
			" error[TFM-CI-002]: there is no commit origin/develop to compare with
			   = next: git fetch origin +refs/heads/develop:refs/remotes/origin/develop

			 1 error, nothing was run (0.0s)
			"
		`);
		shop.branch("tip", {});
		shop.git("clone", "--quiet", "--depth", "1", "--no-single-branch", `file://${shop.root}`, "../shallow");
		const shallow = await run(["state", "explain", "--base", "main"], join(shop.work, "shallow"), {
			...shop.env,
			PATH: process.env.PATH ?? "",
		});
		expect(shallow.stderr).toMatchInlineSnapshot(`
			" error[TFM-CI-003]: where this change began from main is not known: the clone is shallow
			   = hint: GitHub's checkout fetches the whole history with fetch-depth: 0
			   = next: git fetch --unshallow origin

			 1 error, nothing was run (0.0s)
			"
		`);
		shop.git("checkout", "--quiet", "--orphan", "empty");
		expect((await tfm("state", "explain", "--base", "main")).said).toMatch(
			/error\[TFM-CI-002\]: this repository has no commit yet\n.*next: git add --all && git commit/,
		);
		const outside = await run(["state", "explain", "--base", "main", "--project-dir", shop.root], shop.root, {
			...shop.env,
			PATH: "/nowhere",
		});
		expect(outside.stderr).toContain("error[TFM-CI-001]: git cannot be asked: git is not installed");
		cpSync(shop.root, join(shop.work, "no-repository"), { recursive: true });
		rmSync(join(shop.work, "no-repository/.git"), { recursive: true });
		const none = await run(["state", "explain", "--base", "main"], join(shop.work, "no-repository"), {
			...shop.env,
			PATH: process.env.PATH ?? "",
		});
		// How far git looks up hangs on what is mounted where.
		expect(none.stderr.replace(/ \(or any .*/, "")).toMatchInlineSnapshot(`
			" error[TFM-CI-001]: git cannot be asked: git rev-parse: fatal: not a git repository
			   = hint: the project has to lie in a git repository, and git has to be installed
			   = next: git init && git add --all && git commit, or run it in a clone

			 1 error, nothing was run (0.0s)
			"
		`);
	});
});
