import { fail } from "../core/diagnostic.ts";
import type { Invocation } from "../core/invocation.ts";
import { type LoadWindow, WHOLE_LOAD } from "../core/ports.ts";

/** Which files `tfm load` is asked to take; other commands take them all. Throws TFM-CLI-003 for what is no day. */
export function loadWindow({ command, flags }: Invocation): LoadWindow {
	if (command !== "load") return WHOLE_LOAD;
	const { from, to, files, reload } = flags.extra;
	return {
		from: dayOf("--from", from),
		to: dayOf("--to", to),
		files: Array.isArray(files) && files.length > 0 ? files.map(String) : null,
		reload: reload === true,
	};
}

function dayOf(option: string, value: unknown): string | null {
	if (value === undefined || value === null) return null;
	// Orchestrators pass moments: `2026-01-31T00:00:00+00:00`.
	const day = /^(\d{4}-\d{2}-\d{2})(?:[T ]00:00(?::00(?:\.0+)?)?(?:Z|[+-]00:?00)?)?$/.exec(String(value))?.[1];
	if (day !== undefined && !Number.isNaN(Date.parse(day))) return day;
	return fail("TFM-CLI-003", { option, value: String(value), expected: "a day such as 2026-01-31" });
}
