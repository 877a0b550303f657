import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

/** V8 says on standard error what it does not know, and goes on: a new version of node must not make users read that. */
test("this node's V8 knows each flag that the program sets", () => {
	const sources = readdirSync("src", { recursive: true, encoding: "utf8" }).filter(
		(file) => /\.(ts|js)$/.test(file) && !file.includes(".test."),
	);
	const set = sources.flatMap((file) =>
		[...readFileSync(join("src", file), "utf8").matchAll(/setFlagsFromString\(["`](--[\w-]+)/g)].map(
			([, flag]) => flag,
		),
	);
	expect(set.sort()).toEqual(["--expose-gc", "--heap-growing-percent", "--interrupt-budget", "--wasm-tiering-budget"]);
	const known = execFileSync(process.execPath, ["--v8-options"], { encoding: "utf8" });
	for (const flag of set) expect(known).toContain(`  ${flag} (`);
});
