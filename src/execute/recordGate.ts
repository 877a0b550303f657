import { diagnostic } from "../core/diagnostic.ts";
import type { NodeId } from "../core/node.ts";
import type { HeldReason } from "../core/result.ts";
import type { GateFailureRow, HeldRow } from "../core/state.ts";
import { repeatLost } from "./repeatable.ts";
import type { Run } from "./run.ts";
import type { Stage } from "./runGraph.ts";
import { unbuiltInput } from "./runTest.ts";
import { isFailure } from "./settle.ts";
import { databaseErrorOf, runBound } from "./statement.ts";

/**
 * Writes down what a gate holds back and why, with all that it takes to publish it, so that a person may let it through
 * later (`tfm publish`). Without this record the candidates can still be taken up by `tfm retry`.
 */
export async function recordGate(
	run: Run,
	layer: string,
	gate: { readonly stage: Stage; readonly held: ReadonlyMap<NodeId, HeldReason> },
): Promise<void> {
	const { adapter, emit, state } = run.ports;
	const about = { runId: run.job.runId, project: run.job.manifest.projectName, layer };
	const failures = gate.stage.ids.flatMap((node): GateFailureRow[] => {
		const result = run.results.get(node);
		const task = run.graph.tasks.get(node);
		if (result === undefined || !isFailure(result)) return [];
		if (task?.kind === "test" && unbuiltInput(run, task.node) !== null) return [];
		return [{ ...about, node, status: result.status, failures: result.failures }];
	});
	const held = [...gate.held].flatMap(([node, reason]): HeldRow[] => {
		const standing = run.standing.get(node);
		if (standing === undefined) return [];
		const { candidate, codeHash, inputsHash, builtBy, seedHash } = standing;
		return [{ ...about, node, reason, candidate, codeHash, inputsHash, builtBy, seedHash }];
	});
	const save = () =>
		adapter.withSession((session) => session.transaction(() => runBound(session, state.saveGate(failures, held))));
	try {
		await repeatLost({
			run,
			about: { node: null, what: `the record of the gate of ${layer}` },
			repeatable: true,
			work: save,
			recover: async () => undefined,
		});
	} catch (error) {
		if (run.stopReason() !== null) return;
		const refused = databaseErrorOf(error);
		if (refused === null) throw error;
		const facts = { node: `the record of the gate of ${layer}`, message: refused.message };
		emit({ event: "diagnostic", diagnostic: diagnostic("TFM-RUN-005", facts) }, "error");
	}
}
