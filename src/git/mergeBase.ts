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
	const head = (await runGit(place, ["rev-parse", "--verify", "--quiet", "HEAD^{commit}"])).trim();
	const tip = await commitOf(place, ref);
	const shallow = (await runGit(place, ["rev-parse", "--is-shallow-repository"])).trim() === "true";
	const remote = ref.startsWith("origin/") ? ref.slice("origin/".length) : ref;
	if (tip === null)
		fail("TFM-CI-002", { ref, fetch: `git fetch origin +refs/heads/${remote}:refs/remotes/origin/${remote}` });
	const found = await askGit(place, ["merge-base", head, tip]);
	const base = found.stdout.trim();
	if (found.code === 0 && base !== "") return { base, head, ref };
	return fail("TFM-CI-003", { ref, shallow, fetch: shallow ? "git fetch --unshallow origin" : null });
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
