import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { CASES, readCase, transcriptOf } from "./runCase.ts";

/** UPDATE_CASES=1 rewrites expected.txt; read the difference before committing it. */
const update = process.env.UPDATE_CASES === "1";

/** Tests of the cases whose position among all is one of `which`. */
export function testCases(which: (position: number) => boolean): void {
	describe("command-line cases", () => {
		for (const [position, name] of readdirSync(CASES).sort().entries()) {
			if (!which(position)) continue;
			it(`${name}: ${readCase(name).title}`, async () => {
				const transcript = await transcriptOf(name);
				const file = join(CASES, name, "expected.txt");
				if (update) writeFileSync(file, transcript);
				if (!existsSync(file)) throw new Error("no expected.txt; run with UPDATE_CASES=1 and read what it wrote");
				expect(transcript).toBe(readFileSync(file, "utf8"));
			});
		}
	});
}
