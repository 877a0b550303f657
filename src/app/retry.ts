import { existsSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fail } from "../core/diagnostic.ts";
import type { ExitCode, Invocation } from "../core/invocation.ts";
import { findNode } from "../core/manifest.ts";
import { type NodeId, nodeId } from "../core/node.ts";
import { openProject } from "./openProject.ts";
import { runSelected } from "./runSelected.ts";

const RETRIED = new Set(["error", "fail", "skipped", "runtime error", "partial success"]);
const COMMANDS = new Set(["run", "build", "test", "seed", "load", "retry"]);

/**
 * `tfm retry`: what the last run failed, skipped or held, and nothing else. Candidates that it left are used again
 * where their code and inputs are unchanged; they are tested again, then published.
 */
export async function retryCommand(invocation: Invocation): Promise<ExitCode> {
	const project = await openProject(invocation);
	const path = join(project.config.targetDir, "run_results.json");
	const last = readLast(path, relative(project.config.project.root, path));
	if (!COMMANDS.has(last.command)) fail("TFM-APP-004", { command: last.command });
	const statuses = invocation.flags.warnError ? new Set([...RETRIED, "warn"]) : RETRIED;
	const selected = new Set<NodeId>();
	for (const { id, status } of last.results)
		if (statuses.has(status) && findNode(project.manifest, id) !== undefined) selected.add(id);
	// A held node is published only after its tests have passed again, so they come along even if they had passed.
	for (const test of project.manifest.nodes.values())
		if (
			test.resource_type === "test" &&
			last.results.some((r) => r.id === test.unique_id) &&
			test.depends_on.nodes.some((id) => selected.has(id))
		)
			selected.add(test.unique_id);
	if (selected.size === 0) {
		invocation.stdout.write("nothing to retry: all that ran last time succeeded\n");
		return 0;
	}
	return runSelected(invocation, project, {
		command: "retry",
		selected,
		warnings: [],
		flags: { reuse: true, testsBlock: last.command === "build", gates: last.gates },
	});
}

interface LastRun {
	readonly command: string;
	readonly gates: boolean;
	readonly results: readonly { readonly id: NodeId; readonly status: string }[];
}

function readLast(path: string, shown: string): LastRun {
	if (!existsSync(path)) fail("TFM-APP-002", { path: shown });
	let document: { args?: { which?: unknown; retries?: unknown; gates?: unknown }; results?: unknown };
	try {
		document = JSON.parse(readFileSync(path, "utf8")) as typeof document;
	} catch (cause) {
		fail("TFM-APP-003", { path: shown, problem: "it is not JSON" }, { cause });
	}
	const { args, results } = document ?? {};
	if (!Array.isArray(results)) fail("TFM-APP-003", { path: shown, problem: "it has no results" });
	return {
		command: typeof args?.which === "string" ? args.which : "run",
		gates: args?.gates !== false,
		results: (results as { unique_id?: unknown; status?: unknown }[]).map((r) => ({
			id: nodeId(String(r.unique_id)),
			status: String(r.status),
		})),
	};
}
