import { commitOf } from "./mergeBase.ts";
import { askGit, type GitPlace, runGit } from "./runGit.ts";

/**
 * Files kept on a branch of their own, without a working tree. `get` reads the branch of the remote as it was fetched
 * last, or the local one.
 */
export interface StateBranch {
	get(path: string): Promise<string | null>;
	/** Adds or replaces a file in a commit of its own, and pushes it where there is a remote `origin`. */
	put(path: string, text: string, message: string): Promise<void>;
}

const PUSH_TRIES = 5;

export function stateBranch(place: GitPlace, branch: string): StateBranch {
	const remoteRef = `refs/remotes/origin/${branch}`;
	const fetchBranch = async (): Promise<boolean> =>
		(await askGit(place, ["fetch", "--quiet", "--no-tags", "origin", `+refs/heads/${branch}:${remoteRef}`])).code === 0;
	const hasRemote = async (): Promise<boolean> => (await askGit(place, ["remote", "get-url", "origin"])).code === 0;
	const tipOf = async (): Promise<string | null> =>
		(await commitOf(place, remoteRef)) ?? (await commitOf(place, `refs/heads/${branch}`));

	return {
		async get(path) {
			if (await hasRemote()) await fetchBranch();
			const tip = await tipOf();
			if (tip === null) return null;
			const { code, stdout } = await askGit(place, ["cat-file", "blob", `${tip}:${path}`]);
			return code === 0 ? stdout : null;
		},
		async put(path, text, message) {
			const remote = await hasRemote();
			const blob = (await runGit(place, ["hash-object", "-w", "--stdin"], text)).trim();
			for (let tries = 1; ; tries++) {
				if (remote) await fetchBranch();
				const tip = await tipOf();
				const tree = await treeWith(place, { tip, path, blob });
				const parent = tip === null ? [] : ["-p", tip];
				const commit = (await runGit(place, ["commit-tree", tree, ...parent, "-m", message])).trim();
				if (!remote) {
					await runGit(place, ["update-ref", `refs/heads/${branch}`, commit, tip ?? ""]);
					return;
				}
				const words = ["push", "--quiet", "origin", `${commit}:refs/heads/${branch}`];
				// Another run was quicker: its commit is taken as the parent of a new one.
				if (tries === PUSH_TRIES) return void (await runGit(place, words));
				if ((await askGit(place, words)).code === 0) return;
			}
		},
	};
}

/** A tree with one file more. Paths have at most one folder: `main/<commit>.json`. */
async function treeWith(
	place: GitPlace,
	{ tip, path, blob }: { readonly tip: string | null; readonly path: string; readonly blob: string },
): Promise<string> {
	const [folder, name] = path.includes("/") ? (path.split("/", 2) as [string, string]) : [null, path];
	const listed = async (tree: string): Promise<readonly string[]> => {
		const { code, stdout } = await askGit(place, ["ls-tree", tree]);
		return code === 0 ? stdout.split("\n").filter((line) => line !== "") : [];
	};
	const make = (entries: readonly string[]) => runGit(place, ["mktree"], entries.map((line) => `${line}\n`).join(""));
	const others = (entries: readonly string[], without: string) =>
		entries.filter((line) => line.slice(line.indexOf("\t") + 1) !== without);
	const top = tip === null ? [] : await listed(tip);
	const file = `100644 blob ${blob}\t${name}`;
	if (folder === null) return (await make([...others(top, name), file])).trim();
	const inner = tip === null ? [] : await listed(`${tip}:${folder}`);
	const subtree = (await make([...others(inner, name), file])).trim();
	return (await make([...others(top, folder), `040000 tree ${subtree}\t${folder}`])).trim();
}
