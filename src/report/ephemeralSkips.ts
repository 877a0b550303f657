import type { NodeResult } from "../core/result.ts";

const IS_TEST = /^(?:unit_)?test\./;

/**
 * dbt compiles an ephemeral model by itself; where that fails it skips what reads it, and what reads that, and names the
 * two. tfm compiles it for its first reader, whose failure it is; dbt does the same where the model is not selected. What waits for a failed test of the model is an
 * ordinary skip, and so is in `build` what waits for a skipped node. Layered results stay as they are: there the failure
 * is worth more.
 */
export function createEphemeralSkips(): (
	result: Pick<NodeResult, "unique_id" | "held" | "layer" | "failedIn" | "failedOutside">,
	command: string,
) => string | null {
	const failedIn = new Map<string, string>();
	return ({ unique_id: id, held, layer, failedIn: model, failedOutside }, command) => {
		if (layer !== null || failedOutside === true) return null;
		const follows = command !== "build" && held?.kind === "upstream" && !IS_TEST.test(held.node);
		const by = model ?? (follows ? failedIn.get(held.node) : undefined);
		if (by === undefined) return null;
		failedIn.set(id, by);
		return by;
	};
}

/** Results in an order in which inputs come first, as dbt has them. */
export function asDbtSkips(results: readonly NodeResult[], command: string): readonly NodeResult[] {
	const modelOf = createEphemeralSkips();
	return results.map((result) => {
		const model = modelOf(result, command);
		if (model === null) return result;
		const message = `Compilation Error in ${result.unique_id}, caused by compilation error in referenced ephemeral model ${model}`;
		return { ...result, status: "skipped" as const, message, held: null, failedIn: model };
	});
}

/** dbt counts them among the errors, and does not tell of them again. */
export const isEphemeralSkip = (result: NodeResult): boolean =>
	result.status === "skipped" && result.failedIn !== undefined;
