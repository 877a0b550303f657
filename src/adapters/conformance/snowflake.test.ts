import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type LocalSnowflake, startLocalSnowflake } from "../snowflake/testing/localSnowflake.ts";
import { describeAdapterContract } from "./adapterContract.ts";
import { SNOWFLAKE_WORDS } from "./snowflakeWords.ts";

let local: LocalSnowflake | undefined;

describeAdapterContract(
	"Snowflake, on the local protocol server",
	{
		async make() {
			local ??= await startLocalSnowflake();
			return local.adapter();
		},
		dispose: async () => local?.server.stop(),
	},
	SNOWFLAKE_WORDS,
);

test("docs/snowflake.md says what the suite leaves out there, and why (UPDATE_DOCS=1 writes it)", () => {
	const page = join(import.meta.dirname, "../../../docs/snowflake.md");
	const lines = Object.entries(SNOWFLAKE_WORDS.lacks).map(([need, why]) => `- ${need}: ${why}`);
	const before = readFileSync(page, "utf8");
	const now = before.replace(
		/(<!-- left out -->\n)[\s\S]*(<!-- \/left out -->)/,
		(_, begin: string, end: string) => `${begin}${lines.join("\n")}\n${end}`,
	);
	if (process.env.UPDATE_DOCS === "1") writeFileSync(page, now);
	expect(readFileSync(page, "utf8")).toBe(now);
});
