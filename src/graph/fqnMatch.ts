import { fnmatcher, hasWildcard } from "./fnmatch.ts";

/** A test of one fully qualified name; the name may end in a version (`v2`). */
export type FqnMatcher = (fqn: readonly string[], isVersioned: boolean) => boolean;

/**
 * dbt's rule for names: the last part alone; of a versioned model the name, or name and version joined by `_` or `.`;
 * else part by part from the start, where the first part with a wildcard makes the rest a pattern. A lone pattern also
 * matches the last part. All of it is tried with the package and without.
 */
export function fqnMatcher(selector: string): FqnMatcher {
	const parts = selector.split(".");
	const wild = parts.findIndex(hasWildcard);
	const rest = wild === -1 ? null : fnmatcher(parts.slice(wild).join("."));
	const plain = wild === -1 ? parts : parts.slice(0, wild);
	const lastTwo = parts.slice(-2).join("_");
	const whole = selector.includes(".") ? null : rest;

	const matches: FqnMatcher = (fqn, isVersioned) => {
		const name = (isVersioned ? fqn.at(-2) : fqn.at(-1)) ?? "";
		if (name === selector) return true;
		if (isVersioned && fqn.slice(-2).join("_") === lastTwo) return true;
		// A dot in a model's name separates parts like any other.
		const flat = fqn.some((part) => part.includes(".")) ? fqn.flatMap((part) => part.split(".")) : fqn;
		if (flat.length < parts.length) return false;
		for (let i = 0; i < plain.length; i++) if (flat[i] !== plain[i]) return false;
		if (rest === null) return true;
		return rest(flat.slice(wild).join(".")) || (whole?.(name) ?? false);
	};
	return (fqn, isVersioned) => matches(fqn, isVersioned) || matches(fqn.slice(1), isVersioned);
}
