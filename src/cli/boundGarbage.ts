import { setFlagsFromString } from "node:v8";

/** Commands that wait for a database most of the time, and long. */
const WAITING: ReadonlySet<string> = new Set("backfill build clone load retry run seed snapshot test".split(" "));

/** How much of the heap may be garbage, in percent of what is alive, before V8 collects it. */
const MOST_GARBAGE = 40;

/**
 * V8 lets the heap of a program that makes little garbage in a second grow to several times of what is alive: collecting
 * it is no hurry then. A run is such a program, however much it makes in the end: of ten thousand models 280 MB were
 * alive and 700 held. Set before anything is read, since the limit is made at each collection for the time until the
 * next one. A command that reads and ends is left as it is: there a collection is time that somebody waits.
 */
export function boundGarbage(command: string): void {
	if (WAITING.has(command)) setFlagsFromString(`--heap-growing-percent=${MOST_GARBAGE}`);
}
