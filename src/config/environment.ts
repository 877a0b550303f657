import { statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { type Diagnostic, diagnostic, TfmError } from "../core/diagnostic.ts";
import type { Flags } from "../core/invocation.ts";
import { displayPath, readText } from "./configFiles.ts";

export type Environment = { readonly [name: string]: string | undefined };

const LINE = /^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_.-]*)\s*=\s*(.*?)\s*$/;
const ESCAPES: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", '"': '"', "\\": "\\", $: "$" };

/**
 * The lines of a `.env` file, as python-dotenv (which dbt uses) reads them: `export` allowed, single quotes literal,
 * double quotes with escapes and line breaks, ` #` starts a comment outside quotes. `${OTHER}` is replaced by a name
 * set further up or in `outer`, except in single quotes.
 */
export function parseDotEnv(text: string, outer: Environment = {}): Map<string, string> {
	const values = new Map<string, string>();
	const fill = (value: string): string =>
		value.replace(/\$\{([^}:]+)(?::-([^}]*))?\}/g, (_, name: string, otherwise: string | undefined) => {
			return outer[name] ?? values.get(name) ?? otherwise ?? "";
		});
	const lines = text.replace(/^\uFEFF/, "").split(/\r\n|\n|\r/);
	for (let i = 0; i < lines.length; i++) {
		const match = LINE.exec(lines[i] ?? "");
		if (match?.[1] === undefined) continue;
		let raw = match[2] ?? "";
		const quote = raw[0];
		if (quote === "'" || quote === '"') {
			const closed = quote === "'" ? /^'((?:[^'\\]|\\.)*)'/s : /^"((?:[^"\\]|\\.)*)"/s;
			while (!closed.test(raw) && i + 1 < lines.length) raw += `\n${lines[++i] ?? ""}`;
			const inside = closed.exec(raw)?.[1];
			if (inside === undefined) continue;
			const unescaped =
				quote === "'"
					? inside.replace(/\\(['\\])/g, "$1")
					: fill(inside.replace(/\\(.)/gs, (all, c: string) => ESCAPES[c] ?? all));
			values.set(match[1], unescaped);
		} else values.set(match[1], fill(raw.replace(/(?:^|\s+)#.*$/, "")));
	}
	return values;
}

/**
 * The nearest `.env` at or above the folder, as python-dotenv looks for it. Some projects keep their environment files
 * in a folder `.env/`, which is none of ours.
 */
function findDotEnv(cwd: string): string | undefined {
	for (let dir = resolve(cwd); ; dir = dirname(dir)) {
		const path = join(dir, ".env");
		if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === false) return path;
		if (dir === dirname(dir)) return undefined;
	}
}

/** The shell's environment over that of `.env` in the current folder or above it: the shell wins. */
export function readEnvironment(cwd: string, shell: Environment): Environment {
	const path = findDotEnv(cwd);
	const text = path === undefined ? undefined : readText(path, displayPath(cwd, path));
	return text === undefined ? shell : { ...Object.fromEntries(parseDotEnv(text, shell)), ...shell };
}

/** A setting from the environment: tfm's own name first, then dbt's two. Empty counts as not set. */
export function setting(env: Environment, name: string): { name: string; value: string } | undefined {
	for (const prefix of ["TFM_", "DBT_ENGINE_", "DBT_"]) {
		const value = env[prefix + name];
		if (value !== undefined && value !== "") return { name: prefix + name, value };
	}
	return undefined;
}

const TRUE = new Set(["1", "true", "t", "yes", "y", "on"]);
const FALSE = new Set(["0", "false", "f", "no", "n", "off"]);

/**
 * Flags that were not given, filled from TFM_* and DBT_* variables (precedence: command line, environment, the
 * project's `flags:`). Throws TFM-CONFIG-027 for all variables that do not fit at once.
 */
export function flagsFromEnvironment(flags: Flags, env: Environment): Flags {
	const problems: Diagnostic[] = [];
	const read = <T>(name: string, parse: (value: string) => T | undefined, expected: string): T | undefined => {
		const found = setting(env, name);
		if (found === undefined) return undefined;
		const value = parse(found.value.trim());
		if (value === undefined) problems.push(diagnostic("TFM-CONFIG-027", { ...found, expected }));
		return value;
	};
	const text = (name: string) => read(name, (value) => value, "text");
	const truth = (name: string) =>
		read(
			name,
			(value) => (TRUE.has(value.toLowerCase()) ? true : FALSE.has(value.toLowerCase()) ? false : undefined),
			"true or false",
		);
	const count = (name: string) =>
		read(name, (value) => (/^[1-9]\d*$/.test(value) ? Number(value) : undefined), "a whole number of at least 1");
	const mode = () =>
		read(
			"INDIRECT_SELECTION",
			(value) => (["eager", "cautious", "buildable", "empty"] as const).find((name) => name === value.toLowerCase()),
			"eager, cautious, buildable or empty",
		);
	const filled = {
		...flags,
		...given("projectDir", flags.projectDir ?? text("PROJECT_DIR")),
		...given("profilesDir", flags.profilesDir ?? text("PROFILES_DIR")),
		...given("profile", flags.profile ?? text("PROFILE")),
		...given("target", flags.target ?? text("TARGET")),
		...given("targetPath", flags.targetPath ?? text("TARGET_PATH")),
		...given("logPath", flags.logPath ?? text("LOG_PATH")),
		...given("threads", flags.threads ?? count("THREADS")),
		...given("indirectSelection", flags.indirectSelection ?? mode()),
		...given("storeFailures", flags.storeFailures ?? truth("STORE_FAILURES")),
		fullRefresh: flags.fullRefresh || (truth("FULL_REFRESH") ?? false),
		failFast: flags.failFast || (truth("FAIL_FAST") ?? false),
		warnError: flags.warnError || (truth("WARN_ERROR") ?? false),
		writeJson: flags.writeJson && (truth("WRITE_JSON") ?? true),
	};
	if (problems.length > 0) throw new TfmError(problems);
	return filled;
}

const given = <K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } =>
	(value === undefined ? {} : { [key]: value }) as { [P in K]?: V };

/** Names whose values may appear in no output, and may be read in profiles.yml and packages.yml only. */
export const isSecretName = (name: string): boolean => /^(?:DBT|TFM)_ENV_SECRET/.test(name);
