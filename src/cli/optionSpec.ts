/**
 * How an option is described. The parser, the environment variables, the help pages and the shell completion are all
 * made from these descriptions (sharedOptions.ts, dbtOptions.ts, commandOptions.ts), so they cannot disagree. Names,
 * short forms and variables are dbt's wherever dbt has them.
 */

export type OptionKind = "switch" | "text" | "list" | "count";

export type OptionGroup = "Selection" | "State" | "Running" | "Command" | "Project" | "Output" | "Accepted";

export interface OptionSpec {
	/** Where the value lands in the parsed options; several spellings may share it. */
	readonly key: string;
	/** Without its dash: `s`. */
	readonly short?: string;
	/** Without its dashes: `select`. */
	readonly long: string;
	/** The name of the value in help pages. */
	readonly value?: string;
	readonly kind: OptionKind;
	readonly group: OptionGroup;
	readonly help: string;
	/** What a switch sets; `false` for `--no-…`. */
	readonly sets?: boolean;
	/** FULL_REFRESH is read from TFM_FULL_REFRESH, DBT_ENGINE_FULL_REFRESH and DBT_FULL_REFRESH, in this order. */
	readonly env?: string;
	/** Only TFM_… is read: dbt has no such variable, and one of its own could mean something else. */
	readonly envOfTfmOnly?: boolean;
	readonly choices?: readonly string[];
	/** dbt calls this spelling deprecated, on the command line. */
	readonly deprecated?: boolean;
	/** The variable is an old one, whose place this one took: `DBT_STATE` for ARTIFACT_STATE_PATH. */
	readonly envNow?: string;
	/** Understood but not listed by `--help`. */
	readonly hidden?: boolean;
}

type OptionRest = Omit<OptionSpec, "group" | "long" | "key"> & { readonly key?: string };

export const camel = (long: string): string => long.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());

export const inGroup =
	(group: OptionGroup) =>
	(long: string, rest: OptionRest): OptionSpec => ({ key: camel(long), ...rest, group, long });
