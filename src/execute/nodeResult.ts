import { findNode } from "../core/manifest.ts";
import type { GraphNode, NodeId } from "../core/node.ts";
import type { HeldReason, NodeResult, Timing } from "../core/result.ts";
import type { Run } from "./run.ts";

/** What differs between results; everything left out is null, empty or zero. */
export type ResultFacts = Pick<NodeResult, "status"> &
	Partial<Omit<NodeResult, "unique_id" | "resource_type" | "layer">>;

export function graphNode(run: Run, id: NodeId): GraphNode {
	const node = findNode(run.job.manifest, id);
	if (node === undefined) throw new Error(`${id} is in the run but not in the manifest`);
	return node;
}

/** `node`: a node of the manifest, or what stands for one that it does not hold. */
export function nodeResult(
	node: Pick<GraphNode, "unique_id" | "resource_type" | "layer"> & { readonly relation_name?: string | null },
	facts: ResultFacts,
): NodeResult {
	return Object.freeze({
		unique_id: node.unique_id,
		resource_type: node.resource_type,
		layer: node.layer,
		message: null,
		failures: null,
		execution_time: 0,
		timing: [],
		thread_id: "",
		adapter_response: {},
		compiled: false,
		compiled_code: null,
		executed_code: null,
		relation_name: node.relation_name ?? null,
		diagnostic: null,
		published: null,
		held: null,
		sample: null,
		...facts,
	});
}

/** One line for run_results and the terminal: why a node has no result of its own. */
export function heldMessage(reason: HeldReason): string {
	switch (reason.kind) {
		case "test":
			return `Held back: ${reason.test} failed`;
		case "failed":
			return `Skipping: ${reason.node} failed`;
		case "gate":
			return `Held back: the gate of layer ${reason.layer} is closed`;
		case "publish_group":
			return `Held back: publish group ${reason.group} is incomplete`;
		case "publish":
			return `Not published (${reason.code}): ${reason.reason}`;
		case "upstream":
			return /^(?:unit_)?test\./.test(reason.node)
				? `Skipping: ${reason.node} failed`
				: `Skipping: it reads ${reason.node}, which failed or was held back`;
		case "fail_fast":
			return "Skipping due to fail_fast";
		case "connection":
			return "Skipping: the database cannot be reached";
		case "cancelled":
			return "Skipping: the run was cancelled";
		case "hook":
			return "Skipping: an on-run-start hook failed";
	}
}

/** Stamps of one node's two phases, in dbt's shape. */
export interface Stopwatch {
	/** The template is done, the plan begins. */
	readonly compiled: () => void;
	readonly read: () => Pick<NodeResult, "timing" | "execution_time">;
}

export function startStopwatch(clock: () => Date): Stopwatch {
	const started = clock();
	let compiledAt: Date | null = null;
	return {
		compiled: () => {
			compiledAt = clock();
		},
		read: () => {
			const ended = clock();
			const phase = (name: Timing["name"], from: Date, to: Date): Timing => ({
				name,
				started_at: from.toISOString(),
				completed_at: to.toISOString(),
			});
			return {
				execution_time: (ended.getTime() - started.getTime()) / 1000,
				timing: [
					phase("compile", started, compiledAt ?? ended),
					...(compiledAt === null ? [] : [phase("execute", compiledAt, ended)]),
				],
			};
		},
	};
}
