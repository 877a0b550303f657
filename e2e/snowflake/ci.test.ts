import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
	LOCAL_LOGIN,
	type LocalSnowflake,
	startLocalSnowflake,
} from "../../src/adapters/snowflake/testing/localSnowflake.ts";
import { newRepository, type Repository } from "../ci/repository.ts";
import { tfm } from "../runCase.ts";

const FILL = `{% macro fill_raw() %}
  {% do run_query("create database marts_db") %}
  {% do run_query("use database analytics") %}
  {% do run_query("create schema raw") %}
  {% do run_query("create table raw.orders (id integer, customer text, country text, amount number(12,3), ordered_at timestamp_ntz)") %}
  {% do run_query("insert into raw.orders select n, 'customer ' || mod(n, 4), case when mod(n, 3) = 0 then 'AT' else 'DE' end, n + 0.005 * mod(n + 2, 3), dateadd(hour, 7 * n, '2026-11-01'::timestamp_ntz) from (select row_number() over (order by null) - 1 as n from table(generator(rowcount => 21)))") %}
{% endmacro %}
`;

let local: LocalSnowflake;
let shop: Repository;
const run = (...argv: readonly string[]) =>
	tfm([...argv, "--profiles-dir", shop.work], shop.root, { ...shop.env, PATH: process.env.PATH ?? "" });

beforeAll(async () => {
	local = await startLocalSnowflake();
	shop = newRepository();
	shop.write({
		// What readers see of the marts is in a database of its own; what a branch builds is in the profile's.
		"tfm_project.yml": (text) =>
			`${text.replace("reporting:", "marts: {+database: marts_db}\n    reporting:")}profile: shop\nci: { state: ../states }\n`,
		"macros/fill_raw.sql": FILL,
	});
	shop.git("commit", "--quiet", "--all", "--message", "States are kept");
	const dev = {
		...{ type: "snowflake", ...LOCAL_LOGIN, schema: "main" },
		...{ threads: 2, access_url: local.server.url },
	};
	writeFileSync(join(shop.work, "profiles.yml"), JSON.stringify({ shop: { target: "dev", outputs: { dev } } }));
	for (const command of [["state", "save"], ["run-operation", "fill_raw"], ["run"]])
		expect(await run(...command)).toMatchObject({ code: 0, stderr: "" });
}, 120_000);
afterAll(async () => {
	shop.remove();
	await local.server.stop();
});

/** The comment without ids of commits; columns in one case, and what the database says in its own words. */
const plain = (comment: string): string =>
	comment
		.replace(/`[0-9a-f]{7}`/g, "<commit>")
		.replace(/\b(?:AMOUNT_CENTS|CENTS|LAST_ORDER|ORDERS)\b/g, (name) => name.toLowerCase())
		.replace(/cannot be built: .* \(SQLSTATE \w+\)/, "cannot be built: <refused>");

describe("tfm ci on the local protocol server, a branch with", { timeout: 120_000 }, () => {
	it.each([
		["filter-changed", "models/staging/stg_orders.sql", "where amount >=", "where amount >"],
		["column-added", "models/marts/customers.sql", "count(*)", "max(ordered_at) as last_order,\n    count(*)"],
		["column-renamed", "models/marts/orders.sql", "as amount_cents", "as cents"],
		["macro-changed", "macros/cents.sql", "round", "trunc"],
	])("%s has the comment that it has on the embedded database", async (name, file, before, after) => {
		shop.branch(name, { [file]: (text) => text.replace(before, after) });
		const { code, stdout, stderr } = await run("ci", "--base", "main", "--target", "dev");
		expect(stderr).not.toContain("error[");
		const there = readFileSync(join(import.meta.dirname, `../ci/${name}.md`), "utf8");
		expect(plain(`${stdout}\n[exit ${code}]\n`)).toBe(plain(there));
	});

	it("anything leaves no schema behind; with --static it asks nothing of the database", async () => {
		const adapter = local.adapter();
		await adapter.open();
		const [schemas, elsewhere] = await adapter.withSession(async (session) => [
			await session.listSchemas(),
			await session.listSchemas("MARTS_DB"),
		]);
		await adapter.close();
		expect(schemas!.filter((name) => /_CI_/.test(name))).toEqual([]);
		expect(elsewhere!.filter((name) => !/^(?:INFORMATION_SCHEMA|PUBLIC|TFM_C_\w+)$/.test(name))).toEqual([
			"MAIN_MARTS",
		]);
		const before = local.server.statements().length;
		const { code, stdout } = await run("ci", "--base", "main", "--static");
		expect([code, stdout]).toEqual([0, expect.stringContaining("1 node changed")]);
		expect(local.server.statements().length).toBe(before);
	});
});
