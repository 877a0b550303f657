import { afterEach, describe, expect, it } from "vitest";
import { makeSandbox, type Sandbox } from "./testing/sandbox.ts";

const boxes: Sandbox[] = [];
const sandbox = (files: Record<string, string>): Sandbox => {
	const box = makeSandbox(files);
	boxes.push(box);
	return box;
};
afterEach(() => {
	for (const box of boxes.splice(0)) box.remove();
});

describe("Jinja in the configuration's YAML", () => {
	it("reads env_var, var and target in the project file, and keeps types", async () => {
		const box = sandbox({
			"dbt_project.yml": `
name: shop
profile: "{{ env_var('WHICH', 'p') }}"
models:
  +enabled: "{{ target.name == 'dev' }}"
  +schema: "{{ target.schema }}_x"
  +batch: "{{ env_var('N') | as_number }}"
  +flag: "{{ env_var('B') | as_bool }}"
  +text: "{{ env_var('N') }}"
  +owner: "{{ var('owner', 'nobody') }}"
  +mart: "{{ var('mart') }}"
  +post-hook: "grant select on {{ this }} to x"
vars: {a: "{{ b }}"}
`,
			"profiles.yml": "p: {target: dev, outputs: {dev: {type: pglite, schema: ada}}}\n",
		});
		const { project } = await box.load({ env: { N: "5", B: "True" }, flags: { vars: { mart: ["x"] } } });
		expect(project.profile).toBe("p");
		expect(project.trees.models).toEqual({
			"+enabled": true,
			"+schema": "ada_x",
			"+batch": 5,
			"+flag": true,
			"+text": "5",
			"+owner": "nobody",
			"+mart": ["x"],
			"+post-hook": "grant select on {{ this }} to x",
		});
		expect(project.vars).toEqual({ a: "{{ b }}" });
	});

	it("shows the connection's public fields in target, and nothing that logs in", async () => {
		const box = sandbox({
			"dbt_project.yml": `
name: shop
profile: p
models:
  +tags: "{{ target.host }} {{ target.port }} {{ target.type }} {{ 'password' in target }}"
  +meta: "{{ target }}"
`,
			"profiles.yml":
				"p: {target: dev, outputs: {dev: {type: postgres, host: h, port: 5433, user: u, pass: hunter2, dbname: d, schema: s}}}\n",
		});
		const { models } = (await box.load()).project.trees;
		expect(models["+tags"]).toBe("h 5433 postgres False");
		expect(JSON.stringify(models)).not.toContain("hunter2");
	});

	it("places every mistake at the value it is in", async () => {
		const box = sandbox({
			"dbt_project.yml": `name: shop
models:
  +a: "{{ env_var('NOT_SET') }}"
  +b: "{{ var('nope') }}"
  +c: "{{ env_var('TFM_ENV_SECRET_X') }}"
  +d: "{{ 1 + }}"
`,
		});
		const mistakes = await box.mistakes({ env: { TFM_ENV_SECRET_X: "hunter2" }, flags: { vars: { nape: 1 } } });
		expect(mistakes.map((m) => m.split(" ").slice(0, 2).join(" "))).toEqual([
			"TFM-REF-008 dbt_project.yml:3:7",
			"TFM-REF-007 dbt_project.yml:4:7",
			"TFM-REF-009 dbt_project.yml:5:7",
			"TFM-JINJA-001 dbt_project.yml:6:7",
		]);
		expect(mistakes[1]).toContain('did you mean "nape"?');
		expect(mistakes.join()).not.toContain("hunter2");
	});

	it("renders only the chosen target of a profile, secrets included", async () => {
		const box = sandbox({
			"dbt_project.yml": "name: shop\nprofile: p\n",
			"profiles.yml": `p:
  target: "{{ env_var('T', 'dev') }}"
  outputs:
    dev:
      type: postgres
      host: h
      user: "{{ env_var('U') }}"
      pass: "a{{b"
      dbname: d
      schema: s
      port: "{{ env_var('PORT') }}"
    prod: {type: postgres, host: "{{ env_var('NOT_SET') }}", user: u, dbname: d, schema: s}
`,
		});
		const env = { U: "ada", PORT: "5433" };
		expect((await box.load({ env })).target.fields).toMatchObject({ user: "ada", password: "a{{b", port: 5433 });
		expect(await box.mistakes({ env: { ...env, T: "prod" } })).toEqual([
			"TFM-REF-008 profiles.yml:12:34 the environment variable \"NOT_SET\" is not set | set it, or give a default: env_var('NOT_SET', '…')",
		]);
	});

	it("keeps a password that only looks like a template, and tells of one whose variable is not set", async () => {
		const box = (password: string) =>
			sandbox({
				"dbt_project.yml": "name: shop\nprofile: p\n",
				"profiles.yml": `p: {target: d, outputs: {d: {type: postgres, host: h, user: u, pass: "${password}", dbname: d, schema: s}}}\n`,
			});
		for (const password of ["a{{b", "{% x"]) expect((await box(password).load()).target.fields.password).toBe(password);
		expect(await box("{{ env_var('NOT_SET') }}").mistakes()).toEqual([
			"TFM-REF-008 profiles.yml:1:70 the environment variable \"NOT_SET\" is not set | set it, or give a default: env_var('NOT_SET', '…')",
		]);
	});

	it("shows templates no secret of the target", async () => {
		const box = sandbox({
			"dbt_project.yml":
				'name: shop\nprofile: p\nmodels: {+x: "{{ target.password }}|{{ target.user }}|{{ target.type }}"}\n',
			"profiles.yml":
				"p: {target: d, outputs: {d: {type: postgres, host: h, user: u, pass: hunter2, dbname: d, schema: s}}}\n",
		});
		expect((await box.load()).project.trees.models).toEqual({ "+x": "|u|postgres" });
	});
});
