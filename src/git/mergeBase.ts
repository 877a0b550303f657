import { fail } from "../core/diagnostic.ts";
import { askGit, type GitPlace, runGit } from "./runGit.ts";

export interface BaseCommit {
	/** Whole commit ids. */
	readonly base: string;
	readonly head: string;
	/** What was asked for: `origin/main`. */
	readonly ref: string;
}

/**
 * The newest commit that HEAD and `ref` have in common. Throws TFM-CI-002 where `ref` is not there, and TFM-CI-003
 * where the history does not reach far enough (a shallow clone).
 */
export async function mergeBase(place: GitPlace, ref: string): Promise<BaseCommit> {
	await runGit(place, ["rev-parse", "--git-dir"]);
	const head = await commitOf(place, "HEAD");
	if (head === null) return fail("TFM-CI-002", { ref: "HEAD", fetch: "git add --all && git commit" });
	const tip = await commitOf(place, ref);
	const shallow = (await runGit(place, ["rev-parse", "--is-shallow-repository"])).trim() === "true";
	if (tip === null) fail("TFM-CI-002", { ref, fetch: await wayTo(place, ref) });
	const found = await askGit(place, ["merge-base", head, tip]);
	const base = found.stdout.trim();
	if (found.code === 0 && base !== "") return { base, head, ref };
	return fail("TFM-CI-003", { ref, shallow, fetch: shallow ? "git fetch --unshallow origin" : null });
}

/** Fetched, where there is a remote to fetch from; else the branch of this repository. */
async function wayTo(place: GitPlace, ref: string): Promise<string> {
	const branch = ref.startsWith("origin/") ? ref.slice("origin/".length) : ref;
	const remotes = (await runGit(place, ["remote"])).split("\n");
	if (remotes.includes("origin")) return `git fetch origin +refs/heads/${branch}:refs/remotes/origin/${branch}`;
	const here = branch !== ref && (await commitOf(place, branch)) !== null;
	return `--base ${here ? branch : "BRANCH"}: there is no remote origin to fetch from`;
}

/** The commit that a name means; a branch that only the remote has is found, too. Null: there is none. */
export async function commitOf(place: GitPlace, ref: string): Promise<string | null> {
	for (const name of [ref, `refs/remotes/origin/${ref}`]) {
		// A name that begins with a dash would be an option.
		if (name.startsWith("-")) continue;
		const { code, stdout } = await askGit(place, ["rev-parse", "--verify", "--quiet", `${name}^{commit}`]);
		if (code === 0) return stdout.trim();
	}
	return null;
}
