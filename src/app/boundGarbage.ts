import { getHeapStatistics, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** Fewer do not make the heap grow to anything that somebody would miss, and for them each collection costs more than it gives. */
const MANY_NODES = 5_000;

/** How much of the heap may be garbage, in percent of what is alive, before V8 collects it. */
const MOST_GARBAGE = 40;

/** Bytes. What is alive while a project that was known is run takes less. */
const READ_ANEW = 200 * 2 ** 20;

/**
 * V8 lets the heap of a program that makes little garbage in a second grow to several times of what is alive: collecting
 * it is no hurry then. A run is such a program, however much it makes in the end: of ten thousand models 280 MB were
 * alive and 700 held. The limit is made at each collection for the time until the next one, so that a project that was
 * read just now, which leaves a large heap and a high limit, is collected once.
 */
export function boundGarbage(nodes: number): void {
	if (nodes < MANY_NODES) return;
	setFlagsFromString(`--heap-growing-percent=${MOST_GARBAGE}`);
	if (getHeapStatistics().used_heap_size < READ_ANEW) return;
	setFlagsFromString("--expose-gc");
	runInNewContext("gc")();
}
