import type { Candidate } from "../core/adapter.ts";
import { nodeId } from "../core/node.ts";
import type { HeldReason } from "../core/result.ts";
import type { AcceptanceRow, GateFailureRow, HeldRow, StateStore } from "../core/state.ts";
import { instant, json, type Row, type Tables, text, textOrNull } from "./tables.ts";

type GateRows = Pick<StateStore, "saveGate" | "gateFailures" | "heldBy" | "saveAcceptances" | "acceptancesOf">;

/** What gates held back and why, and what a person let through all the same. */
export function createGateRows({ table, rowsOf, upsertAll }: Tables): GateRows {
	return {
		saveGate: (failures, held) => [
			...upsertAll(
				"gate_failures",
				failures.map(({ runId: run_id, project, layer, node, status, failures: count }) => ({
					run_id,
					project,
					layer,
					node,
					status,
					failures: count,
				})),
				["run_id", "layer", "node"],
			),
			...upsertAll(
				"held",
				held.map((row, position) => ({
					run_id: row.runId,
					project: row.project,
					layer: row.layer,
					node: row.node,
					position,
					built_by: row.builtBy,
					code_hash: row.codeHash,
					inputs_hash: row.inputsHash,
					seed_hash: row.seedHash,
					candidate: JSON.stringify(row.candidate),
					reason: JSON.stringify(row.reason),
				})),
				["run_id", "layer", "node"],
			),
		],

		async gateFailures(session, run_id) {
			return (await rowsOf(session, table("gate_failures").where({ run_id }).orderBy(["layer", "node"]))).map(
				failureOf,
			);
		},

		async heldBy(session, run_id) {
			return (await rowsOf(session, table("held").where({ run_id }).orderBy(["layer", "position"]))).map(heldOf);
		},

		saveAcceptances: (rows) =>
			upsertAll(
				"acceptances",
				rows.map((row) => ({
					run_id: row.runId,
					layer: row.layer,
					test: row.test,
					project: row.project,
					accepted_by: row.acceptedBy,
					reason: row.reason,
					accepted_at: row.acceptedAt,
					published_by: row.publishedBy,
				})),
				["run_id", "layer", "test"],
			),

		async acceptancesOf(session, run_id) {
			return (await rowsOf(session, table("acceptances").where({ run_id }).orderBy(["layer", "test"]))).map(
				acceptanceOf,
			);
		},
	};
}

const failureOf = (row: Row): GateFailureRow => ({
	runId: text(row, "run_id"),
	project: text(row, "project"),
	layer: text(row, "layer"),
	node: nodeId(text(row, "node")),
	status: text(row, "status"),
	failures: row.failures === null ? null : Number(row.failures),
});

const heldOf = (row: Row): HeldRow => ({
	runId: text(row, "run_id"),
	project: text(row, "project"),
	layer: text(row, "layer"),
	node: nodeId(text(row, "node")),
	builtBy: text(row, "built_by"),
	codeHash: text(row, "code_hash"),
	inputsHash: text(row, "inputs_hash"),
	seedHash: textOrNull(row, "seed_hash"),
	candidate: json<Candidate>(row, "candidate"),
	reason: json<HeldReason>(row, "reason"),
});

const acceptanceOf = (row: Row): AcceptanceRow => ({
	runId: text(row, "run_id"),
	project: text(row, "project"),
	layer: text(row, "layer"),
	test: nodeId(text(row, "test")),
	acceptedBy: text(row, "accepted_by"),
	reason: text(row, "reason"),
	acceptedAt: instant(row, "accepted_at"),
	publishedBy: text(row, "published_by"),
});
