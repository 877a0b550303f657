/** A database's refusal, wrapped once by the adapter. `sql` is the executed text; positions count from 1 into it. */
export class DatabaseError extends Error {
	readonly sqlstate: string | undefined;
	readonly sql: string | undefined;
	readonly position: number | undefined;
	readonly detail: string | undefined;
	readonly hint: string | undefined;
	/** The warehouse's own name for the statement, where it has one. */
	readonly queryId: string | undefined;
	/** Safe to run again: the statement certainly had no effect (serialization failure, deadlock, refused connection). */
	readonly retryable: boolean;
	readonly kind: "sql" | "connection" | "timeout" | "cancelled" | "unknown";

	constructor(
		message: string,
		facts: {
			sqlstate?: string | undefined;
			sql?: string | undefined;
			position?: number | undefined;
			detail?: string | undefined;
			hint?: string | undefined;
			queryId?: string | undefined;
			retryable?: boolean;
			kind?: DatabaseError["kind"];
			cause?: unknown;
		} = {},
	) {
		super(message, facts.cause === undefined ? undefined : { cause: facts.cause });
		this.name = "DatabaseError";
		this.sqlstate = facts.sqlstate;
		this.sql = facts.sql;
		this.position = facts.position;
		this.detail = facts.detail;
		this.hint = facts.hint;
		this.queryId = facts.queryId;
		this.retryable = facts.retryable ?? false;
		this.kind = facts.kind ?? "sql";
	}
}
