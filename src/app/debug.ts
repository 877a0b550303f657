import { existsSync } from "node:fs";
import { isAbsolute, join, relative } from "node:path";
import { readEnvironment } from "../config/environment.ts";
import { findProjectDir, loadConfig, shellSecretCommand } from "../config/loadConfig.ts";
import { profilesDirs } from "../config/profile.ts";
import type { Adapter } from "../core/adapter.ts";
import type { Config } from "../core/config.ts";
import { DatabaseError } from "../core/databaseError.ts";
import { type Diagnostic, TfmError } from "../core/diagnostic.ts";
import type { Inspection } from "../core/inspection.ts";
import type { ExitCode, Invocation } from "../core/invocation.ts";
import { NOTHING_NAMED, type ProjectReach, type WrittenSchema } from "../core/projectReach.ts";
import { DBT_VERSION, TFM_VERSION } from "../core/version.ts";
import { judgeWarnings } from "../core/warningPolicy.ts";
import { createStateStore } from "../history/stateStore.ts";
import { printDiagnostics } from "../report/report.ts";
import { nativeReach } from "./nativeReach.ts";
import { engineOf, grantsOf, inspectDatabase, openAdapter } from "./openAdapter.ts";
import { resolveProject } from "./openProject.ts";
import { projectReach } from "./projectReach.ts";
import { readSourceLine } from "./readSourceLine.ts";

/**
 * Where the project's work takes it, and how many mistakes keep that from being known. Of a project that cannot be read
 * nothing is known but the profile's schema; in a layered one nothing need ever stand in that. The mistakes themselves
 * are for `tfm parse`: dbt's debug does not read the models.
 */
async function reachOf(
	invocation: Invocation,
	config: Config,
): Promise<{ readonly reach: ProjectReach; readonly mistakes: number }> {
	const { target, project } = config;
	const layered = project.layering !== null;
	let mistakes = 0;
	try {
		// What a profile says is not changed by packages, so that no command is called for a secret again.
		const { cwd, flags, env } = invocation;
		const { packages } = await loadConfig({ cwd, flags, env, command: "parse", readSecretCommand: async () => "" });
		const resolved = resolveProject(invocation, { ...config, packages }, invocation.clock());
		const { manifest, engine } = resolved;
		const reach = projectReach(manifest, engine.dialect, project.layering, nativeReach(resolved));
		if (reach.writes.length > 0) return { reach, mistakes };
	} catch (error) {
		if (!(error instanceof TfmError)) throw error;
		mistakes = error.diagnostics.filter(({ severity }) => severity === "error").length;
	}
	const { defaultQuoting, fold, storedDatabase } = engineOf(config, invocation).dialect;
	const own: WrittenSchema = {
		database: storedDatabase(target.database),
		schema: defaultQuoting.schema ? target.schema : fold(target.schema),
		makes: ["table", "view"],
	};
	const reach = {
		writes: layered ? [] : [own],
		reads: [],
		warehouses: [],
		named: NOTHING_NAMED,
		native: null,
		layered,
	};
	return { reach, mistakes };
}

/** What was left out of the checks, because the project cannot be read; of the embedded database there are none. */
function unreadProject(mistakes: number, { target, project }: Config): string {
	const said = `not read: the project has ${mistakes === 1 ? "a mistake" : `${mistakes} mistakes`}`;
	if (target.type === "pglite") return said;
	return `${said}, so ${project.layering === null ? "only the profile's schema" : "none of its schemas"} was looked at`;
}

/** Whether runs leave notes in the database; without layers they may go without. */
async function inspectNotes(adapter: Adapter, { project }: Config): Promise<readonly Inspection[]> {
	const state = await createStateStore(adapter.facts.type);
	const access = await adapter.withSession((session) => state.access(session));
	if (access.kind === "ready") return [];
	const grants = access.grants.join(" ");
	return project.layering === null
		? [{ name: "state", value: `runs without tfm's own tables: ${access.reason} (to have them: ${grants})` }]
		: [{ name: "state", value: access.reason, problem: grants }];
}

/** As dbt, which tells of profiles.yml without a project, too. */
function projectDirOr(fallback: string, where: Parameters<typeof findProjectDir>[0]): string {
	try {
		return findProjectDir(where);
	} catch (error) {
		if (!(error instanceof TfmError) || where.flags.projectDir !== undefined) throw error;
		return fallback;
	}
}

/** `--config-dir`: the folders in their order, and the file that is read. */
function sayConfigDir({ cwd, flags, env, stdout }: Invocation): void {
	const projectRoot = projectDirOr(cwd, { cwd, flags, env });
	const dirs = profilesDirs({ cwd, flags, env: readEnvironment(cwd, env), projectRoot });
	const read = dirs.find((dir) => existsSync(join(dir, "profiles.yml")));
	for (const dir of dirs) stdout.write(`${dir}${dir === read ? "  (profiles.yml is there, and is read)" : ""}\n`);
}

