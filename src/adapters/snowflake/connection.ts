import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import type { Connection as DriverConnection, RowStatement } from "snowflake-sdk";
import type { StatementOptions } from "../../core/adapter.ts";
import { DatabaseError } from "../../core/databaseError.ts";
import type { CellValue, ResultColumn } from "../../core/resultTable.ts";
import { type DriverError, type SentText, toDatabaseError } from "./errors.ts";
import type { Patience } from "./patience.ts";
import { cellReader, type DriverColumn, keepTimesWhole, readColumn } from "./values.ts";

/** One statement, sent as it is. */
export interface Sent {
	readonly sql: string;
	/** `:1` and on; texts are given the type of the place where they stand. */
	readonly binds?: readonly CellValue[];
	/** Parameters for this statement alone: QUERY_TAG. */
	readonly parameters?: Readonly<Record<string, string | number>>;
	/** What an error is about, where the statement is part of a longer text. */
	readonly within?: Omit<SentText, "sent">;
	readonly limits?: StatementOptions;
}

export interface Answer {
	readonly columns: readonly ResultColumn[];
	readonly queryId: string;
	/** Of DML; Snowflake says nothing for anything else. */
	readonly changed: number | null;
	/** To be read once. */
	readonly rows: AsyncIterable<readonly (readonly CellValue[])[]>;
}

/** A login that stands: one statement after another. */
export interface Connection {
	send(statement: Sent): Promise<Answer>;
	/** The session's role, as it is stored; null until it is known. */
	role: string | null;
	/** By its clock it has rested for longer than the account lets a session rest. */
	isStale(): boolean;
	close(): Promise<void>;
}

/** Rows of a batch: small against memory, large against the work for each. */
const BATCH_ROWS = 2_000;
/** A cancel that comes before its statement finds nothing to cancel, so it is said until there is an answer. */
const CANCEL_AGAIN_MS = 300;
/** The server ends a statement by itself this much later than tfm would have: for a tfm that is gone. */
const SERVER_GRACE_S = 5;

/** What a log-out has left of the time of a run that was given up. */
const LOG_OUT_MS = 500;

export function createConnection(driver: DriverConnection, patience: Patience): Connection {
	const logOut = (): Promise<void> => new Promise((resolve) => driver.destroy(() => resolve()));
	const connection: Connection = {
		role: null,
		async send(statement) {
			const answer = await send(driver, statement, { patience, role: connection.role });
			connection.role = roleUsed(statement.sql) ?? connection.role;
			return answer;
		},
		// Missing in the driver's types.
		isStale: () => !(driver as DriverConnection & { isTokenValid(): boolean }).isTokenValid(),
		async close() {
			const gone = logOut();
			if (patience.isOver) await Promise.race([gone, pause(LOG_OUT_MS)]);
			// Nobody has use for the answer to a log-out that does not come.
			else await patience.wait(gone, { cancels: true }).catch(() => undefined);
		},
	};
	return connection;
}

/** The role that `use role` names, as it is stored; null in any other statement. */
function roleUsed(sql: string): string | null {
	const [, quoted, bare] = /^\s*use\s+role\s+(?:"((?:[^"]|"")+)"|([\w$]+))\s*;?\s*$/i.exec(sql) ?? [];
	return quoted?.replaceAll('""', '"') ?? bare?.toUpperCase() ?? null;
}

