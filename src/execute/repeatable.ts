/**
 * Work that may be done over from its beginning, even when the connection was lost in the middle and nobody knows how
 * far it came: what a lost try may have left is known and removed first. Everything else is only repeated where the
 * database says that it had no effect (withRetries).
 */
import type { Session } from "../core/adapter.ts";
import type { TestNode } from "../core/node.ts";
import type { BuildableNode } from "../core/plan.ts";
import { afterLostConnection } from "./leases.ts";
import { dropReusable } from "./reuse.ts";
import { type Run, targetOf } from "./run.ts";
import { databaseErrorOf, pauseBeforeRetry, type Retried, runBound } from "./statement.ts";

interface Unit<T> {
	readonly run: Run;
	readonly about: Retried;
	/** False: a lost connection is the end of it. */
	readonly repeatable: boolean;
	readonly work: () => Promise<T>;
	/** Before the next try, on a new session: learns or removes what the lost one did. A value ends the whole. */
	readonly recover: (session: Session) => Promise<T | undefined>;
}

export async function repeatLost<T>({ run, about, repeatable, work, recover }: Unit<T>): Promise<T> {
	let lost = false;
	for (let failed = 1; ; failed++) {
		try {
			if (lost) {
				const known = await run.ports.adapter.withSession(recover);
				if (known !== undefined) return known;
			}
			return await work();
		} catch (error) {
			const refused = databaseErrorOf(error);
			if (!repeatable || refused?.kind !== "connection") throw error;
			if (!(await pauseBeforeRetry(run, about, failed, error))) throw error;
			lost = true;
		}
	}
}

/** Those whose steps are tfm's own; what another materialization does a second time nobody knows. */
const OWN = new Set(["table", "view", "materialized_view", "incremental", "snapshot", "seed"]);

/**
 * A candidate: dropped, if it was committed, and built again. A node with hooks is not repeated: they would run twice,
 * and what they do is the project's own affair.
 */
export function repeatBuild<T>(run: Run, node: BuildableNode, work: () => Promise<T>): Promise<T> {
	const { state } = run.ports;
	const hooks = node.config["pre-hook"].length + (run.job.layering === null ? 0 : node.config["post-hook"].length);
	const id = node.unique_id;
	return repeatLost<T>({
		run,
		about: { node: id, what: node.name },
		repeatable: hooks === 0 && OWN.has(node.config.materialized) && run.ports.compiler.materializationOf(id) === null,
		work,
		recover: async (session) => {
			await afterLostConnection(run, session);
			await dropReusable(run, session, id);
			await runBound(
				session,
				state.forgetCandidates(run.job.manifest.projectName, [{ node: id, schema: targetOf(run, node).schema }]),
			);
			return undefined;
		},
	});
}

export const keepsRows = ({ job }: Pick<Run, "job">, test: TestNode): boolean =>
	(test.config.store_failures ?? job.flags.storeFailures) === true;

/** A query, unless its rows are stored. */
export function repeatTest<T>(run: Run, test: TestNode, work: () => Promise<T>): Promise<T> {
	const own = run.ports.compiler.materializationOf(test.unique_id) !== null;
	return repeatLost<T>({
		run,
		about: { node: test.unique_id, what: test.name },
		repeatable: !keepsRows(run, test) && test.config.materialized === "test" && !own,
		work,
		recover: async () => undefined,
	});
}
