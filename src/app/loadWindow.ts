import { fail } from "../core/diagnostic.ts";
import { readEventTime } from "../core/eventTime.ts";
import type { Invocation } from "../core/invocation.ts";
import { type LoadWindow, WHOLE_LOAD } from "../core/ports.ts";

/** Which files `tfm load` is asked to take; other commands take them all. Throws TFM-CLI-003 for what is no day, or a span that ends before it begins. */
export function loadWindow({ command, flags }: Invocation): LoadWindow {
	if (command !== "load") return WHOLE_LOAD;
	const { from, to, files, reload } = flags.extra;
	const [first, last] = [dayOf("--from", from), dayOf("--to", to)];
	if (first !== null && last !== null && first >= last)
		fail("TFM-CLI-003", { option: "--from", value: String(from), expected: `a day before --to ${String(to)}` });
	return {
		from: first,
		to: last,
		files: Array.isArray(files) && files.length > 0 ? files.map(String) : null,
		reload: reload === true,
	};
}

function dayOf(option: string, value: unknown): string | null {
	if (value === undefined || value === null) return null;
	// Orchestrators pass moments: `2026-01-31T00:00:00+00:00`.
	const day = /^(\d{4}-\d{2}-\d{2})(?:[T ]00:00(?::00(?:\.0+)?)?(?:Z|[+-]00:?00)?)?$/.exec(String(value))?.[1];
	if (day !== undefined && readEventTime(day) !== null) return day;
	const expected = "a day such as 2026-01-31 (files are chosen by the day in their path)";
	return fail("TFM-CLI-003", { option, value: String(value), expected });
}
