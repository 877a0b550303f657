import { commentMarker } from "../../ci/markdownComment.ts";
import { type Diagnostic, diagnostic } from "../../core/diagnostic.ts";
import type { Invocation } from "../../core/invocation.ts";
import { type GithubPlace, GithubUnreachable } from "../../github/githubClient.ts";
import { putComment } from "../../github/stickyComment.ts";
import { pullRequestOf } from "./pullRequestEvent.ts";

/**
 * Puts the comment on the pull request that GitHub's variables name. Null: it stands there. That it could not be put is
 * a warning: the review is in the job's summary as well (TFM-CI-013).
 */
export async function postComment(
	invocation: Invocation,
	{ project, text }: { readonly project: string; readonly text: string },
): Promise<Diagnostic | null> {
	const warn = (problem: string): Diagnostic => diagnostic("TFM-CI-013", { problem }, { severity: "warning" });
	const { GITHUB_TOKEN: token, GITHUB_REPOSITORY: repository, GITHUB_REF: ref } = invocation.env;
	const pull = /^refs\/pull\/(\d+)\//.exec(ref ?? "")?.[1];
	if (!token) return warn("GITHUB_TOKEN is not set");
	if (!repository) return warn("GITHUB_REPOSITORY is not set");
	if (pull === undefined)
		return warn(
			`this is no job of a pull request: GITHUB_REF is ${ref ? JSON.stringify(ref) : "not set"}, and not refs/pull/NUMBER/merge`,
		);
	const github = githubOf(invocation, token);
	try {
		const marker = commentMarker(project);
		const head = pullRequestOf(invocation.env)?.head.sha ?? null;
		const outcome = await putComment(github, { repository, pull: Number(pull), marker, head }, text);
		switch (outcome.kind) {
			case "refused":
				return warn(`GitHub answers ${outcome.status}: ${outcome.problem}`);
			case "outdated":
				return warn("the pull request has a later commit, whose run writes it");
			case "closed":
				return warn("the pull request is closed");
			default:
				return null;
		}
	} catch (error) {
		if (error instanceof GithubUnreachable) return warn(`GitHub cannot be asked: ${error.message}`);
		throw error;
	}
}

export const githubOf = ({ env, signal, clock }: Invocation, token: string): GithubPlace => ({
	apiUrl: env.GITHUB_API_URL || "https://api.github.com",
	token,
	signal,
	sleep,
	now: () => clock().getTime(),
});

const sleep = (ms: number, signal: AbortSignal): Promise<void> =>
	new Promise((resolve, reject) => {
		const stop = (): void => {
			clearTimeout(timer);
			reject(signal.reason);
		};
		const timer = setTimeout(() => {
			signal.removeEventListener("abort", stop);
			resolve();
		}, ms);
		signal.addEventListener("abort", stop, { once: true });
	});
