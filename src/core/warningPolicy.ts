import type { Code } from "./codes/table.ts";
import { type Diagnostic, TfmError } from "./diagnostic.ts";
import type { TemplateMessage } from "./request.ts";
import { type TemplateWarning, warningOf } from "./templateRemark.ts";

/** `--warn-error-options`: each list holds dbt's names of warnings, or tfm's codes. */
export interface WarningPolicy {
	readonly error: "all" | readonly string[];
	readonly warn: readonly string[];
	readonly silence: readonly string[];
	/** The lists that were given by dbt's older names of them; absent: none. */
	readonly old?: readonly ("include" | "exclude")[];
}

/** dbt's names of what tfm says under a code of its own. */
const DBT_NAMES: Readonly<Record<string, string>> = {
	"TFM-YAML-003": "DuplicateYAMLKeysDeprecation",
	"TFM-PARSE-005": "CustomKeyInObjectDeprecation",
	"TFM-PARSE-008": "NoNodeForYamlKey",
	"TFM-PARSE-009": "WrongResourceSchemaFile",
	"TFM-PARSE-027": "SpacesInResourceNameDeprecation",
	"TFM-PARSE-030": "NodeNotFoundOrDisabled",
	"TFM-PARSE-031": "NodeNotFoundOrDisabled",
	"TFM-PARSE-036": "MissingArgumentsPropertyInGenericTestDeprecation",
	"TFM-PARSE-050": "UnsupportedConstraintMaterialization",
	"TFM-PARSE-057": "DeprecatedModel",
	"TFM-PARSE-058": "UpcomingReferenceDeprecation",
	"TFM-PARSE-059": "DeprecatedReference",
	"TFM-PARSE-072": "InvalidMacroAnnotation",
	"TFM-REF-033": "PackageNodeDependsOnRootProjectNode",
	"TFM-FRESH-008": "FreshnessConfigProblem",
	"TFM-STATE-005": "UnversionedBreakingChange",
	"TFM-LOAD-036": "JinjaLogWarning",
	"TFM-INC-016": "InvalidConcurrentBatchesConfig",
	"TFM-INC-017": "MicrobatchModelNoEventTimeInputs",
	"TFM-STATE-006": "SeedExceedsLimitSamePath",
	"TFM-CONFIG-008": "ConfigSourcePathDeprecation",
	"TFM-CONFIG-034": "UnusedResourceConfigPath",
	"TFM-SELECT-005": "NoNodesForSelectionCriteria",
	"TFM-SELECT-012": "SelectExcludeIgnoredWithSelectorWarning",
	"TFM-SELECT-013": "NoNodesForSelectionCriteria",
	"TFM-DEPR-001": "EnvironmentVariableRenamed",
	"TFM-DEPR-002": "ModelParamUsageDeprecation",
	"TFM-DEPR-003": "WEOIncludeExcludeDeprecation",
	"TFM-DEPR-004": "EnvironmentVariableNamespaceDeprecation",
	"TFM-DEPR-005": "ProjectFlagsMovedDeprecation",
	"TFM-DEPR-006": "ConfigLogPathDeprecation",
	"TFM-DEPR-007": "ConfigTargetPathDeprecation",
	"TFM-DEPR-008": "ExposureNameDeprecation",
	"TFM-DEPR-009": "PackageInstallPathDeprecation",
	"TFM-DEPR-010": "PackageMaterializationOverrideDeprecation",
	"TFM-DEPR-011": "DuplicateNameDistinctNodeTypesDeprecation",
	"TFM-DEPR-012": "ModulesItertoolsUsageDeprecation",
	"TFM-DEPR-013": "ResourceNamesWithSpacesDeprecation",
	"TFM-DEPR-014": "CustomOutputPathInSourceFreshnessDeprecation",
	"TFM-DEPR-015": "MicrobatchMacroOutsideOfBatchesDeprecation",
	"TFM-DEPR-016": "PropertyMovedToConfigDeprecation",
	"TFM-DEPR-017": "ArgumentsPropertyInGenericTestDeprecation",
	"TFM-DEPS-015": "DepsUnpinned",
	"TFM-DEPS-025": "PackageRedirectDeprecation",
};

/** dbt's name of the remark with this code, where dbt has that remark. */
export const dbtNameOf = (code: string): string | undefined => DBT_NAMES[code];

