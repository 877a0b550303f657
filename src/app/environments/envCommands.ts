/** `tfm env create`, `list`, `drop`: schemas of a person, beside those that readers see. */
import { setTimeout as pause } from "node:timers/promises";
import type { Adapter } from "../../core/adapter.ts";
import { fail } from "../../core/diagnostic.ts";
import type { ExitCode, Invocation } from "../../core/invocation.ts";
import type { EnvironmentStore, IsolatedEnvironment } from "../../core/isolatedEnvironment.ts";
import { createStateStore } from "../../history/stateStore.ts";
import { printTable } from "../../report/report.ts";
import { openAdapter } from "../openAdapter.ts";
import { type OpenProject, openProject } from "../openProject.ts";
import { claimEnvironment } from "./claimEnvironment.ts";
import { dropEnvironment } from "./dropEnvironment.ts";
import { requireEnvironment } from "./enterEnvironment.ts";
import { closeEnvironment } from "./joinEnvironment.ts";
import { environmentNamed, placeInEnvironment } from "./placeInEnvironment.ts";
import { shownSchemas, targetSchema } from "./placeProject.ts";
import { relationsOf } from "./relationsElsewhere.ts";

interface Opened {
	readonly project: OpenProject;
	readonly adapter: Adapter;
	readonly store: EnvironmentStore;
}

async function withEnvironments(
	invocation: Invocation,
	work: (opened: Opened) => Promise<ExitCode>,
): Promise<ExitCode> {
	const project = await openProject(invocation);
	const adapter = await openAdapter(project.config, invocation);
	try {
		const state = await createStateStore(adapter.facts.type);
		return await work({ project, adapter, store: state.environments });
	} finally {
		await adapter.close();
	}
}

export async function createEnvironment(invocation: Invocation): Promise<ExitCode> {
	const { name: written, defer: asked } = invocation.flags.extra;
	const name = environmentNamed(written);
	return withEnvironments(invocation, async ({ project, adapter, store }) => {
		const { targetName } = project.config.target;
		const defer = typeof asked === "string" ? asked : targetName;
		// That the other target can be read is found out now.
		await relationsOf(invocation, project, defer);
		const state = await createStateStore(adapter.facts.type);
		const { projectName } = project.manifest;
		const schema = targetSchema(placeInEnvironment(project, name));
		await adapter.withSession(async (session) => {
			const access = await state.access(session);
			if (access.kind === "refused") fail("TFM-DB-022", access);
			await state.migrate(session);
			const before = await store.find(session, projectName, name);
			if (before !== null) fail("TFM-ENV-006", { name, owner: before.owner });
			const done = await store.register(session, {
				project: projectName,
				name,
				purpose: "development",
				owner: invocation.host.user,
				target: targetName,
				defer,
				pull: null,
				commit: null,
				createdAt: project.startedAt.toISOString(),
				expiresAt: null,
				runId: null,
				schemas: [schema],
			});
			if (done.kind === "refused") fail("TFM-ENV-002", { name, inTheWay: done.inTheWay });
		});
		// Layers have schemas of their own.
		const where = project.config.project.layering === null ? schema : `schemas that end in __${name}`;
		invocation.stdout.write(
			`${name} is there, and empty: what is not built in it is read where the target ${defer} has it\n  tfm run --env ${name} --select MODEL builds in ${where}\n`,
		);
		return 0;
	});
}

export async function listEnvironments(invocation: Invocation): Promise<ExitCode> {
	return withEnvironments(invocation, async ({ project, adapter, store }) => {
		const rows = await adapter.withSession((session) => store.list(session, project.manifest.projectName));
		if (invocation.flags.extra.output === "json") {
			invocation.stdout.write(`${JSON.stringify(rows, null, 2)}\n`);
			return 0;
		}
		const day = (at: string | null): string => at?.slice(0, 10) ?? "never";
		const cells = rows.map((row) => [
			row.name,
			row.owner,
			row.defer,
			day(row.createdAt),
			day(row.expiresAt),
			shownSchemas(row.schemas),
		]);
		const columns = ["name", "owner", "reads", "created", "expires", "schemas"].map((name) => ({
			name,
			type: "text",
			family: "text" as const,
		}));
		invocation.stdout.write(
			rows.length === 0
				? "there are none\n"
				: printTable({ columns, rows: cells, rowCount: cells.length, status: "SELECT" }, "text"),
		);
		return 0;
	});
}

export async function dropEnvironmentCommand(invocation: Invocation): Promise<ExitCode> {
	return withEnvironments(invocation, async ({ project, adapter }) => {
		const name = String(invocation.flags.extra.name ?? "");
		const row = await requireEnvironment(adapter, project.manifest.projectName, name);
		await stopAndDrop(invocation, { adapter, row, runId: project.runId });
		invocation.stdout.write(`${name} is gone: ${shownSchemas(row.schemas)}\n`);
		return 0;
	});
}

/** A pull request's run that works in it is told to stop; any run is waited for. Then it is dropped. */
export async function stopAndDrop(
	invocation: Pick<Invocation, "signal" | "flags" | "stderr">,
	about: {
		readonly adapter: Adapter;
		readonly row: IsolatedEnvironment;
		readonly runId: string;
	},
): Promise<void> {
	const { adapter, row, runId } = about;
	const state = await createStateStore(adapter.facts.type);
	const { environments: store } = state;
	const sleep = (ms: number, signal: AbortSignal) => pause(ms, undefined, { signal });
	if (row.purpose === "ci") {
		const claim = await claimEnvironment({ adapter, store, invocation, sleep }, { ...row, runId });
		await claim.stop();
	} else {
		const waiting = (run: string) => void invocation.stderr.write(`waiting for the run ${run} in ${row.name}\n`);
		await closeEnvironment({ adapter, state, invocation, sleep }, { ...row, runId }, waiting);
	}
	await dropEnvironment(adapter, store, { ...row, runId });
}
