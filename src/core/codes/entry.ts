/** What dbt's event for a remark holds in `data`; `name` where the code's own name in warningPolicy is not this one's. */
export interface DbtEventFields {
	readonly name?: string;
	/** dbt's words, where one remark stands for several of dbt's events. */
	readonly says?: string;
	readonly data: { readonly [field: string]: unknown };
}

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
	readonly dbt?: (facts: F, file: string | undefined) => string | undefined;
	/** dbt's events for the same remark, in their order: one, or as many as the remark counts. */
	readonly events?: (facts: F) => readonly DbtEventFields[];
	readonly explain: string;
}

/** For a remark that is one event of dbt's. */
export const event = (data: DbtEventFields["data"], name?: string): readonly DbtEventFields[] => [
	name === undefined ? { data } : { name, data },
];

export const code = <F>(entry: CodeEntry<F>): CodeEntry<F> => Object.freeze(entry);

/** "did you mean …" for a hint, or nothing. */
export const didYouMean = (candidate: string | undefined): string | undefined =>
	candidate === undefined ? undefined : `did you mean "${candidate}"?`;
