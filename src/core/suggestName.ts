import { closest, distance } from "fastest-levenshtein";

/** The known name nearest to a wrong one, when it is near enough to be a slip: for "did you mean …". */
export function suggestName(wrong: string, known: Iterable<string>): string | undefined {
	const names = [...known].sort();
	if (names.length === 0 || wrong === "") return undefined;
	const near = closest(
		wrong.toLowerCase(),
		names.map((name) => name.toLowerCase()),
	);
	const name = names.find((candidate) => candidate.toLowerCase() === near);
	if (name === undefined || name === wrong) return undefined;
	const slips = distance(wrong.toLowerCase(), near);
	// A third of the letters may be wrong, but nothing is near a single letter.
	if (slips <= Math.max(1, Math.floor((wrong.length + 1) / 3)) && slips < wrong.length) return name;
	// Two letters that changed places count as two slips, too many for `tset`.
	return slips === 2 && lettersOf(wrong) === lettersOf(name) ? name : undefined;
}

const lettersOf = (name: string): string => [...name.toLowerCase()].sort().join("");
