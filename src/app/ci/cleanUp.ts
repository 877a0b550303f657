/** `tfm ci --cleanup`: environments of pull requests that nobody needs any more. */
import type { ExitCode, Invocation } from "../../core/invocation.ts";
import type { IsolatedEnvironment } from "../../core/isolatedEnvironment.ts";
import { askGithub } from "../../github/githubClient.ts";
import { createStateStore } from "../../history/stateStore.ts";
import { stopAndDrop } from "../environments/envCommands.ts";
import { shownSchemas } from "../environments/placeProject.ts";
import { openAdapter } from "../openAdapter.ts";
import { openProject } from "../openProject.ts";
import { githubOf } from "./postComment.ts";
import { pullRequestOf } from "./pullRequest.ts";

/**
 * Drops the environment of this job's pull request, those of pull requests that GitHub says are closed, and those whose
 * time is over; of the last ones not where a run still works.
 */
export async function cleanUp(invocation: Invocation): Promise<ExitCode> {
	const project = await openProject(invocation);
	const adapter = await openAdapter(project.config, invocation);
	try {
		const { environments: store } = await createStateStore(adapter.facts.type);
		const rows = (await adapter.withSession((session) => store.list(session, project.manifest.projectName))).filter(
			({ purpose }) => purpose === "ci",
		);
		const pull = pullRequestOf(invocation.env);
		for (const row of rows) {
			const why =
				row.pull !== null && row.pull === pull
					? "this pull request"
					: (await isClosed(invocation, row))
						? "its pull request is closed"
						: isOver(row, project.startedAt)
							? "its time is over"
							: null;
			if (why === null) continue;
			const working = await adapter.withSession((session) =>
				adapter.presence.living(session, row.runId === null ? [] : [row.runId]),
			);
			if (why === "its time is over" && working.size > 0) continue;
			await stopAndDrop(invocation, { adapter, row, runId: project.runId });
			invocation.stdout.write(`dropped ${row.name} (${why}): ${shownSchemas(row.schemas)}\n`);
		}
		return 0;
	} finally {
		await adapter.close();
	}
}

const isOver = ({ expiresAt }: IsolatedEnvironment, now: Date): boolean =>
	expiresAt !== null && new Date(expiresAt) <= now;

/** Asks only where the job may: without a token, or for another service, time alone decides. */
async function isClosed(invocation: Invocation, { pull }: IsolatedEnvironment): Promise<boolean> {
	const { GITHUB_TOKEN: token, GITHUB_REPOSITORY: repository } = invocation.env;
	if (pull === null || !token || !repository) return false;
	const { status, body } = await askGithub(githubOf(invocation, token), "GET", {
		path: `/repos/${repository}/pulls/${pull}`,
	});
	return status === 200 && (body as { readonly state?: unknown }).state === "closed";
}
