/** `--event-time-start`, `--event-time-end` and `--sample`: which rows a run looks at, by their event time. */
import { BATCH_SIZES, isBatchSize } from "../core/batches.ts";
import { fail } from "../core/diagnostic.ts";
import { type EventWindow, readEventTime } from "../core/eventTime.ts";
import type { SampleSpec } from "../core/sample.ts";
import { readMapping } from "./readMapping.ts";

/** An option or variable as it was given, with the name that the user wrote. */
export interface NamedText {
	readonly name: string;
	readonly text: string;
}

const EXPECTED = "a time such as 2026-01-31, 2026-01-31 08:00:00 or 2026-01-31T08:00:00";

function readTime({ name, text }: NamedText): Date {
	const at = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d:\d\d)?$/.test(text) ? readEventTime(text) : null;
	return at ?? fail("TFM-CLI-003", { option: name, value: text, expected: EXPECTED });
}

/** Both or neither, the first before the second (TFM-CLI-003, 015). */
export function readEventWindow(start: NamedText | null, end: NamedText | null): EventWindow | undefined {
	if (start === null && end === null) return undefined;
	if (start === null || end === null) {
		const [given, missing] = start === null ? [end, "--event-time-start"] : [start, "--event-time-end"];
		return fail("TFM-CLI-015", { given: given?.name ?? "", missing });
	}
	const window = { start: readTime(start), end: readTime(end) };
	if (window.start >= window.end)
		fail("TFM-CLI-003", {
			option: start.name,
			value: start.text,
			expected: `a time before ${end.name} ${end.text}`,
			dbt: "Value for `--event-time-start` must be less than `--event-time-end`",
		});
	return window;
}

/** `3 days`, or `{start: …, end: …}` (TFM-CLI-003, 009). */
export async function readSample({ name, text }: NamedText): Promise<SampleSpec> {
	const wrong = (expected: string): never => fail("TFM-CLI-003", { option: name, value: text, expected });
	if (text.trimStart().startsWith("{")) {
		const given = await readMapping(name, text);
		const at = (key: "start" | "end"): Date => {
			const value = given[key];
			const time = typeof value === "string" ? readEventTime(value) : null;
			return time ?? wrong("start and end, for example {start: 2026-01-01, end: 2026-01-31}");
		};
		return { kind: "window", start: at("start"), end: at("end") };
	}
	const [count = "", unit = "", ...more] = text.split(" ");
	const size = unit.toLowerCase().replace(/s+$/, "");
	if (more.length > 0 || !/^[+-]?\d+$/.test(count) || !isBatchSize(size))
		return wrong(`a number and one of ${BATCH_SIZES.map((s) => `${s}s`).join(", ")}, for example "3 days"`);
	return { kind: "last", count: Number(count), size };
}
