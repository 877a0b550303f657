/**
 * A pattern that tries its parts in every combination may not come to an end in a lifetime (`(a+)+$` on forty letters),
 * and nothing else runs meanwhile, not even Ctrl-C. Node can break off what runs in a context of its own.
 */
import { createContext, Script } from "node:vm";
import { fail } from "../../core/diagnostic.ts";

const MOST_MS = 3000;

/** `*`, `+` and `{2,}`: with one of them a pattern is slow at worst by the square of the text. */
const UNBOUNDED = /(?<!\\)[*+]|\{\d+,\}/g;

/** Below this even the square is nothing. */
const SHORT = 10_000;

/** Runs `match`, which tries `regex` on `text`; TFM-JINJA-027 after three seconds. */
export function timedMatch<T>(regex: RegExp, text: string, match: () => T): T {
	const repeats = regex.source.match(UNBOUNDED)?.length ?? 0;
	if (repeats === 0 || (repeats === 1 && text.length < SHORT)) return match();
	try {
		return new Script("match()").runInContext(createContext({ match }), { timeout: MOST_MS }) as T;
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== "ERR_SCRIPT_EXECUTION_TIMEOUT") throw error;
		return fail("TFM-JINJA-027", { pattern: regex.source, seconds: MOST_MS / 1000, characters: text.length });
	}
}
