import type { Dialect } from "../core/adapter.ts";
import type { Config } from "../core/config.ts";
import type { Deferral } from "../core/deferral.ts";
import type { EventWindow } from "../core/eventTime.ts";
import type { Plain } from "../core/node.ts";
import type { KeptTemplates } from "../jinja/jinja.ts";
import type { MacroRegistry } from "./macroRegistry.ts";
import type { ReadingWatch } from "./readingWatch.ts";

/** What the kind's defaults and the project files say of a node: dbt's config before property files and config(). */
export type ProjectConfigOf = (node: {
	readonly resource_type: string;
	readonly package_name: string;
	readonly fqn: readonly string[];
}) => { readonly [key: string]: Plain };

/** What every template of one command sees, whatever node it belongs to. */
export interface ProjectFacts {
	readonly config: Config;
	readonly registry: MacroRegistry;
	readonly dialect: Dialect;
	/** `adapter.type()` and `target.type`: "postgres" for the embedded database too. */
	readonly adapterType: string;
	readonly invocation: InvocationFacts;
	/** YAML as the project's files are read, for fromyaml(); throws TfmError. */
	readonly parseYaml: (text: string) => unknown;
	/** What parsing compiled and a run will render again. */
	readonly templates: KeptTemplates;
	/** `model.config` while the project is read; absent: an empty dict. */
	readonly projectConfig?: ProjectConfigOf;
	/** Looks on while the templates of a project are read. */
	readonly watch?: ReadingWatch;
	/** With --defer and in `clone`: nodes of another environment. */
	readonly deferral?: Deferral;
}

export interface InvocationFacts {
	readonly id: string;
	readonly startedAt: Date;
	/** Milliseconds since 1970, for what templates ask the time of; the machine's clock when absent. */
	readonly now?: () => number;
	/** dbt's `flags.*`, names in any case: FULL_REFRESH, STORE_FAILURES, WHICH, EMPTY … */
	readonly flags: { readonly [name: string]: Plain };
	/** The shell's environment over the .env file's. */
	readonly env: { readonly [name: string]: string | undefined };
	/** `--sample`: models and snapshots read their inputs within it. */
	readonly sample?: EventWindow;
	/** Unique ids, for `selected_resources`. */
	readonly selected?: readonly string[];
}

/** A flag by its name in any case; null when it was not given. */
export const flagOf = (invocation: InvocationFacts, name: string): Plain => {
	const wanted = name.toLowerCase();
	// Only the one asked for is read: what a project was read with is remembered by that.
	for (const key of Object.keys(invocation.flags))
		if (key.toLowerCase() === wanted) return invocation.flags[key] ?? null;
	return null;
};
