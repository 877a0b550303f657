import { realpathSync } from "node:fs";
import { isAbsolute, join, relative, sep } from "node:path";
import { globSync } from "tinyglobby";
import { fail } from "../core/diagnostic.ts";
import type { SourceNode } from "../core/node.ts";
import type { LoadSpec } from "./loadSpec.ts";

/** What the glob of a landing load matches, sorted; no match is no mistake here. */
export const landingFiles = (root: string, spec: LoadSpec): readonly string[] =>
	globSync(spec.files, { cwd: root, followSymbolicLinks: false, onlyFiles: true, expandDirectories: false })
		.map((path) => path.replaceAll("\\", "/"))
		.sort();

/**
 * The files of a landing load, relative to the root with `/`, in the order of their names. Throws TFM-LOAD-013 when the
 * glob matches nothing, 017 when a match leads out of the root through a symbolic link.
 */
export function findLandingFiles(root: string, spec: LoadSpec, source: SourceNode): readonly string[] {
	const table = `${source.source_name}.${source.name}`;
	const sorted = landingFiles(root, spec);
	if (sorted.length === 0) fail("TFM-LOAD-013", { files: spec.files, table }, { at: source.location });
	const home = realpathSync(root);
	for (const file of sorted) {
		const inside = relative(home, realOf(join(root, file)));
		if (inside === ".." || inside.startsWith(`..${sep}`) || isAbsolute(inside))
			fail("TFM-LOAD-017", { file, table }, { at: source.location });
	}
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
