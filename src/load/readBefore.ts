import { readDuration } from "../core/readDuration.ts";
import type { Wrong } from "./landingTypes.ts";

/** A command that fetches files. No shell reads it, so that no file name or variable can become a command. */
export interface FetchCommand {
	readonly argv: readonly [string, ...string[]];
	readonly timeoutMs: number;
	/** Beside the variables of tfm's own process. */
	readonly env: Readonly<Record<string, string>>;
}

const KEYS = ["run", "timeout", "env"];
const TEN_MINUTES = 600_000;

/** `before: [python, fetch.py]`, or `before: {run: […], timeout: 10m, env: {…}}`. */
export function readBefore(given: unknown, wrong: Wrong): FetchCommand | null {
	if (given === undefined || given === null) return null;
	const block = Array.isArray(given) ? { run: given } : given;
	const example = 'before: [python, scripts/fetch.py, --out, data/orders]; for a shell: [sh, -c, "…"]';
	if (typeof block !== "object" || block === null) {
		wrong("before must be a list: the command and its arguments", example, ["before"]);
		return null;
	}
	const { run, timeout, env = {} } = block as Record<string, unknown>;
	const unknown = Object.keys(block).find((key) => !KEYS.includes(key));
	if (unknown !== undefined)
		wrong(`before has an unknown key "${unknown}"`, `known keys: ${KEYS.join(", ")}`, ["before", unknown]);
	if (!Array.isArray(run) || run.length === 0 || !run.every(isScalar)) {
		wrong("before must be a list: the command and its arguments", example, ["before"]);
		return null;
	}
	const timeoutMs = timeout === undefined ? TEN_MINUTES : readDuration(String(timeout));
	if (timeoutMs === undefined)
		wrong(`before: timeout "${String(timeout)}" is no time`, "timeout: 90s, 10m or 1h", ["before", "timeout"]);
	const variables = typeof env === "object" && env !== null ? Object.entries(env) : [];
	if (typeof env !== "object" || env === null || !variables.every(([, value]) => isScalar(value)))
		wrong("before: env must map names to texts", "env: { SINCE: \"{{ env_var('SINCE') }}\" }", ["before", "env"]);
	return {
		argv: run.map(String) as [string, ...string[]],
		timeoutMs: timeoutMs ?? TEN_MINUTES,
		env: Object.fromEntries(variables.map(([name, value]) => [name, String(value)])),
	};
}

const isScalar = (value: unknown): boolean => ["string", "number", "boolean"].includes(typeof value);
