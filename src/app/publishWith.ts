import type { Adapter } from "../core/adapter.ts";
import { fail } from "../core/diagnostic.ts";
import type { ExitCode, Invocation } from "../core/invocation.ts";
import type { NodeId } from "../core/node.ts";
import type { RunJob, RunPorts } from "../core/ports.ts";
import type { RunResult } from "../core/result.ts";
import { suggestName } from "../core/suggestName.ts";
import { createStateStore } from "../history/stateStore.ts";
import { openEvents } from "./commandEvents.ts";
import { openAdapter } from "./openAdapter.ts";
import { type OpenProject, openProject } from "./openProject.ts";
import { createRunPorts, jobOf, summaryDocument } from "./runPorts.ts";
import { openWatchers } from "./runWatchers.ts";

interface Opened {
	readonly project: OpenProject;
	readonly ports: RunPorts;
	readonly job: (selected: ReadonlySet<NodeId>) => RunJob;
}

/** An option that the command cannot do without (TFM-CLI-005). */
export function needed(invocation: Invocation, key: string, says: string): string {
	const value = invocation.flags.extra[key];
	if (typeof value === "string" && value.trim() !== "") return value.trim();
	return fail("TFM-CLI-005", { argument: says, command: invocation.command });
}

/** The layer that the command names (TFM-SELECT-007). */
export function layerArgument(invocation: Invocation, project: OpenProject): string {
	const layer = String(invocation.flags.extra.layer ?? "");
	const known = project.config.project.layering?.layers.map((l) => l.name) ?? [];
	if (known.includes(layer)) return layer;
	return fail("TFM-SELECT-007", { layer, suggestion: suggestName(layer, known), known });
}

/**
 * What publish and rollback have in common: the project, its database and its events, opened around some work and
 * closed whatever happens. Neither run_results.json nor the notes of the last run are touched: `tfm retry` goes on
 * from the run that they are about.
 */
export async function publishWith(
	invocation: Invocation,
	work: (opened: Opened) => Promise<RunResult | null>,
): Promise<ExitCode> {
	const project = await openProject(invocation);
	layerArgument(invocation, project);
	const watchers = await openWatchers(invocation, project);
	const subscribers = [summaryDocument(invocation), ...watchers.map((watcher) => watcher.subscriber)];
	const events = openEvents(invocation, project, subscribers);
	let adapter: Adapter | undefined;
	let broken: unknown;
	try {
		const open = await openAdapter(project.config, invocation);
		adapter = open;
		const state = await createStateStore(open.facts.type);
		const ports = createRunPorts({ invocation, project, adapter: open, state, emit: events });
		// Hooks of the whole run belong to runs that build.
		const job = (selected: ReadonlySet<NodeId>): RunJob => ({
			...jobOf(invocation, project, { command: invocation.command, selected }, open),
			hooks: { start: [], end: [] },
		});
		return (await work({ project, ports, job }))?.exitCode ?? 0;
	} catch (error) {
		broken = error;
		throw error;
	} finally {
		for (const watcher of watchers) await watcher.finish({ adapter, emit: events, error: broken });
		events.close();
		await adapter?.close();
	}
}
