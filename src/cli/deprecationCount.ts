import type { LogMessage } from "../core/logMessage.ts";
import { dbtMessage } from "../report/report.ts";

/** dbt's events of what it calls deprecated are those whose code begins with D; the summary is one of them. */
const DEPRECATION = /^D\d/;
const SUMMARY = "DeprecationsSummary";
/** Have such a code, and dbt does not count them: each name with a space, beside the one event that counts them; what an
 * adapter tells of.
 */
const UNCOUNTED = new Set(["SpacesInResourceNameDeprecation", "CollectFreshnessReturnSignature"]);

export interface DeprecationCount {
	/** False for one that was told before: dbt's lines hold the first of each kind, or with --show-all-deprecations all. */
	readonly isTold: (message: LogMessage) => boolean;
	/** How many there were of each kind, in the order in which they came; null where there were none. */
	readonly summary: (ts: string) => LogMessage | null;
}

/** Counts a command's deprecations for the end of dbt's log, as dbt does. */
export function createDeprecationCount(showsAll: boolean): DeprecationCount {
	const found = new Map<string, { readonly code: string; occurrences: number }>();
	const isTold = ({ name, code }: LogMessage): boolean => {
		if (!DEPRECATION.test(code) || name === SUMMARY || UNCOUNTED.has(name)) return true;
		const known = found.get(name);
		if (known === undefined) found.set(name, { code, occurrences: 1 });
		else known.occurrences++;
		return known === undefined || showsAll;
	};
	const summary = (ts: string): LogMessage | null => {
		if (found.size === 0) return null;
		const summaries = [...found].map(([event_name, { code, occurrences }]) => ({
			event_name,
			event_code: code,
			occurrences,
		}));
		const lines = summaries.map(
			(s) => `- ${s.event_name}: ${s.occurrences} occurrence${s.occurrences === 1 ? "" : "s"}`,
		);
		const hint = showsAll ? [] : [HINT];
		const text = ["Deprecated functionality\nSummary of encountered deprecations:", ...lines, ...hint].join("\n\n");
		return dbtMessage(SUMMARY, `[WARNING][${SUMMARY}]: ${text}`, {
			ts,
			data: { summaries, show_all_hint: !showsAll },
		});
	};
	return { isTold, summary };
}

const HINT =
	"To see all deprecation instances instead of just the first occurrence of each, run command again with the `--show-all-deprecations` flag. You may also need to run with `--no-partial-parse` as some deprecations are only encountered during parsing.";
