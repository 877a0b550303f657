import type { Adapter } from "../../core/adapter.ts";
import type { Emit } from "../../core/events.ts";
import type { Invocation } from "../../core/invocation.ts";
import type { NodeId } from "../../core/node.ts";
import type { RunFlags } from "../../core/ports.ts";
import type { RunResult } from "../../core/result.ts";
import { executeRun } from "../../execute/executeRun.ts";
import { createForgetfulState } from "../../history/forgetfulState.ts";
import { createScratch } from "../openAdapter.ts";
import type { OpenProject } from "../openProject.ts";
import { requireInputs } from "../requireInputs.ts";
import { createRunPorts, jobOf } from "../runPorts.ts";

export interface BuildAside {
	readonly invocation: Invocation;
	/** Placed in an environment. */
	readonly project: OpenProject;
	readonly adapter: Adapter;
	readonly notebook: string;
	readonly selected: ReadonlySet<NodeId>;
	readonly flags: Partial<RunFlags>;
	readonly emit: Emit;
	readonly signal: AbortSignal;
}

/** A run in an environment that nobody will go back to: no notes, no history, no artifacts. Throws what a run throws. */
export async function buildAside(about: BuildAside): Promise<RunResult> {
	const { project, adapter, selected, emit, signal } = about;
	const invocation = { ...about.invocation, signal };
	const readable = await requireInputs(project, selected, adapter);
	const scratch = createScratch(invocation);
	try {
		const ports = createRunPorts({
			invocation,
			project,
			adapter,
			state: createForgetfulState(),
			emit,
			openScratch: scratch.open,
			selected: readable.selected,
		});
		const request = { command: "build", selected: readable.selected, flags: about.flags };
		const { history: _, ...job } = jobOf(invocation, project, request, adapter);
		return await executeRun({ ...job, manifest: { ...job.manifest, projectName: about.notebook } }, ports);
	} finally {
		await scratch.close();
	}
}
