import type { Invocation } from "../../core/invocation.ts";
import type { ProjectState } from "../../core/projectState.ts";
import { askGit, type GitPlace } from "../../git/git.ts";
import { type AnalysedProject, analyzeProject } from "../columnLineage/analyzeProject.ts";
import type { OpenProject } from "../openProject.ts";
import { describeState } from "./describeState.ts";

export const gitPlace = ({ env, signal }: Invocation, dir: string): GitPlace => ({ dir, env, signal });

export interface HeadState {
	readonly analysed: AnalysedProject;
	readonly state: ProjectState;
}

const STILL = new Date("2020-01-01T00:00:00.000Z");

/**
 * The same project on a day that never ends, in a run without a name: SQL that holds the time or the run's id
 * (`run_started_at`, `invocation_id`) would be another one in each state.
 */
export function outOfTime(project: OpenProject): OpenProject {
	const { facts } = project;
	const invocation = {
		...facts.invocation,
		id: "00000000-0000-0000-0000-000000000000",
		startedAt: STILL,
		now: () => STILL.getTime(),
	};
	return { ...project, facts: { ...facts, invocation } };
}

/** The files as they lie on the disk; `commit` is HEAD where nothing but it is there. */
export async function headState(invocation: Invocation, project: OpenProject): Promise<HeadState> {
	const analysed = await analyzeProject(invocation, outOfTime(project));
	const place = gitPlace(invocation, project.config.project.root);
	const { code, stdout } = await askGit(place, ["status", "--porcelain", "--untracked-files=no", "--", "."]);
	const clean = code === 0 && stdout.trim() === "";
	const commit = clean ? (await askGit(place, ["rev-parse", "HEAD"])).stdout.trim() || null : null;
	return { analysed, state: describeState(project, analysed, commit) };
}
