import type { BoundStatement, OwnStatement, PublishRequest, Session } from "../../../core/adapter.ts";
import { DatabaseError } from "../../../core/databaseError.ts";
import { BY_INDEX, type CatalogLook } from "./catalogDigest.ts";
import type { KeptSettings } from "./keptSettings.ts";
import type { LockProtocol } from "./lockProtocol.ts";
import type { PublishPlan } from "./planPublish.ts";
import type { Step } from "./statements.ts";

/**
 * What runs no code of the project: names and places change, views are made (the server only keeps their queries), what
 * is not needed goes. Rows, indexes, keys that are checked and materialized views are not among it.
 */
const PLAIN = [
	/^create (or replace )?view\s/i,
	/^create schema if not exists "(?:[^"]|"")*"$/,
	/^alter (table|view) "(?:[^"]|"")*"\."(?:[^"]|"")*" (set schema|rename to|owner to) "(?:[^"]|"")*"$/,
	/^drop (table|view|schema) [^;]*$/,
	/^(grant|revoke|comment on) /i,
];

const isPlain = ({ sql }: Step): boolean => PLAIN.some((shape) => shape.test(sql));

export interface InOneMessage {
	readonly request: PublishRequest;
	readonly plan: PublishPlan;
	readonly seen: CatalogLook;
	readonly locks: LockProtocol;
	readonly settings: KeptSettings;
	readonly callersPath: string;
	readonly record: readonly BoundStatement[];
}

/** Read as a number only where the run holds no fence, or there is none of it. */
const heldOrRefused = ({ sql, binds }: BoundStatement): OwnStatement => ({
	sql: `select (case when (${sql}) then '1' else 'the run holds no fence' end)::int`,
	binds,
	often: true,
});

/**
 * The publish as one message, statement by statement what its transaction sends otherwise: fence, one attempt at the
 * locks, whether the catalog is as it was, changes, record. What has to be looked at in between is written so that it is
 * refused where it is not as it should be. False: it was refused, for whatever reason, and nothing was changed; the
 * transaction that asks step by step finds out and says why. Undefined: it is not to be done so.
 */
export async function publishInOneMessage(session: Session, about: InOneMessage): Promise<boolean | undefined> {
	const { request, plan, seen, locks, settings, callersPath, record } = about;
	const { atOnce } = session;
	if (atOnce === undefined || seen.orRefused === undefined || locks.firstAttempt === undefined) return undefined;
	if (plan.rowLocks.length + plan.rows.length + plan.generations.length > 0 || !plan.changes.every(isPlain))
		return undefined;
	const once = (sql: string): OwnStatement => ({ sql, binds: [] });
	const always = (sql: string): OwnStatement => ({ sql, binds: [], often: true });
	const setPath = (path: Step["path"]): OwnStatement =>
		always(`select set_config('search_path', ${path === "catalog" ? "''" : callersPath}, true)`);
	const changes = plan.changes.flatMap(({ sql, path }, i) =>
		plan.changes[i - 1]?.path === path ? [once(sql)] : [setPath(path), once(sql)],
	);
	const lock = await locks.firstAttempt(session, plan.locks);
	const all: readonly OwnStatement[] = [
		always("begin"),
		always(settings.keep),
		always(
			`select set_config('row_security', 'off', true), set_config('check_function_bodies', 'off', true), ${BY_INDEX}`,
		),
		...(request.fence === undefined ? [] : [heldOrRefused(request.fence)]),
		...lock,
		setPath("catalog"),
		seen.orRefused,
		...changes,
		always(settings.giveBack),
		...record.map((one) => ({ ...one, often: true })),
		always("commit"),
	];
	try {
		await atOnce(all, { signal: request.signal });
		return true;
	} catch (error) {
		// A connection that is lost may have committed before.
		if (!(error instanceof DatabaseError) || error.kind === "connection" || error.kind === "cancelled") throw error;
		request.signal?.throwIfAborted();
		return false;
	}
}
