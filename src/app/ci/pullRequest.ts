import type { Invocation } from "../../core/invocation.ts";
import { askGit } from "../../git/git.ts";
import { gitPlace } from "./headState.ts";

type Env = Invocation["env"];

/** The number of the pull request that this job is for; null: of none that is known. */
export function pullRequestOf(env: Env): string | null {
	const github = /^refs\/pull\/(\d+)\//.exec(env.GITHUB_REF ?? "")?.[1];
	const number =
		github ?? env.CI_MERGE_REQUEST_IID ?? env.BITBUCKET_PR_ID ?? env.SYSTEM_PULLREQUEST_PULLREQUESTNUMBER ?? "";
	return /^\d+$/.test(number) ? number : null;
}

/** Long enough to tell branches apart, short enough to leave a schema its name. */
const LONGEST = 24;

/** `ci_482`; without a pull request by the branch: `ci_fix_totals`. */
export async function environmentName(invocation: Invocation, root: string): Promise<string> {
	const pull = pullRequestOf(invocation.env);
	if (pull !== null) return `ci_${pull}`;
	const { stdout } = await askGit(gitPlace(invocation, root), ["rev-parse", "--abbrev-ref", "HEAD"]);
	const branch = stdout.trim();
	const words = (branch === "HEAD" ? "head" : branch).toLowerCase().replace(/[^a-z0-9]+/g, "_");
	return `ci_${words.replace(/^_+|_+$/g, "").slice(0, LONGEST)}`;
}
