import type { CompilerPort } from "../core/compiler.ts";
import { type Diagnostic, TfmError } from "../core/diagnostic.ts";
import type { Manifest } from "../core/manifest.ts";
import { type NodeId, nodeId } from "../core/node.ts";
import type { NodeStatus, RunResult } from "../core/result.ts";
import type { DoneNode } from "./artifacts.ts";

export interface UnreadModels {
	readonly compiled: readonly (DoneNode & { readonly sql: string })[];
	/** What is wrong with the others. */
	readonly warnings: readonly Diagnostic[];
}

const DONE: ReadonlySet<NodeStatus> = new Set(["success", "pass", "warn", "no-op", "reused"]);

/**
 * Selected ephemeral models that nothing in the run has read, compiled for the artifacts as dbt does: not those that
 * read what failed or was skipped. One whose template asks the database is left out: nobody waits for its answer.
 */
export function compileUnread(
	{ manifest, compiler }: { readonly manifest: Manifest; readonly compiler: Pick<CompilerPort, "compileNode"> },
	selected: ReadonlySet<NodeId>,
	run: RunResult,
): UnreadModels {
	// One that its reader failed in has been told of.
	const read = new Set(
		run.results.flatMap(({ extra_ctes = [], failedIn }) => [
			...extra_ctes.map(({ id }) => id),
			...(failedIn === undefined ? [] : [nodeId(failedIn)]),
		]),
	);
	const broken = new Set(run.results.flatMap(({ unique_id: id, status }) => (DONE.has(status) ? [] : [id])));
	const isBroken = (id: NodeId): boolean => {
		if (broken.has(id)) return true;
		const node = manifest.nodes.get(id);
		return node?.config.materialized === "ephemeral" && node.depends_on.nodes.some(isBroken);
	};
	const compiled: (DoneNode & { readonly sql: string })[] = [];
	const warnings: Diagnostic[] = [];
	for (const id of [...selected].sort()) {
		const node = manifest.nodes.get(id);
		if (node?.resource_type !== "model" || node.config.materialized !== "ephemeral") continue;
		if (run.cancelled || read.has(id) || isBroken(id)) continue;
		try {
			const nothing = { entries: [], append: () => {} };
			const outcome = compiler.compileNode(id, nothing, { relationOf: () => undefined });
			if (outcome.kind === "compiled") compiled.push({ ...outcome.compiled, ran: false });
		} catch (error) {
			if (!(error instanceof TfmError)) throw error;
			warnings.push(...error.diagnostics.map((found) => ({ ...found, severity: "warning" as const })));
		}
	}
	return { compiled, warnings };
}
