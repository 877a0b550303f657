import { dirname, join } from "node:path";
import type { Invocation } from "../../core/invocation.ts";
import { askGit, runGit } from "../../git/git.ts";
import type { OpenProject } from "../openProject.ts";
import { writeWhole } from "../writeWhole.ts";
import { gitPlace } from "./headState.ts";
import { pullRequestOf } from "./pullRequestEvent.ts";

/** Whether the change comes from somebody else's copy of the repository, as the CI service says. */
export function isForksChange(env: Invocation["env"]): boolean {
	const { CI_MERGE_REQUEST_SOURCE_PROJECT_ID: source, CI_MERGE_REQUEST_PROJECT_ID: target } = env;
	if (source && target) return source !== target;
	if (env.SYSTEM_PULLREQUEST_ISFORK) return env.SYSTEM_PULLREQUEST_ISFORK.toLowerCase() === "true";
	const pull = pullRequestOf(env);
	return pull !== null && pull.head.repo?.full_name !== pull.base.repo?.full_name;
}

/**
 * Functions of rules as they stand in the base, each with what lies in its folder, in the target folder. Null: the base
 * has no such file.
 */
export function baseFunctions(
	invocation: Invocation,
	{ config }: OpenProject,
	base: string,
): (path: string) => Promise<string | null> {
	const place = gitPlace(invocation, config.project.root);
	const folder = join(config.targetDir, "rules-of-the-base");
	return async (path) => {
		if ((await askGit(place, ["cat-file", "-e", `${base}:./${path}`])).code !== 0) return null;
		const listed = await runGit(place, ["ls-tree", "-r", "-z", "--name-only", base, "--", `${dirname(path)}/`]);
		for (const file of listed.split("\0").filter((name) => name !== ""))
			writeWhole(join(folder, file), [await runGit(place, ["cat-file", "blob", `${base}:./${file}`])]);
		return join(folder, path);
	};
}
