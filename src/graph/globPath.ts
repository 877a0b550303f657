import { fnmatcher, hasWildcard, type Matcher } from "./fnmatch.ts";

/**
 * dbt finds `path:` by globbing the disk from the project's root; a node matches when its file, a folder above it, or
 * the YAML file that describes it is among what is found. Files and folders of nodes exist, so the same can be told
 * from the paths alone: `*`, `?`, `[…]` stay inside one folder, `**` is any number of folders.
 */
export function pathMatcher(pattern: string): (file: string) => { file: boolean; inside: boolean } {
	const segments = pattern.split("/").filter((segment) => segment !== "" && segment !== ".");
	const steps = segments.map((segment) =>
		segment === "**" ? null : hasWildcard(segment) ? fnmatcher(segment) : segment,
	);
	return (path) => {
		if (steps.length === 0) return { file: false, inside: false };
		const parts = path.split("/");
		const lengths = matchedLengths(steps, parts);
		// `**` finds folders only, so a pattern that ends in it does not find the file itself.
		const file = lengths.has(parts.length) && steps.at(-1) !== null;
		return { file, inside: [...lengths].some((length) => length < parts.length) };
	};
}

/** How many leading parts of the path the whole pattern can match. */
function matchedLengths(steps: readonly (Matcher | string | null)[], parts: readonly string[]): ReadonlySet<number> {
	let reached = new Set<number>([0]);
	for (const step of steps) {
		const next = new Set<number>();
		for (const length of reached) {
			if (step === null) for (let to = length; to <= parts.length; to++) next.add(to);
			else {
				const part = parts[length];
				if (part !== undefined && (typeof step === "string" ? step === part : step(part))) next.add(length + 1);
			}
		}
		reached = next;
	}
	return reached;
}
