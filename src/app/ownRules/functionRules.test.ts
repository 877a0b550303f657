import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { RuleProject } from "../../rules/ruleProject.ts";
import { runFunctionRule } from "./functionRules.ts";

const dir = mkdtempSync(join(tmpdir(), "tfm-rules-"));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const project = { name: "shop", nodes: [{ id: "model.shop.orders", tags: [] }] } as unknown as RuleProject;
const printed: string[] = [];
let files = 0;

function run(code: string, { limitMs = 60_000, signal = new AbortController().signal } = {}) {
	const file = join(dir, `rule${++files}.mjs`);
	writeFileSync(file, code);
	const stderr = { write: (text: string) => printed.push(text) > 0 };
	return runFunctionRule({ path: "rules/r.mjs", file }, project, { invocation: { signal, stderr } as never, limitMs });
}

describe("a function as a rule", { timeout: 120_000 }, () => {
	it("is given the project and may take its time", async () =>
		expect(
			await run(
				"export default async ({ nodes }) => nodes.map(({ id }) => ({ node: id, message: 'm', extra: () => 1 }));",
			),
		).toEqual({ kind: "answered", answers: [{ node: "model.shop.orders", message: "m" }] }));

	it.each([
		["cannot change the project", "export default ({ nodes }) => nodes[0].tags.push('x');", /not extensible/],
		["has to be a function", "export const rule = () => [];", /no function as default export/],
		["has to return a list", "export default () => 'text';", /returned no list/],
		["may have a mistake", "export default () => [];\n}", /Unexpected token/],
		["may end its thread", "export default () => process.exit(0);", /its thread ended/],
	])("%s", async (_, code, problem) =>
		expect(await run(code)).toMatchObject({ kind: "failed", problem: expect.stringMatching(problem) }),
	);

	it("is shown at the line where it fails", async () =>
		expect(await run("export default () => {\n  return missing;\n};")).toEqual({
			kind: "failed",
			problem: "missing is not defined",
			at: { file: "rules/r.mjs", line: 2, column: 3 },
		}));

	it("sees nothing of the environment, and what it prints goes to standard error", async () => {
		const code = "export default () => { console.log('seen', JSON.stringify(process.env)); return []; };";
		expect(await run(code)).toEqual({ kind: "answered", answers: [] });
		await expect.poll(() => printed.join("")).toContain("seen {}");
	});

	it("is ended when it does not come to an end, or when the command is cancelled", async () => {
		expect(await run("export default () => { for (;;); };", { limitMs: 50 })).toEqual({
			kind: "failed",
			problem: "it took longer than 0.05 s",
		});
		const cancel = new AbortController();
		const running = run("export default () => new Promise(() => setInterval(() => {}, 1000));", cancel);
		cancel.abort(new Error("cancelled"));
		await expect(running).rejects.toThrow("cancelled");
	});
});
