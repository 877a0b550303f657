import { appendFileSync } from "node:fs";
import { join, relative } from "node:path";
import { type ChangeReview, errorsOf } from "../../ci/changeReview.ts";
import { diffJson } from "../../ci/diffJson.ts";
import { githubAnnotations, junitXml, sarifLog } from "../../ci/findingReports.ts";
import { COMMENT_LIMIT, markdownComment, SUMMARY_LIMIT } from "../../ci/markdownComment.ts";
import { terminalComment } from "../../ci/terminalComment.ts";
import type { Emit } from "../../core/events.ts";
import type { ExitCode, Invocation } from "../../core/invocation.ts";
import { repositoryOf } from "../../git/git.ts";
import { createRedactor } from "../../report/report.ts";
import { openEvents } from "../commandEvents.ts";
import { OvertakenError } from "../environments/claimEnvironment.ts";
import type { OpenProject } from "../openProject.ts";
import { writeWhole } from "../writeWhole.ts";
import { baseFunctions, isForksChange } from "./baseFunctions.ts";
import { baseState } from "./baseState.ts";
import { ciSettings, type FailOn } from "./ciSettings.ts";
import { buildsToo, withCiTarget } from "./ciTarget.ts";
import { findBase } from "./findBase.ts";
import { gitPlace } from "./headState.ts";
import { openForReview } from "./openForReview.ts";
import { postComment } from "./postComment.ts";
import { reviewFiles } from "./reviewFiles.ts";
import { statesOfBase } from "./stateStore.ts";

/**
 * `tfm ci`: what the change since the merge base does. Resolves the base, compares the two states and, with a target,
 * builds what changed aside and compares its rows; writes the reports into the target folder and prints the comment.
 * Exit code 1 as --fail-on says; 2 where the project or the base cannot be read; 130 where a later job of the same pull
 * request has taken its place.
 */
export async function ciCommand(asked: Invocation): Promise<ExitCode> {
	const invocation = await withCiTarget(asked);
	if (invocation.flags.extra.cleanup === true) return (await import("./cleanUp.ts")).cleanUp(invocation);
	const project = await openForReview(invocation, pageOf(invocation.env));
	const settings = ciSettings(project.config.project);
	const { base, ref } = await findBase(invocation, project, settings);
	const store = statesOfBase(settings.state, project.config.project.root, invocation);
	const files = await reviewFiles(invocation, project, {
		settings,
		before: async ({ lines }) => ({
			...(await baseState(invocation, project, { commit: base, store, lines })),
			commit: base,
			ref,
		}),
		...(isForksChange(invocation.env) ? { functionFile: baseFunctions(invocation, project, base) } : {}),
	});
	const events = openEvents(invocation, project);
	const say = (line: string): void => {
		if (invocation.output.verbosity >= 0) invocation.stderr.write(`${line}\n`);
	};
	const emit: Emit = (body, level) => {
		// What became of each node is in the review.
		if (body.event === "diagnostic") events(body, level);
	};
	let found = files.review;
	if (buildsToo(invocation)) {
		const { dataStage } = await import("./dataStage.ts");
		try {
			found = await dataStage(invocation, project, { review: found, settings, emit, say });
		} catch (error) {
			if (!(error instanceof OvertakenError)) throw error;
			for (const one of error.diagnostics) events({ event: "diagnostic", diagnostic: one }, "error");
			events.close();
			return 130;
		}
	}
	const review = createRedactor(project.config.secrets)(found);
	const { prefix: folder } = await repositoryOf(gitPlace(invocation, project.config.project.root));
	const prefix = folder === "" ? "" : `${folder}/`;
	const comment = writeReports(invocation, project, { review, prefix });
	files.keep();
	const refused =
		invocation.flags.extra.comment === true
			? await postComment(invocation, { project: review.project, text: comment })
			: null;
	for (const one of [...files.warnings, ...(refused === null ? [] : [refused])])
		events({ event: "diagnostic", diagnostic: one }, "warn");
	if (invocation.flags.extra.output === "json") invocation.stdout.write(`${JSON.stringify(review)}\n`);
	else invocation.stdout.write(invocation.stdout.isTTY ? terminalComment(comment) : comment);
	if (invocation.env.GITHUB_ACTIONS === "true") invocation.stdout.write(githubAnnotations(review, prefix));
	const { failOn } = invocation.flags.extra;
	const failed = fails(review, typeof failOn === "string" ? (failOn as FailOn) : settings.failOn);
	// Standard output is the comment's alone.
	const where = relative(invocation.cwd, project.config.targetDir) || ".";
	say(`comment.md, diff.json, tfm.sarif and ci.junit.xml are in ${where}`);
	events.close();
	return failed ? 1 : 0;
}

const fails = (review: ChangeReview, failOn: FailOn): boolean =>
	failOn === "error" ? errorsOf(review).length > 0 : failOn === "warn" && review.findings.length > 0;

/** Returns the comment. The summary of GitHub's step takes more than a comment. */
function writeReports(
	invocation: Invocation,
	{ config }: OpenProject,
	{ review, prefix }: { readonly review: ChangeReview; readonly prefix: string },
): string {
	const { env, clock } = invocation;
	const url = pageOf(env);
	const write = (file: string, text: string) => writeWhole(join(config.targetDir, file), [text]);
	const comment = markdownComment(review, { limit: COMMENT_LIMIT, more: url });
	write("comment.md", comment);
	write("diff.json", diffJson(review, { generatedAt: clock().toISOString(), url }));
	write("tfm.sarif", sarifLog(review, prefix));
	write("ci.junit.xml", junitXml(review));
	const { GITHUB_STEP_SUMMARY: summary } = env;
	if (summary !== undefined && summary !== "")
		appendFileSync(summary, markdownComment(review, { limit: SUMMARY_LIMIT, more: null }));
	return comment;
}

/** The page of this job; null: no service that is known runs it. */
function pageOf(env: Invocation["env"]): string | null {
	const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository, GITHUB_RUN_ID: run } = env;
	if (server && repository && run) return `${server}/${repository}/actions/runs/${run}`;
	return env.CI_JOB_URL ?? null;
}
