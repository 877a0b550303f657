/**
 * `--changed`: a test that passed is not asked again while its text, its configuration and all that it reads are the
 * same. What it read then was perhaps a candidate: versions go with the rows, so a candidate that was never published
 * is nothing that anybody meets again.
 */
import type { BoundStatement, Session } from "../core/adapter.ts";
import type { NodeId, TestNode, UnitTestNode } from "../core/node.ts";
import type { ResultFacts } from "./nodeResult.ts";
import { projectTargetOf, type Run } from "./run.ts";

/** Config that decides what a failure is. */
const JUDGES = [
	"severity",
	"error_if",
	"warn_if",
	"fail_calc",
	"limit",
	"where",
	"store_failures",
	"store_failures_as",
];

/** Null: nobody can say whether it will read the same again. */
export function looksAt(
	run: Run,
	test: TestNode | UnitTestNode,
	{ session, sql }: { readonly session: Session; readonly sql: string },
): Promise<string | null> {
	const config = test.config as { readonly [key: string]: unknown };
	const { storeFailures } = run.job.flags;
	const text = JSON.stringify([sql, JUDGES.map((key) => config[key] ?? null), storeFailures]);
	return run.builds.testedHash(test.unique_id, sql, text, session);
}

export const passedBefore = (run: Run, id: NodeId, looks: string | null): boolean =>
	looks !== null && run.passedTests.before.get(id) === looks;

/** `looks`: null where it did not pass. A test that is kept as failing is asked each time. */
export function notePassed(run: Run, id: NodeId, looks: string | null): void {
	run.passedTests.now.set(id, looks ?? "");
}

export const leftTest = (): ResultFacts => ({ status: "reused", message: "unchanged, and it passed", failures: 0 });

/** What this run found that was not known. */
export function passedStatements(run: Run): readonly BoundStatement[] {
	const { before, now } = run.passedTests;
	const news = new Map([...now].filter(([id, looks]) => (before.get(id) ?? "") !== looks));
	return run.ports.state.savePassedTests(projectTargetOf(run.job), news);
}
