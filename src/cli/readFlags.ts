import { type Diagnostic, fail } from "../core/diagnostic.ts";
import type { Flags, OutputOptions } from "../core/invocation.ts";
import type { Plain } from "../core/node.ts";
import { readDuration } from "../core/readDuration.ts";
import type { CommandSpec } from "./commandTable.ts";
import { oldSpellings } from "./oldSpellings.ts";
import type { Given } from "./parseArgv.ts";
import { type Environment, readEnvironment } from "./readEnvironment.ts";
import { type NamedText, readEventWindow, readSample } from "./readEventTimes.ts";
import { readMapping } from "./readMapping.ts";
import { readWarningPolicy } from "./readWarningPolicy.ts";
import { withProjectFlags } from "./withProjectFlags.ts";

const DEFAULT_LOCK_TIMEOUT_MS = 600_000;
const DEFAULT_SHOW_ROWS = 5;
const DEFAULT_RUNS = 10;
/** Rows of `show`, as in dbt. */
const DEFAULT_LIMIT = 5;

/** Keys that have a field in Flags or OutputOptions; every other one goes to `extra`. */
const SHARED_KEYS = new Set(
	"projectDir profilesDir profile target targetPath logPath vars threads select exclude selector resourceTypes excludeResourceTypes indirectSelection layers fullRefresh failFast gates storeFailures warnError warnErrorOptions lockTimeout statementTimeout showRows writeJson empty eventTimeStart eventTimeEnd sample state deferState defer favorState quiet noQuiet verbose debug logFormat logLevel logFile logFormatFile logLevelFile logFileMaxBytes color useColors progress width print singleThreaded".split(
		" ",
	),
);

/** What was typed and what the environment says → the flags of an invocation, every value checked (TFM-CLI-003). */
export async function readFlags(parsed: {
	readonly command: CommandSpec;
	readonly given: Given;
	readonly argument: string | undefined;
	/** See ParsedArgv. */
	readonly deprecated?: readonly string[];
	readonly env: Environment;
	/** `flags:` of the project file. */
	readonly projectFlags?: { readonly [name: string]: Plain };
}): Promise<{
	readonly flags: Flags;
	readonly output: OutputOptions;
	/** What dbt calls deprecated in it. */
	readonly remarks: readonly Diagnostic[];
}> {
	const { command } = parsed;
	const said = readEnvironment(parsed.given, command.options, parsed.env);
	if ("warnError" in said.given && "warnErrorOptions" in said.given && said.given.warnError === true)
		fail("TFM-CLI-008", { first: "--warn-error", second: "--warn-error-options" });
	const { given, names } = withProjectFlags(said, command.options, parsed.projectFlags ?? {});
	const read = new Reader(given, names);
	for (const option of command.options) if (option.choices !== undefined) read.check(option.key, option.choices);
	checkConflicts(command, given);

	const vars = read.text("vars");
	const threads = given.singleThreaded === true ? 1 : read.count("threads", 1);
	const statementTimeoutMs = read.duration("statementTimeout");
	const indirect = read.text("indirectSelection")?.toLowerCase() as Flags["indirectSelection"];
	const eventTime = readEventWindow(read.named("eventTimeStart"), read.named("eventTimeEnd"));
	const sample = read.named("sample");
	const options = read.text("warnErrorOptions");
	const flags: Flags = {
		// `tfm init shop` makes a folder of that name, as dbt does.
		...(command.name === "init" && parsed.argument !== undefined ? { projectDir: parsed.argument } : {}),
		...read.texts(
			"projectDir",
			"profilesDir",
			"profile",
			"target",
			"targetPath",
			"logPath",
			"selector",
			"state",
			"deferState",
		),
		...(vars === undefined ? {} : { vars: await readMapping(read.name("vars"), vars) }),
		...(threads === undefined ? {} : { threads }),
		...(indirect === undefined ? {} : { indirectSelection: indirect }),
		...(typeof given.storeFailures === "boolean" ? { storeFailures: given.storeFailures } : {}),
		...(statementTimeoutMs === undefined ? {} : { statementTimeoutMs }),
		select: read.list("select"),
		exclude: read.list("exclude"),
		resourceTypes: read.words("resourceTypes"),
		excludeResourceTypes: read.words("excludeResourceTypes"),
		layers: read.list("layers").flatMap((text) => text.split(/[\s,]+/).filter((name) => name !== "")),
		fullRefresh: given.fullRefresh === true,
		failFast: given.failFast === true,
		gates: given.gates !== false,
		warnError: given.warnError === true,
		...(options === undefined || given.warnError === true
			? {}
			: { warnErrorOptions: await readWarningPolicy(read.name("warnErrorOptions"), options) }),
		lockTimeoutMs: read.duration("lockTimeout") ?? DEFAULT_LOCK_TIMEOUT_MS,
		showRows: read.count("showRows", 0) ?? DEFAULT_SHOW_ROWS,
		...(read.count("showRows", 0) === undefined ? {} : { wholeRows: true }),
		writeJson: given.writeJson !== false,
		empty: given.empty === true,
		defer: given.defer === true,
		favorState: given.favorState === true,
		...(eventTime === undefined ? {} : { eventTime }),
		...(sample === null ? {} : { sample: await readSample(sample) }),
		extra: await readExtra(parsed, said.given, read),
	};
	const remarks = [
		...said.remarks,
		...oldSpellings({
			deprecated: parsed.deprecated ?? [],
			policy: flags.warnErrorOptions,
			policyName: read.name("warnErrorOptions"),
			env: parsed.env,
		}),
	];
	return { flags, output: readOutput(given, read), remarks };
}

