import { randomUUID } from "node:crypto";
import { requireNoCatalogs } from "../config/catalogsFile.ts";
import { loadConfig, readEnvironment, shellSecretCommand } from "../config/loadConfig.ts";
import type { ProjectFacts } from "../context/context.ts";
import type { Config } from "../core/config.ts";
import { fail } from "../core/diagnostic.ts";
import type { Invocation } from "../core/invocation.ts";
import type { Manifest } from "../core/manifest.ts";
import type { TemplateMessage } from "../core/request.ts";
import { sampleWindow } from "../core/sample.ts";
import { sortDiagnostics } from "../core/sortDiagnostics.ts";
import { hearTemplate, judgeWarnings, templateRulings } from "../core/warningPolicy.ts";
import type { Graph } from "../graph/graph.ts";
import { modelDeprecations } from "../manifest/modelDeprecations.ts";
import { projectConfigOf } from "../manifest/resolveConfig.ts";
import type { ParseOptions } from "../parse/parseProject.ts";
import { environmentNamed, placeInEnvironment } from "./environments/placeInEnvironment.ts";
import { type Engine, engineOf } from "./openAdapter.ts";
import { cacheUse, type KnownBy, knowProject } from "./parseCache/knowProject.ts";
import { templateFlags } from "./templateFlags.ts";

/** A project that has been read and resolved: what every command but init and clean begins with. */
export interface OpenProject {
	readonly config: Config;
	readonly engine: Engine;
	readonly facts: ProjectFacts;
	readonly manifest: Manifest;
	readonly graph: Graph;
	/** dbt's invocation_id, and the id of the run. */
	readonly runId: string;
	readonly startedAt: Date;
	/** `--env`: all of it stands in an isolated environment; `outside`: the same where readers see it (ADR 0050). */
	readonly environment?: { readonly name: string; readonly outside: Manifest };
	/** Why the files were parsed; null: nothing had changed since they were parsed last. */
	readonly read: string | null;
	/** What this reading is known by; null: it is not kept. */
	readonly known: KnownBy | null;
	/** What templates wrote with log() and print() while the files were parsed. */
	readonly said: readonly TemplateMessage[];
}

/**
 * disk → Config → ParsedProject → Manifest → Graph. Throws one TfmError with all the mistakes of the first stage that
 * finds any; nothing has touched the database by then.
 */
export async function openProject(invocation: Invocation): Promise<OpenProject> {
	const startedAt = invocation.clock();
	const config = await readConfig(invocation);
	requireNoCatalogs(config);
	return resolveProject(invocation, config, startedAt);
}

/** Project file, profile, variables and environment. */
export function readConfig({ cwd, flags, command, env }: Invocation): Promise<Config> {
	return loadConfig({ cwd, flags, env, command, readSecretCommand: shellSecretCommand({ env, cwd }) });
}

/** The same for what asks no database: profiles.yml is not looked for. */
export function readConfigWithoutProfile({ cwd, flags, command, env }: Invocation): Promise<Config> {
	const readSecretCommand = shellSecretCommand({ env, cwd });
	return loadConfig({ cwd, flags, env, command, readSecretCommand, withoutProfile: true });
}

/** Commands that render nothing but what reading asks for. */
const READS_ONLY: ReadonlySet<string> = new Set(["parse", "ls", "list"]);

/** The same for a Config that has been read. */
export function resolveProject(invocation: Invocation, config: Config, startedAt: Date): OpenProject {
	const { flags } = invocation;
	const env = readEnvironment(invocation.cwd, invocation.env);
	const engine = engineOf(config, invocation);
	const runId = invocation.log?.runId ?? invocation.env.TFM_INVOCATION_ID ?? randomUUID();
	const options: ParseOptions = {
		builtinMacroDirs: engine.macroDirs,
		dialect: engine.dialect,
		adapterType: engine.type,
		projectConfig: projectConfigOf(config),
		readsOnly: READS_ONLY.has(invocation.command),
		invocation: {
			id: runId,
			startedAt,
			flags: templateFlags(invocation, config),
			env,
			...(flags.sample === undefined ? {} : { sample: sampleWindow(flags.sample, startedAt) }),
		},
	};
	const {
		facts,
		manifest: built,
		graph,
		dated,
		...reading
	} = knowProject(config, options, cacheUse(invocation, config));
	const { refused } = hearTemplate(reading.said, templateRulings(flags));
	if (refused?.remark?.name === "JinjaLogWarning")
		fail("TFM-JINJA-023", { message: `${refused.remark.by} warns: ${refused.text}` });
	const warnings = sortDiagnostics([
		...(invocation.remarks ?? []),
		...built.warnings,
		...modelDeprecations(built, dated, startedAt),
	]);
	const manifest = Object.freeze({ ...built, warnings: judgeWarnings(warnings, flags) });
	const opened = Object.freeze({ config, engine, facts, manifest, graph, runId, startedAt, ...reading });
	const { env: within } = flags.extra;
	return within === undefined ? opened : placeInEnvironment(opened, environmentNamed(within));
}
