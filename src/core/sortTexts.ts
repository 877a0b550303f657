/** Longer lists are sorted by JavaScript's own, which needs fewer comparisons. */
const SHORT = 12;

/**
 * Sorts the list itself, by code units, as `sort()` does, and gives it back. That makes lists aside for each call, which
 * is most of what sorting the two keys of an object costs: a tenth of all that a reading of a project allocated.
 */
export function sortTexts<T extends string>(texts: T[]): T[] {
	const { length } = texts;
	if (length > SHORT) return texts.sort();
	for (let i = 1; i < length; i++) {
		const text = texts[i]!;
		let at = i;
		for (; at > 0 && texts[at - 1]! > text; at--) texts[at] = texts[at - 1]!;
		texts[at] = text;
	}
	return texts;
}
