import { readFileSync } from "node:fs";
import { afterEach, describe, expect, it } from "vitest";
import { TfmError } from "../core/diagnostic.ts";
import { readYaml } from "../yaml/readYaml.ts";
import { shellSecretCommand } from "./secretCommand.ts";
import { brief, makeSandbox, type Sandbox } from "./testing/sandbox.ts";

const EXAMPLE = readFileSync(new URL("../../profiles.example.yml", import.meta.url), "utf8");
const boxes: Sandbox[] = [];

/** A project whose profile `p` has one output. */
const withOutput = (output: string): Sandbox => {
	const box = makeSandbox({
		"dbt_project.yml": "name: shop\nprofile: p\n",
		"profiles.yml": `p:\n  outputs:\n    default:\n${output.replace(/^/gm, "      ")}\n`,
	});
	boxes.push(box);
	return box;
};
afterEach(() => {
	for (const box of boxes.splice(0)) box.remove();
});

const POSTGRES = "type: postgres\nhost: h\nuser: u\ndbname: d\nschema: s\n";

describe("a connection", () => {
	it("takes dbt's other names of fields", async () => {
		const { target, secrets } = await withOutput(`${POSTGRES}pass: x1\nport: 5433`).load();
		expect(target.fields).toEqual({
			type: "postgres",
			host: "h",
			user: "u",
			database: "d",
			schema: "s",
			password: "x1",
			port: 5433,
		});
		expect([target.database, target.threads, secrets]).toEqual(["d", 1, ["x1"]]);
	});

	it("reports every field that is missing or wrong, and never shows a value", async () => {
		const box = withOutput(
			"type: postgres\nhost: [a]\nuser: u\npassword: {comand: hunter2}\nport: hunter3\nsslmode: on\nsslcert: c",
		);
		expect(await box.mistakes()).toEqual([
			'TFM-YAML-014 profiles.yml:3:5 the output "default" needs the key "database"',
			'TFM-YAML-014 profiles.yml:3:5 the output "default" needs the key "schema"',
			"TFM-CONFIG-026 profiles.yml:3:5 `sslcert` and `sslkey` belong together | give both, or neither",
			"TFM-YAML-013 profiles.yml:5:13 p.outputs.default.host must be text, but it is a list",
			'TFM-YAML-014 profiles.yml:7:7 password needs the key "command"',
			'TFM-YAML-012 profiles.yml:7:18 unknown key "comand" in password | did you mean "command"?',
			"TFM-YAML-013 profiles.yml:8:13 p.outputs.default.port must be a whole number, but it is text",
			"TFM-YAML-013 profiles.yml:9:16 p.outputs.default.sslmode must be text (put it in quotes), but it is true",
		]);
	});

	it("shows keys only in code frames, whatever is wrong with the file", async () => {
		const wrong = [
			`${POSTGRES}password: hunter2\nport: hunter2`,
			`${POSTGRES}password: *hunter2`,
			`${POSTGRES}password: !hunter2 x`,
			`${POSTGRES}password: "hunter2`,
			`${POSTGRES}password: hunter2: x`,
			`${POSTGRES}password: [hunter2`,
			`${POSTGRES}password: {{ hunter2 }}`,
			`${POSTGRES}user: "{{ hunter2( }}"`,
			"{type: postgres, password: hunter2}",
			"type: postgres\npassword: hunter2\nport: x\nsslkey: |\n  hunter2\n hunter2",
		];
		for (const output of wrong) {
			const error = await withOutput(output)
				.load()
				.catch((caught: unknown) => caught);
			expect(error).toBeInstanceOf(TfmError);
			expect(JSON.stringify((error as TfmError).diagnostics)).not.toContain("hunter2");
			// A frame without a line here would be filled from the file by whoever prints it.
			expect((error as TfmError).diagnostics.every((d) => d.at === undefined || d.source !== undefined)).toBe(true);
		}
	});

	it("suggests the type and warns of fields that nobody reads", async () => {
		expect(await withOutput("type: postgress").mistakes()).toEqual([
			'TFM-YAML-015 profiles.yml:4:13 p.outputs.default.type cannot be "postgress" | did you mean "postgres"? (one of: pglite, postgres, snowflake)',
		]);
		const { warnings } = await withOutput(`${POSTGRES}sslmod: disable`).load();
		expect(warnings.map(brief)).toEqual([
			'TFM-CONFIG-024 profiles.yml:9:7 `sslmod` is not a field of a postgres connection, and is ignored | did you mean "sslmode"?',
		]);
	});

	it("takes no misspelt password for none, and no threads for one", async () => {
		expect(await withOutput(`${POSTGRES}passwrd: x\nthreads: 0`).mistakes()).toEqual([
			'TFM-CONFIG-024 profiles.yml:9:7 `passwrd` is not a field of a postgres connection | did you mean "password"?',
			"TFM-YAML-013 profiles.yml:10:16 p.outputs.default.threads must be a whole number of at least 1, but it is the number 0",
		]);
		expect((await withOutput(`${POSTGRES}password: y\npasswrd: x`).load()).warnings).toHaveLength(1);
	});

	it("names the slip that a required field is missing for", async () => {
		expect(await withOutput(POSTGRES.replace("host:", "hostt:")).mistakes()).toEqual([
			'TFM-YAML-014 profiles.yml:5:7 the output "default" needs the key "host" | did you mean "host" where it says "hostt"?',
		]);
	});

	it("does not count a password that is the user's name as a secret", async () => {
		const { secrets } = await withOutput(`${POSTGRES}password: u`).load({
			env: { TFM_ENV_SECRET_A: "aa", OTHER: "bb" },
		});
		expect(secrets).toEqual(["aa"]);
	});

	it("leaves host and user to a connection string, but not the database, which names in the SQL hold", async () => {
		const written = "type: postgres\nconnection_string: postgresql://u@h/d\nschema: s\n";
		expect((await withOutput(`${written}database: d`).load()).target.database).toBe("d");
		expect(await withOutput(written).mistakes()).toEqual([
			'TFM-YAML-014 profiles.yml:3:5 the output "default" needs the key "database"',
		]);
	});

	it("needs what its login needs", async () => {
		const snowflake = "type: snowflake\naccount: a\ndatabase: d\nschema: s\n";
		expect(await withOutput(`${snowflake}private_key: x\nprivate_key_path: y`).mistakes()).toEqual([
			"TFM-CONFIG-026 profiles.yml:3:5 `private_key` and `private_key_path` are both given | keep one of them",
			"TFM-CONFIG-026 profiles.yml:3:5 a Snowflake connection needs `user` | only OAuth, tokens and workload identity do without",
		]);
		expect(await withOutput(`${snowflake}authenticator: workload_identity`).mistakes()).toEqual([
			"TFM-CONFIG-026 profiles.yml:3:5 workload identity needs `workload_identity_provider` | one of: OIDC, AZURE, GCP, AWS",
		]);
	});
});

