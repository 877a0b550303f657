import { diagnostic, type Severity, TfmError } from "../core/diagnostic.ts";
import type { Location } from "../core/location.ts";
import type { Plain } from "../core/node.ts";
import { suggestName } from "../core/suggestName.ts";

export const RULES = ["primary_key", "description", "owner", "contract", "select_star", "naming"] as const;
export type RuleName = (typeof RULES)[number];

/** A rule in a file of the project: a query over tables of the project, or a function. */
export interface OwnRule {
	readonly name: string;
	readonly kind: "sql" | "function";
	/** Relative to the project, with `/`. */
	readonly path: string;
	readonly severity: Severity;
}

export interface RuleSettings {
	/** Rules that are looked at; absent: off. */
	readonly severities: ReadonlyMap<RuleName, Severity>;
	/** Names of models, by layer, as patterns with `*`. */
	readonly naming: ReadonlyMap<string, string>;
	/** In the order in which they are written. */
	readonly own: readonly OwnRule[];
}

const NONE: RuleSettings = { severities: new Map(), naming: new Map(), own: [] };
const RECOMMENDED: readonly RuleName[] = ["primary_key", "description", "owner", "contract", "select_star"];
const SEVERITIES: ReadonlyMap<Plain, Severity | null> = new Map<Plain, Severity | null>([
	["error", "error"],
	["warn", "warning"],
	["warning", "warning"],
	["off", null],
	// YAML 1.1 reads off so.
	[false, null],
]);

/**
 * `rules:` of the project file: `recommended`, or rules with their severities (`error`, `warn`, `off`) over those
 * recommended ones, and rules of one's own: `{sql: FILE}` or `{function: FILE}`. Without it no rule is looked at. Throws TFM-RULE-001, all mistakes together.
 */
export function readRuleSettings(
	written: Plain | undefined,
	{ layers, at }: { readonly layers: readonly string[]; readonly at: Location | undefined },
): RuleSettings {
	if (written === undefined || written === null) return NONE;
	const severities = new Map<RuleName, Severity>(RECOMMENDED.map((rule) => [rule, "warning"]));
	if (written === "recommended") return { ...NONE, severities };
	const problems: ReturnType<typeof diagnostic>[] = [];
	const refuse = (key: string, problem: string, suggestion?: string): void =>
		void problems.push(diagnostic("TFM-RULE-001", { key, problem, suggestion }, { at }));
	const naming = new Map<string, string>();
	const own: OwnRule[] = [];
	const isMapping = (value: Plain): value is { readonly [key: string]: Plain } =>
		typeof value === "object" && value !== null && !Array.isArray(value);
	if (!isMapping(written)) refuse("rules", "recommended, or a mapping of rules is expected");
	for (const [key, value] of Object.entries(isMapping(written) ? written : {})) {
		const rule = RULES.find((name) => name === key);
		if (rule === undefined && isMapping(value) && ("sql" in value || "function" in value)) {
			const found = ownRule(key, value, refuse);
			if (found !== null) own.push(found);
			continue;
		}
		if (rule === undefined) {
			refuse(`rules.${key}`, "there is no such rule", suggestName(key, RULES));
			continue;
		}
		const { severity = "warn", ...patterns } = isMapping(value) ? value : { severity: value };
		const meant = SEVERITIES.get(severity);
		if (meant === undefined) refuse(`rules.${key}`, `${JSON.stringify(severity)} is none of error, warn, off`);
		else if (meant === null) severities.delete(rule);
		else severities.set(rule, meant);
		for (const [layer, pattern] of Object.entries(patterns)) {
			if (rule !== "naming" || !layers.includes(layer))
				refuse(`rules.${key}.${layer}`, rule === "naming" ? "there is no such layer" : "this rule has no such setting");
			else if (typeof pattern !== "string") refuse(`rules.${key}.${layer}`, "a pattern such as stg_* is expected");
			else naming.set(layer, pattern);
		}
	}
	if (severities.has("naming") && naming.size === 0) refuse("rules.naming", "patterns by layer are expected");
	if (problems.length > 0) throw new TfmError(problems);
	return { severities, naming, own };
}

const FILES = { sql: /\.sql$/, function: /\.(?:m?js|m?ts)$/ } as const;

/** Null: off, or refused. */
function ownRule(
	name: string,
	{ severity = "warn", ...written }: { readonly [key: string]: Plain },
	refuse: (key: string, problem: string) => void,
): OwnRule | null {
	const key = `rules.${name}`;
	const kind = "sql" in written ? "sql" : "function";
	const { [kind]: path, ...others } = written;
	const meant = SEVERITIES.get(severity);
	if (!/^[A-Za-z_][\w-]*$/.test(name)) refuse(key, "a name of letters, digits, _ and - is expected");
	if (meant === undefined) refuse(key, `${JSON.stringify(severity)} is none of error, warn, off`);
	for (const other of Object.keys(others)) refuse(`${key}.${other}`, "this rule has no such setting");
	if (typeof path !== "string" || !FILES[kind].test(path))
		refuse(`${key}.${kind}`, `a file ${kind === "sql" ? "*.sql" : "*.mjs, *.js or *.ts"} is expected`);
	else if (path.startsWith("/") || /^[A-Za-z]:/.test(path) || path.split(/[\\/]/).includes(".."))
		refuse(`${key}.${kind}`, "the file has to be in the project's folder");
	else if (meant !== undefined && meant !== null)
		return { name, kind, path: path.replaceAll("\\", "/"), severity: meant };
	return null;
}
