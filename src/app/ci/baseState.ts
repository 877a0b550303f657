import { type Diagnostic, diagnostic } from "../../core/diagnostic.ts";
import type { Invocation } from "../../core/invocation.ts";
import { PROJECT_STATE_SCHEMA, type ProjectState } from "../../core/projectState.ts";
import { TFM_VERSION } from "../../core/version.ts";
import { type KnownLines, parseProjectState } from "../../state/readProjectState.ts";
import { analyzeProject } from "../columnLineage/analyzeProject.ts";
import type { OpenProject } from "../openProject.ts";
import { ofBase, withBaseProject } from "./baseProject.ts";
import { describeState, targetText } from "./describeState.ts";
import { outOfTime } from "./outOfTime.ts";
import type { CommitStates } from "./stateStore.ts";

export interface BaseState {
	readonly state: ProjectState;
	/** `read`: its files were, in a worktree. */
	readonly from: "store" | "read";
	readonly warnings: readonly Diagnostic[];
}

/** Under which name a store keeps the state of a commit for the target that the command line names. */
export const stateKey = ({ config }: OpenProject, commit: string): string =>
	`${config.target.targetName.replace(/[^\w.-]/g, "_")}/${commit}.json`;

/** The state of a commit: from the store where it has a fitting one, else from its files. Throws TFM-CI-004. */
export async function baseState(
	invocation: Invocation,
	project: OpenProject,
	{
		commit,
		store,
		lines,
	}: {
		readonly commit: string;
		readonly store: CommitStates | null;
		/** Of the present state: most are the base's, too. */
		readonly lines: KnownLines;
	},
): Promise<BaseState> {
	const warnings: Diagnostic[] = [];
	const key = stateKey(project, commit);
	const text = store === null ? null : await store.get(key);
	if (store !== null && text !== null) {
		const read = parseProjectState(text, lines);
		const fits = "state" in read ? fitting(read.state, project) : read;
		if ("state" in fits) return { state: fits.state, from: "store", warnings };
		const facts = { file: store.nameOf(key), commit, problem: fits.problem };
		warnings.push(diagnostic("TFM-CI-007", facts, { severity: "warning" }));
	}
	return { state: await readBase(invocation, project, commit), from: "read", warnings };
}

/** Another version of tfm has other defaults, another target other configuration. */
export function fitting(
	kept: ProjectState,
	{ config }: OpenProject,
): { readonly state: ProjectState } | { readonly problem: string } {
	const target = targetText(config);
	if (kept.target !== target) return { problem: `it is of the target ${kept.target}, this is ${target}` };
	return kept.tfm_version === TFM_VERSION
		? { state: kept }
		: { problem: `tfm ${kept.tfm_version} wrote it, this is ${TFM_VERSION}` };
}

/** The project began with this change. */
export const emptyState = ({ manifest, config }: OpenProject, commit: string): ProjectState => ({
	schema_version: PROJECT_STATE_SCHEMA,
	tfm_version: TFM_VERSION,
	project: manifest.projectName,
	target: targetText(config),
	commit,
	nodes: {},
});

const readBase = (invocation: Invocation, project: OpenProject, commit: string): Promise<ProjectState> =>
	withBaseProject(invocation, project, {
		commit,
		work: async (base) =>
			base === null
				? emptyState(project, commit)
				: ofBase(commit, async () =>
						describeState(base.project, await analyzeProject(base.invocation, outOfTime(base.project)), commit),
					),
	});
