import { distance } from "fastest-levenshtein";

/** The name that was probably meant, or undefined when none is near: at most two letters, or a third of them, differ. */
export function closestName(typed: string, names: readonly string[]): string | undefined {
	let best: string | undefined;
	const letters = typed.replace(/^-+/, "").length;
	let bestDistance = (letters < 3 ? 1 : Math.max(2, Math.floor(letters / 3))) + 1;
	for (const name of [...names].sort()) {
		const apart = distance(typed.toLowerCase(), name.toLowerCase());
		if (apart < bestDistance) [best, bestDistance] = [name, apart];
	}
	return best;
}
