/**
 * One row of the error catalogue. `F` are the facts a finder must supply; the words live here and nowhere else.
 * `explain` is the paragraph of the error catalogue page: when it happens and what to do.
 */
export interface CodeEntry<F> {
	readonly message: (facts: F) => string;
	/** The same as a part of a sentence, for one line, where the message is a table. */
	readonly brief?: (facts: F) => string | undefined;
	readonly hint?: (facts: F) => string | undefined;
	readonly next?: (facts: F) => string | undefined;
	/** The words with which dbt's message for the same mistake is found: for scripts, and for searching the web. */
	readonly dbt?: (facts: F) => string | undefined;
	readonly explain: string;
}

export const code = <F>(entry: CodeEntry<F>): CodeEntry<F> => Object.freeze(entry);

/** "did you mean …" for a hint, or nothing. */
export const didYouMean = (candidate: string | undefined): string | undefined =>
	candidate === undefined ? undefined : `did you mean "${candidate}"?`;
