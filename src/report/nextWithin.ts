import type { Diagnostic } from "../core/diagnostic.ts";

/** Commands that take --env, where it is not yet given. */
const BUILDING = /\btfm (?:run|build|test|retry|seed|snapshot|plan|show|compile)\b(?! --env )/g;

/** Where the command was in an environment (` --env anna`), what a message proposes goes on there: `tfm retry --env anna`. */
export function nextWithin(diagnostic: Diagnostic, within: string): Diagnostic {
	if (within === "" || diagnostic.next === undefined) return diagnostic;
	return { ...diagnostic, next: diagnostic.next.replace(BUILDING, `$&${within}`) };
}
