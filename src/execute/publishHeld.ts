/**
 * `tfm publish`: a person lets through what a gate held back. Only the very candidates of that run, only with every
 * failed test accepted by name, and written down in the transaction that publishes.
 */
import type { Session } from "../core/adapter.ts";
import { fail } from "../core/diagnostic.ts";
import { findNode } from "../core/manifest.ts";
import type { NodeId } from "../core/node.ts";
import type { RunJob, RunPorts } from "../core/ports.ts";
import type { RunResult } from "../core/result.ts";
import type { AcceptanceRow, GateFailureRow, HeldRow, PastRun } from "../core/state.ts";
import { suggestName } from "../core/suggestName.ts";
import { publishOnly, type Ready } from "./publishOnly.ts";
import { standingCandidates } from "./reuse.ts";
import { projectTargetOf, type Run } from "./run.ts";

export interface LetThrough {
	readonly layer: string;
	/** The run whose gate closed. */
	readonly heldIn: string;
	/** Names or ids of tests. */
	readonly accept: readonly string[];
	readonly reason: string;
	/** Who answers for it. */
	readonly by: string;
	/** The command that would accept these tests, for the refusal. */
	readonly commandFor: (tests: readonly string[]) => string;
}

const RECENT = 3;

/** Fails with TFM-RUN-015 where the project has no such run on this target. */
export async function requireRun(job: RunJob, ports: RunPorts, session: Session, runId: string): Promise<PastRun> {
	const here = projectTargetOf(job);
	const found = await ports.state.findRun(session, runId);
	const { target = here.target, schema = here.schema } = found ?? {};
	if (found?.project === here.project && target === here.target && schema === here.schema) return found;
	const recent = (await ports.state.listRuns(session, here, RECENT)).map((row) => row.runId);
	return fail("TFM-RUN-015", { run: runId, recent });
}

interface Gate {
	readonly held: readonly HeldRow[];
	readonly failures: readonly GateFailureRow[];
}

async function readGate(job: RunJob, ports: RunPorts, session: Session, ask: LetThrough): Promise<Gate> {
	const { state } = ports;
	await state.migrate(session);
	await requireRun(job, ports, session, ask.heldIn);
	const all = await state.heldBy(session, ask.heldIn);
	const held = all.filter((row) => row.layer === ask.layer);
	const earlier = (await state.acceptancesOf(session, ask.heldIn)).find((row) => row.layer === ask.layer);
	if (held.length === 0 || earlier !== undefined) {
		const layers = [...new Set(all.map((row) => row.layer))].filter((name) => name !== ask.layer);
		const letThroughBy = earlier?.publishedBy ?? null;
		fail("TFM-RUN-016", { run: ask.heldIn, layer: ask.layer, held: layers, letThroughBy });
	}
	const failures = (await state.gateFailures(session, ask.heldIn)).filter((row) => row.layer === ask.layer);
	return { held, failures };
}

const isTest = (id: NodeId): boolean => id.startsWith("test.");

/** The tests that are accepted, by id; refuses what may not be let through. */
function weigh(job: RunJob, ask: LetThrough, { held, failures }: Gate): readonly NodeId[] {
	const { layer, heldIn: run } = ask;
	const nameOf = (id: NodeId): string => findNode(job.manifest, id)?.name ?? id;
	const broken = failures.filter((row) => !isTest(row.node)).map((row) => nameOf(row.node));
	const group = held.some((row) => row.reason.kind === "publish_group");
	const whole = job.layering?.gateScope === "layer";
	if (broken.length > 0 && (whole || group)) {
		const why = whole ? "gate_scope: layer publishes all or nothing" : "its publish group is incomplete";
		fail("TFM-RUN-018", { run, layer, failed: broken, why });
	}
	const tests = failures.filter((row) => isTest(row.node)).map((row) => row.node);
	const accepted = ask.accept.map((wanted) => {
		const found = tests.find((id) => id === wanted || nameOf(id) === wanted);
		if (found !== undefined) return found;
		const failed = tests.map(nameOf);
		return fail("TFM-RUN-020", { test: wanted, run, layer, failed, suggestion: suggestName(wanted, failed) });
	});
	const missing = tests.filter((id) => !accepted.includes(id)).map(nameOf);
	if (missing.length > 0) fail("TFM-RUN-017", { run, layer, missing, command: ask.commandFor(tests.map(nameOf)) });
	return [...new Set(accepted)].sort();
}

/** While the leases are held: the candidates are still those that the gate held back. */
async function requireSame(run: Run, session: Session, ask: LetThrough, held: readonly HeldRow[]): Promise<void> {
	const there = new Map((await standingCandidates(run, session)).map((row) => [row.node, row] as const));
	const changed = held.filter((row) => {
		const stands = there.get(row.node);
		return (
			stands === undefined ||
			!run.graph.tasks.has(row.node) ||
			stands.runId !== row.builtBy ||
			stands.codeHash !== row.codeHash ||
			stands.inputsHash !== row.inputsHash
		);
	});
	if (changed.length === 0) return;
	const names = changed.map((row) => findNode(run.job.manifest, row.node)?.name ?? row.node);
	fail("TFM-RUN-019", { run: ask.heldIn, layer: ask.layer, changed: names });
}

/** The job's own selection is replaced by what the gate held. Throws TfmError where it may not be let through. */
export async function publishHeld(job: RunJob, ports: RunPorts, ask: LetThrough): Promise<RunResult> {
	const { adapter, clock, state } = ports;
	const gate = await adapter.withSession((session) => readGate(job, ports, session, ask));
	const accepted = weigh(job, ask, gate);
	const { held } = gate;
	const find = async (run: Run, session: Session): Promise<Ready> => {
		await requireSame(run, session, ask, held);
		const rows = accepted.map(
			(test): AcceptanceRow => ({
				runId: ask.heldIn,
				project: job.manifest.projectName,
				layer: ask.layer,
				test,
				acceptedBy: ask.by,
				reason: ask.reason,
				acceptedAt: clock().toISOString(),
				publishedBy: job.runId,
			}),
		);
		return {
			members: held.map((row) => ({
				id: row.node,
				standing: {
					candidate: row.candidate,
					codeHash: row.codeHash,
					inputsHash: row.inputsHash,
					builtBy: row.builtBy,
					seedHash: row.seedHash,
				},
				message: `let through by ${ask.by}: ${ask.reason}`,
			})),
			alsoRecord: (published) => (published.length === 0 ? [] : state.saveAcceptances(rows)),
		};
	};
	const selected = new Set(held.map((row) => row.node));
	return publishOnly({ ...job, selected }, ports, { unit: ask.layer, find });
}
