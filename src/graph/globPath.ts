import { fnmatcher, hasWildcard, type Matcher } from "./fnmatch.ts";

/** The path itself and the folders above it that a pattern finds. `.` is the project's root. */
export type PathMatcher = (path: string) => { readonly file: boolean; readonly folders: readonly string[] };

/**
 * dbt finds `path:` by globbing the disk from the root project's root; a node matches when its file, a folder above
 * it, or the YAML file that describes it is among what is found. Files and folders of the root project's nodes exist,
 * so the same can be told from their paths alone: `*`, `?`, `[…]` stay inside one folder, `**` is any number of
 * folders, `.` is the root itself.
 */
export function pathMatcher(pattern: string): PathMatcher {
	const segments = pattern.split("/").filter((segment) => segment !== "" && segment !== ".");
	const steps = segments.map((segment) =>
		segment === "**" ? null : hasWildcard(segment) ? fnmatcher(segment) : segment,
	);
	return (path) => {
		const parts = path.split("/");
		const lengths = [...matchedLengths(steps, parts)];
		// `**` finds folders only, so a pattern that ends in it does not find the file itself.
		const file = lengths.includes(parts.length) && steps.at(-1) !== null;
		const folders = lengths.filter((length) => length < parts.length);
		return { file, folders: folders.map((length) => parts.slice(0, length).join("/") || ".") };
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
