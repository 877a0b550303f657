/**
 * The configuration of one invocation: where the project is, what its files say, which database it runs on. Order as
 * in dbt: environment (`.env` under the shell), project folder, `profile:`, profiles.yml, then the project file with
 * `target` at hand, then packages. Every mistake in every YAML file is collected and thrown once.
 */
import { dirname, resolve } from "node:path";
import type { Config } from "../core/config.ts";
import { type Diagnostic, fail, TfmError } from "../core/diagnostic.ts";
import type { Flags } from "../core/invocation.ts";
import type { TemplateMessage } from "../core/request.ts";
import { type Environment, isSecretName, readEnvironment, setting } from "./environment.ts";
import {
	buildProject,
	hasProject,
	loadProject,
	type ProjectLoading,
	readProfileName,
	readProjectFiles,
	readVarsFile,
} from "./loadProject.ts";
import { type ProjectPackages, projectPackages } from "./packageReader.ts";
import { loadPackages } from "./packages.ts";
import { embeddedTarget, resolveProfile } from "./profile.ts";
import { type ReadSecretCommand, shellSecretCommand } from "./secretCommand.ts";
import { readSelectorsFile } from "./selectorsFile.ts";
import { yamlScope } from "./yamlScope.ts";

export { flagsFromEnvironment, readEnvironment } from "./environment.ts";
export type { Environment, ProjectLoading, ReadSecretCommand };
export { loadProject, shellSecretCommand };

/** What `deps` reads of a project and its packages; remarks are added to `warnings`, what templates say to `said`. */
export const packagesOf = (config: Config, warnings: Diagnostic[], said: TemplateMessage[] = []): ProjectPackages =>
	projectPackages({
		root: config.project.root,
		scope: yamlScope({ env: config.env ?? {}, vars: config.cliVars, secrets: true, said, reader: "packages.yml" }),
		warnings,
	});

export interface ConfigRequest {
	/** Absolute. */
	readonly cwd: string;
	readonly flags: Flags;
	/** The shell's; `.env` in cwd fills what is not set. */
	readonly env: Environment;
	/** The command being run; `deps` and `clean` do without profile and packages. */
	readonly command: string;
	/** For `{command: …}` in profiles.yml. */
	readonly readSecretCommand: ReadSecretCommand;
	/** No database is asked: profiles.yml is not looked for. */
	readonly withoutProfile?: boolean;
	/** Instead of the user's home folder. */
	readonly home?: string;
}

/** The project's folder: --project-dir, the variable, or the nearest one at or above cwd. Throws TFM-CONFIG-001. */
export function findProjectDir(request: {
	readonly cwd: string;
	readonly flags: Pick<Flags, "projectDir">;
	readonly env: Environment;
}): string {
	const { cwd, flags, env } = request;
	const named = flags.projectDir ?? setting(env, "PROJECT_DIR")?.value;
	if (named !== undefined) {
		const dir = resolve(cwd, named);
		return hasProject(dir) ? dir : fail("TFM-CONFIG-001", { dir, searchedParents: false });
	}
	for (let dir = resolve(cwd); ; dir = dirname(dir)) {
		if (hasProject(dir)) return dir;
		if (dir === dirname(dir)) return fail("TFM-CONFIG-001", { dir: cwd, searchedParents: true });
	}
}

/** dbt does without a profile here, too: a build server may fetch packages before it knows a password. */
const WITHOUT_PROFILE: ReadonlySet<string> = new Set(["deps", "clean"]);
const WITHOUT_PACKAGES: ReadonlySet<string> = new Set(["deps", "clean", "debug", "init"]);

function versionIsChecked(flags: Flags, env: Environment, projectFlags: { readonly [key: string]: unknown }): boolean {
	const off = (value: unknown): boolean => value === false || /^(?:0|false|f|no|n|off)$/i.test(String(value ?? ""));
	const variable = setting(env, "VERSION_CHECK")?.value;
	const given = flags.extra.versionCheck ?? variable ?? projectFlags.version_check;
	return !off(given);
}

