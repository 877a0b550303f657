import { appendFileSync } from "node:fs";
import { COMMENT_LIMIT, SUMMARY_LIMIT, unreadableComment } from "../../ci/markdownComment.ts";
import { TfmError } from "../../core/diagnostic.ts";
import type { Invocation } from "../../core/invocation.ts";
import { createRedactor } from "../../report/report.ts";
import { type OpenProject, readConfig, resolveProject } from "../openProject.ts";
import { postComment } from "./postComment.ts";

/**
 * The project of a review. Where its files hold mistakes, they stand in the comment and in the job's summary before the
 * error goes on: a comment about an earlier commit would say that all is well. A project file that cannot be read has
 * no name to find the comment by.
 */
export async function openForReview(invocation: Invocation, pageUrl: string | null): Promise<OpenProject> {
	const startedAt = invocation.clock();
	const config = await readConfig(invocation);
	try {
		return resolveProject(invocation, config, startedAt);
	} catch (error) {
		if (!(error instanceof TfmError)) throw error;
		const redact = createRedactor(config.secrets);
		const { name } = config.project;
		const text = (limit: number, more: string | null): string =>
			redact(unreadableComment(name, error.diagnostics, { limit, more }));
		const { GITHUB_STEP_SUMMARY: summary } = invocation.env;
		if (summary) appendFileSync(summary, text(SUMMARY_LIMIT, null));
		if (invocation.flags.extra.comment === true)
			await postComment(invocation, { project: name, text: text(COMMENT_LIMIT, pageUrl) });
		throw error;
	}
}
