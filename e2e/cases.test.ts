import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { CASES, readCase, transcriptOf } from "./runCase.ts";

/** UPDATE_CASES=1 rewrites expected.txt; read the difference before committing it. */
const update = process.env.UPDATE_CASES === "1";

describe("command-line cases", () => {
	for (const name of readdirSync(CASES).sort()) {
		it(`${name}: ${readCase(name).title}`, async () => {
			const transcript = await transcriptOf(name);
			const file = join(CASES, name, "expected.txt");
			if (update) writeFileSync(file, transcript);
			if (!existsSync(file)) throw new Error("no expected.txt; run with UPDATE_CASES=1 and read what it wrote");
			expect(transcript).toBe(readFileSync(file, "utf8"));
		});
	}
});
