import { setFlagsFromString } from "node:v8";

/** Bytes of bytecode that a function runs before V8 compiles it for speed; V8's own is 135,168. */
const RUN_BEFORE = 1_000_000;

/**
 * A run mostly waits for its database, and the work of its own is spread over thousands of functions. What V8 spends on
 * compiling them for speed, in threads that take the database's processors, was a fifth of the run's processor time and
 * came back to less than half. Loops over rows reach this limit within a millisecond. Not for reading a project, whose
 * few functions run a hundred thousand times at once: it would take a tenth longer.
 */
export const optimizeLate = (): void => setFlagsFromString(`--interrupt-budget=${RUN_BEFORE}`);
