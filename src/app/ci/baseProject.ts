import { copyFileSync, existsSync, mkdirSync, symlinkSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { type Diagnostic, diagnostic, TfmError } from "../../core/diagnostic.ts";
import type { Invocation } from "../../core/invocation.ts";
import { repositoryOf, withWorktree } from "../../git/git.ts";
import { type OpenProject, openProject } from "../openProject.ts";
import { gitPlace } from "./headState.ts";

const PROJECT_FILES = ["tfm_project.yml", "dbt_project.yml"];
/** In the worktree, and gone with it. */
const TARGET = "target";

export interface BaseProject {
	readonly project: OpenProject;
	/** The command as if it had been given in the base's folder. */
	readonly invocation: Invocation;
}

/**
 * The project at a commit, in a worktree that is there while `work` runs; null: the project began with this change.
 * Throws TFM-CI-004 with the base's own mistakes where it cannot be opened.
 */
export function withBaseProject<T>(
	invocation: Invocation,
	project: OpenProject,
	{ commit, work }: { readonly commit: string; readonly work: (base: BaseProject | null) => Promise<T> },
): Promise<T> {
	const { root, packagesInstallPath } = project.config.project;
	const place = gitPlace(invocation, root);
	return withWorktree(place, commit, async (dir) => {
		const { prefix } = await repositoryOf(place);
		const baseRoot = join(dir, prefix);
		// Packages are installed, not committed: those of this change stand for the base's.
		const packages = join(root, packagesInstallPath);
		if (existsSync(packages) && existsSync(baseRoot) && !existsSync(join(baseRoot, packagesInstallPath)))
			symlinkSync(packages, join(baseRoot, packagesInstallPath));
		if (!PROJECT_FILES.some((file) => existsSync(join(baseRoot, file)))) return work(null);
		// What the head's SQL was found to mean need not be found again for the base's.
		const answers = join(project.config.targetDir, "analysis.tfm.json");
		if (existsSync(answers)) {
			mkdirSync(join(baseRoot, TARGET), { recursive: true });
			copyFileSync(answers, join(baseRoot, TARGET, "analysis.tfm.json"));
		}
		const asked = atBase(invocation, project, baseRoot);
		return work({ project: await ofBase(commit, () => openProject(asked)), invocation: asked });
	});
}

/** Mistakes found in `work` are told as the base's (TFM-CI-004). */
export async function ofBase<T>(commit: string, work: () => Promise<T>): Promise<T> {
	try {
		return await work();
	} catch (error) {
		if (!(error instanceof TfmError)) throw error;
		throw new TfmError([diagnostic("TFM-CI-004", { commit }), ...error.diagnostics.map(withoutPlace)], {
			cause: error,
		});
	}
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
