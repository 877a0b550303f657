import fc from "fast-check";
import { expect, test } from "vitest";
import type { Flags, OutputOptions } from "../core/invocation.ts";
import { readDuration } from "../core/readDuration.ts";
import { call } from "./fakeWorld.ts";
import { moveCommandFirst } from "./parseArgv.ts";

const read = async (argv: readonly string[], env: Record<string, string> = {}) => {
	const { invocation, stderr } = await call(argv, { env });
	if (invocation === undefined) throw new Error(stderr);
	return invocation;
};

test("without flags an invocation has these values", async () => {
	const { command, commandLine, flags, output } = await read(["run"]);
	expect({ command, commandLine, flags, output }).toEqual({
		command: "run",
		commandLine: "tfm run",
		flags: {
			select: [],
			exclude: [],
			resourceTypes: [],
			excludeResourceTypes: [],
			layers: [],
			fullRefresh: false,
			failFast: false,
			gates: true,
			warnError: false,
			lockTimeoutMs: 600_000,
			showRows: 5,
			writeJson: true,
			empty: false,
			defer: false,
			favorState: false,
			extra: { given: [] },
		},
		output: { logFormat: "text", verbosity: 0, color: "auto", progress: "auto", width: null },
	});
});

const FLAGS: readonly (readonly [string, Partial<Flags>])[] = [
	["run --select a b+ --select c", { select: ["a", "b+", "c"] }],
	["run -s a -m b --models c", { select: ["a", "b", "c"] }],
	["run --exclude tag:x tag:y -t prod", { exclude: ["tag:x", "tag:y"], target: "prod" }],
	["--target prod --threads 4 run -x", { target: "prod", threads: 4, failFast: true }],
	["run --layer staging,transform reporting", { layers: ["staging", "transform", "reporting"] }],
	[
		"build --resource-type model test --exclude-resource-types seed",
		{ resourceTypes: ["model", "test"], excludeResourceTypes: ["seed"] },
	],
	["init shop --yes", { projectDir: "shop" }],
	["init shop --project-dir here", { projectDir: "here" }],
	["run -f --no-gate --empty --warn-error", { fullRefresh: true, gates: false, empty: true, warnError: true }],
	["run --fail-fast --no-fail-fast --no-write-json", { failFast: false, writeJson: false }],
	["run --lock-timeout 90s --statement-timeout 500ms", { lockTimeoutMs: 90_000, statementTimeoutMs: 500 }],
	["run --lock-timeout 0 --show-rows 0", { lockTimeoutMs: 0, showRows: 0 }],
	["test --store-failures --indirect-selection Cautious", { storeFailures: true, indirectSelection: "cautious" }],
	["run --single-threaded --threads 8", { threads: 1 }],
	[
		"run --project-dir p --profiles-dir q --profile r --target-path s --log-path l --selector n",
		{ projectDir: "p", profilesDir: "q", profile: "r", targetPath: "s", logPath: "l", selector: "n" },
	],
];

test.each(FLAGS)("tfm %s", async (line, expected) => {
	expect((await read(line.split(" "))).flags).toMatchObject(expected);
});

test("--vars takes YAML and JSON; yes and no are booleans, dates stay text", async () => {
	const vars = async (text: string) => (await read(["run", "--vars", text])).flags.vars;
	expect(await vars("{day: 2026-01-01, on: yes, n: 3, list: [a, 1.5], none: null}")).toEqual({
		day: "2026-01-01",
		true: true,
		n: 3,
		list: ["a", 1.5],
		none: null,
	});
	expect(await vars('{"a": {"b": false}}')).toEqual({ a: { b: false } });
	expect(await vars("key: value")).toEqual({ key: "value" });
	expect(await vars("")).toEqual({});
});

test("dbt's options about its own machinery are taken and change nothing", async () => {
	const words = "--show-all-deprecations --no-hints-enabled --use-v2-parser --deprecated-print --sqlparse {}";
	expect((await read(`run ${words}`.split(" "))).flags).toMatchObject({ fullRefresh: false, empty: false });
});

test("--show-all-deprecations reaches whoever counts them", async () => {
	const shown = async (words: string) => (await read(words.split(" "))).flags.extra.showAllDeprecations;
	expect(await shown("run --show-all-deprecations")).toBe(true);
	expect(await shown("--show-all-deprecations parse")).toBe(true);
	expect(await shown("run")).toBeUndefined();
});

const OUTPUTS: readonly (readonly [string, Partial<OutputOptions>])[] = [
	["run -q", { verbosity: -1 }],
	["run -qq", { verbosity: -2 }],
	["run -v", { verbosity: 1 }],
	["run -v -v", { verbosity: 2 }],
	["run --debug", { verbosity: 2 }],
	["run --log-level error", { verbosity: -1 }],
	["--quiet run --no-quiet", { verbosity: 0 }],
	["run --log-format json", { logFormat: "json" }],
	["run --log-format debug", { logFormat: "debug" }],
	["run --log-format events", { logFormat: "events" }],
	[
		"run --log-format-file JSON --log-level-file warn --log-file-max-bytes 0",
		{ logFormatFile: "json", logLevelFile: "warn", logFileMaxBytes: Number.MAX_SAFE_INTEGER },
	],
	["run --log-format default", { logFormat: "text" }],
	["run --no-use-colors", { color: "never" }],
	["run --use-colors", { color: "always" }],
	["run --no-use-colors --color always", { color: "always" }],
	["run --printer-width 120 --progress plain", { width: 120, progress: "plain" }],
	["run --log-file x.log --no-print", { logFile: "x.log", print: false }],
];

