import type { Plain, RefArgs } from "../core/node.ts";
import type { TemplateMessage } from "../core/request.ts";

/** What a template said about itself while it was rendered for parsing. In order of appearance, repetitions kept. */
export interface ParseCollector {
	readonly refs: RefArgs[];
	readonly sources: [string, string][];
	readonly functions: (readonly string[])[];
	readonly metrics: (readonly string[])[];
	/** One record for each config() call, `pre_hook` and `post_hook` already under their dashed names. */
	readonly configs: { readonly [key: string]: Plain }[];
	/** Unique ids of macros that the template itself calls, not those that macros call. */
	readonly macros: Set<string>;
	/** Variables read, with the value found; undefined where none was set and no default given. */
	readonly vars: Map<string, Plain | undefined>;
	readonly env: Map<string, string>;
	readonly messages: TemplateMessage[];
}

export const createParseCollector = (): ParseCollector => ({
	refs: [],
	sources: [],
	functions: [],
	metrics: [],
	configs: [],
	macros: new Set(),
	vars: new Map(),
	env: new Map(),
	messages: [],
});
