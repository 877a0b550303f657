import type { BoundStatement, Dialect, Session } from "../../../core/adapter.ts";
import type { RelationName } from "../../../core/relation.ts";
import { unlessMissing } from "../catalog.ts";
import type { PublishStep } from "./steps.ts";

/**
 * Each statement of a publish that defines something commits by itself, so what a layer is about to do is written down
 * whole before the first of them, together with what the state store is to be told when all are done. Whoever finds the
 * rows of a run that is gone can finish its publish, or take it back.
 */
export interface JournalEntry {
	readonly project: string;
	readonly runId: string;
	readonly unit: string;
	readonly steps: readonly PublishStep[];
	readonly record: readonly BoundStatement[];
}

const TABLE = "tfm_state.publish_journal";

const CREATE = [
	"create schema if not exists tfm_state",
	`create table if not exists ${TABLE} (project varchar not null, run_id varchar not null, unit varchar not null, entry varchar not null)`,
];

/** Definitions commit: not within the transaction that writes the journal. */
export async function ensureJournal(session: Session): Promise<void> {
	for (const sql of CREATE) await session.execute(sql);
}

export const writeEntry = (entry: JournalEntry): BoundStatement => ({
	sql: `insert into ${TABLE} (project, run_id, unit, entry) values ($1, $2, $3, $4)`,
	binds: [entry.project, entry.runId, entry.unit, JSON.stringify({ steps: entry.steps, record: entry.record })],
});

export const forgetEntry = ({ project, runId, unit }: Omit<JournalEntry, "steps" | "record">): BoundStatement => ({
	sql: `delete from ${TABLE} where project = $1 and run_id = $2 and unit = $3`,
	binds: [project, runId, unit],
});

/** Publishes of the project that nobody has finished, the oldest first; none where there is no journal. */
export async function readJournal(session: Session, project: string): Promise<readonly JournalEntry[]> {
	const sql = `select run_id, unit, entry from ${TABLE} where project = $1 order by run_id, unit`;
	const found = await unlessMissing(session.query(sql, [project]));
	return (found?.rows ?? []).map(([runId, unit, entry]) => ({
		project,
		runId: String(runId),
		unit: String(unit),
		...(JSON.parse(String(entry)) as Pick<JournalEntry, "steps" | "record">),
	}));
}

/** What a candidate is known by wherever it stands: its comment, until the publish is done. */
export const markOf = (runId: string, index: number): string => `tfm publish ${runId} ${index}`;

export const commentStatement = (dialect: Dialect, relation: RelationName, text: string): string =>
	`comment on table ${dialect.render(relation)} is ${dialect.literal(text)}`;