test.each(OUTPUTS)("tfm %s", async (line, expected) => {
	expect((await read(line.split(" "))).output).toMatchObject(expected);
});

const EXTRAS: readonly (readonly [string, object])[] = [
	["show -s orders", { limit: 5 }],
	["show --inline select --limit -1 --output csv", { inline: "select", limit: -1, output: "csv" }],
	["show --rejects orders", { rejects: "orders" }],
	["compile --inline x --no-introspect", { inline: "x", introspect: false }],
	["list --output json --output-keys name layer", { output: "json", outputKeys: ["name", "layer"] }],
	["run-operation grant --args days:", { macro: "grant", args: { days: null } }],
	["init shop --engine postgres -y", { name: "shop", engine: "postgres", yes: true }],
	["init --from-dbt", { fromDbt: true }],
	["test --candidates -s x", { candidates: true }],
	["seed --show", { show: true }],
	["run --output json", { output: "json" }],
	["debug --connection", { connection: true }],
];

test.each(EXTRAS)("tfm %s", async (line, expected) => {
	expect((await read(line.split(" "))).flags.extra).toMatchObject(expected);
});

test("several kinds of nodes may stand in one argument, as in dbt", async () => {
	const { flags } = await read(["ls", "--resource-type", "Model test", "seed"]);
	expect(flags.resourceTypes).toEqual(["model", "test", "seed"]);
});

test("dbt's flags about its own machinery are taken and change nothing", async () => {
	const line =
		"run --no-partial-parse --no-version-check --cache-selected-only --no-populate-cache --static-parser -r out.json --log-level-file debug --no-send-anonymous-usage-stats --no-defer";
	const { flags } = await read(line.split(" "));
	expect({ ...flags, extra: {} }).toEqual({ ...(await read(["run"])).flags, extra: {} });
});

test("the environment stands in for flags: TFM_ before DBT_ENGINE_ before DBT_, and the command line wins", async () => {
	const env = { TFM_TARGET: "a", DBT_ENGINE_TARGET: "b", DBT_TARGET: "c", DBT_FULL_REFRESH: "true", DBT_QUIET: "1" };
	expect(await read(["run"], env)).toMatchObject({
		flags: { target: "a", fullRefresh: true, extra: { given: ["fullRefresh", "quiet", "target"] } },
		output: { verbosity: -1 },
	});
	expect((await read(["run", "-t", "d"], env)).flags.target).toBe("d");
	expect((await read(["run"], { DBT_THREADS: "9" })).flags.threads).toBeUndefined();
	expect((await read(["build"], { DBT_RESOURCE_TYPES: "model test" })).flags.resourceTypes).toEqual(["model", "test"]);
});

test("secrets that a shell put into the command line are not recorded", async () => {
	const { commandLine } = await read(["run", "--vars", "{k: hunter2}"], { DBT_ENV_SECRET_K: "hunter2" });
	expect(commandLine).toBe("tfm run --vars {k: *****}");
});

test("options before the command mean the same as behind it", () => {
	expect(moveCommandFirst(["-t", "prod", "--quiet", "run", "-s", "a"])).toEqual([
		"run",
		"-t",
		"prod",
		"--quiet",
		"-s",
		"a",
	]);
	expect(moveCommandFirst(["--help"])).toEqual(["--help"]);
	fc.assert(
		fc.property(fc.array(fc.string()), (argv) => {
			expect([...moveCommandFirst(["run", ...argv])]).toEqual(["run", ...argv]);
		}),
	);
});

test("durations have a unit, or are seconds", () => {
	expect(["10m", "1h", "90s", "500ms", "1.5", "0", "x", "-1s", "10 d"].map(readDuration)).toEqual([
		600_000,
		3_600_000,
		90_000,
		500,
		1500,
		0,
		undefined,
		undefined,
		undefined,
	]);
});

test("dbt's older variables work, and each is told of under its present name", async () => {
	const { invocation } = await call(["run"], { env: { DBT_NO_PRINT: "1", DBT_DEFER_TO_STATE: "true" } });
	expect(invocation).toMatchObject({ flags: { defer: true }, output: { print: false } });
	expect(invocation?.remarks?.map(({ dbt }) => dbt)).toEqual([
		"The environment variable `DBT_DEFER_TO_STATE` has been renamed as `DBT_ENGINE_DEFER`",
		"The environment variable `DBT_NO_PRINT` has been renamed as `DBT_ENGINE_PRINT`",
	]);
});
