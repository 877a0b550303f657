import type { EventLevel, RunEvent } from "../core/events.ts";
import type { OutputOptions, OutputStream } from "../core/invocation.ts";
import type { Subscriber } from "./eventStream.ts";

const RANK: Readonly<Record<EventLevel, number>> = { trace: 0, debug: 1, info: 2, warn: 3, error: 4 };

/** The least level that a verbosity shows: `-vv` everything from debug, `-q` warnings and errors, `-qq` nothing. */
const LEAST: Readonly<Record<OutputOptions["verbosity"], number>> = {
	[-2]: 9,
	[-1]: RANK.warn,
	0: RANK.info,
	1: RANK.info,
	2: RANK.debug,
};

/** `--log-format events`: each event as one line of JSON. `run.finished` and what is printed are written also with `-q`. */
export function createNdjson(stream: OutputStream, output: Pick<OutputOptions, "verbosity" | "print">): Subscriber {
	const least = LEAST[output.verbosity];
	return {
		receive: (event) => {
			if (event.event === "message" && event.print && output.print === false) return;
			// What was asked for is no remark: -q leaves it, as dbt leaves what print() writes.
			const asked = event.event === "run.finished" || (event.event === "message" && event.print);
			if (RANK[event.level] >= least || (asked && output.verbosity > -2)) stream.write(eventLine(event));
		},
	};
}

/** v, ts, level, event, run_id and seq come first, so that the lines can be read by eye. */
export function eventLine(event: RunEvent): string {
	const { v, ts, level, event: name, run_id, seq, ...rest } = event;
	return `${JSON.stringify({ v, ts, level, event: name, run_id, seq, ...rest })}\n`;
}

/** Whether an event belongs into the debug log. */
export const isLogged = (event: RunEvent): boolean => RANK[event.level] >= RANK.debug;
