/** Types of the configuration values that tfm itself acts on. Everything else is the author's and passes as given. */
import { type Diagnostic, diagnostic } from "../core/diagnostic.ts";
import type { Plain } from "../core/node.ts";
import type { FilePlace, PlainRecord } from "../core/parsed.ts";
import { suggestName } from "../core/suggestName.ts";
import { isRecord } from "./configDefaults.ts";
import { type Draft, labelOf } from "./draft.ts";
import { configPlace } from "./layers.ts";
import { isNodeColor } from "./nodeColor.ts";

interface Rule {
	readonly expected: string;
	readonly accepts: (value: Plain) => boolean;
	readonly choices?: readonly string[];
}

const isText = (value: Plain): boolean => typeof value === "string";
const isNullOr = (accepts: (value: Plain) => boolean) => (value: Plain) => value === null || accepts(value);
const isTexts = (value: Plain): boolean => Array.isArray(value) && value.every(isText);

const TEXT: Rule = { expected: "a text", accepts: isNullOr(isText) };
const FLAG: Rule = { expected: "true or false", accepts: isNullOr((value) => typeof value === "boolean") };
const MAPPING: Rule = { expected: "a mapping", accepts: isNullOr(isRecord) };
const NAMES: Rule = {
	expected: "a name or a list of names",
	accepts: isNullOr((value) => isText(value) || isTexts(value)),
};
const HOOKS: Rule = {
	expected: "SQL, or a mapping with `sql`, or a list of these",
	accepts: (value) => Array.isArray(value) && value.every((hook: Plain) => isRecord(hook) && isText(hook.sql ?? null)),
};
const oneOf = (...choices: string[]): Rule => ({
	expected: `one of ${choices.join(", ")}`,
	accepts: isNullOr((value) => choices.includes(value as string)),
	choices,
});

const COMMON: { readonly [key: string]: Rule } = {
	enabled: { expected: "true or false", accepts: (value) => typeof value === "boolean" },
	materialized: { expected: "a text", accepts: isText },
	alias: TEXT,
	schema: TEXT,
	database: TEXT,
	group: TEXT,
	layer: TEXT,
	tags: NAMES,
	meta: MAPPING,
};

const NODE: { readonly [key: string]: Rule } = {
	...COMMON,
	"pre-hook": HOOKS,
	"post-hook": HOOKS,
	docs: MAPPING,
	contract: MAPPING,
	grants: MAPPING,
	persist_docs: MAPPING,
	column_types: MAPPING,
	quoting: MAPPING,
	full_refresh: FLAG,
	unique_key: NAMES,
	incremental_strategy: TEXT,
	publish: oneOf("swap", "keep", "direct"),
};

const isGiven = (value: Plain | undefined): boolean => value !== null && value !== undefined && value !== "";

/** Of a model; dbt refuses one of the two without the other. */
const FRESHNESS: Rule = {
	expected: "`build_after` with both `count` and `period`",
	accepts: (value) =>
		!isRecord(value) ||
		!isRecord(value.build_after) ||
		isGiven(value.build_after.count) === isGiven(value.build_after.period),
};

const RULES: { readonly [kind: string]: { readonly [key: string]: Rule } } = {
	model: { ...NODE, access: oneOf("private", "protected", "public"), freshness: FRESHNESS },
	seed: { ...NODE, materialized: oneOf("seed"), quote_columns: FLAG, delimiter: TEXT },
	snapshot: { ...NODE, materialized: oneOf("snapshot"), check_cols: NAMES, updated_at: TEXT },
	analysis: NODE,
	operation: NODE,
	test: {
		...COMMON,
		materialized: oneOf("test"),
		severity: {
			expected: "warn or error",
			accepts: (value) => typeof value === "string" && /^(warn|error)$/i.test(value),
			choices: ["warn", "error"],
		},
		where: TEXT,
		limit: {
			expected: "a whole number",
			accepts: isNullOr((value) => typeof value === "number" && Number.isInteger(value)),
		},
		fail_calc: { expected: "a text", accepts: isText },
		warn_if: { expected: "a text", accepts: isText },
		error_if: { expected: "a text", accepts: isText },
		store_failures: FLAG,
	},
	source: { enabled: COMMON.enabled as Rule, meta: MAPPING },
	exposure: { enabled: COMMON.enabled as Rule, meta: MAPPING },
};

const foundText = (value: Plain): string => {
	if (value === null) return "empty";
	if (Array.isArray(value)) {
		const odd = value.find((item: Plain) => typeof item !== "string");
		return odd === undefined ? "a list" : `a list with ${foundText(odd)} in it`;
	}
	return isRecord(value) ? "a mapping" : typeof value === "string" ? `"${value}"` : String(value);
};

/** As lists, made once: a project has tens of thousands of configurations of its own, most of them right. */
const OTHERS: readonly (readonly [string, Rule])[] = Object.entries(COMMON);
const RULE_LISTS: ReadonlyMap<string, typeof OTHERS> = new Map(
	Object.entries(RULES).map(([kind, rules]) => [kind, Object.entries(rules)]),
);

interface BrokenRule {
	readonly key: string;
	readonly expected: string;
	readonly found: string;
	readonly suggestion: string | undefined;
}

function brokenRules(kind: string, config: PlainRecord): readonly BrokenRule[] {
	const broken: BrokenRule[] = [];
	for (const [key, { expected, accepts, choices }] of RULE_LISTS.get(kind) ?? OTHERS) {
		const value = config[key];
		if (value === undefined || accepts(value)) continue;
		const suggestion = typeof value === "string" && choices !== undefined ? suggestName(value, choices) : undefined;
		broken.push({ key, expected, found: foundText(value), suggestion });
	}
	return broken;
}

/** What a property file declares without a file of its own: a source's table, an exposure. `path`: inside the entry. */
export interface DeclaredConfig {
	readonly kind: "source" | "exposure";
	readonly name: string;
	readonly config: PlainRecord;
	readonly entry: { at(path: readonly (string | number)[]): FilePlace };
	readonly path: readonly (string | number)[];
}

export function checkDeclared(declared: Iterable<DeclaredConfig>, problems: Diagnostic[]): void {
	for (const { kind, name, config, entry, path } of declared)
		for (const broken of brokenRules(kind, config)) {
			const place = entry.at([...path, "config", broken.key]);
			problems.push(diagnostic("TFM-PARSE-023", { node: labelOf({ kind, name }), ...broken }, place));
		}
}

/** Configurations already found right: nodes of one folder share theirs. */
export type CheckedConfigs = WeakSet<PlainRecord>;

export function checkConfig(draft: Draft, checked: CheckedConfigs, problems: Diagnostic[]): void {
	const { config, kind } = draft;
	if (checked.has(config)) return;
	const before = problems.length;
	for (const broken of brokenRules(kind, config))
		problems.push(diagnostic("TFM-PARSE-023", { node: labelOf(draft), ...broken }, configPlace(draft, broken.key)));
	const color = isRecord(config.docs ?? null) ? (config.docs as PlainRecord).node_color : null;
	if (kind !== "test" && typeof color === "string" && color !== "" && !isNodeColor(color))
		problems.push(diagnostic("TFM-PARSE-055", { node: labelOf(draft), color }, configPlace(draft, "docs")));
	if (problems.length === before) checked.add(config);
}
