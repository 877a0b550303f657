/**
 * Tests of one relation that may be counted together. They wait for the same node, so the first of them goes ahead: it
 * has the queries of all compiled, sends those that can be joined as one statement, and keeps what was counted for the
 * others. Each is judged by itself afterwards; one that was not counted, or is to show failing rows, sends its own query.
 */
import type { CompiledNode } from "../core/compiler.ts";
import type { NodeId, TestNode } from "../core/node.ts";
import type { CountedRows } from "../core/plan.ts";
import type { Stage } from "./runGraph.ts";
import type { Task } from "./task.ts";

/** A test's query, ready to be sent. */
export interface PreparedTest {
	readonly compiled: CompiledNode;
	/** sha256 of the query under published names, for what is remembered of it. */
	readonly hash: string;
	/** The query to count: over the new rows alone, where those are enough. */
	readonly query: string;
	readonly onlyNew: boolean;
}

export interface SharedScan {
	readonly first: NodeId;
	readonly tests: readonly TestNode[];
	/** Of those that the first one has compiled. */
	readonly prepared: Map<NodeId, PreparedTest>;
	/** By query. */
	readonly counted: Map<string, CountedRows>;
	state: "open" | "asked";
}

/** Tests whose query is most likely one of rows or values; what is really joined the query's text decides. */
const LIKELY = new Set([
	"not_null",
	"unique",
	"accepted_values",
	"expression_is_true",
	"accepted_range",
	"not_empty_string",
]);

/** Configs that are about the test's own statement, or keep its rows. */
const OF_ITS_OWN = [
	"store_failures",
	"store_failures_as",
	"statement_timeout",
	"timeout",
	"retries",
	"sql_header",
	"snowflake_warehouse",
];

function mayShare({ test_metadata, config }: TestNode): boolean {
	return (
		LIKELY.has(test_metadata?.name ?? "") && OF_ITS_OWN.every((key) => config[key] == null || config[key] === false)
	);
}

/** By test; the tests of a scan are of one stage and read one node each, the same. */
export function sharedScans(
	tasks: ReadonlyMap<NodeId, Task>,
	stages: readonly Stage[],
	parentsOf: (id: NodeId) => readonly NodeId[],
): ReadonlyMap<NodeId, SharedScan> {
	const scans = new Map<NodeId, SharedScan>();
	for (const { ids } of stages) {
		const byNode = new Map<NodeId, TestNode[]>();
		for (const id of ids) {
			const task = tasks.get(id);
			if (task?.kind !== "test" || !mayShare(task.node)) continue;
			const [node, ...others] = new Set(parentsOf(id));
			if (node === undefined || others.length > 0) continue;
			const known = byNode.get(node);
			if (known === undefined) byNode.set(node, [task.node]);
			else known.push(task.node);
		}
		for (const tests of byNode.values()) {
			const [first] = tests;
			if (first === undefined || tests.length < 2) continue;
			const scan: SharedScan = {
				first: first.unique_id,
				tests,
				prepared: new Map(),
				counted: new Map(),
				state: "open",
			};
			for (const { unique_id } of tests) scans.set(unique_id, scan);
		}
	}
	return scans;
}
