import type { StatementOptions } from "../../core/adapter.ts";
import { DatabaseError } from "../../core/databaseError.ts";

/** A statement's time and signal being watched. */
export interface StatementLimit {
	/** Set once the limit was reached. */
	readonly reached: DatabaseError | undefined;
	stop(): void;
}

export const cancelledBy = (signal: AbortSignal | undefined, sql: string | undefined): DatabaseError =>
	new DatabaseError("cancelled", { kind: "cancelled", sqlstate: "57014", sql, cause: signal?.reason });

const timedOut = (ms: number, sql: string | undefined): DatabaseError =>
	new DatabaseError(`the statement took longer than ${ms / 1000} s`, { kind: "timeout", sqlstate: "57014", sql });

/** Calls `onReached` once, when the signal is given or the time is up, whichever comes first. */
export function watchLimit(
	{ signal, timeoutMs }: StatementOptions,
	sql: string | undefined,
	onReached: (why: DatabaseError) => void,
): StatementLimit {
	let reached: DatabaseError | undefined;
	let timer: NodeJS.Timeout | undefined;
	const stop = (): void => {
		clearTimeout(timer);
		signal?.removeEventListener("abort", onAbort);
	};
	const reach = (why: DatabaseError): void => {
		stop();
		reached = why;
		onReached(why);
	};
	const onAbort = (): void => reach(cancelledBy(signal, sql));
	signal?.addEventListener("abort", onAbort, { once: true });
	if (timeoutMs !== undefined && timeoutMs > 0) timer = setTimeout(() => reach(timedOut(timeoutMs, sql)), timeoutMs);
	return {
		get reached() {
			return reached;
		},
		stop,
	};
}
