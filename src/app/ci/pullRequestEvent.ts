import { readFileSync } from "node:fs";
import type { Invocation } from "../../core/invocation.ts";

export interface PullRequestEvent {
	readonly head: Side & { readonly sha?: string };
	readonly base: Side;
}
interface Side {
	/** Null: a fork that is gone by now. */
	readonly repo: { readonly full_name: string } | null;
}

/** The pull request of GitHub's event file; null: this is no job of one. */
export function pullRequestOf({ GITHUB_EVENT_PATH: path }: Invocation["env"]): PullRequestEvent | null {
	if (!path) return null;
	const { pull_request: pull } = JSON.parse(readFileSync(path, "utf8")) as { readonly pull_request?: PullRequestEvent };
	return pull ?? null;
}
