import type { Plain } from "../../core/node.ts";
import { fromPlain, PyDict } from "../../jinja/jinja.ts";

/** Left out while they are off, as dbt leaves them out. */
const TOLD_WHEN_ON: ReadonlySet<string> = new Set([
	"debug",
	"full_refresh",
	"fail_fast",
	"warn_error",
	"single_threaded",
	"log_cache_events",
	"store_failures",
	"use_experimental_parser",
]);

/** `schema_naming` is tfm's own. */
const NOT_DBTS: ReadonlySet<string> = new Set(["schema_naming"]);

/** `invocation_args_dict`: the command's arguments by their names in dbt, without those that nobody gave. */
export const invocationArgs = (flags: { readonly [name: string]: Plain }): PyDict =>
	PyDict.from(
		Object.fromEntries(
			Object.entries(flags)
				.map(([name, value]) => [name.toLowerCase(), value] as const)
				.filter(
					([name, value]) => value !== null && !NOT_DBTS.has(name) && !(TOLD_WHEN_ON.has(name) && value === false),
				)
				.map(([name, value]) => [name, fromPlain(value)]),
		),
	);
