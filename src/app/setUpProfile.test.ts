import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Invocation } from "../core/invocation.ts";
import { initProject } from "./init.ts";

let root: string;
beforeEach(() => {
	root = mkdtempSync(join(tmpdir(), "tfm-profile-"));
	writeFileSync(join(root, "dbt_project.yml"), "name: shop\nprofile: shop\n");
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const profiles = (): string => readFileSync(join(root, "profiles.yml"), "utf8");

/** Answers in turn; null: nobody can be asked. */
function init(answers: readonly string[] | null, extra: object = {}, profile?: string) {
	const left = [...(answers ?? [])];
	const asked: string[] = [];
	const ask = async (question: string): Promise<string> => {
		asked.push(question.trim());
		return left.shift() ?? "";
	};
	const invocation = {
		command: "init",
		cwd: root,
		env: {},
		flags: { profilesDir: root, ...(profile === undefined ? {} : { profile }), extra: { skipDebug: true, ...extra } },
		ask: answers === null ? null : ask,
		stdout: { write: () => {} },
	} as unknown as Invocation;
	return initProject(invocation).then((code) => ({ code, asked }));
}

describe("init in the folder of a project that names a profile", () => {
	it("asks for what the database needs and keeps the rest of profiles.yml as it is written", async () => {
		writeFileSync(join(root, "profiles.yml"), "# mine\nother: {target: x}\n");
		const { code, asked } = await init(["postgres", "db.local", "x", "5433", "ann", "", "shop", "dbt_ann", "4"]);
		expect(code).toBe(0);
		expect(asked[2]).toBe("port [5432]:");
		expect(profiles()).toBe(`# mine
other: {target: x}

shop:
  target: dev
  outputs:
    dev:
      type: postgres
      host: db.local
      port: 5433
      user: ann
      pass: "{{ env_var('PGPASSWORD') }}"
      dbname: shop
      schema: dbt_ann
      threads: 4
`);
	});

	it("asks the project's own questions where it has a profile_template.yml", async () => {
		writeFileSync(
			join(root, "profile_template.yml"),
			"fixed: {type: postgres, port: 5432, target: ci}\nprompts:\n  user: {hint: your login}\n  strict: {type: bool, default: false}\n  _choose_host:\n    near: {_fixed_host: localhost}\n    far: {host: {default: db.far}, _fixed_sslmode: require}\n",
		);
		const { asked } = await init(["ann", "maybe", "yes", "2", ""]);
		expect(asked).toEqual([
			"user (your login):",
			"strict [false]:",
			"strict [false]:",
			"[1] near\n[2] far\nDesired host option (enter a number)",
			"host [db.far]:",
		]);
		expect(profiles()).toContain(
			"  target: ci\n  outputs:\n    ci:\n      type: postgres\n      port: 5432\n      user: ann\n      strict: true\n      host: db.far\n      sslmode: require\n",
		);
		await expect(init(["y", "ann", "", "3"])).rejects.toThrow(/^TFM-INIT-003: "3" is not one of 1, 2$/);
	});

	it("replaces a profile of that name only when somebody says so", async () => {
		const before = "shop:\n  target: old\n  outputs: {}\n# the other one\nother: {}\n";
		writeFileSync(join(root, "profiles.yml"), before);
		await init(["n"]);
		expect(profiles()).toBe(before);
		await expect(init(null, { engine: "pglite" })).rejects.toThrow(/^TFM-INIT-007: the profile "shop" is in /);
		await init(["y", "pglite", "ann"]);
		expect(profiles()).toBe(
			"shop:\n  target: dev\n  outputs:\n    dev:\n      type: pglite\n      schema: ann\n# the other one\nother: {}\n",
		);
	});

	it("writes nothing with --skip-profile-setup, without answers, and with another profile's name", async () => {
		expect((await init([], { skipProfileSetup: true })).code).toBe(0);
		await expect(init(null, { engine: "postgres" })).rejects.toThrow(/^TFM-INIT-006: nobody can be asked for "host"/);
		await expect(init([], {}, "mine")).rejects.toThrow(/^TFM-INIT-008: --profile chooses the profile of a new project/);
		writeFileSync(join(root, "profile_template.yml"), "fixed: [1]\n");
		await expect(init([])).rejects.toThrow(/^TFM-INIT-009: profile_template.yml does not hold/);
		expect(() => profiles()).toThrow();
	});
});