/** Throws a TfmError with all that is wrong; remarks are in `warnings`. */
export async function loadConfig(request: ConfigRequest): Promise<Config> {
	const { cwd, flags } = request;
	const env = readEnvironment(cwd, request.env);
	const root = findProjectDir({ cwd, flags, env });
	const problems: Diagnostic[] = [];
	const warnings: Diagnostic[] = [];
	const cliVars = Object.freeze({ ...flags.vars });

	const files = readProjectFiles(root, root, problems);
	if (files === undefined) throw new TfmError(problems);
	const before = yamlScope({ env, vars: cliVars, secrets: false, reader: files.main.file });
	const projectProfile = readProfileName(files, before, problems);
	const { readSecretCommand } = request;
	const home = request.home === undefined ? {} : { home: request.home };
	const shared = { cwd, projectRoot: root, flags, env, projectProfile, readSecretCommand, problems, warnings, ...home };
	// A name that does not render is one mistake, not two.
	const profile =
		problems.length > 0
			? undefined
			: request.withoutProfile === true || WITHOUT_PROFILE.has(request.command)
				? { target: embeddedTarget(flags), secrets: [] }
				: await resolveProfile(shared);

	const target = profile?.target ?? embeddedTarget(flags);
	const vars = { ...readVarsFile(files), ...cliVars };
	const lenient = request.command === "deps";
	const said: TemplateMessage[] = [];
	const scope = yamlScope({ env, vars, secrets: false, target, lenient, said, reader: files.main.file });
	const secretScope = yamlScope({ env, vars: cliVars, secrets: true, said, reader: "packages.yml" });
	const written = files.main.value;
	const projectFlags = typeof written === "object" && written !== null && "flags" in written ? written.flags : {};
	const checkVersion = versionIsChecked(flags, env, (projectFlags ?? {}) as { readonly [key: string]: unknown });
	const loading = { scope, secretScope, problems, warnings, checkVersion };
	const alertScope = yamlScope({ env, vars, secrets: true, target, reader: files.main.file });
	const project = buildProject(files, root, { ...loading, alertScope });
	const packages = project === undefined || WITHOUT_PACKAGES.has(request.command) ? [] : loadPackages(project, loading);
	const selectors = readSelectorsFile(root, loading);
	if (problems.length > 0 || project === undefined || profile === undefined) throw new TfmError(inOrder(problems));

	const logDir = flags.logPath ?? setting(env, "LOG_PATH")?.value;
	return Object.freeze({
		project,
		packages,
		target,
		cliVars,
		...(selectors === undefined ? {} : { selectors }),
		env,
		checkVersion,
		secrets: Object.freeze(
			[
				...new Set([...profile.secrets, ...secretsIn(env), ...secretsIn(cliVars), ...(project.alerts?.secrets ?? [])]),
			].sort(),
		),
		targetDir: resolve(root, flags.targetPath ?? setting(env, "TARGET_PATH")?.value ?? project.targetPath),
		logDir: logDir === undefined ? resolve(root, project.logPath) : resolve(cwd, logDir),
		warnings: Object.freeze(inOrder(warnings)),
		said: Object.freeze(said),
	});
}

/** Values under names that dbt calls secret, in the environment or given with --vars. */
const secretsIn = (values: { readonly [name: string]: unknown }): string[] =>
	Object.entries(values).flatMap(([name, value]) =>
		isSecretName(name) && typeof value === "string" && value !== "" ? [value] : [],
	);

/** By file, line and column, each mistake once. */
function inOrder(problems: readonly Diagnostic[]): Diagnostic[] {
	const key = (d: Diagnostic) =>
		`${d.at?.file ?? ""}\0${String(d.at?.line ?? 0).padStart(8, "0")}\0${String(d.at?.column ?? 0).padStart(8, "0")}`;
	const seen = new Set<string>();
	return [...problems]
		.sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0))
		.filter((d) => {
			const identity = `${key(d)}\0${d.code}\0${d.message}`;
			return seen.has(identity) ? false : seen.add(identity) !== undefined;
		});
}
