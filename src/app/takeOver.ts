import { fail } from "../core/diagnostic.ts";
import type { Flags } from "../core/invocation.ts";
import type { Plain } from "../core/node.ts";

/** The `args` of run_results.json, by dbt or by tfm. */
export type EarlierArgs = Readonly<Record<string, unknown>>;

const textOf = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);
const isRecord = (value: unknown): value is { readonly [key: string]: Plain } =>
	typeof value === "object" && value !== null && !Array.isArray(value);

/** What hides a secret in the file. */
const MASK = "*****";

/**
 * The flags of a retry: those of the command that it repeats, as dbt takes them over. `--vars`, `--threads`, `--target`
 * and `--profile` of the retry itself win, `--full-refresh` may be added, and where artifacts go is the retry's own
 * matter. Throws TFM-APP-016 for a variable whose value the file hides.
 */
export function takeOver(flags: Flags, args: EarlierArgs): Flags {
	const vars = flags.vars ?? (isRecord(args.vars) ? args.vars : undefined);
	if (flags.vars === undefined && vars !== undefined)
		for (const [name, value] of Object.entries(vars))
			if (JSON.stringify(value).includes(MASK)) fail("TFM-APP-016", { name });
	const threads = flags.threads ?? (typeof args.threads === "number" ? args.threads : undefined);
	const given = {
		vars,
		threads,
		target: flags.target ?? textOf(args.target),
		profile: flags.profile ?? textOf(args.profile),
		state: textOf(args.state) ?? flags.state,
		storeFailures: typeof args.store_failures === "boolean" ? args.store_failures : flags.storeFailures,
	};
	const known = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
	return {
		...flags,
		...known,
		fullRefresh: flags.fullRefresh || args.full_refresh === true,
		empty: flags.empty || args.empty === true,
		failFast: flags.failFast || args.fail_fast === true,
		defer: flags.defer || args.defer === true,
		favorState: flags.favorState || args.favor_state === true,
		extra: { ...flags.extra, ...operationOf(args) },
	};
}

/** What `run-operation` was asked for. */
function operationOf({ macro, args, sql }: EarlierArgs): { readonly [key: string]: Plain } {
	return {
		...(typeof macro === "string" ? { macro } : {}),
		...(isRecord(args) ? { args } : {}),
		...(typeof sql === "string" ? { sql } : {}),
	};
}
