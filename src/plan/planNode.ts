/**
 * The steps of one node. Plans are generators: they yield what they need (SQL to execute, a macro to render, a table to
 * fill) and receive the answers, so that they know neither the template language nor the connection, and a test reads
 * as a list of requests. The executor drives them; the SQL comes from macros that a project may override.
 */
import type { NodePlan, Plan, PlanInput } from "../core/plan.ts";
import { planBuild } from "./planBuild.ts";
import { planMicrobatch } from "./planMicrobatch.ts";
import { planTest } from "./planTest.ts";
import { planUnitTest } from "./planUnitTest.ts";
import { runHooks } from "./runHooks.ts";

/** Throws TfmError (TFM-RUN-002, 006, 007, 008, 024) from inside the generator. */
export function* planNode(input: PlanInput): Plan<NodePlan> {
	switch (input.kind) {
		case "build":
			return input.microbatch === undefined ? yield* planBuild(input) : yield* planMicrobatch(input, input.microbatch);
		case "test":
			return yield* planTest(input);
		case "unit":
			return yield* planUnitTest(input);
		case "hooks": {
			const transaction = input.phase === "inPublish";
			const count = yield* runHooks({
				node: input.node,
				when: "post-hook",
				transaction,
				self: null,
				batch: input.batch,
			});
			return { kind: "hooked", count };
		}
	}
}
