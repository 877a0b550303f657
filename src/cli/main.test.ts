import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Cancellation } from "../core/cancellation.ts";
import { DatabaseError } from "../core/databaseError.ts";
import { fail } from "../core/diagnostic.ts";
import { COMMANDS } from "./commandTable.ts";
import { call } from "./fakeWorld.ts";

let folder: string;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "tfm-cli-"));
	writeFileSync(join(folder, "dbt_project.yml"), "name: x\nversion: 1\n");
});
afterEach(() => rmSync(folder, { recursive: true }));

test("--version names tfm's version and the dbt it is compatible with", async () => {
	expect(await call(["--version"])).toMatchObject({ code: 0, stdout: "tfm 0.1.0 (dbt 1.12 compatible)\n" });
});

test("tfm alone prints the help page and is no mistake", async () => {
	const { code, stdout, stderr } = await call([]);
	expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
	expect(stdout).toBe((await call(["--help"])).stdout);
});

test.each(["source", "docs", "state", "alerts"])(
	"tfm %s alone prints the group's page and is a mistake, as in dbt",
	async (group) => {
		const { code, stdout, stderr } = await call([group]);
		expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
		expect(stderr).toBe((await call([group, "--help"])).stdout);
	},
);

test("the use case's exit code is tfm's", async () => {
	for (const code of [0, 1, 2, 130] as const) {
		expect((await call(["run"], { action: async () => code })).code).toBe(code);
	}
});

test.each([
	[["rnu"], 'error[TFM-CLI-001]: there is no command "rnu"\n   = hint: did you mean "run"?\n   = next: tfm --help'],
	[["frobnicate", "-s", "a"], 'error[TFM-CLI-001]: there is no command "frobnicate"\n   = next: tfm --help'],
	[
		["run", "--fulll-refresh"],
		'error[TFM-CLI-002]: tfm run has no option --fulll-refresh\n   = hint: did you mean "--full-refresh"?\n   = next: tfm run --help',
	],
	[
		["run", "--threads", "none"],
		'error[TFM-CLI-003]: --threads cannot be "none"\n   = hint: expected a whole number from 1',
	],
	[
		["run", "--lock-timeout", "soon"],
		'error[TFM-CLI-003]: --lock-timeout cannot be "soon"\n   = hint: expected a time such as 90s, 10m or 1h',
	],
	[
		["ls", "--output", "xml"],
		'error[TFM-CLI-003]: --output cannot be "xml"\n   = hint: expected selector, name, path or json',
	],
	[["run", "--target"], "error[TFM-CLI-004]: --target needs a value\n   = next: tfm run --help"],
	[
		["run-operation"],
		"error[TFM-CLI-005]: tfm run-operation needs a macro, or --sql with a statement\n   = next: tfm run-operation --help\n   = dbt: Either a macro name or --sql must be passed to run-operation",
	],
	[
		["run", "orders"],
		'error[TFM-CLI-006]: tfm run does not take the argument "orders"\n   = hint: to pick nodes, write  tfm run --select orders\n   = next: tfm run --help',
	],
	[
		["show", "--inline", "select 1", "--failures", "t"],
		"error[TFM-CLI-008]: --inline and --failures cannot be used together\n   = hint: leave one of them out",
	],
	[
		["run", "--vars", "[1, 2]"],
		"error[TFM-CLI-009]: --vars is not a YAML or JSON mapping: it is a list\n   = hint: for example  --vars '{start_date: \"2026-01-01\", limit: 10}'",
	],
	[
		["completion", "tcsh"],
		'error[TFM-CLI-014]: there is no completion for the shell "tcsh"\n   = hint: choose bash, zsh or fish',
	],
])("a mistake in the command line ends with 2 and says what to do: %j", async (argv, text) => {
	const { code, stdout, stderr, invocation } = await call(argv);
	expect({ code, stdout, stderr, invocation }).toEqual({
		code: 2,
		stdout: "",
		stderr: ` ${text}\n`,
		invocation: undefined,
	});
});

test("a mistake in the environment names the variable", async () => {
	const { code, stderr } = await call(["run"], { env: { DBT_FAIL_FAST: "perhaps" } });
	expect({ code, stderr }).toEqual({
		code: 2,
		stderr: ' error[TFM-CLI-003]: DBT_FAIL_FAST cannot be "perhaps"\n   = hint: expected true or false\n',
	});
	const { invocation } = await call(["run"], {
		env: { DBT_STATE: "new", DBT_ARTIFACT_STATE_PATH: "old" },
	});
	expect(invocation?.flags).toMatchObject({ state: "new" });
});

test("with --log-format json a usage mistake is dbt's MainEncounteredError on stdout", async () => {
	const { code, stdout, stderr } = await call(["rnu", "--log-format", "json"]);
	expect({ code, stderr }).toEqual({ code: 2, stderr: "" });
	const lines = stdout.trimEnd().split("\n");
	expect(lines.map((line) => JSON.parse(line).info.name)).toEqual(["MainReportVersion", "MainEncounteredError"]);
	expect(JSON.parse(lines[1]!)).toMatchObject({
		info: { code: "Z002", level: "error" },
		data: { code: "TFM-CLI-001" },
	});
});

