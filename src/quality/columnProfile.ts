/** What a scan of a table says of its columns, and the tests that these figures propose. */

export interface ColumnProfile {
	readonly name: string;
	readonly type: string;
	readonly nulls: number;
	readonly distinct: number;
	/** As text; null where there is none, the type has no order, or the column holds personal data. */
	readonly min: string | null;
	readonly max: string | null;
	/** All values, sorted, where there are few of a kind that is text; empty elsewhere. */
	readonly values: readonly string[];
}

export interface TableProfile {
	readonly rows: number;
	readonly columns: readonly ColumnProfile[];
}

/** A list of values is proposed of a column that repeats each of them often: five times on the average. */
const REPEATS = 5;
/** Fewer rows prove nothing. */
const MIN_ROWS = 10;

/** Tests that hold for every row of now, by column; a person decides which of them are meant to. */
export function proposeTests({ rows, columns }: TableProfile): readonly {
	readonly column: string;
	readonly tests: readonly (string | { readonly accepted_values: readonly string[] })[];
}[] {
	if (rows < MIN_ROWS) return [];
	return columns.flatMap(({ name, nulls, distinct, values }) => {
		const tests = [
			...(nulls === 0 ? ["not_null"] : []),
			...(distinct === rows - nulls && distinct > 1 ? ["unique"] : []),
			...(values.length > 0 && (rows - nulls) / values.length >= REPEATS ? [{ accepted_values: values }] : []),
		];
		return tests.length === 0 ? [] : [{ column: name, tests }];
	});
}