describe("a secret from a command", () => {
	const shellFor = (timeoutMs: number) =>
		shellSecretCommand({ env: { PATH: process.env.PATH, WORD: "abc" }, cwd: "/", timeoutMs });
	const shell = shellFor(30_000);

	it("is what the command prints, without the line break", async () => {
		expect(await shell('printf "%s-x y\\n\\n" "$WORD"')).toBe("abc-x y");
		const { target, secrets } = await withOutput(`${POSTGRES}password: {command: "pass show hunter2"}`).load();
		expect([target.fields.password, secrets]).toEqual(["hunter2", ["hunter2"]]);
	});

	it.each([
		["echo hunter2; echo hunter2 >&2; exit 3", "it ended with exit code 3"],
		["true", "it printed nothing"],
		["no-such-program-here", "it ended with exit code 127"],
		["cat", "it printed nothing"],
	])("fails plainly, without what it printed: %s", async (command, message) => {
		await expect(shell(command)).rejects.toThrow(new Error(message));
	});

	it("fails plainly when it takes too long", async () => {
		await expect(shellFor(1000)("sleep 60")).rejects.toThrow(new Error("it did not end within 1 seconds"));
	});

	it("is a coded error with its place when it fails", async () => {
		const box = withOutput(`${POSTGRES}password: {command: "exit 3"}`);
		expect(await box.mistakes({ readSecretCommand: shell })).toEqual([
			"TFM-CONFIG-023 profiles.yml:9:17 the command that gives `password` failed: it ended with exit code 3 | run it in a shell: it must print the secret and exit with 0",
		]);
	});
});

describe("profiles.example.yml", () => {
	const outputs = Object.keys(
		(readYaml(EXAMPLE, "e.yml").value as { warehouse: { outputs: object } }).warehouse.outputs,
	);
	const env = {
		WAREHOUSE_PASSWORD: "w1",
		TFM_ENV_SECRET_WAREHOUSE: "w2",
		SNOWFLAKE_PASSWORD: "w3",
		TFM_ENV_SECRET_SNOWFLAKE_KEY: "w4",
		TFM_ENV_SECRET_OAUTH: "w5",
		TFM_ENV_SECRET_REFRESH_TOKEN: "w6",
		TFM_ENV_SECRET_PAT: "w7",
	};

	it("shows pglite and every planned login", () => {
		expect(outputs.length).toBeGreaterThanOrEqual(18);
	});

	for (const target of outputs) {
		it(`holds a sound output ${target}`, async () => {
			const box = makeSandbox({ "tfm_project.yml": "name: shop\nprofile: warehouse\n", "profiles.yml": EXAMPLE });
			boxes.push(box);
			const config = await box.load({ env, flags: { target } });
			expect(config.warnings).toEqual([]);
			expect(config.target.targetName).toBe(target);
			expect(config.target.schema).not.toBe("");
		});
	}
});
