import type { Finding } from "../../ci/changeReview.ts";
import type { Invocation } from "../../core/invocation.ts";
import type { NodeState, ProjectState } from "../../core/projectState.ts";
import { checkoutOf, type GitPlace } from "../../git/git.ts";
import type { KnownLines } from "../../state/readProjectState.ts";
import { type AnalysedProject, analyzeProject } from "../columnLineage/analyzeProject.ts";
import type { Surroundings } from "../columnLineage/surroundings.ts";
import type { OpenProject } from "../openProject.ts";
import { type Asked, askedIn } from "../parseCache/askedReads.ts";
import { amendState } from "./amendState.ts";
import { describeState } from "./describeState.ts";
import { readKnownState, recordAsked } from "./knownState.ts";
import { outOfTime } from "./outOfTime.ts";

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
	readonly surroundings: Surroundings | null;
	/** The text of state.json that it was made from, and the nodes that are others now. */
	readonly from: { readonly text: string; readonly changed: ReadonlyMap<string, NodeState> } | null;
	/** state.json holds it already. */
	readonly written: boolean;
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
		const { state, remarks, asked, surroundings, text } = known.kept;
		const as = { lines, analysed, surroundings };
		if (known.kind === "known") {
			const from = { text, changed: NOTHING };
			return { ...as, state: { ...state, commit }, remarks, asked, from, written: state.commit === commit };
		}
		const amended = await amendState(invocation, project, known.kept);
		if (amended !== null) {
			const { nodes: changed, ...rest } = amended;
			const nodes = { ...state.nodes, ...Object.fromEntries(changed) };
			return { ...as, ...rest, state: { ...state, commit, nodes }, from: { text, changed }, written: false };
		}
	}
	const { project: asked, reads } = recordAsked(project);
	const analysed = await analyzeProject(invocation, outOfTime(asked));
	return {
		state: describeState(asked, analysed, commit),
		lines,
		analysed: async () => analysed,
		remarks: null,
		asked: analysed.repeatable ? askedIn(reads) : null,
		surroundings: analysed.surroundings,
		from: null,
		written: false,
	};
}

const NOTHING: ReadonlyMap<string, NodeState> = new Map();
