import type { Session, StatementOptions } from "../core/adapter.ts";
import { DatabaseError } from "../core/databaseError.ts";
import type { NodeId } from "../core/node.ts";
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

/** Sends one statement with the run's signal and timeout, and tells the event stream about it. */
export async function statement<T extends { readonly rowCount: number | null }>(
	run: Run,
	about: StatementPurpose & { readonly sql: string },
	send: (options: StatementOptions) => Promise<T>,
): Promise<T> {
	const { clock, emit } = run.ports;
	const timeoutMs = run.job.flags.statementTimeoutMs;
	const started = clock().getTime();
	const finished = (rows: number | null): void =>
		emit(
			{
				event: "statement",
				node_id: about.node,
				purpose: about.purpose,
				sql: about.sql,
				duration_ms: clock().getTime() - started,
				rows,
			},
			"debug",
		);
	try {
		const result = await send({
			signal: run.signal,
			tag: about.node === null ? about.purpose : `${about.node} ${about.purpose}`,
			...(timeoutMs === null ? {} : { timeoutMs }),
		});
		finished(result.rowCount);
		return result;
	} catch (error) {
		finished(null);
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

const ATTEMPTS = 3;
const FIRST_WAIT_MS = 200;

/**
 * Runs `work` again after a failure that certainly had no effect (deadlock, serialization failure, refused connection;
 * the adapter decides), twice at most, waiting longer each time. `work` must be a whole transaction or one statement
 * outside of any: inside a failed transaction nothing can be repeated.
 */
export async function withRetries<T>(run: Run, work: () => Promise<T>): Promise<T> {
	for (let attempt = 1; ; attempt++) {
		try {
			return await work();
		} catch (error) {
			if (databaseErrorOf(error)?.retryable !== true || attempt === ATTEMPTS || run.signal.aborted) throw error;
			await run.ports.sleep(FIRST_WAIT_MS * 2 ** (attempt - 1), run.signal);
		}
	}
}
