import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { Checkout } from "../core/state.ts";
import { askGit, type GitPlace } from "./runGit.ts";

/**
 * The commit that a folder's files are of; null: it lies in no repository, or the repository has no commit. Files that
 * git does not know do not matter. Throws TFM-CI-001 where there is no git.
 */
export async function checkoutOf(place: GitPlace): Promise<Checkout | null> {
	if (!isInRepository(place.dir)) return null;
	const words = ["status", "--porcelain=v2", "--branch", "--untracked-files=no", "--", "."];
	const { code, stdout } = await askGit(place, words);
	const commit = /^# branch\.oid ([0-9a-f]{40,})$/m.exec(stdout)?.[1];
	if (code !== 0 || commit === undefined) return null;
	return { commit, uncommitted: stdout.split("\n").some((line) => line !== "" && !line.startsWith("#")) };
}

/** Without asking git, which takes longer than small runs do. */
function isInRepository(dir: string): boolean {
	for (let at = resolve(dir); ; at = dirname(at)) {
		if (existsSync(join(at, ".git"))) return true;
		if (at === dirname(at)) return false;
	}
}