test("with --log-format events a usage mistake is an event on stdout", async () => {
	const { code, stdout, stderr } = await call(["rnu", "--log-format", "events"]);
	expect({ code, stderr }).toEqual({ code: 2, stderr: "" });
	expect(JSON.parse(stdout)).toMatchObject({
		event: "diagnostic",
		level: "error",
		diagnostic: { code: "TFM-CLI-001" },
	});
});

test("what a use case throws as a coded error is printed with its line, and nothing was run", async () => {
	writeFileSync(join(folder, "orders.sql"), "select 1\nfrom {{ reff('x') }}\n");
	const at = { file: "orders.sql", line: 2, column: 9, endColumn: 13 };
	const { code, stderr } = await call(["run"], {
		cwd: folder,
		action: async () => fail("TFM-JINJA-001", { problem: "'reff' is undefined" }, { at }),
	});
	expect(code).toBe(2);
	expect(stderr).toBe(
		[
			" error[TFM-JINJA-001]: 'reff' is undefined",
			"  ┌─ orders.sql:2:9",
			" 2│ from {{ reff('x') }}",
			"  │         ^^^^",
			"",
			" 1 error, nothing was run (0.0s)",
			"",
		].join("\n"),
	);
});

test("a database that refuses outside of a node is no internal error", async () => {
	const action = async (): Promise<never> => {
		throw new DatabaseError("password authentication failed", { kind: "connection", hint: "check the profile" });
	};
	const { code, stderr } = await call(["run"], { action });
	expect(code).toBe(2);
	expect(stderr).toContain(
		"error[TFM-CLI-013]: the database refused: password authentication failed\n   = hint: check the profile",
	);
});

test("a document that cannot be put in its place is told by that place, not by the name it had until then", async () => {
	const action = async (): Promise<never> => {
		const where = { path: "/data/target/state.json.1f2e3d4c.part", dest: "/data/target/state.json" };
		throw Object.assign(new Error("EISDIR: no, rename"), { code: "EISDIR", syscall: "rename", ...where });
	};
	expect((await call(["run"], { action })).stderr.split("\n")[0]).toBe(
		" error[TFM-CLI-012]: /data/target/state.json cannot be used: a folder stands where a file should be",
	);
});

test.each([
	["EACCES", "TFM-CLI-010", "no permission to use /data/target (denied)"],
	["EROFS", "TFM-CLI-010", "no permission to use /data/target (read-only)"],
	["ENOSPC", "TFM-CLI-011", "no space left on the device that holds /data/target"],
	["ENOTDIR", "TFM-CLI-012", "/data/target cannot be used: a file stands where a folder should be"],
])("the file system's %s is %s", async (name, code, text) => {
	const action = async (): Promise<never> => {
		throw Object.assign(new Error(`${name}: no, open '/data/target'`), {
			code: name,
			syscall: "open",
			path: "/data/target",
		});
	};
	const shown = await call(["run"], { action });
	expect(shown.code).toBe(2);
	expect(shown.stderr.split("\n")[0]).toBe(` error[${code}]: ${text}`);
});

test("anything else is an internal error: one line for the user, the stack in the log, secrets in neither", async () => {
	const action = async (): Promise<never> => {
		throw new TypeError("x is not a function\nhunter2");
	};
	const env = { DBT_ENV_SECRET_KEY: "hunter2" };
	const { code, stderr } = await call(["run", "--project-dir", folder], { action, env });
	const log = join(folder, "logs", "tfm.log");
	expect(code).toBe(2);
	expect(stderr).toBe(
		[
			" error[TFM-INTERNAL-001]: internal error: x is not a function",
			`   = hint: the details are in ${log}`,
			"   = next: report it, with that file and the command you ran",
			"",
		].join("\n"),
	);
	const entry = JSON.parse(readFileSync(log, "utf8"));
	expect(entry.event).toBe("internal.error");
	expect(entry.stack).toContain("main.test.ts");
	expect(entry.stack).not.toContain("hunter2");
	expect((await call(["run", "--project-dir", folder, "-vv"], { action })).stderr).toContain(
		"TypeError: x is not a function",
	);
});

test("the first Ctrl-C aborts and says so, the second leaves at once", async () => {
	const { code, stderr, exits, invocation } = await call(["run"], {
		action: async ({ signal }, stop) => {
			stop("SIGINT");
			stop("SIGINT");
			throw signal.reason;
		},
	});
	expect({ code, stderr, exits }).toEqual({
		code: 130,
		stderr: "\ncancelling; once more to stop at once\n",
		exits: [130],
	});
	expect(invocation?.signal.reason).toBeInstanceOf(Cancellation);
});

test("SIGTERM aborts too, and is not announced again when a display did so", async () => {
	const { code, stderr } = await call(["run"], {
		action: async ({ signal }, stop) => {
			signal.addEventListener("abort", () => {
				(signal.reason as Cancellation).announced = true;
			});
			stop("SIGTERM");
			return 130;
		},
	});
	expect({ code, stderr }).toEqual({ code: 130, stderr: "" });
});

test.each(["tfm", ...COMMANDS.map((command) => command.name)])("the help page of %s", async (name) => {
	const { code, stdout } = await call(name === "tfm" ? ["--help"] : [...name.split(" "), "--help"]);
	expect(code).toBe(0);
	expect(stdout).toContain("\nExamples:\n");
	expect(stdout).toMatchSnapshot();
});

test("tfm help run is tfm run --help", async () => {
	expect((await call(["help", "run"])).stdout).toBe((await call(["run", "--help"])).stdout);
});
