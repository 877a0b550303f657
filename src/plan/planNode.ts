/**
 * The steps of one node. Plans are generators: they yield what they need (SQL to execute, a macro to render, a table to
 * fill) and receive the answers, so that they know neither the template language nor the connection, and a test reads
 * as a list of requests. The executor drives them; the SQL comes from macros that a project may override.
 */
import { fail } from "../core/diagnostic.ts";
import type { BuildInput, NodePlan, Plan, PlanInput } from "../core/plan.ts";
import { planBuild } from "./planBuild.ts";
import { planMicrobatch } from "./planMicrobatch.ts";
import { planScan } from "./planScan.ts";
import { planTest } from "./planTest.ts";
import { planUnitTest } from "./planUnitTest.ts";
import { runHooks } from "./runHooks.ts";

/** What Postgres cannot build, said when it is its turn: the rest of the project runs. */
function checkLanguage({ node, own }: BuildInput): void {
	if (own?.supportedLanguages?.includes(node.language) === true && node.language !== "sql") return;
	const refuse = (problem: string, hint: string, dbt?: string): never =>
		fail("TFM-RUN-032", { node: node.name, problem, hint, dbt }, { at: node.location });
	if (node.language !== "sql") {
		const what = node.resource_type === "function" ? "function" : "model";
		const language = node.language === "python" ? "Python" : "JavaScript";
		refuse(
			`is a ${language} ${what}, and this database runs SQL only`,
			what === "model"
				? "write it in SQL, load its rows as a seed or source, or leave it out with `enabled: false`"
				: "write it in SQL, or leave it out with `enabled: false`",
			what === "model"
				? `Materialization "materialization_${node.config.materialized}_default" only supports languages ['sql']; got "${node.language}"`
				: `No macro named 'scalar_function_${node.language}' found within namespace: 'None'`,
		);
	}
	if (node.resource_type === "function" && node.returns.data_type === "")
		refuse(
			"does not say what it returns",
			"list it under `functions:` in a property file, with `returns: {data_type: …}`",
		);
}

/** Throws TfmError (TFM-RUN-002, 006, 007, 008, 024, 032) from inside the generator. */
export function* planNode(input: PlanInput): Plan<NodePlan> {
	switch (input.kind) {
		case "build":
			checkLanguage(input);
			return input.microbatch === undefined ? yield* planBuild(input) : yield* planMicrobatch(input, input.microbatch);
		case "test":
			return yield* planTest(input);
		case "scan":
			return yield* planScan(input);
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
