import type { Invocation } from "../../core/invocation.ts";
import { type BaseCommit, mergeBase } from "../../git/git.ts";
import type { OpenProject } from "../openProject.ts";
import type { CiSettings } from "./ciSettings.ts";
import { gitPlace } from "./headState.ts";

/** Variables in which CI services name the target branch of the change. */
const TARGET_BRANCH = [
	"GITHUB_BASE_REF",
	"CI_MERGE_REQUEST_TARGET_BRANCH_NAME",
	"BITBUCKET_PR_DESTINATION_BRANCH",
	"SYSTEM_PULLREQUEST_TARGETBRANCH",
] as const;

/** The commit that this change began from. The command line, then the project file, then the CI service, then main. */
export function findBase(
	invocation: Invocation,
	{ config }: OpenProject,
	settings: Pick<CiSettings, "base">,
): Promise<BaseCommit> {
	const { base: asked } = invocation.flags.extra;
	const named = TARGET_BRANCH.map((name) => invocation.env[name]).find((value) => value !== undefined && value !== "");
	const service = named === undefined ? null : `origin/${named.replace(/^refs\/heads\//, "")}`;
	const ref = typeof asked === "string" ? asked : (settings.base ?? service ?? "origin/main");
	return mergeBase(gitPlace(invocation, config.project.root), ref);
}
