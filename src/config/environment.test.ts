import { afterEach, describe, expect, it } from "vitest";
import type { TfmError } from "../core/diagnostic.ts";
import { flagsFromEnvironment, parseDotEnv } from "./environment.ts";
import { brief, makeSandbox, NO_FLAGS, type Sandbox } from "./testing/sandbox.ts";

const boxes: Sandbox[] = [];
const sandbox = (files: Record<string, string>): Sandbox => {
	const box = makeSandbox(files);
	boxes.push(box);
	return box;
};
afterEach(() => {
	for (const box of boxes.splice(0)) box.remove();
});

describe("a .env file", () => {
	it.each([
		["A=1\nB = two words # note\n", { A: "1", B: "two words" }],
		["export A=x#y\n# B=1\n\nC=\n", { A: "x#y", C: "" }],
		['A=\'lit $B \\n\'\nB="x\\ny \\"q\\""\n', { A: "lit $B \\n", B: 'x\ny "q"' }],
		['A="two\nlines"\nB=2', { A: "two\nlines", B: "2" }],
		// biome-ignore lint/suspicious/noTemplateCurlyInString: this is how .env files name other variables
		["A=1\nB=${A}2${OUT}${NONE:-d}\nC='${A}'\n", { A: "1", B: "12od", C: `$${"{A}"}` }],
		['A="never closed\nB=1\n', {}],
	])("reads %j", (text, expected) => {
		expect(Object.fromEntries(parseDotEnv(text, { OUT: "o" }))).toEqual(expected);
	});

	it("fills what the shell does not set", async () => {
		const box = sandbox({
			".env": "DBT_TARGET=dev\nTFM_ENV_SECRET_X=fromfile\n",
			"tfm_project.yml": "name: shop\n",
		});
		expect(await box.load()).toMatchObject({ target: { targetName: "dev" }, secrets: ["fromfile"] });
		expect((await box.load({ env: { TFM_ENV_SECRET_X: "shell" } })).secrets).toEqual(["shell"]);
	});

	it("leaves a folder called .env alone", async () => {
		const box = sandbox({ ".env/postgres.env": "DBT_TARGET=prod\n", "tfm_project.yml": "name: shop\n" });
		expect(await box.load()).toMatchObject({ target: { targetName: "dev" } });
	});
});

describe("flags from the environment", () => {
	it("fill those that were not given", () => {
		const env = {
			DBT_TARGET: "a",
			TFM_TARGET: "b",
			DBT_ENGINE_THREADS: "8",
			DBT_FULL_REFRESH: "1",
			DBT_WRITE_JSON: "False",
			DBT_INDIRECT_SELECTION: "cautious",
			DBT_PROFILE: "",
		};
		expect(flagsFromEnvironment(NO_FLAGS, env)).toEqual({
			...NO_FLAGS,
			target: "b",
			threads: 8,
			fullRefresh: true,
			writeJson: false,
			indirectSelection: "cautious",
		});
		expect(flagsFromEnvironment({ ...NO_FLAGS, target: "c" }, env).target).toBe("c");
	});

	it("are refused together when they do not fit", () => {
		try {
			flagsFromEnvironment(NO_FLAGS, { DBT_THREADS: "many", TFM_FAIL_FAST: "maybe" });
			expect.unreachable();
		} catch (error) {
			expect((error as TfmError).diagnostics.map(brief)).toEqual([
				'TFM-CONFIG-027 the environment variable DBT_THREADS is "many", but must be a whole number of at least 1',
				'TFM-CONFIG-027 the environment variable TFM_FAIL_FAST is "maybe", but must be true or false',
			]);
		}
	});
});
