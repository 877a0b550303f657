import { closest, distance } from "fastest-levenshtein";

/** The name that was probably meant, for "did you mean": near enough, or none. */
export function nearest(name: string, names: Iterable<string>): string | undefined {
	const candidates = [...names];
	if (candidates.length === 0) return undefined;
	const best = closest(name, candidates);
	const far = Math.max(1, Math.floor(name.length / 3));
	return best !== name && distance(name, best) <= far ? best : undefined;
}
