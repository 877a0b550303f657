import { copyFileSync, existsSync, mkdirSync, symlinkSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { type Diagnostic, diagnostic, TfmError } from "../../core/diagnostic.ts";
import type { Invocation } from "../../core/invocation.ts";
import { PROJECT_STATE_SCHEMA, type ProjectState } from "../../core/projectState.ts";
import { TFM_VERSION } from "../../core/version.ts";
import { repositoryOf, withWorktree } from "../../git/git.ts";
import { readProjectState } from "../../state/readProjectState.ts";
import { analyzeProject } from "../columnLineage/analyzeProject.ts";
import { type OpenProject, openProject } from "../openProject.ts";
import { describeState, targetText } from "./describeState.ts";
import { gitPlace, outOfTime } from "./headState.ts";
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
	{ commit, store }: { readonly commit: string; readonly store: CommitStates | null },
): Promise<BaseState> {
	const warnings: Diagnostic[] = [];
	const text = store === null ? null : await store.get(stateKey(project, commit));
	if (store !== null && text !== null) {
		const kept = readProjectState(text, `the state of ${commit.slice(0, 10)} in ${store.where}`);
		const fits = kept === null ? { problem: "it has another format" } : fitting(kept, project);
		if ("state" in fits) return { state: fits.state, from: "store", warnings };
		warnings.push(diagnostic("TFM-CI-007", { where: store.where, problem: fits.problem }, { severity: "warning" }));
	}
	return { state: await readBase(invocation, project, commit), from: "read", warnings };
}

/** Another version of tfm has other defaults, another target other configuration. */
function fitting(
	kept: ProjectState,
	{ config }: OpenProject,
): { readonly state: ProjectState } | { readonly problem: string } {
	const target = targetText(config);
	if (kept.target !== target) return { problem: `it is of the target ${kept.target}, this is ${target}` };
	return kept.tfm_version === TFM_VERSION
		? { state: kept }
		: { problem: `tfm ${kept.tfm_version} wrote it, this is ${TFM_VERSION}` };
}

const PROJECT_FILES = ["tfm_project.yml", "dbt_project.yml"];
/** In the worktree, and gone with it. */
const TARGET = "target";

/** The project began with this change. */
const emptyState = ({ manifest, config }: OpenProject, commit: string): ProjectState => ({
	schema_version: PROJECT_STATE_SCHEMA,
	tfm_version: TFM_VERSION,
	project: manifest.projectName,
	target: targetText(config),
	commit,
	nodes: {},
});

function readBase(invocation: Invocation, project: OpenProject, commit: string): Promise<ProjectState> {
	const { root, packagesInstallPath } = project.config.project;
	const place = gitPlace(invocation, root);
	return withWorktree(place, commit, async (dir) => {
		const { prefix } = await repositoryOf(place);
		const baseRoot = join(dir, prefix);
		// Packages are installed, not committed: those of this change stand for the base's.
		const packages = join(root, packagesInstallPath);
		if (existsSync(packages) && existsSync(baseRoot) && !existsSync(join(baseRoot, packagesInstallPath)))
			symlinkSync(packages, join(baseRoot, packagesInstallPath));
		if (!PROJECT_FILES.some((file) => existsSync(join(baseRoot, file)))) return emptyState(project, commit);
		// What the head's SQL was found to mean need not be found again for the base's.
		const answers = join(project.config.targetDir, "analysis.tfm.json");
		if (existsSync(answers)) {
			mkdirSync(join(baseRoot, TARGET), { recursive: true });
			copyFileSync(answers, join(baseRoot, TARGET, "analysis.tfm.json"));
		}
		try {
			const asked = atBase(invocation, project, baseRoot);
			const opened = await openProject(asked);
			return describeState(opened, await analyzeProject(asked, outOfTime(opened)), commit);
		} catch (error) {
			if (!(error instanceof TfmError)) throw error;
			throw new TfmError([diagnostic("TFM-CI-004", { commit }), ...error.diagnostics.map(withoutPlace)], {
				cause: error,
			});
		}
	});
}

/** Places are in files that are gone by the time that they are shown. */
const withoutPlace = ({ at, source: _, ...problem }: Diagnostic): Diagnostic =>
	at === undefined ? problem : { ...problem, message: `${at.file}:${at.line}: ${problem.message}` };

/** The same command in another folder: the profile and the environment stay those of this one. */
function atBase({ log: _, ...invocation }: Invocation, { config }: OpenProject, root: string): Invocation {
	const { projectDir: __, ...flags } = invocation.flags;
	const { file } = config.target;
	return {
		...invocation,
		cwd: root,
		env: config.env ?? invocation.env,
		flags: {
			...flags,
			...(file === null ? {} : { profilesDir: dirname(resolve(config.project.root, file)) }),
			targetPath: TARGET,
		},
	};
}
