import { realpathSync } from "node:fs";
import { isAbsolute, join, relative, sep } from "node:path";
import { globSync } from "tinyglobby";
import { fail } from "../core/diagnostic.ts";
import type { SourceNode } from "../core/node.ts";
import type { LoadSpec } from "./loadSpec.ts";

/** What the glob of a landing load matches, sorted; no match is no mistake here. A link is what it leads to. */
export const landingFiles = (root: string, { files }: LoadSpec): readonly string[] =>
	// Who says ** means folders of the project: a link among them might lead into the whole machine.
	matches(root, files, { followSymbolicLinks: !files.includes("**") });

const matches = (
	root: string,
	files: string,
	links: { readonly followSymbolicLinks: boolean; readonly deep?: number },
): readonly string[] =>
	globSync(files, { cwd: root, ...links, onlyFiles: true, expandDirectories: false })
		.map((path) => path.replaceAll("\\", "/"))
		.sort();

/** How many folders down a link is looked for that may be why nothing matches. */
const DEEPEST = 8;

/**
 * The files of a landing load, relative to the root with `/`, in the order of their names. Throws TFM-LOAD-013 when the
 * glob matches nothing, 017 when a match leads out of the root through a symbolic link.
 */
export function findLandingFiles(root: string, spec: LoadSpec, source: SourceNode): readonly string[] {
	const table = `${source.source_name}.${source.name}`;
	const sorted = landingFiles(root, spec);
	const home = realpathSync(root);
	const behindLinks = () => matches(root, spec.files, { followSymbolicLinks: true, deep: DEEPEST });
	for (const file of sorted.length > 0 ? sorted : behindLinks()) {
		const inside = relative(home, realOf(join(root, file)));
		if (inside === ".." || inside.startsWith(`..${sep}`) || isAbsolute(inside))
			fail("TFM-LOAD-017", { file, table }, { at: source.location });
	}
	if (sorted.length === 0) fail("TFM-LOAD-013", { files: spec.files, table }, { at: source.location });
	return sorted;
}

/** A dangling link is told when it is read. */
function realOf(path: string): string {
	try {
		return realpathSync(path);
	} catch {
		return path;
	}
}
