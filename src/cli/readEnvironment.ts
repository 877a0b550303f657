import { type Diagnostic, diagnostic, fail } from "../core/diagnostic.ts";
import type { OptionSpec } from "./optionSpec.ts";
import type { Given } from "./parseArgv.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

const TRUE = /^(1|true|t|yes|y|on)$/i;
const FALSE = /^(0|false|f|no|n|off)$/i;

/**
 * Adds to what was typed what the environment says: TFM_X, then DBT_ENGINE_X, then DBT_X. The command line wins. Also
 * tells for each key under which name the user gave it, for messages. An empty variable counts as unset, as in dbt.
 */
export function readEnvironment(
	typed: Given,
	options: readonly OptionSpec[],
	env: Environment,
): {
	readonly given: Given;
	readonly names: ReadonlyMap<string, string>;
	/** Variables under names that dbt has given up. */
	readonly remarks: readonly Diagnostic[];
} {
	const remarks: Diagnostic[] = [];
	const given: Record<string, Given[string]> = { ...typed };
	const names = new Map<string, string>();
	for (const option of options) {
		if (!names.has(option.key)) names.set(option.key, `--${option.long}`);
	}
	for (const option of options) {
		if (option.env === undefined || option.key in typed) continue;
		const prefixes = option.envOfTfmOnly === true ? ["TFM_"] : ["TFM_", "DBT_ENGINE_", "DBT_"];
		const name = prefixes.map((prefix) => prefix + option.env).find((key) => (env[key] ?? "") !== "");
		if (name === undefined) continue;
		given[option.key] = readVariable(option, name, env[name]!);
		if (option.envNow !== undefined)
			remarks.push(
				diagnostic(
					"TFM-DEPR-001",
					{ old: `DBT_${option.env}`, current: `DBT_ENGINE_${option.envNow}` },
					{ severity: "warning" },
				),
			);
		names.set(option.key, name);
	}
	return { given, names, remarks };
}

function readVariable(option: OptionSpec, name: string, text: string): Given[string] {
	if (option.kind === "text") return text;
	if (option.kind === "list") return text.split(/\s+/).filter((word) => word !== "");
	if (option.kind === "count" && /^[0-9]$/.test(text)) return Number(text);
	if (!TRUE.test(text) && !FALSE.test(text))
		fail("TFM-CLI-003", { option: name, value: text, expected: "true or false" });
	const on = TRUE.test(text);
	if (option.kind === "count") return Number(on);
	return option.sets === false ? !on : on;
}