/** `--grants-sql`: what the target's role needs, for whoever may grant it. */
async function sayGrants(invocation: Invocation, config: Config): Promise<void> {
	const resolved = resolveProject(invocation, config, invocation.clock());
	const { manifest, engine } = resolved;
	const { project, target } = config;
	const reach = projectReach(manifest, engine.dialect, project.layering, nativeReach(resolved));
	const statements = await grantsOf(config, engine.dialect, reach);
	invocation.stdout.write(
		`-- What ${project.name} needs on target ${target.targetName}; each statement may be run again.\n${statements.map((sql) => `${sql}\n`).join("")}`,
	);
}

interface Checked {
	/** What to do about the checks that failed. */
	readonly problems: readonly string[];
	/** False: the project has mistakes, and what it works with was not looked at. */
	readonly read: boolean;
}

/** Each check as a line. */
async function checkDatabase(
	adapter: Adapter,
	{ invocation, config, say }: { invocation: Invocation; config: Config; say: (name: string, value: string) => void },
): Promise<Checked> {
	say("database", adapter.facts.version);
	await adapter.withSession((session) => session.query("select 1"));
	const problems: string[] = [];
	let mistakes = 0;
	const inspections: Inspection[] = [];
	if (invocation.flags.extra.connection !== true) {
		const found = await reachOf(invocation, config);
		mistakes = found.mistakes;
		if (mistakes > 0) say("models", unreadProject(mistakes, config));
		inspections.push(
			...(await inspectDatabase(adapter, config, found.reach)),
			...(await inspectNotes(adapter, config)),
		);
	}
	for (const { name, value, problem } of inspections) {
		say(name, problem === undefined ? value : `failed: ${value}`);
		if (problem !== undefined) problems.push(problem);
	}
	say("connection", "ok");
	return { problems, read: mistakes === 0 };
}

/** `tfm debug`: what tfm sees of the project, the profile and the database. Exit code 1 when a check fails, as in dbt. */
export async function debugSetup(invocation: Invocation): Promise<ExitCode> {
	const { cwd, flags, env, stdout, clock } = invocation;
	const say = (name: string, value: string) => stdout.write(`${`${name}`.padEnd(12)} ${value}\n`);
	const startedAt = clock();
	let root = cwd;
	let exitCode: ExitCode = 1;
	const tell = (diagnostics: readonly Diagnostic[]): void => {
		const now = clock();
		printDiagnostics(diagnostics, {
			output: invocation.output,
			env,
			stdout,
			stderr: invocation.stderr,
			now,
			readLine: readSourceLine(root),
			elapsedMs: now.getTime() - startedAt.getTime(),
		});
	};
	const load = async (command: string): Promise<Config> => {
		const readSecretCommand = shellSecretCommand({ env, cwd });
		const config = await loadConfig({ cwd, flags, env, command, readSecretCommand });
		root = config.project.root;
		// dbt ends here where a remark counts as an error, as every other command does.
		exitCode = 2;
		tell(judgeWarnings(config.warnings, flags));
		exitCode = 1;
		return config;
	};
	try {
		if (flags.extra.configDir === true) {
			sayConfigDir(invocation);
			return 0;
		}
		if (flags.extra.grantsSql === true) {
			// Packages make relations, too.
			await sayGrants(invocation, await load("parse"));
			return 0;
		}
		say("tfm", `${TFM_VERSION} (dbt ${DBT_VERSION} compatible)`);
		const config = await load("debug");
		const { project, target } = config;
		say("project", `${project.name} (${project.file})`);
		say(
			"layers",
			project.layering === null ? "none: runs as dbt does" : project.layering.layers.map((l) => l.name).join(", "),
		);
		say(
			"profile",
			target.file === null
				? "none: the embedded database"
				: `${target.profileName} (${isAbsolute(target.file) ? relative(cwd, target.file) : target.file})`,
		);
		say(
			"target",
			`${target.targetName}: ${target.type}, schema ${target.schema}, ${target.threads} ${target.threads === 1 ? "thread" : "threads"}`,
		);
		const adapter = await openAdapter(config, invocation);
		let next = "tfm run";
		try {
			const { problems, read } = await checkDatabase(adapter, { invocation, config, say });
			if (problems.length > 0) {
				stdout.write(`${problems.length} ${problems.length === 1 ? "check" : "checks"} failed. Next:\n`);
				for (const problem of problems) stdout.write(`  ${problem}\n`);
				if (!read) stdout.write("  tfm parse\n");
				return 1;
			}
			if (!read) next = "tfm parse";
		} finally {
			await adapter.close();
		}
		stdout.write(`All checks passed. Next: ${next}\n`);
		return 0;
	} catch (error) {
		if (invocation.signal.aborted) throw error;
		if (error instanceof DatabaseError) {
			say("connection", `failed: ${error.message}`);
			return 1;
		}
		if (!(error instanceof TfmError)) throw error;
		tell(error.diagnostics);
		return exitCode;
	}
}
