import { diagnostic, type Severity, TfmError } from "../core/diagnostic.ts";
import type { Location } from "../core/location.ts";
import type { Plain } from "../core/node.ts";
import { suggestName } from "../core/suggestName.ts";

export const RULES = ["primary_key", "description", "owner", "contract", "select_star", "naming"] as const;
export type RuleName = (typeof RULES)[number];

export interface RuleSettings {
	/** Rules that are looked at; absent: off. */
	readonly severities: ReadonlyMap<RuleName, Severity>;
	/** Names of models, by layer, as patterns with `*`. */
	readonly naming: ReadonlyMap<string, string>;
}

const NONE: RuleSettings = { severities: new Map(), naming: new Map() };
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
 * recommended ones. Without it no rule is looked at. Throws TFM-RULE-001, all mistakes together.
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
	const isMapping = (value: Plain): value is { readonly [key: string]: Plain } =>
		typeof value === "object" && value !== null && !Array.isArray(value);
	if (!isMapping(written)) refuse("rules", "recommended, or a mapping of rules is expected");
	for (const [key, value] of Object.entries(isMapping(written) ? written : {})) {
		const rule = RULES.find((name) => name === key);
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
	return { severities, naming };
}
