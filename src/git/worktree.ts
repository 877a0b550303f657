import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { kill, pid } from "node:process";
import { askGit, type GitPlace, runGit } from "./runGit.ts";

/** Begins the name of the folder, before the number of the process that made it. */
const FOLDER = "tfm-base-";

/** Worktrees of processes that were killed before they could remove them. */
async function removeLeftovers(place: GitPlace): Promise<void> {
	const temporary = realpathSync(tmpdir());
	for (const line of (await runGit(place, ["worktree", "list", "--porcelain"])).split("\n")) {
		if (!line.startsWith("worktree ")) continue;
		const dir = line.slice("worktree ".length);
		const parent = dirname(dir);
		const maker = /^tfm-base-(\d+)-/.exec(basename(parent))?.[1];
		if (maker === undefined || dirname(parent) !== temporary || lives(Number(maker))) continue;
		rmSync(parent, { recursive: true, force: true });
		// Locked where git itself was still filling it: a prune would keep that one. Forced twice means locked ones too.
		await askGit(place, ["worktree", "remove", "--force", "--force", dir]);
	}
}

function lives(process: number): boolean {
	try {
		return kill(process, 0);
	} catch (error) {
		// Somebody else's process lives, too.
		return (error as NodeJS.ErrnoException).code === "EPERM";
	}
}

/**
 * Files of a commit in a folder of their own while `work` runs; the user's files are not touched. The folder goes again
 * whatever happens, also when the command is cancelled (the signal that ended `work` does not stop the removal).
 */
export async function withWorktree<T>(place: GitPlace, commit: string, work: (dir: string) => Promise<T>): Promise<T> {
	await removeLeftovers(place);
	const parent = realpathSync(mkdtempSync(join(tmpdir(), `${FOLDER}${pid}-`)));
	const dir = join(parent, "base");
	try {
		await runGit(place, ["worktree", "add", "--detach", "--quiet", "--no-guess-remote", dir, commit]);
		return await work(dir);
	} finally {
		const unhurried: GitPlace = { ...place, signal: new AbortController().signal };
		rmSync(parent, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
		// Forgets worktrees whose folder is gone.
		await askGit(unhurried, ["worktree", "prune"]);
	}
}

/** The folder that holds the repository's files, and where in it `place` is: empty at its top. */
export async function repositoryOf(place: GitPlace): Promise<{ readonly top: string; readonly prefix: string }> {
	const text = await runGit(place, ["rev-parse", "--show-toplevel", "--show-prefix"]);
	const [top = "", prefix = ""] = text.split("\n");
	return { top, prefix: prefix.replace(/\/$/, "") };
}

/** Whether a folder lies in a repository at all. */
export const isRepository = async (place: GitPlace): Promise<boolean> =>
	(await askGit(place, ["rev-parse", "--git-dir"])).code === 0;