/** dbt's names; `default` is tfm's own picture of the run. */
const LOG_FORMATS: ReadonlyMap<string, OutputOptions["logFormat"]> = new Map([
	["default", "text"],
	["text", "dbt"],
	["debug", "debug"],
	["json", "json"],
	["events", "events"],
]);

function readOutput(given: Given, read: Reader): OutputOptions {
	const width = read.count("width", 20);
	const colors = given.useColors;
	const fallback = colors === true ? "always" : colors === false ? "never" : "auto";
	return {
		logFormat: LOG_FORMATS.get(read.text("logFormat")?.toLowerCase() ?? "default") ?? "text",
		verbosity: readVerbosity(given, read),
		color: (read.text("color") as OutputOptions["color"] | undefined) ?? fallback,
		progress: (read.text("progress") as OutputOptions["progress"] | undefined) ?? "auto",
		width: width ?? null,
		...read.texts("logFile"),
		...readLogOptions(read),
		...(given.print === false ? { print: false } : {}),
	};
}

/** dbt's options of its log lines and of logs/dbt.log. */
function readLogOptions(read: Reader): Partial<OutputOptions> {
	const lower = (key: string): string | undefined => read.text(key)?.toLowerCase();
	const form = lower("logFormatFile");
	const maxBytes = read.count("logFileMaxBytes", 0);
	const levels = { logLevel: lower("logLevel"), logLevelFile: lower("logLevelFile") };
	const given = Object.entries(levels).filter(([, level]) => level !== undefined);
	return {
		...(Object.fromEntries(given) as Pick<OutputOptions, "logLevel" | "logLevelFile">),
		...(form === undefined
			? {}
			: { logFormatFile: (form === "default" ? "debug" : form) as "text" | "debug" | "json" }),
		// dbt: no limit.
		...(maxBytes === undefined ? {} : { logFileMaxBytes: maxBytes === 0 ? Number.MAX_SAFE_INTEGER : maxBytes }),
	};
}

function readVerbosity(given: Given, read: Reader): OutputOptions["verbosity"] {
	const level = read.text("logLevel")?.toLowerCase();
	if (given.debug === true) return 2;
	const verbose = Number(given.verbose ?? 0);
	if (verbose > 0) return verbose > 1 ? 2 : 1;
	const quiet = given.noQuiet === true ? 0 : Number(given.quiet ?? 0);
	if (quiet > 0) return quiet > 1 ? -2 : -1;
	return level === "debug" ? 2 : level === "warn" || level === "error" ? -1 : level === "none" ? -2 : 0;
}

