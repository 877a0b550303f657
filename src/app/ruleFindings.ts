import { checkRules, type RuleFinding } from "../rules/checkRules.ts";
import { readRuleSettings } from "../rules/ruleSettings.ts";
import type { OpenProject } from "./openProject.ts";

/** What the rules of the project file find. Throws TFM-RULE-001. */
export function ruleFindings({ config, manifest }: OpenProject): readonly RuleFinding[] {
	const { tfm, layering, places } = config.project;
	const layers = layering?.layers.map(({ name }) => name) ?? [];
	const settings = readRuleSettings(tfm?.rules, { layers, at: places.get("rules") });
	return checkRules(manifest, layers.at(-1) ?? null, settings);
}