async function send(
	driver: DriverConnection,
	statement: Sent,
	{ patience, role }: { readonly patience: Patience; readonly role: string | null },
): Promise<Answer> {
	const { sql, binds, parameters, limits } = statement;
	const text: SentText = { sent: sql, ...(statement.within ?? { whole: sql, offset: 0 }) };
	const watch = watchLimits(limits ?? {}, text.whole);
	try {
		watch.begin();
		const timeout = limits?.timeoutMs === undefined ? {} : serverLimit(limits.timeoutMs);
		// Under one id the server does a statement once, however often it is asked.
		const requestId = randomUUID();
		const submit = (): Promise<RowStatement> =>
			new Promise<RowStatement>((resolve, reject) => {
				const running = driver.execute({
					sqlText: sql,
					requestId,
					...(binds === undefined || binds.length === 0 ? {} : { binds: [...binds] }),
					parameters: { ...parameters, ...timeout },
					fetchAsString: ["Number", "JSON", "Buffer"],
					rowMode: "array",
					streamResult: true,
					complete: (error, finished) => (error ? reject(error) : resolve(finished as RowStatement)),
				} as Parameters<DriverConnection["execute"]>[0]);
				watch.cancelBy(() => running.cancel(() => undefined));
			});
		const cancels = limits?.signal !== undefined;
		const answer = async (): Promise<RowStatement> =>
			submit().catch((error: DriverError) => {
				if (watch.reached !== undefined || !isCutShort(error)) throw error;
				return submit();
			});
		const answered = await (patience.isOver ? patience.refuse() : patience.wait(answer(), { cancels }));
		const columns = (answered.getColumns() ?? []) as readonly DriverColumn[];
		keepTimesWhole(columns);
		return {
			columns: columns.map(readColumn),
			queryId: answered.getQueryId(),
			changed: answered.getNumUpdatedRows() ?? null,
			rows: rowsOf(answered, columns, {
				asError: (error) => watch.reached ?? refused(error, text, role),
				watch: (over) => patience.watch(over, { cancels }),
			}),
		};
	} catch (error) {
		throw watch.reached ?? refused(error, text, role);
	} finally {
		watch.end();
	}
}

/** The driver asks again for itself where a request fails, and not where its answer stops in the middle. */
const isCutShort = ({ code, message }: DriverError): boolean =>
	String(code) === "401001" && /stream has been aborted/i.test(message);

const serverLimit = (timeoutMs: number): Readonly<Record<string, number>> =>
	timeoutMs > 0 ? { STATEMENT_TIMEOUT_IN_SECONDS: Math.ceil(timeoutMs / 1000) + SERVER_GRACE_S } : {};

const refused = (error: unknown, text: SentText, role: string | null): unknown =>
	error instanceof DatabaseError || !(error instanceof Error)
		? error
		: toDatabaseError(error as DriverError, text, role);

async function* rowsOf(
	statement: RowStatement,
	columns: readonly DriverColumn[],
	{
		asError,
		watch,
	}: {
		readonly asError: (error: unknown) => unknown;
		readonly watch: (over: (why: DatabaseError) => void) => () => void;
	},
): AsyncGenerator<readonly (readonly CellValue[])[]> {
	const readers = columns.map(cellReader);
	let batch: (readonly CellValue[])[] = [];
	const stream = statement.streamRows();
	const release = watch((why) => stream.destroy(why));
	try {
		for await (const row of stream as AsyncIterable<readonly unknown[]>) {
			batch.push(readers.map((read, i) => read(row[i])));
			if (batch.length < BATCH_ROWS) continue;
			yield batch;
			batch = [];
		}
	} catch (error) {
		throw asError(error);
	} finally {
		release();
	}
	if (batch.length > 0) yield batch;
}

/** The signal and the time of one statement. */
function watchLimits({ signal, timeoutMs }: StatementOptions, sql: string) {
	let reached: DatabaseError | undefined;
	let cancel: (() => void) | undefined;
	let timer: NodeJS.Timeout | undefined;
	let again: NodeJS.Timeout | undefined;
	const reach = (why: DatabaseError): void => {
		if (reached !== undefined) return;
		reached = why;
		cancel?.();
		again = setInterval(() => cancel?.(), CANCEL_AGAIN_MS);
	};
	const onAbort = (): void =>
		reach(new DatabaseError("cancelled", { kind: "cancelled", sqlstate: "57014", sql, cause: signal?.reason }));
	const overdue = (ms: number) => () =>
		reach(
			new DatabaseError(`the statement took longer than ${ms / 1000} s`, { kind: "timeout", sqlstate: "57014", sql }),
		);
	return {
		get reached() {
			return reached;
		},
		begin(): void {
			if (signal?.aborted) {
				onAbort();
				throw reached;
			}
			signal?.addEventListener("abort", onAbort, { once: true });
			if (timeoutMs !== undefined && timeoutMs > 0) timer = setTimeout(overdue(timeoutMs), timeoutMs);
		},
		cancelBy(how: () => void): void {
			cancel = how;
		},
		end(): void {
			clearTimeout(timer);
			clearInterval(again);
			signal?.removeEventListener("abort", onAbort);
		},
	};
}
