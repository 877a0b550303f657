import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { call } from "./fakeWorld.ts";
import { writePages } from "./writePages.ts";
import { SHELLS } from "./writtenPage.ts";

let assetsDir: string;
beforeAll(async () => {
	assetsDir = mkdtempSync(join(tmpdir(), "tfm-pages-"));
	mkdirSync(join(assetsDir, "pages"));
	for (const [file, text] of await writePages()) writeFileSync(join(assetsDir, file), text);
});
afterAll(() => rmSync(assetsDir, { recursive: true }));

test.each([1, 60, 65, 66, 80, 97, 110, 300])(
	"the written help page is the one made at a width of %i",
	async (columns) => {
		const made = await call(["--help"], { columns });
		expect(made.stdout).toContain("Examples:");
		for (const words of [[], ["--help"], ["-h"], ["help"]])
			expect(await call(words, { columns, assetsDir })).toEqual(made);
	},
);

test.each(SHELLS)("the written completion of %s is the one made from the tables", async (shell) => {
	const made = await call(["completion", shell]);
	expect(made.stdout).toContain("publish");
	expect(await call(["completion", shell], { assetsDir })).toEqual(made);
});

test("words beside those of a written page are read as ever", async () => {
	expect((await call(["completion", "tcsh"], { assetsDir })).stderr).toContain("TFM-CLI-014");
	expect((await call(["completion", "bash", "--nothing"], { assetsDir })).stderr).toContain("TFM-CLI-002");
	expect((await call(["run", "--help"], { assetsDir })).stdout).toContain("tfm run");
});
