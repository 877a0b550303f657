/**
 * How an engine makes one 64-bit number of several values. Equal values must give equal numbers; different values may
 * meet in one number once in 2^64, so unequal numbers only say where to look.
 */
export interface RowHash {
	/** Of these expressions, in order; never null. */
	of(expressions: readonly string[]): string;
	/** Which of `count` parts (a power of two) a hash belongs to. */
	part(hash: string, count: number): string;
}

/** Postgres 14 and later hash a row as they would for a hash join; 13 has no such function and hashes its text. */
export const postgresRowHash = (major: number): RowHash => ({
	of: (expressions) => {
		const row = `row(${expressions.join(", ")})`;
		return major >= 14 ? `pg_catalog.hash_record_extended(${row}, 0)` : `pg_catalog.hashtextextended(${row}::text, 0)`;
	},
	part: (hash, count) => `(${hash} & ${count - 1})`,
});
