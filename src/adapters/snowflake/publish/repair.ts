import type { Dialect, Session } from "../../../core/adapter.ts";
import { type RelationName, relationKey } from "../../../core/relation.ts";
import { type JournalEntry, markOf, readJournal } from "./journal.ts";
import { readStanding } from "./readStanding.ts";
import { settle } from "./runPublish.ts";
import type { PublishStep, Standing } from "./steps.ts";

/**
 * Finishes publishes that a process left behind when it died. Only those of relations that the caller has leased: a
 * journal of others may belong to a run that lives. What was done is seen from where the marked tables stand, never
 * from what somebody remembered to write down; a view is simply stated once more.
 */
export async function repairPublishes(
	session: Session,
	dialect: Dialect,
	{ project, targets }: { readonly project: string; readonly targets: readonly RelationName[] },
): Promise<void> {
	const leased = new Set(targets.map(relationKey));
	for (const entry of await readJournal(session, project))
		if (entry.steps.some(({ target }) => leased.has(relationKey(target)))) await finish(session, dialect, entry);
}

async function finish(session: Session, dialect: Dialect, entry: JournalEntry): Promise<void> {
	const { steps, runId } = entry;
	const standing = await readStanding(
		session,
		dialect,
		steps.flatMap(({ candidate, target }) => [candidate, target]),
	);
	for (const [i, step] of steps.entries()) {
		if (isDone(step, standing, markOf(runId, i))) continue;
		if (step.before !== null) await session.execute(step.before);
		await session.execute(step.move);
	}
	await settle(session, dialect, entry, true);
}

const isDone = (step: PublishStep, standing: ReadonlyMap<string, Standing>, mark: string): boolean =>
	step.kind === "table" && standing.get(relationKey(step.target))?.comment === mark;
