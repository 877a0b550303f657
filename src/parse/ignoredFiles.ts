import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ignore from "ignore";

/**
 * Which files of a package `.dbtignore` in its root takes out of the project: lines as in .gitignore, matched against
 * paths relative to that root, with `/`.
 */
export function ignoredFiles(root: string): (path: string) => boolean {
	const file = join(root, ".dbtignore");
	if (!existsSync(file)) return () => false;
	const rules = ignore().add(readFileSync(file, "utf8"));
	return (path) => rules.ignores(path);
}
