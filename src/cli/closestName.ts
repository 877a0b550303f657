import { distance } from "fastest-levenshtein";

/** The name that was probably meant, or undefined when none is near: at most a third of the letters may differ. */
export function closestName(typed: string, names: readonly string[]): string | undefined {
	let best: string | undefined;
	let bestDistance = Math.max(1, Math.floor(typed.replace(/^-+/, "").length / 3)) + 1;
	for (const name of [...names].sort()) {
		const apart = distance(typed.toLowerCase(), name.toLowerCase());
		if (apart < bestDistance) [best, bestDistance] = [name, apart];
	}
	return best;
}
