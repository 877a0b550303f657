/**
 * What a column or a query's rows mean, as a text that two versions of a query can be compared by: each name stands for
 * what it was resolved to, down to the columns of relations. Aliases, CTEs, and what nobody reads leave no trace in it.
 */

/** 53 bits of a text (cyrb53): enough to see a change, many times faster than a cryptographic digest. */
export function shortDigest(text: string): string {
	let a = 0xdeadbeef;
	let b = 0x41c6ce57;
	for (let i = 0; i < text.length; i++) {
		const unit = text.charCodeAt(i);
		a = Math.imul(a ^ unit, 2654435761);
		b = Math.imul(b ^ unit, 1597334677);
	}
	a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
	b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
	return (4294967296 * (2097151 & b) + (a >>> 0)).toString(36);
}

interface Defined {
	readonly definition?: string | undefined;
}

/** Of several that stand for one. */
export function joinDefinitions(all: readonly Defined[]): string {
	const different = [...new Set(all.map(({ definition }) => definition ?? "?"))];
	return different.length === 1 ? different[0]! : shortDigest(different.join("|"));
}

/** Of all columns, in their order. */
export const definitionsOf = (columns: readonly Defined[]): string =>
	columns.map(({ definition }) => definition ?? "?").join(",");
