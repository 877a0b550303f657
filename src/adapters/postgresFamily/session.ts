import type {
	BulkLoad,
	BulkLoaded,
	Dialect,
	ExecuteResult,
	OwnStatement,
	Session,
	StatementOptions,
} from "../../core/adapter.ts";
import { DatabaseError } from "../../core/databaseError.ts";
import { type RelationName, relationKey } from "../../core/relation.ts";
import type { CellValue, ResultColumn, ResultTable } from "../../core/resultTable.ts";
import {
	columnsStatement,
	readColumns,
	readRelations,
	readSchemas,
	readSizes,
	relationsStatement,
	schemasStatement,
	sizesStatement,
} from "./catalog.ts";
import { commented } from "./commented.ts";
import { copyLine, copyStatement } from "./copyText.ts";
import { withoutZeroByte } from "./dialect.ts";
import { toDatabaseError } from "./errors.ts";
import { makesViewOnly } from "./makesViewOnly.ts";
import { familyOf, readCell, writeBind } from "./types.ts";
import { createWaitingStatements } from "./waitingStatements.ts";
import type { CopyChunk, Wire, WireField, WireReply, WireRequest } from "./wire.ts";

/** Rows per batch of a stream, and characters of COPY text per chunk: both small against the engine's memory. */
const STREAM_ROWS = 2_000;
const COPY_CHARACTERS = 1 << 20;
/** Types of pg_catalog have lower ones and keep their names; others depend on the search_path or are given again. */
const FIRST_OTHER_OID = 12_000;

export interface SessionParts {
	readonly wire: Wire;
	readonly dialect: Dialect;
	readonly defaultTimeoutMs: number | undefined;
	/** Printed types by `oid:modifier`, kept from session to session: those of pg_catalog. */
	readonly catalogTypes: Map<string, string>;
	/** The connection keeps statements prepared, so that a long one that is sent often costs little. */
	readonly keepsPrepared?: boolean;
	/** Called after work that left no transaction open. */
	readonly whenIdle?: () => Promise<void>;
}

export interface PinnedSession extends Session {
	/** No further statement is accepted; what still runs ends first. */
	end(): void;
}

/** The number in a command tag that says how many rows: `INSERT 0 5` → 5, `SELECT 3` → 3, `CREATE TABLE` → null. */
function rowCountOf(tag: string): number | null {
	const match =
		/^(?:INSERT \d+|SELECT|UPDATE|DELETE|MERGE|COPY|FETCH|MOVE|CREATE TABLE AS|REFRESH MATERIALIZED VIEW) (\d+)$/.exec(
			tag,
		);
	return match === null ? null : Number(match[1]);
}

/**
 * core's Session over one connection. Where that does not live through a statement (the embedded database is restarted
 * when one is cancelled, a server may go away) a transaction that was open is lost: every further statement in it is
 * refused until it ends. Outside a transaction the session goes on on a new connection, with fresh settings.
 *
 * A message costs a server and its client more than most statements of a publish do. What has no answer that is waited
 * for (`begin`, savepoints, `later`) goes with the message after it.
 */