async function readExtra(
	parsed: { readonly command: CommandSpec; readonly argument: string | undefined },
	given: Given,
	read: Reader,
): Promise<{ readonly [key: string]: Plain }> {
	const extra: Record<string, Plain> = { given: [...Object.keys(given)].sort() };
	for (const option of parsed.command.options) {
		if (option.group === "Accepted" || SHARED_KEYS.has(option.key)) continue;
		const value = given[option.key];
		if (value !== undefined) extra[option.key] = value;
	}
	// The one of the accepted options that has an effect: on the lines of dbt's log.
	if (given.showAllDeprecations === true) extra.showAllDeprecations = true;
	if (parsed.command.name === "history") extra.limit = read.count("limit", 1) ?? DEFAULT_RUNS;
	if (parsed.command.name === "show") extra.limit = read.count("limit", -1) ?? DEFAULT_LIMIT;
	if (typeof given.args === "string") extra.args = await readMapping("--args", given.args);
	const positional = parsed.command.argument;
	if (positional !== undefined && parsed.argument !== undefined) {
		if (extra[positional.key] !== undefined) {
			fail("TFM-CLI-008", { first: `the argument ${parsed.argument}`, second: read.name(positional.key) });
		}
		extra[positional.key] = parsed.argument;
	}
	if (parsed.command.name === "run-operation") {
		const { macro, sql } = extra;
		if (macro === undefined && sql === undefined)
			fail("TFM-CLI-005", { argument: "a macro, or --sql with a statement", command: parsed.command.name });
		if (macro !== undefined && sql !== undefined) fail("TFM-CLI-008", { first: `the macro ${macro}`, second: "--sql" });
	}
	return extra;
}

/** Two options that ask one command for different things. */
function checkConflicts(command: CommandSpec, given: Given): void {
	if (command.name === "run-operation" && given.sql !== undefined && given.args !== undefined)
		fail("TFM-CLI-008", { first: "--args", second: "--sql" });
	if (command.name !== "show" && command.name !== "compile") return;
	const sources = ["inline", "inlineDirect", "failures", "rejects", "select"]
		.filter((key) => given[key] !== undefined)
		.map((key) => (key === "inlineDirect" ? "--inline-direct" : `--${key}`));
	if (sources.length > 1) fail("TFM-CLI-008", { first: `${sources[0]}`, second: `${sources[1]}` });
}

/** Typed values out of untyped ones; each refusal names the flag or the variable that the user wrote. */
class Reader {
	readonly #given: Given;
	readonly #names: ReadonlyMap<string, string>;

	constructor(given: Given, names: ReadonlyMap<string, string>) {
		this.#given = given;
		this.#names = names;
	}

	name(key: string): string {
		return this.#names.get(key) ?? `--${key}`;
	}

	text(key: string): string | undefined {
		const value = this.#given[key];
		return typeof value === "string" ? value : undefined;
	}

	/** The given ones of these keys, as an object to spread. */
	texts<K extends string>(...keys: readonly K[]): { readonly [key in K]?: string } {
		const found: { [key in K]?: string } = {};
		for (const key of keys) {
			const value = this.text(key);
			if (value !== undefined) found[key] = value;
		}
		return found;
	}

	named(key: string): NamedText | null {
		const text = this.text(key);
		return text === undefined ? null : { name: this.name(key), text };
	}

	list(key: string): readonly string[] {
		const value = this.#given[key];
		return Array.isArray(value) ? (value as readonly string[]) : [];
	}

	/** A list of words, several of which may stand in one argument (dbt: `--resource-type "seed model"`). */
	words(key: string): readonly string[] {
		return this.list(key).flatMap(wordsOf);
	}

	check(key: string, choices: readonly string[]): void {
		const value = this.#given[key];
		for (const text of Array.isArray(value) ? value.flatMap(wordsOf) : [value]) {
			if (typeof text !== "string" || choices.includes(text.toLowerCase())) continue;
			fail("TFM-CLI-003", { option: this.name(key), value: text, expected: oneOf(choices) });
		}
	}

	count(key: string, least: number): number | undefined {
		return this.text(key) === undefined ? undefined : this.integer(key, least);
	}

	integer(key: string, least: number): number {
		const text = this.text(key) ?? "";
		const value = /^-?\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
		if (Number.isSafeInteger(value) && value >= least) return value;
		return fail("TFM-CLI-003", { option: this.name(key), value: text, expected: `a whole number from ${least}` });
	}

	duration(key: string): number | undefined {
		const text = this.text(key);
		if (text === undefined) return undefined;
		return (
			readDuration(text) ??
			fail("TFM-CLI-003", { option: this.name(key), value: text, expected: "a time such as 90s, 10m or 1h" })
		);
	}
}

const wordsOf = (text: string): readonly string[] =>
	text
		.toLowerCase()
		.split(/\s+/)
		.filter((word) => word !== "");

const oneOf = (choices: readonly string[]): string =>
	choices.length < 2 ? choices.join() : `${choices.slice(0, -1).join(", ")} or ${choices.at(-1)}`;
