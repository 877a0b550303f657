import { isAbsolute, relative } from "node:path";
import { loadConfig, shellSecretCommand } from "../config/loadConfig.ts";
import type { Adapter } from "../core/adapter.ts";
import type { Config } from "../core/config.ts";
import { DatabaseError } from "../core/databaseError.ts";
import { type Diagnostic, TfmError } from "../core/diagnostic.ts";
import type { ExitCode, Invocation } from "../core/invocation.ts";
import { storedName } from "../core/storedName.ts";
import { DBT_VERSION, TFM_VERSION } from "../core/version.ts";
import { createStateStore } from "../history/stateStore.ts";
import { printDiagnostics } from "../report/report.ts";
import { type Inspection, inspectDatabase, openAdapter } from "./openAdapter.ts";
import { resolveProject } from "./openProject.ts";
import { readSourceLine } from "./readSourceLine.ts";

/**
 * Where the project's relations stand, sorted. Of a project that cannot be read nothing is known but the profile's
 * schema; in a layered one nothing need ever stand in that. The mistakes themselves are for `tfm parse`.
 */
function writtenSchemas(invocation: Invocation, config: Config): readonly string[] {
	const { target, project } = config;
	const schemas = new Set<string>();
	try {
		const { manifest, engine } = resolveProject(invocation, config, invocation.clock());
		for (const node of manifest.nodes.values()) {
			if (node.resource_type !== "model" && node.resource_type !== "seed" && node.resource_type !== "snapshot")
				continue;
			if (node.relation_name !== null) schemas.add(storedName(node, engine.dialect).schema);
		}
	} catch (error) {
		if (!(error instanceof TfmError)) throw error;
	}
	if (schemas.size === 0 && project.layering === null) schemas.add(target.schema);
	return [...schemas].sort();
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

/** `tfm debug`: what tfm sees of the project, the profile and the database. Exit code 1 when a check fails, as in dbt. */
export async function debugSetup(invocation: Invocation): Promise<ExitCode> {
	const { cwd, flags, env, stdout, clock } = invocation;
	const say = (name: string, value: string) => stdout.write(`${`${name}`.padEnd(12)} ${value}\n`);
	say("tfm", `${TFM_VERSION} (dbt ${DBT_VERSION} compatible)`);
	const startedAt = clock();
	let root = cwd;
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
	try {
		const config = await loadConfig({
			cwd,
			flags,
			env,
			command: "debug",
			readSecretCommand: shellSecretCommand({ env, cwd }),
		});
		const { project, target } = config;
		root = project.root;
		tell(config.warnings);
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
		try {
			say("database", adapter.facts.version);
			await adapter.withSession((session) => session.query("select 1"));
			const problems: string[] = [];
			for (const { name, value, problem } of [
				...(await inspectDatabase(adapter, config, writtenSchemas(invocation, config))),
				...(await inspectNotes(adapter, config)),
			]) {
				say(name, problem === undefined ? value : `failed: ${value}`);
				if (problem !== undefined) problems.push(problem);
			}
			say("connection", "ok");
			if (problems.length > 0) {
				stdout.write(`${problems.length} ${problems.length === 1 ? "check" : "checks"} failed. Next:\n`);
				for (const problem of problems) stdout.write(`  ${problem}\n`);
				return 1;
			}
		} finally {
			await adapter.close();
		}
		stdout.write("All checks passed. Next: tfm run\n");
		return 0;
	} catch (error) {
		if (error instanceof DatabaseError) {
			say("connection", `failed: ${error.message}`);
			return 1;
		}
		if (!(error instanceof TfmError)) throw error;
		tell(error.diagnostics);
		return 1;
	}
}
