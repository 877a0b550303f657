import type { Finding } from "../../ci/changeReview.ts";
import type { Invocation } from "../../core/invocation.ts";
import type { ProjectState } from "../../core/projectState.ts";
import { checkoutOf, type GitPlace } from "../../git/git.ts";
import type { KnownLines } from "../../state/readProjectState.ts";
import { type AnalysedProject, analyzeProject } from "../columnLineage/analyzeProject.ts";
import type { OpenProject } from "../openProject.ts";
import { describeState } from "./describeState.ts";
import { type Asked, askedIn, readKnownState, recordAsked } from "./knownState.ts";

export const gitPlace = ({ env, signal }: Invocation, dir: string): GitPlace => ({ dir, env, signal });

export interface HeadState {
	readonly state: ProjectState;
	/** Lines of the state, where it was read from a file. */
	readonly lines: KnownLines;
	/** Done at the first call, where the state was known without. */
	readonly analysed: () => Promise<AnalysedProject>;
	/** What is known of the models beside their rules; null: not yet. */
	readonly remarks: readonly Finding[] | null;
	/** What templates asked; null: the state is not to be known for the next time. */
	readonly asked: Asked | null;
	/** state.json holds it already. */
	readonly written: boolean;
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
	const place = gitPlace(invocation, project.config.project.root);
	const checkout = await checkoutOf(place);
	const commit = checkout === null || checkout.uncommitted ? null : checkout.commit;
	const lines: KnownLines = new Map();
	const known = readKnownState(invocation, project, lines);
	if (known !== null) {
		let found: Promise<AnalysedProject> | undefined;
		const analysed = () => (found ??= analyzeProject(invocation, outOfTime(project)));
		const written = known.state.commit === commit;
		return { state: { ...known.state, commit }, lines, analysed, remarks: known.remarks, asked: known.asked, written };
	}
	const { project: asked, reads } = recordAsked(project);
	const analysed = await analyzeProject(invocation, outOfTime(asked));
	return {
		state: describeState(asked, analysed, commit),
		lines,
		analysed: async () => analysed,
		remarks: null,
		asked: analysed.repeatable ? askedIn(reads) : null,
		written: false,
	};
}
