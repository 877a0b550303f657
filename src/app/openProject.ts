import { randomUUID } from "node:crypto";
import { requireNoCatalogs } from "../config/catalogsFile.ts";
import { loadConfig, readEnvironment, shellSecretCommand } from "../config/loadConfig.ts";
import type { ProjectFacts } from "../context/context.ts";
import type { Config } from "../core/config.ts";
import type { Invocation } from "../core/invocation.ts";
import type { Manifest } from "../core/manifest.ts";
import type { Plain } from "../core/node.ts";
import type { TemplateMessage } from "../core/request.ts";
import { sampleWindow } from "../core/sample.ts";
import { sortDiagnostics } from "../core/sortDiagnostics.ts";
import { judgeWarnings } from "../core/warningPolicy.ts";
import type { Graph } from "../graph/graph.ts";
import { modelDeprecations } from "../manifest/modelDeprecations.ts";
import type { ParseOptions } from "../parse/parseProject.ts";
import { environmentNamed, placeInEnvironment } from "./environments/placeInEnvironment.ts";
import { type Engine, engineOf } from "./openAdapter.ts";
import { cacheUse, knowProject } from "./parseCache/knowProject.ts";

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
	/** What this reading is known by, the same as long as nothing changes; null: it is not kept. */
	readonly known: string | null;
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
		invocation: {
			id: runId,
			startedAt,
			flags: templateFlags(invocation, config),
			env,
			...(flags.sample === undefined ? {} : { sample: sampleWindow(flags.sample, startedAt) }),
		},
	};
	const { facts, manifest: built, graph, ...reading } = knowProject(config, options, cacheUse(invocation, config));
	const warnings = sortDiagnostics([
		...(invocation.remarks ?? []),
		...built.warnings,
		...modelDeprecations(built, startedAt),
	]);
	const manifest = Object.freeze({ ...built, warnings: judgeWarnings(warnings, flags) });
	const opened = Object.freeze({ config, engine, facts, manifest, graph, runId, startedAt, ...reading });
	const { env: within } = flags.extra;
	return within === undefined ? opened : placeInEnvironment(opened, environmentNamed(within));
}

/** Flags that templates of dbt projects may ask for and that change nothing here: dbt's defaults. */
const DBT_FLAGS = {
	CACHE_SELECTED_ONLY: false,
	INTROSPECT: true,
	LOG_CACHE_EVENTS: false,
	MAXIMUM_SEED_SIZE_MIB: 1,
	NO_PRINT: null,
	PARTIAL_PARSE: true,
	POPULATE_CACHE: true,
	SEND_ANONYMOUS_USAGE_STATS: false,
	STATIC_PARSER: true,
	USE_EXPERIMENTAL_PARSER: false,
	VERSION_CHECK: true,
	WARN_ERROR_OPTIONS: { error: [], warn: [], silence: [] },
} as const;

/** dbt's `flags` object, and what tfm's own macros need to know. */
function templateFlags(invocation: Invocation, config: Config): { readonly [name: string]: Plain } {
	const { flags, output } = invocation;
	return {
		...DBT_FLAGS,
		DEBUG: output.verbosity > 1,
		QUIET: output.verbosity < 0,
		USE_COLORS: output.color !== "never",
		PRINTER_WIDTH: output.width ?? 80,
		LOG_FORMAT: output.logFormat === "json" ? "json" : "default",
		WRITE_JSON: flags.writeJson,
		TARGET_PATH: flags.targetPath ?? null,
		LOG_PATH: flags.logPath ?? null,
		PROFILES_DIR: flags.profilesDir ?? null,
		PROJECT_DIR: flags.projectDir ?? null,
		...config.project.flags,
		WHICH: invocation.command,
		INVOCATION_COMMAND: invocation.commandLine,
		FULL_REFRESH: flags.fullRefresh,
		STORE_FAILURES: flags.storeFailures ?? false,
		FAIL_FAST: flags.failFast,
		EMPTY: flags.empty,
		DEFER: flags.defer,
		FAVOR_STATE: flags.favorState,
		WARN_ERROR: flags.warnError,
		INDIRECT_SELECTION: flags.indirectSelection ?? "eager",
		INJECT_EPHEMERAL_CTES: flags.extra.injectEphemeralCtes !== false,
		SCHEMA_NAMING: config.project.schemaNaming,
	};
}
