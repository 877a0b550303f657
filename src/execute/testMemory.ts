/**
 * Which tests found nothing in what is published under a node, so that over an incremental model they need to read only
 * the new rows. What was published without its tests, by hand, or by a run that did not test it is not remembered.
 */
import { createHash } from "node:crypto";
import type { DeltaApplication } from "../core/adapter.ts";
import type { CompilerPort } from "../core/compiler.ts";
import type { NodeId, TestNode } from "../core/node.ts";
import type { RunJob } from "../core/ports.ts";

export interface TestMemory {
	readonly remember: (passes: ReadonlyMap<NodeId, ReadonlySet<string>>) => void;
	readonly passedBefore: (node: NodeId, hash: string) => boolean;
	/** Found nothing in the node's candidate, or in its new rows where the others had passed before. */
	readonly passed: (node: NodeId, hash: string) => void;
	/** What to record with the node's publish, also nothing at all; null where there is nothing to say or to forget. */
	readonly toRecord: (node: NodeId) => readonly string[] | null;
}

/** `grows`: whether the node is an incremental model, so that what is remembered of it may be used. */
export function createTestMemory(grows: (node: NodeId) => boolean): TestMemory {
	const before = new Map<NodeId, ReadonlySet<string>>();
	const now = new Map<NodeId, Set<string>>();
	return {
		remember: (passes) => {
			for (const [node, hashes] of passes) before.set(node, hashes);
		},
		passedBefore: (node, hash) => before.get(node)?.has(hash) === true,
		passed: (node, hash) => void now.set(node, (now.get(node) ?? new Set()).add(hash)),
		toRecord: (node) => (grows(node) || before.has(node) ? [...(now.get(node) ?? [])].sort() : null),
	};
}

/** sha256 of a test's query with published names: another `where` or another list of values is another test. */
export const testHash = (test: TestNode, sql: string): string =>
	createHash("sha256")
		.update([test.unique_id, sql, String(test.config.fail_calc ?? "")].join("\0"))
		.digest("hex");

/** A `where` that may mean other rows tomorrow, or look at more than one row. */
const RESTLESS = /[()]|\bselect\b|\bcurrent_|\blocaltime/i;

export interface RowTest {
	readonly node: NodeId;
	/** `row`: each row passes or fails by itself. `key`: no two rows share the column's value. */
	readonly kind: "row" | "key";
}

/**
 * A test that new rows can be put to alone: `not_null` and `accepted_values` as tfm has them, any test whose author says
 * so with `row_test: true`, and `unique`, where its column is the key by which rows are replaced. Null: it must see all.
 */
export function rowTestOf(job: RunJob, compiler: Pick<CompilerPort, "isOverridden">, test: TestNode): RowTest | null {
	const { manifest } = job;
	const [node, ...others] = manifest.parents.get(test.unique_id) ?? [];
	if (node === undefined || others.length > 0 || manifest.nodes.get(node)?.config.materialized !== "incremental")
		return null;
	const { row_test, where, fail_calc } = test.config;
	if (row_test === true) return { node, kind: "row" };
	const name = test.test_metadata?.name ?? "";
	const own = test.test_metadata?.namespace != null || compiler.isOverridden(`test_${name}`);
	const plain = (fail_calc ?? "count(*)") === "count(*)" && (typeof where !== "string" || !RESTLESS.test(where));
	if (own || !plain || compiler.isOverridden("get_where_subquery")) return null;
	if (name === "not_null" || name === "accepted_values") return { node, kind: "row" };
	return name === "unique" ? { node, kind: "key" } : null;
}

/** Whether the new rows are all that this test has to see. */
export function seesNewRows(test: TestNode, kind: RowTest["kind"], apply: DeltaApplication): boolean {
	if (apply.wholeRows === undefined) return false;
	if (kind === "row") return true;
	const [column, ...more] = apply.wholeRows.key;
	return more.length === 0 && column !== undefined && column === test.column_name?.toLowerCase();
}