const namesOf = ({ code, events = [] }: Diagnostic): readonly string[] => {
	const own = events.flatMap(({ name }) => name ?? []);
	return own.length > 0 ? own : [DBT_NAMES[code] ?? code];
};

/** dbt's name of a data test that warns. */
const TEST_RESULT = "LogTestResult";

/** What tfm lacks, and tests without a macro, which fail by themselves: dbt says nothing, so `all` does not mean them. */
const NOTES: ReadonlySet<string> = new Set(["TFM-PARSE-014", "TFM-PARSE-070"]);

/** What becomes of a remark under the flags. */
export type Ruling = "error" | "warning" | "silent";

/** dbt's order: a name before `Deprecations` before `all`; among equals silence before warn before error. */
function ruling(names: readonly string[], policy: WarningPolicy): Ruling {
	const deprecation = names.some((name) => name.endsWith("Deprecation"));
	for (const wanted of [names, deprecation ? ["Deprecations"] : []]) {
		const listed = (list: "all" | readonly string[]) => list !== "all" && wanted.some((name) => list.includes(name));
		if (listed(policy.silence)) return "silent";
		if (listed(policy.warn)) return "warning";
		if (listed(policy.error)) return "error";
	}
	return policy.error === "all" && !names.some((name) => NOTES.has(name)) ? "error" : "warning";
}

/** The flags that decide: see Flags. */
interface WarningFlags {
	readonly warnError: boolean;
	readonly warnErrorOptions?: WarningPolicy;
}

const policyOf = (flags: WarningFlags): WarningPolicy | null =>
	flags.warnErrorOptions ?? (flags.warnError ? { error: "all", warn: [], silence: [] } : null);

/** The remarks that stay remarks. Those that count as errors are thrown together, before anything runs (dbt's rule). */
export function judgeWarnings(warnings: readonly Diagnostic[], flags: WarningFlags): readonly Diagnostic[] {
	const policy = policyOf(flags);
	if (policy === null || warnings.length === 0) return warnings;
	const judged = warnings.map((remark) => ({
		remark,
		as: ruling([remark.code, ...namesOf(remark)], policy),
	}));
	const errors = judged.filter(({ as }) => as === "error");
	if (errors.length > 0) throw new TfmError(errors.map(({ remark }) => ({ ...remark, severity: "error" as const })));
	return judged.filter(({ as }) => as === "warning").map(({ remark }) => remark);
}

const rulingOf = (name: string, flags: WarningFlags): Ruling => {
	const policy = policyOf(flags);
	return policy === null ? "warning" : ruling([name], policy);
};

/** Whether a data test that warns fails. */
export const failsWarnedTests = (flags: WarningFlags): boolean => rulingOf(TEST_RESULT, flags) === "error";

export type TemplateRulings = Readonly<Record<TemplateWarning, Ruling>>;

/** What becomes of a remark that is made while nodes run. */
export const remarkRuling = (code: Code, flags: WarningFlags): Ruling => {
	const policy = policyOf(flags);
	return policy === null ? "warning" : ruling([code, DBT_NAMES[code] ?? code], policy);
};

/** What becomes of the warnings of templates. */
export const templateRulings = (flags: WarningFlags): TemplateRulings => ({
	JinjaLogWarning: rulingOf("JinjaLogWarning", flags),
	SnapshotTimestampWarning: rulingOf("SnapshotTimestampWarning", flags),
	CollectFreshnessReturnSignature: rulingOf("CollectFreshnessReturnSignature", flags),
});

/**
 * What is told of what a template said, and the warning that fails it, if there is one: dbt stops the template there, so
 * that nothing after it is said.
 */
export function hearTemplate(
	messages: readonly TemplateMessage[],
	rulings: TemplateRulings | undefined,
): { readonly told: readonly TemplateMessage[]; readonly refused: TemplateMessage | undefined } {
	if (rulings === undefined) return { told: messages, refused: undefined };
	const told: TemplateMessage[] = [];
	for (const message of messages) {
		const warning = message.remark === undefined ? null : warningOf(message.remark);
		const becomes = warning === null ? "warning" : rulings[warning];
		if (becomes === "error") return { told, refused: message };
		if (becomes === "warning") told.push(message);
	}
	return { told, refused: undefined };
}
