import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeSandbox, type Sandbox } from "../src/config/testing/sandbox.ts";
import { openTfmProcesses, type TfmProcesses } from "./tfmProcess.ts";

let tfm: TfmProcesses;
const sandboxes: Sandbox[] = [];

beforeAll(async () => {
	tfm = await openTfmProcesses();
});
afterAll(() => {
	tfm.dispose();
	for (const sandbox of sandboxes) sandbox.remove();
});

function project(model: string): Sandbox {
	const sandbox = makeSandbox({ "dbt_project.yml": "name: shop\nversion: '1.0'\n", "models/m.sql": model });
	sandboxes.push(sandbox);
	return sandbox;
}

describe("a template that does not end", () => {
	it.each([
		"{% set all = {} %}{% for i in range(1000) %}{% do all.update({i: ('v' * 40000000)|upper}) %}{% endfor %}select 1",
		"{% set ns = namespace(l=[]) %}{% for i in range(99000) %}{% set ns.l = ns.l + [('x' * 100000 ~ i)|upper] %}{% endfor %}select 1",
		"{% set all = [] %}{% for i in range(10000) %}{% do all.append(range(100000)|list) %}{% endfor %}select 1",
	])("is ended before it fills the memory: %s", { timeout: 120_000 }, async (model) => {
		const { dir } = project(model);
		const compile = tfm.start(["compile"], dir, { NODE_OPTIONS: "--max-old-space-size=700" });
		expect(await compile.ended).toBe(2);
		expect(compile.said()).toMatch(/TFM-JINJA-021.*(holds in memory|template makes)/);
		expect(compile.said()).toContain("models/m.sql:1:");
	});

	it.each(["SIGINT", "SIGTERM"] as const)("is ended by %s", { timeout: 120_000 }, async (signal) => {
		const { dir } = project(
			"{% for i in range(3000) %}{% for j in range(3000) %}{% if 'x' * 1000 in 'y' * 90000 %}{% endif %}{% endfor %}{% endfor %}select 1",
		);
		const compile = tfm.start(["compile"], dir);
		let end: number | string | undefined;
		compile.ended.then((how) => {
			end = how;
		});
		await pause(3000);
		// The first may come before the render has gone on for long; whoever asks again must be heard.
		for (let i = 0; i < 200 && end === undefined; i++) {
			await pause(250);
			compile.process.kill(signal);
		}
		expect(end).toBeOneOf([signal, 130]);
		expect(compile.said()).not.toContain("at ");
	});
});
