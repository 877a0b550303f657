import type { Batch } from "../core/eventTime.ts";
import type { Hook } from "../core/node.ts";
import type { BuildableNode, Plan } from "../core/plan.ts";
import type { RelationName } from "../core/relation.ts";
import { execute, hookText } from "./ask.ts";

/**
 * A node's hooks of one kind, in order. `self` is what `this` means in them (null: the published relation). A hook
 * that renders to nothing is not sent, as in dbt. Returns how many were executed.
 */
export function* runHooks(options: {
	readonly node: BuildableNode;
	readonly when: "pre-hook" | "post-hook";
	readonly transaction: boolean;
	readonly self: RelationName | null;
	/** What `model.batch` is in them; within a batch it is known already. */
	readonly batch?: Batch | undefined;
}): Plan<number> {
	const hooks: readonly Hook[] = options.node.config[options.when] ?? [];
	let executed = 0;
	for (const hook of hooks) {
		if (hook.transaction !== options.transaction) continue;
		const sql = yield* hookText(hook.sql, options.when, options);
		if (sql === "") continue;
		yield* execute(sql, options.when);
		executed += 1;
	}
	return executed;
}
