import type { ProjectFacts } from "../context/context.ts";

/** The same under `--store-failures`, for bindings that want whole rows. */
export function storingFailures(facts: ProjectFacts): ProjectFacts {
	const { invocation } = facts;
	return { ...facts, invocation: { ...invocation, flags: { ...invocation.flags, STORE_FAILURES: true } } };
}
