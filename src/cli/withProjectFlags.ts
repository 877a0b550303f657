import type { Plain } from "../core/node.ts";
import type { OptionSpec } from "./optionSpec.ts";
import type { Given } from "./parseArgv.ts";

/** Flags that dbt takes from `flags:` of the project file and that are read here; others are read where they count. */
const FROM_PROJECT: ReadonlySet<string> = new Set(
	"FAIL_FAST WARN_ERROR WARN_ERROR_OPTIONS WRITE_JSON USE_COLORS PRINTER_WIDTH LOG_FORMAT LOG_LEVEL DEBUG".split(" "),
);

interface Said {
	readonly given: Given;
	readonly names: ReadonlyMap<string, string>;
}

/** What neither the command line nor the environment gives, from the project file (dbt's order). */
export function withProjectFlags(
	said: Said,
	options: readonly OptionSpec[],
	flags: { readonly [name: string]: Plain },
): Said {
	const given: Record<string, Given[string]> = { ...said.given };
	const names = new Map(said.names);
	for (const option of options) {
		if (option.env === undefined || !FROM_PROJECT.has(option.env) || option.key in given) continue;
		const name = option.env.toLowerCase();
		const value = Object.hasOwn(flags, name) ? (flags[name] ?? null) : null;
		if (value === null) continue;
		// One warning policy: --warn-error on the line is not narrowed by the project's list.
		if (option.key === "warnErrorOptions" && given.warnError !== undefined) continue;
		if (option.kind === "switch" && typeof value === "boolean") given[option.key] = value;
		else if (option.kind === "text") given[option.key] = typeof value === "string" ? value : JSON.stringify(value);
		else continue;
		names.set(option.key, `flags: ${name} of the project file`);
	}
	return { given, names };
}
