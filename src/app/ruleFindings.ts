import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Invocation } from "../core/invocation.ts";
import type { NodeId } from "../core/node.ts";
import { checkRules, type RuleFinding } from "../rules/checkRules.ts";
import { describeProject } from "../rules/describeProject.ts";
import { judgeAnswers, nodesNamed, type RuleOutcome } from "../rules/judgeAnswers.ts";
import type { RuleProject } from "../rules/ruleProject.ts";
import { type OwnRule, readRuleSettings } from "../rules/ruleSettings.ts";
import type { FoundAnalysis } from "./columnLineage/analysisOf.ts";
import type { OpenProject } from "./openProject.ts";
import { ownerOf } from "./ownerOf.ts";
import { runFunctionRule } from "./ownRules/functionRules.ts";
import { runSqlRules } from "./ownRules/sqlRules.ts";

export interface RuleWork {
	readonly invocation: Invocation;
	/** Asked for only where there are rules of one's own. */
	readonly analysed: () => Promise<FoundAnalysis>;
	/**
	 * The file whose function is run for a path of the project; null: it must not be. For a fork's change, those of the
	 * base. Without it the project's own.
	 */
	readonly functionFile?: (path: string) => Promise<string | null>;
}

/** A rule of one's own may take so long. */
const LIMIT_MS = 30_000;

/** What the rules of the project file find. Throws TFM-RULE-001. */
export async function ruleFindings(project: OpenProject, work: RuleWork): Promise<readonly RuleFinding[]> {
	const { settings, found } = boxedFindings(project);
	return settings.own.length === 0 ? found : [...found, ...(await ownFindings(project, settings.own, work))];
}

/** What those in the box find, of all models or of these. Throws TFM-RULE-001. */
export function boxedFindings({ config, manifest }: OpenProject, only?: ReadonlySet<string>) {
	const { tfm, layering, places } = config.project;
	const layers = layering?.layers.map(({ name }) => name) ?? [];
	const settings = readRuleSettings(tfm?.rules, { layers, at: places.get("rules") });
	return { settings, found: checkRules(manifest, layers.at(-1) ?? null, settings, only) };
}

async function ownFindings(
	project: OpenProject,
	rules: readonly OwnRule[],
	{ invocation, analysed, functionFile }: RuleWork,
): Promise<readonly RuleFinding[]> {
	const { root, places } = project.config.project;
	const tables = tablesOf(project, await analysed());
	const limits = { invocation, limitMs: LIMIT_MS };
	const present = (rule: OwnRule): boolean => existsSync(join(root, rule.path));
	const inSql = rules.filter((rule) => rule.kind === "sql" && present(rule));
	const texts = inSql.map(({ path }) => ({ path, sql: readFileSync(join(root, path), "utf8") }));
	const answered = await runSqlRules(texts, tables, limits);
	const outcomes = new Map<OwnRule, RuleOutcome>(inSql.map((rule, i) => [rule, answered[i]!]));
	for (const rule of rules) {
		if (rule.kind !== "function" || !present(rule)) continue;
		const file = functionFile === undefined ? join(root, rule.path) : await functionFile(rule.path);
		const outcome: RuleOutcome =
			file === null ? { kind: "withheld" } : await runFunctionRule({ path: rule.path, file }, tables, limits);
		outcomes.set(rule, outcome);
	}
	const nodeNamed = nodesNamed(project.manifest);
	const at = places.get("rules");
	const missing = ({ path }: OwnRule): RuleOutcome => ({
		...{ kind: "failed", problem: `its file ${path} is missing` },
		...(at === undefined ? {} : { at }),
	});
	return rules.flatMap((rule) => judgeAnswers(rule, outcomes.get(rule) ?? missing(rule), nodeNamed));
}

function tablesOf({ config, manifest }: OpenProject, { lineage, compiled }: FoundAnalysis): RuleProject {
	return describeProject({
		manifest,
		lineage,
		layers: config.project.layering?.layers.map(({ name }) => name) ?? [],
		ownerOf: (node) => ownerOf(node, manifest),
		compiledOf: (id: NodeId) => {
			const known = compiled.get(id);
			return known !== undefined && "sql" in known ? known.sql : null;
		},
	});
}
