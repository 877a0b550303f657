import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { askGit, type GitPlace, runGit } from "./runGit.ts";

/**
 * Files of a commit in a folder of their own while `work` runs; the user's files are not touched. The folder goes again
 * whatever happens, also when the command is cancelled (the signal that ended `work` does not stop the removal).
 */
export async function withWorktree<T>(place: GitPlace, commit: string, work: (dir: string) => Promise<T>): Promise<T> {
	const parent = realpathSync(mkdtempSync(join(tmpdir(), "tfm-base-")));
	const dir = join(parent, "base");
	try {
		await runGit(place, ["worktree", "add", "--detach", "--quiet", "--no-guess-remote", dir, commit]);
		return await work(dir);
	} finally {
		const unhurried: GitPlace = { ...place, signal: new AbortController().signal };
		rmSync(parent, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
		// Forgets worktrees whose folder is gone: this one, and those of processes that were killed.
		await askGit(unhurried, ["worktree", "prune"]);
	}
}

/** The folder that holds the repository's files, and where in it `place` is: empty at its top. */
export async function repositoryOf(place: GitPlace): Promise<{ readonly top: string; readonly prefix: string }> {
	const text = await runGit(place, ["rev-parse", "--show-toplevel", "--show-prefix"]);
	const [top = "", prefix = ""] = text.split("\n");
	return { top, prefix: prefix.replace(/\/$/, "") };
}