export function createSession({
	wire,
	dialect,
	defaultTimeoutMs,
	catalogTypes,
	keepsPrepared = false,
	whenIdle,
}: SessionParts): PinnedSession {
	const otherTypes = new Map<string, string>();
	let generation = wire.generation;
	let status: WireReply["status"] = "I";
	let depth = 0;
	let streaming = false;
	let streams = 0;
	/** Why statements are refused: the open transaction is gone, or the session is over. */
	let lost: "transaction" | "session" | undefined;
	const waiting = createWaitingStatements();
	const failed = (): boolean => status === "E";
	/** As it will be once what waits has run. */
	const inTransaction = (): boolean => status !== "I" || waiting.begins;

	const refuse = (message: string, sql: string | undefined, sqlstate: string): never => {
		throw new DatabaseError(message, { kind: "connection", sqlstate, sql });
	};

	async function send(
		ask: (limits: StatementOptions) => Promise<WireReply>,
		sql: string,
		options: StatementOptions = {},
	) {
		if (lost === "session") refuse("this session is over; ask for a new one", sql, "08003");
		if (lost === "transaction")
			refuse("the transaction was lost when an earlier statement in it was cancelled or stopped", sql, "25P02");
		try {
			await wire.ready();
			if (wire.generation !== generation) {
				// The connection went between two statements and there is a new one.
				generation = wire.generation;
				const why = wire.lostBecause === undefined ? "" : ` (${wire.lostBecause})`;
				if (status !== "I") refuse(`the connection was lost${why}, and with it the open transaction`, sql, "25P02");
			}
			const reply = await ask({ ...options, timeoutMs: options.timeoutMs ?? defaultTimeoutMs });
			status = reply.status;
			return reply;
		} catch (error) {
			// Cancelled before it was sent: the server did not notice.
			if (error instanceof DatabaseError && error.kind === "cancelled" && wire.standing) throw error;
			// A transaction begun by the caller's own SQL has no end that could be seen here.
			if (depth > 0) lost = "transaction";
			else if (status !== "I") lost = "session";
			status = "I";
			waiting.clear();
			throw error;
		}
	}

	/** The reply, or the server's refusal as a DatabaseError. */
	async function settle(reply: WireReply, sql: string, inside: boolean): Promise<WireReply> {
		if (reply.error === null) {
			if (status === "I") await whenIdle?.();
			return reply;
		}
		// `begin; …; commit` in one message that failed half-way leaves a dead transaction that nobody would end.
		if (!inside && reply.status === "E")
			await send(() => wire.send({ kind: "execute", sql: "rollback", own: true }), "rollback");
		throw reply.limit ?? toDatabaseError(reply.error, sql);
	}

	/** One after the other: what waits goes with the first of several. */
	let turn: Promise<unknown> = Promise.resolve();
	function run(request: WireRequest, sql: string, options?: StatementOptions): Promise<WireReply> {
		if ("sql" in request) withoutZeroByte(request.sql);
		return inTurn(() => exchange(request, sql, options));
	}

	function inTurn<T>(work: () => Promise<T>): Promise<T> {
		const mine = turn.then(work, work);
		turn = mine.catch(() => undefined);
		return mine;
	}

	async function exchange(plain: WireRequest, sql: string, options?: StatementOptions): Promise<WireReply> {
		const inside = inTransaction();
		const { request, inText } = commented(plain, options?.comment);
		const alone = async () => {
			await flush();
			const reply = await send((limits) => wire.send(request, limits), sql, options);
			return settle({ ...reply, error: inText(reply.error) }, sql, inside);
		};
		const joined = waiting.join(request);
		if (joined === undefined) return alone();
		const { begins } = waiting;
		const reply = await send((limits) => wire.send(joined.request, limits), sql, options);
		// A text that the server cannot read runs none of its statements: not even the `begin` before it.
		if (reply.error !== null && reply.tag === "" && begins && reply.status === "I") {
			if (reply.limit === undefined) return alone();
			lost = "transaction";
		}
		waiting.clear();
		return settle({ ...reply, error: inText(joined.inRequest(reply.error)) }, sql, inside);
	}

	/** Sends what waits as a message of its own, for what can take nothing along. */
	async function flush(): Promise<void> {
		const request = waiting.alone();
		if (request === undefined) return;
		const inside = inTransaction();
		const reply = await send((limits) => wire.send(request, limits), request.sql);
		waiting.clear();
		await settle(reply, request.sql, inside);
	}

	const control = (sql: string, { last = false } = {}): Promise<WireReply> =>
		run({ kind: "execute", sql, own: true, ...(last ? { last } : {}) }, sql);

	async function columnsOf(fields: readonly WireField[]): Promise<readonly ResultColumn[]> {
		const key = (f: WireField): string => `${f.oid}:${f.modifier}`;
		const names = (f: WireField): Map<string, string> => (f.oid < FIRST_OTHER_OID ? catalogTypes : otherTypes);
		const unknown = [...new Map(fields.filter((f) => !names(f).has(key(f))).map((f) => [key(f), f])).values()];
		if (unknown.length > 0) {
			const list = unknown.map((f) => `pg_catalog.format_type(${f.oid}, ${f.modifier})`).join(", ");
			const sql = `select ${list}`;
			const named = await run({ kind: "query", sql, binds: [], own: true }, sql);
			for (const [i, f] of unknown.entries()) names(f).set(key(f), named.rows[0]?.[i] ?? "unknown");
		}
		return fields.map((f) =>
			Object.freeze({ name: f.name, type: names(f).get(key(f)) ?? "unknown", family: familyOf(f.oid) }),
		);
	}

	async function toTable(reply: WireReply, columns?: readonly ResultColumn[]): Promise<ResultTable> {
		const oids = reply.fields.map((f) => f.oid);
		return Object.freeze({
			columns: columns ?? (await columnsOf(reply.fields)),
			rows: reply.rows.map((row) => row.map((cell, i) => readCell(oids[i] ?? 0, cell))),
			rowCount: rowCountOf(reply.tag),
			status: reply.tag,
		});
	}

	async function query(
		sql: string,
		binds: readonly CellValue[] = [],
		options?: StatementOptions,
	): Promise<ResultTable> {
		whileNotStreaming(sql);
		const values = binds.map(writeBind);
		for (const value of values) if (value !== null) withoutZeroByte(value);
		const last = options?.last === true && depth === 0 && !inTransaction() ? { last: true } : {};
		return toTable(await run({ kind: "query", sql, binds: values, ...last }, sql, options));
	}

	/** A stream outside a transaction has opened one of its own; other statements would join it unasked. */
	function whileNotStreaming(sql: string): void {
		if (streaming && depth === 0)
			throw new DatabaseError("a stream is open on this session; read it to its end or put both into a transaction", {
				sqlstate: "25001",
				sql,
			});
	}

	/** Of the innermost transaction() that is under way; `committed`: with its last statement. */
	let open = { mayEnd: false, last: false, committed: false };

	async function transaction<T>(work: () => Promise<T>, { mayEnd = false, last = false } = {}): Promise<T> {
		if (depth === 0) whileNotStreaming("begin");
		if (lost === "session") refuse("this session is over; ask for a new one", "begin", "08003");
		if (lost === "transaction")
			refuse("the transaction was lost when an earlier statement in it was cancelled or stopped", "savepoint", "25P02");
		if (failed())
			throw new DatabaseError("current transaction is aborted, commands ignored until end of transaction block", {
				sqlstate: "25P02",
				sql: "savepoint",
			});
		// Inside of work that may end the transaction there is perhaps none any more.
		const savepoint = inTransaction() || (depth > 0 && !open.mayEnd) ? `tfm_${depth}` : undefined;
		const outside = open;
		const own = { mayEnd, last, committed: false };
		open = own;
		const mine = waiting.add(savepoint === undefined ? "begin" : `savepoint ${savepoint}`, [], { own: true });
		depth++;
		try {
			const result = await work();
			if (lost !== undefined)
				refuse("the transaction was lost when a statement in it was cancelled or stopped", undefined, "25P02");
			if (own.committed) {
				// What came behind the last one stands alone.
				await flush();
				return result;
			}
			if (waiting.dropFrom(mine, { ifNothingElse: true })) return result;
			// Somebody's SQL has ended the transaction: what came after that has none to go with.
			if (!inTransaction() && mayEnd && savepoint === undefined) await flush();
			if (!inTransaction() && mayEnd && savepoint === undefined) return result;
			if (!inTransaction())
				throw new DatabaseError("a statement inside the transaction ended it with commit or rollback", {
					sqlstate: "25P01",
				});
			if (failed())
				throw new DatabaseError("the transaction failed earlier and cannot be committed", { sqlstate: "25P02" });
			if (savepoint === undefined) await control("commit", { last });
			// What the work left to be sent is refused in its name, not in that of what comes after it.
			else if (waiting.bound) await control(`release savepoint ${savepoint}`);
			else waiting.add(`release savepoint ${savepoint}`, [], { own: true });
			return result;
		} catch (error) {
			const unsent = waiting.dropFrom(mine);
			if (!unsent && lost === undefined && status !== "I")
				await control(
					savepoint === undefined ? "rollback" : `rollback to savepoint ${savepoint}; release savepoint ${savepoint}`,
				);
			throw error;
		} finally {
			open = outside;
			depth--;
			// Inside a transaction of the caller's own SQL (a savepoint at depth 0) that one is lost as well.
			if (depth === 0 && lost === "transaction") lost = savepoint === undefined ? undefined : "session";
		}
	}

	async function executeAndCommit(
		sql: string,
		behind: readonly string[],
		options?: StatementOptions,
	): Promise<ExecuteResult | undefined> {
		whileNotStreaming(sql);
		for (const text of [sql, ...behind]) withoutZeroByte(text);
		if (depth !== 1) return undefined;
		return inTurn(() => exchangeAndCommit(sql, behind, options));
	}

	/** Only where the transaction begins with the same message: what the server cannot read is then sent again by itself. */
	async function exchangeAndCommit(
		sql: string,
		behind: readonly string[],
		options?: StatementOptions,
	): Promise<ExecuteResult | undefined> {
		if (!waiting.begins) return undefined;
		const { request, inText } = commented({ kind: "execute", sql }, options?.comment);
		const own = makesViewOnly(sql) ? { own: true } : {};
		const last = open.last ? { last: true } : {};
		// Each on a line of its own: the text may end with a comment.
		const text = [request.sql, ...behind, "commit"].join("\n;\n");
		const joined = waiting.join({ kind: "execute", sql: text, ...own, ...last });
		if (joined === undefined) return undefined;
		const reply = await send((limits) => wire.send(joined.request, limits), sql, options);
		if (reply.error !== null && reply.tag === "" && reply.status === "I") {
			if (reply.limit === undefined) return undefined;
			lost = "transaction";
		}
		waiting.clear();
		await settle({ ...reply, error: inText(joined.inRequest(reply.error)) }, sql, true);
		open.committed = true;
		const tag = reply.tags?.at(-2 - behind.length) ?? reply.tag;
		return Object.freeze({ status: tag, rowCount: rowCountOf(tag), notices: reply.notices });
	}

	/** Without a transaction around it the statements are one by themselves: the server ends it where the message ends. */
	async function atOnce(statements: readonly OwnStatement[], options?: StatementOptions): Promise<ResultTable> {
		if (depth > 0 || inTransaction() || streaming)
			throw new Error("a transaction is open, which this would be part of");
		const all = statements.map(({ sql, binds, often = false }) => {
			const values = binds.map(writeBind);
			for (const text of [sql, ...values]) if (text !== null) withoutZeroByte(text);
			return { sql, binds: values, own: true, ...(often ? { often } : {}) };
		});
		const last = all.at(-1);
		if (last === undefined) throw new Error("nothing is to be sent");
		const send = () => run({ kind: "query", ...last, ahead: all.slice(0, -1) }, last.sql, options);
		return toTable(
			await send().catch((error: unknown) => {
				// Somebody's function has let go of what was prepared: it is prepared anew, and nothing of this was done.
				if (error instanceof DatabaseError && error.sqlstate === "26000") return send();
				throw error;
			}),
		);
	}

	async function* stream(sql: string, options?: StatementOptions): AsyncGenerator<ResultTable> {
		if (streaming) throw new DatabaseError("a stream is already open on this session", { sqlstate: "25001", sql });
		const own = depth === 0 && status === "I";
		if (own) await control("begin");
		streaming = true;
		const portal = `tfm_stream_${++streams}`;
		try {
			let reply = await run({ kind: "openPortal", portal, sql, rows: STREAM_ROWS }, sql, options);
			const { fields } = reply;
			const columns = await columnsOf(fields);
			yield await toTable(reply, columns);
			while (reply.suspended) {
				reply = { ...(await run({ kind: "nextRows", portal, rows: STREAM_ROWS }, sql, options)), fields };
				if (reply.rows.length > 0) yield await toTable(reply, columns);
			}
		} finally {
			streaming = false;
			if (status !== "I") {
				if (own) await control(status === "E" ? "rollback" : "commit");
				else if (status === "T") await control(`close ${portal}`);
			}
		}
	}

	async function bulkLoad({ relation, columns, rows }: BulkLoad, options?: StatementOptions): Promise<BulkLoaded> {
		const sql = copyStatement(dialect, relation, columns);
		return transaction(async () => {
			let loaded = 0;
			let failure: { readonly error: unknown } | undefined;
			async function* chunks(): AsyncGenerator<CopyChunk> {
				try {
					for await (const chunk of copyChunks(rows)) {
						loaded += chunk.rows;
						yield chunk;
					}
				} catch (error) {
					failure = { error };
					throw error;
				}
			}
			await flush();
			const reply = await send((limits) => wire.copy(sql, chunks(), limits), sql, options);
			// What the wire says of a load that was given up is only the echo of this.
			if (failure !== undefined && reply.limit === undefined) throw failure.error;
			await settle(reply, sql, true);
			return { rows: loaded };
		});
	}

	return {
		async execute(sql, options): Promise<ExecuteResult> {
			whileNotStreaming(sql);
			const own = makesViewOnly(sql) ? { own: true } : {};
			const reply = await run({ kind: "execute", sql, ...own }, sql, options);
			return Object.freeze({ status: reply.tag, rowCount: rowCountOf(reply.tag), notices: reply.notices });
		},
		query,
		stream,
		later(sql, binds = [], { own = false } = {}) {
			if (depth === 0 && !inTransaction())
				throw new Error("what goes with a later message needs a transaction to be part of");
			const values = binds.map(writeBind);
			for (const text of [sql, ...values]) if (text !== null) withoutZeroByte(text);
			waiting.add(sql, values, { own });
		},
		transaction,
		get atOnce() {
			return !keepsPrepared || depth > 0 || inTransaction() || streaming ? undefined : atOnce;
		},
		...(keepsPrepared ? { executeAndCommit } : {}),
		bulkLoad,
		async listRelations(schemas) {
			if (schemas.length === 0) return [];
			const { sql, binds } = relationsStatement(schemas);
			return readRelations(await query(sql, binds));
		},
		async listColumns(relations) {
			const asked: readonly RelationName[] = [...new Map(relations.map((r) => [relationKey(r), r])).values()];
			if (asked.length === 0) return new Map();
			const { sql, binds } = columnsStatement(asked);
			return readColumns(await query(sql, binds), asked);
		},
		async listSchemas() {
			const { sql, binds } = schemasStatement();
			return readSchemas(await query(sql, binds));
		},
		async listSizes(relations) {
			const asked: readonly RelationName[] = [...new Map(relations.map((r) => [relationKey(r), r])).values()];
			if (asked.length === 0) return new Map();
			const { sql, binds } = sizesStatement(asked);
			return readSizes(await query(sql, binds), asked);
		},
		end() {
			lost = "session";
		},
	};
}

/** Rows as COPY's text, cut into pieces that are worth a message each. */
async function* copyChunks(batches: BulkLoad["rows"]): AsyncGenerator<CopyChunk> {
	const encoder = new TextEncoder();
	let text = "";
	let rows = 0;
	for await (const batch of batches) {
		if ("data" in batch) {
			if (rows > 0) yield { data: encoder.encode(text), rows };
			[text, rows] = ["", 0];
			yield batch;
			continue;
		}
		for (const row of batch) {
			text += copyLine(row);
			rows++;
			if (text.length < COPY_CHARACTERS) continue;
			yield { data: encoder.encode(text), rows };
			[text, rows] = ["", 0];
		}
	}
	if (rows > 0) yield { data: encoder.encode(text), rows };
}
