import type { Session, StatementOptions } from "../core/adapter.ts";
import { DatabaseError } from "../core/databaseError.ts";
import type { NodeId } from "../core/node.ts";
import { readDuration } from "../core/readDuration.ts";
import type { Run } from "./run.ts";

/** Whose statement it is and what for: `build`, `test`, `pre-hook`, `query` … */
export interface StatementPurpose {
	readonly node: NodeId | null;
	readonly purpose: string;
}

/** A statement that the database refused, with what it was for, so that the message can say "post-hook" or "build". */
export class StatementFailed extends Error {
	readonly purpose: string;
	override readonly cause: DatabaseError;

	constructor(purpose: string, cause: DatabaseError) {
		super(cause.message, { cause });
		this.name = "StatementFailed";
		this.purpose = purpose;
		this.cause = cause;
	}
}

export const databaseErrorOf = (error: unknown): DatabaseError | null =>
	error instanceof DatabaseError ? error : error instanceof StatementFailed ? error.cause : null;

/** A node's `statement_timeout` (`90s`, `5m`; a bare number is seconds), which wins over `--statement-timeout`; milliseconds. */
export function timeoutOf(run: Run, node: NodeId | null): number | null {
	const own = node === null ? undefined : run.job.manifest.nodes.get(node)?.config.statement_timeout;
	const wanted = typeof own === "number" || typeof own === "string" ? readDuration(String(own)) : undefined;
	return wanted === undefined ? run.job.flags.statementTimeoutMs : wanted;
}

/** Lets the node's `timeout` begin, if it has one. */
export function startDeadline(run: Run, node: NodeId): void {
	const own = run.job.manifest.nodes.get(node)?.config.timeout;
	const limitMs = typeof own === "number" || typeof own === "string" ? readDuration(String(own)) : undefined;
	if (limitMs !== undefined) run.deadlines.set(node, { at: run.ports.clock().getTime() + limitMs, limitMs });
}

/** What is left of the node's `timeout`, milliseconds; null without one. Throws where it is over. */
function timeLeft(run: Run, about: StatementPurpose & { readonly sql: string }): number | null {
	const deadline = about.node === null ? undefined : run.deadlines.get(about.node);
	if (deadline === undefined) return null;
	const left = deadline.at - run.ports.clock().getTime();
	if (left <= 0) throw new DatabaseError("its time is over", { kind: "timeout", sql: about.sql });
	return left;
}

/** True: the node's own `timeout` is over, whatever statement it stopped. A timer may be a little early. */
export function isOverdue(run: Run, node: NodeId): boolean {
	const deadline = run.deadlines.get(node);
	return deadline !== undefined && run.ports.clock().getTime() >= deadline.at - 20;
}

/** Sends one statement with the run's signal and timeout, and tells the event stream about it. */
export async function statement<T extends { readonly rowCount: number | null; readonly queryId?: string }>(
	run: Run,
	about: StatementPurpose & { readonly sql: string },
	send: (options: StatementOptions) => Promise<T>,
): Promise<T> {
	const { clock, emit } = run.ports;
	const left = timeLeft(run, about);
	const limit = timeoutOf(run, about.node);
	const timeoutMs = left === null || (limit !== null && limit < left) ? limit : left;
	const comment = run.ports.commentOf?.(about.node) ?? null;
	const started = clock().getTime();
	const finished = (rows: number | null, queryId: string | undefined): void =>
		emit(
			{
				event: "statement",
				node_id: about.node,
				purpose: about.purpose,
				sql: about.sql,
				duration_ms: clock().getTime() - started,
				rows,
				...(queryId === undefined ? {} : { query_id: queryId }),
			},
			"debug",
		);
	try {
		const result = await send({
			signal: run.signal,
			...(comment === null ? {} : { comment }),
			...(timeoutMs === null ? {} : { timeoutMs }),
		});
		finished(result.rowCount, result.queryId);
		return result;
	} catch (error) {
		finished(null, error instanceof DatabaseError ? error.queryId : undefined);
		throw error instanceof DatabaseError ? new StatementFailed(about.purpose, error) : error;
	}
}

/** Statements of the state store, in the caller's transaction. */
export async function runBound(
	session: Session,
	statements: readonly { readonly sql: string; readonly binds: readonly (string | number | boolean | null)[] }[],
): Promise<void> {
	for (const { sql, binds } of statements) await session.query(sql, binds);
}

const DEFAULT_RETRIES = 3;
const FIRST_WAIT_MS = 200;
/** A server that restarts needs seconds, a deadlock's victim only has to step aside. */
const FIRST_WAIT_LOST_MS = 500;

/** A node's `retries`: how often a failure that passes is tried again. */
export function retriesOf(run: Run, node: NodeId | null): number {
	const own = node === null ? undefined : run.job.manifest.nodes.get(node)?.config.retries;
	return typeof own === "number" && Number.isInteger(own) && own >= 0 ? own : DEFAULT_RETRIES;
}

export interface Retried {
	/** Null: a publish of several. */
	readonly node: NodeId | null;
	readonly what: string;
}

/** Says that something is tried again, and waits: longer each time. False: it has been tried often enough, or must stop. */
export async function pauseBeforeRetry(run: Run, about: Retried, failed: number, error: unknown): Promise<boolean> {
	const retries = retriesOf(run, about.node);
	const refused = databaseErrorOf(error);
	if (refused === null || failed > retries || run.signal.aborted) return false;
	if (about.node !== null && isOverdue(run, about.node)) return false;
	const first = refused.kind === "connection" ? FIRST_WAIT_LOST_MS : FIRST_WAIT_MS;
	const delay_ms = first * 3 ** (failed - 1);
	run.counts.retried += 1;
	run.ports.emit(
		{
			event: "node.retried",
			node_id: about.node,
			what: about.what,
			attempt: failed,
			attempts: retries + 1,
			reason: run.toPublished(refused.message),
			delay_ms,
		},
		"warn",
	);
	await run.ports.sleep(delay_ms, run.signal);
	return true;
}

/**
 * Runs `work` again after a failure that certainly had no effect (deadlock, serialization failure, refused connection;
 * the adapter decides). `work` must be a whole transaction or one statement outside of any: inside a failed transaction
 * nothing can be repeated.
 */
export async function withRetries<T>(run: Run, work: () => Promise<T>, about?: Retried): Promise<T> {
	for (let attempt = 1; ; attempt++) {
		try {
			return await work();
		} catch (error) {
			const again = databaseErrorOf(error)?.retryable === true;
			if (!again || !(await pauseBeforeRetry(run, about ?? { node: null, what: "a statement" }, attempt, error)))
				throw error;
		}
	}
}
