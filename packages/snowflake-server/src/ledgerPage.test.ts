import { readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { EFFECTS } from "./ledger.ts";
import { KNOWN_STATEMENTS, REFUSED_STATEMENTS } from "./statements/execute.ts";
import { AGGREGATE_FUNCTIONS, SCALAR_FUNCTIONS } from "./translate/functions.ts";

const PAGE = new URL("../README.md", import.meta.url);
const words = (some: Iterable<string>): string =>
	[...some]
		.sort()
		.map((word) => `\`${word}\``)
		.join(" ");

test("the README lists what is passed over, known and refused; UPDATE_DOCS=1 writes it", () => {
	const lines = [
		"| what is passed over | what becomes of it |",
		"|---|---|",
		...Object.entries(EFFECTS).map(([what, effect]) => `| ${what} | ${effect} |`),
		"",
		`Statements that are known begin with ${words(KNOWN_STATEMENTS.filter((word) => /\w/.test(word)))}. Those that begin with ${words(REFUSED_STATEMENTS)} are refused with 000002, anything else with 001003.`,
		"",
		`Functions over rows that are known: ${words(AGGREGATE_FUNCTIONS.keys())}.`,
		"",
		`Other functions that are known: ${words(SCALAR_FUNCTIONS.keys())}.`,
	];
	const text = readFileSync(PAGE, "utf8");
	const now = text.replace(
		/(<!-- ledger -->\n)[\s\S]*?(<!-- \/ledger -->)/,
		(_, begin: string, end: string) => `${begin}${lines.join("\n")}\n${end}`,
	);
	if (process.env.UPDATE_DOCS === "1") writeFileSync(PAGE, now);
	expect(now).toBe(readFileSync(PAGE, "utf8"));
});
