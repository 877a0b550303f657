import { DBT_VARIABLES } from "../core/dbtVariables.ts";
import { type Diagnostic, diagnostic } from "../core/diagnostic.ts";
import type { WarningPolicy } from "../core/warningPolicy.ts";
import { COMMANDS } from "./commandTable.ts";
import type { Environment } from "./readEnvironment.ts";

const PREFIX = "DBT_ENGINE_";
const remark = { severity: "warning" } as const;

/** Variables in dbt's namespace that are neither dbt's nor tfm's (dbt: EnvironmentVariableNamespaceDeprecation). */
function foreignVariables(env: Environment): readonly Diagnostic[] {
	const found = Object.keys(env).filter(
		(name) => name.startsWith(PREFIX) && !DBT_VARIABLES.has(name.slice(PREFIX.length)),
	);
	if (found.length === 0) return [];
	const ours = new Set(COMMANDS.flatMap(({ options }) => options.map(({ env: name }) => name)));
	return found
		.filter((name) => !ours.has(name.slice(PREFIX.length)))
		.sort()
		.map((variable) => diagnostic("TFM-DEPR-004", { variable }, remark));
}

/** What the command line and the environment say in words that dbt calls deprecated, each once. */
export function oldSpellings(said: {
	/** See ParsedArgv. */
	readonly deprecated: readonly string[];
	readonly policy: WarningPolicy | undefined;
	/** The flag or variable that the policy was given with. */
	readonly policyName: string;
	readonly env: Environment;
}): readonly Diagnostic[] {
	const { deprecated, policy, policyName, env } = said;
	const [option] = deprecated;
	return [
		...(option === undefined ? [] : [diagnostic("TFM-DEPR-002", { option }, remark)]),
		...(policy?.old === undefined ? [] : [diagnostic("TFM-DEPR-003", { option: policyName, old: policy.old }, remark)]),
		...foreignVariables(env),
	];
}
