/**
 * Nodes whose own materialization works on the published relation, as in dbt: it neither has a candidate nor waits for
 * a gate. Without layers every such node does; in a layered project its author has to say so.
 */
import type { CompilerPort } from "../core/compiler.ts";
import { type Diagnostic, diagnostic, TfmError } from "../core/diagnostic.ts";
import type { BuildableNode } from "../core/plan.ts";
import type { RunJob, RunPorts } from "../core/ports.ts";
import type { RunGraph } from "./runGraph.ts";

export const worksInPlace = (
	{ job, ports }: { readonly job: RunJob; readonly ports: Pick<RunPorts, "compiler"> },
	node: BuildableNode,
): boolean =>
	node.resource_type === "function" ||
	(ports.compiler.materializationOf(node.unique_id) !== null &&
		(job.layering === null || node.config.publish === "direct"));

/** Refuses, before anything runs and all at once, what cannot be built (TFM-RUN-025). */
export function checkInPlace(job: RunJob, graph: RunGraph, compiler: CompilerPort): void {
	const wrong: Diagnostic[] = [];
	for (const task of graph.tasks.values()) {
		if (task.kind !== "build") continue;
		const { node } = task;
		const own = compiler.materializationOf(node.unique_id);
		// A function is no relation: there is nothing to build aside, in layers as without.
		if (own === null || node.resource_type === "function") continue;
		const at = { at: node.location };
		if (job.layering !== null && node.config.publish == null) {
			const { materialized } = node.config;
			const facts = { node: node.name, materialized, macro: own.macro, layer: node.layer };
			wrong.push(diagnostic("TFM-RUN-025", facts, at));
		}
	}
	if (wrong.length > 0) throw new TfmError(wrong);
}
