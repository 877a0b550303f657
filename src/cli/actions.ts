import type { ExitCode, Invocation } from "../core/invocation.ts";
import type { CommandName } from "./commandTable.ts";

export type Action = (invocation: Invocation) => Promise<ExitCode>;

/** How each command's use case is fetched; the rest of tfm is imported only when a command runs. */
export type Actions = Readonly<Record<Exclude<CommandName, "completion">, () => Promise<Action>>>;

export const ACTIONS: Actions = {
	init: async () => (await import("../app/init.ts")).initProject,
	debug: async () => (await import("../app/debug.ts")).debugSetup,
	parse: async () => (await import("../app/parse.ts")).parseCommand,
	compile: async () => (await import("../app/compile.ts")).compileCommand,
	ls: async () => (await import("../app/ls.ts")).listNodes,
	run: async () => (await import("../app/run.ts")).runCommand,
	test: async () => (await import("../app/test.ts")).testCommand,
	build: async () => (await import("../app/build.ts")).buildCommand,
	seed: async () => (await import("../app/seed.ts")).seedCommand,
	profile: async () => (await import("../app/profile.ts")).profileCommand,
	diff: async () => (await import("../app/diffModel.ts")).diffCommand,
	backfill: async () => (await import("../app/backfill.ts")).backfillCommand,
	snapshot: async () => (await import("../app/snapshot.ts")).snapshotCommand,
	load: async () => (await import("../app/load.ts")).loadCommand,
	export: async () => (await import("../app/exportModel.ts")).exportCommand,
	watermark: async () => (await import("../app/watermark.ts")).watermarkCommand,
	show: async () => (await import("../app/show.ts")).showCommand,
	deps: async () => (await import("../app/deps.ts")).depsCommand,
	clean: async () => (await import("../app/clean.ts")).cleanCommand,
	"run-operation": async () => (await import("../app/runOperation.ts")).runOperation,
	publish: async () => (await import("../app/publish.ts")).publishCommand,
	rollback: async () => (await import("../app/rollback.ts")).rollbackCommand,
	history: async () => (await import("../app/history.ts")).historyCommand,
	clone: async () => (await import("../app/clone.ts")).cloneCommand,
	"source freshness": async () => (await import("../app/sourceFreshness.ts")).sourceFreshness,
	"docs generate": async () => (await import("../app/docsGenerate.ts")).docsGenerate,
	lineage: async () => (await import("../app/lineage.ts")).lineageCommand,
	check: async () => (await import("../app/check.ts")).checkCommand,
	"docs serve": async () => (await import("../app/docsServe.ts")).docsServe,
	"docs check": async () => (await import("../app/docsCheck.ts")).docsCheck,
	"state explain": async () => (await import("../app/explainState.ts")).explainCommand,
	ci: async () => (await import("../app/ci/ci.ts")).ciCommand,
	plan: async () => (await import("../app/plan.ts")).planCommand,
	"env create": async () => (await import("../app/environments/envCommands.ts")).createEnvironment,
	"env list": async () => (await import("../app/environments/envCommands.ts")).listEnvironments,
	"env drop": async () => (await import("../app/environments/envCommands.ts")).dropEnvironmentCommand,
	"state save": async () => (await import("../app/ci/saveState.ts")).saveStateCommand,
	"alerts test": async () => (await import("../app/alertsTest.ts")).alertsTest,
	"alerts list": async () => (await import("../app/alertsList.ts")).alertsList,
	"alerts check": async () => (await import("../app/alertsCheck.ts")).alertsCheck,
	retry: async () => (await import("../app/retry.ts")).retryCommand,
};
