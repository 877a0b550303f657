import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createSnowflakeAdapter } from "../snowflake/adapter.ts";
import type { ProfileFields } from "../snowflake/connectionOptions.ts";
import { type LocalSnowflake, startLocalSnowflake } from "../snowflake/testing/localSnowflake.ts";
import { describeAdapterContract } from "./adapterContract.ts";
import { SNOWFLAKE_LACKS, snowflakeWords } from "./snowflakeWords.ts";

/**
 * Fields of a profile's output as JSON, for an account; its database is the suite's own, which drops the schema CONF in it.
 * Without it the suite runs on the local protocol server.
 */
const ACCOUNT = process.env.TFM_TEST_SNOWFLAKE;

let local: LocalSnowflake | undefined;

if (ACCOUNT === undefined)
	describeAdapterContract(
		"Snowflake, on the local protocol server",
		{
			async make() {
				local ??= await startLocalSnowflake();
				return local.adapter();
			},
			dispose: async () => local?.server.stop(),
		},
		snowflakeWords({ warehouse: "wh", elsewhere: ["use role conf_role", "use warehouse other_wh"] }),
	);
else {
	const fields = JSON.parse(ACCOUNT) as ProfileFields;
	const host = { name: "tests", pid: process.pid };
	describeAdapterContract(
		"Snowflake, on an account",
		{
			make: () => createSnowflakeAdapter({ fields, host, cwd: process.cwd(), env: process.env, threads: 4 }),
			dispose: async () => {},
		},
		snowflakeWords({ warehouse: String(fields.warehouse), elsewhere: [] }),
	);
}

test("docs/snowflake.md says what the suite leaves out there, and why (UPDATE_DOCS=1 writes it)", () => {
	const page = join(import.meta.dirname, "../../../docs/snowflake.md");
	const lines = Object.entries(SNOWFLAKE_LACKS).map(([need, why]) => `- ${need}: ${why}`);
	const before = readFileSync(page, "utf8");
	const now = before.replace(
		/(<!-- left out -->\n)[\s\S]*(<!-- \/left out -->)/,
		(_, begin: string, end: string) => `${begin}${lines.join("\n")}\n${end}`,
	);
	if (process.env.UPDATE_DOCS === "1") writeFileSync(page, now);
	expect(readFileSync(page, "utf8")).toBe(now);
});
