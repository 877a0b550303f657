import type { BulkLoad, BulkLoaded, Dialect, ExecuteResult, Session, StatementOptions } from "../../core/adapter.ts";
import { DatabaseError } from "../../core/databaseError.ts";
import { type ColumnInfo, relationKey } from "../../core/relation.ts";
import type { CellValue, ResultColumn, ResultTable } from "../../core/resultTable.ts";
import { isMissing, listColumns, listRelations, listSchemas, listSizes, relationAt } from "./catalog.ts";
import type { Answer, Connection } from "./connection.ts";
import { placedInCopy } from "./copyPlace.ts";
import type { RunCatalog } from "./runCatalog.ts";
import { numberedBinds, type StatementPart, splitStatements } from "./scanSql.ts";
import { FILE_FORMAT, stageRows } from "./stagedRows.ts";
import { effectsOf, madeElsewhere, type StatementEffects, temporaryTable } from "./statementEffects.ts";

export interface SessionParts {
	readonly connection: Connection;
	readonly dialect: Dialect;
	/** The connected one, as it is stored. */
	readonly database: string;
	/** The connected one, as it is stored; null: none. */
	readonly schema: string | null;
	readonly defaultTimeoutMs: number | undefined;
	/** What the run knows of relations, told of each statement. */
	readonly known: RunCatalog;
}

export interface PinnedSession extends Session {
	/** What must be put back before somebody else has the session. */
	readonly changed: ReadonlySet<NonNullable<StatementEffects["changes"]>>;
	/** A transaction stands open. */
	readonly open: boolean;
	/** The connection did not live through a statement. */
	readonly broken: boolean;
	/** No further statement is accepted; what still runs ends first. */
	end(): Promise<void>;
}

interface Done {
	readonly columns: readonly ResultColumn[];
	readonly rows: readonly (readonly CellValue[])[];
	readonly queryId: string;
	/** Rows changed or returned; null for what defines. */
	readonly rowCount: number | null;
}

const CHANGED = /^number of rows (?:inserted|updated|deleted)$|^rows_loaded$/;

/**
 * core's Session over one login of Snowflake. What is particular:
 *
 * - Several statements of a text are sent one by one, as Snowflake's Python connector does for dbt; each has a query id.
 * - What defines something commits. A transaction is begun on the server with its first DML, so that one in which only
 *   tables are made costs nothing; after a definition inside it the next DML begins another one.
 * - There are no savepoints. A nested transaction is part of the outer one, and its failure is that one's.
 * - An error does not end a transaction on Snowflake. Here it does, so that nobody commits half of a piece of work: one
 *   that a text of several statements began is rolled back with it, and a session whose own `begin` was followed by a
 *   statement that was cancelled takes no more.
 */
export function createSession({
	connection,
	dialect,
	database,
	schema,
	defaultTimeoutMs,
	known,
}: SessionParts): PinnedSession {
	const changed = new Set<NonNullable<StatementEffects["changes"]>>();
	/** Temporary tables that the session made and has not dropped. */
	const temporary = new Set<string>();
	let open = false;
	let depth = 0;
	let broken = false;
	let over = false;
	/** Why the rest of the transaction is refused. */
	let spoilt: "failed" | "lost" | undefined;
	/** The caller's SQL has ended the transaction of the innermost transaction(). */
	let ended = false;
	const waiting: { readonly sql: string; readonly binds: readonly CellValue[] }[] = [];

	/** One after the other. */
	let turn: Promise<unknown> = Promise.resolve();
	const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
		const mine = turn.then(work, work);
		turn = mine.catch(() => undefined);
		return mine;
	};

	const refuseSpoilt = (sql: string): void => {
		const refuse = (message: string, sqlstate: string, kind: DatabaseError["kind"]): never => {
			throw new DatabaseError(message, { kind, sqlstate, sql });
		};
		if (over) refuse("this session is over; ask for a new one", "08003", "connection");
		if (spoilt === "lost")
			refuse(
				"the transaction was lost when an earlier statement in it was cancelled or stopped",
				"25P02",
				"connection",
			);
		if (spoilt === "failed") refuse("the transaction failed earlier and takes no more statements", "25P02", "sql");
	};

	const notice = (sql: string, outcome: "done" | "refused" | "lost"): void =>
		known.notice(sql, { home: changed.has("schema") || schema === null ? null : { database, schema }, outcome });

	/** Sends one statement; its rows are still to be read. */
	async function send(
		part: StatementPart & { readonly whole: string; readonly binds?: readonly CellValue[] },
		options: StatementOptions = {},
	): Promise<Answer> {
		const effects = effectsOf(part.sql);
		const { comment } = options;
		const head = comment === undefined || comment.append ? "" : `/* ${comment.text} */\n`;
		const tail = comment?.append === true ? `\n/* ${comment.text} */` : "";
		const lead = part.sql.length - part.sql.trimStart().length;
		const limits = { ...options, timeoutMs: options.timeoutMs ?? defaultTimeoutMs };
		const control = (sql: string): Promise<Answer> => connection.send({ sql });
		try {
			if (depth > 0 && !open && !ended && effects.work === "rows") {
				await control("begin");
				open = true;
			}
			const answer = await connection.send({
				sql: `${head}${part.sql.slice(lead)}${tail}`,
				...(part.binds === undefined ? {} : { binds: part.binds }),
				within: { whole: part.whole, offset: part.from + lead - head.length },
				limits,
			});
			if (effects.work === "begins") open = true;
			if (effects.work === "ends") {
				ended = depth > 0;
				open = false;
			}
			if (effects.work === "defines") open = false;
			const table = effects.work === "defines" ? temporaryTable(part.sql) : null;
			// Of two tables of a name the session's own one goes.
			if (table?.made !== false || temporary.size === 0) notice(part.sql, "done");
			else if (!temporary.has(table.name)) notice(part.sql, "lost");
			if (table?.made === false) temporary.delete(table.name);
			else if (table?.made === true) temporary.add(table.name);
			else if (effects.changes !== null) changed.add(effects.changes);
			if (effects.changes === "schema" && madeElsewhere(part.sql, database, dialect)) await goHome(control);
			return answer;
		} catch (error) {
			if (error instanceof DatabaseError && error.kind === "connection") broken = true;
			notice(part.sql, error instanceof DatabaseError && error.kind === "sql" ? "refused" : "lost");
			// A statement that defines something has committed before it failed.
			if (effects.work === "defines") open = false;
			// A question about what is not there has changed nothing, and whoever asked may go on.
			const harmless = effects.work === "reads" && (!open || isMissing(error));
			if (depth > 0 && !harmless) spoilt ??= "failed";
			const stopped = error instanceof DatabaseError && error.kind !== "sql";
			if (depth > 0 && stopped) spoilt = "lost";
			if (depth === 0 && open && stopped) over = true;
			throw error;
		}
	}

	/** Bare names, tfm's own tables among them, are looked for where the profile says. */
	async function goHome(control: (sql: string) => Promise<Answer>): Promise<void> {
		const home = dialect.quote(database);
		try {
			await control(schema === null ? `use database ${home}` : `use schema ${home}.${dialect.quote(schema)}`);
		} catch (error) {
			if (!isMissing(error)) throw error;
			await control(`use database ${home}`);
		}
	}

	async function collect(answer: Answer, sql: string): Promise<Done> {
		const rows: (readonly CellValue[])[] = [];
		for await (const batch of answer.rows) rows.push(...batch);
		return { columns: answer.columns, rows, queryId: answer.queryId, rowCount: countOf(answer, rows, sql) };
	}

	/** What waits goes first. */
	async function flush(): Promise<void> {
		for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
			const sql = numberedBinds(next.sql);
			await collect(await send({ sql, from: 0, whole: sql, binds: next.binds }), sql);
		}
	}

	async function runAll(sql: string, binds: readonly CellValue[], options?: StatementOptions): Promise<Done | null> {
		refuseSpoilt(sql);
		if (options?.signal?.aborted === true)
			throw new DatabaseError("cancelled", { kind: "cancelled", sqlstate: "57014", sql, cause: options.signal.reason });
		const whole = binds.length > 0 ? numberedBinds(sql) : sql;
		const parts = splitStatements(whole);
		if (binds.length > 0 && parts.length > 1)
			throw new DatabaseError("cannot insert multiple commands into a prepared statement", { sqlstate: "42601", sql });
		await flush();
		let last: Done | null = null;
		const before = open;
		try {
			for (const part of parts) {
				const answer = await send({ ...part, whole, ...(binds.length > 0 ? { binds } : {}) }, options);
				last = await collect(answer, part.sql);
			}
		} catch (error) {
			if (depth === 0 && open && !before && !over && !broken) {
				await connection.send({ sql: "rollback" });
				open = false;
			}
			throw error;
		}
		return last;
	}

	const run = (sql: string, binds: readonly CellValue[] = [], options?: StatementOptions): Promise<Done | null> =>
		inTurn(() => runAll(sql, binds, options));

	async function query(
		sql: string,
		binds: readonly CellValue[] = [],
		options?: StatementOptions,
	): Promise<ResultTable> {
		const done = await run(sql, binds, options);
		return Object.freeze({
			columns: done?.columns ?? [],
			rows: done?.rows ?? [],
			rowCount: done?.rowCount ?? null,
			status: statusOf(done),
			...(done === null ? {} : { queryId: done.queryId }),
		});
	}

	const control = async (sql: string): Promise<void> => {
		await inTurn(() => connection.send({ sql }));
	};

	async function transaction<T>(work: () => Promise<T>, { mayEnd = false } = {}): Promise<T> {
		refuseSpoilt("begin");
		if (depth > 0 && ended && !open) return standingAlone(() => transaction(work, { mayEnd }));
		if (depth > 0) {
			depth++;
			try {
				return await work();
			} catch (error) {
				spoilt ??= "failed";
				throw error;
			} finally {
				depth--;
			}
		}
		// One that the caller's SQL began is joined.
		const own = !open;
		ended = false;
		depth = 1;
		try {
			const result = await work();
			if (spoilt !== undefined) refuseSpoilt("commit");
			await inTurn(flush);
			if (ended && !mayEnd)
				throw new DatabaseError("a statement inside the transaction ended it with commit or rollback", {
					sqlstate: "25P01",
				});
			if (own && open) {
				await control("commit");
				open = false;
			}
			return result;
		} catch (error) {
			waiting.length = 0;
			if (own && open && !broken) await control("rollback");
			if (own) open = false;
			throw error;
		} finally {
			depth = 0;
			spoilt = undefined;
			ended = false;
		}
	}

	/** The caller's SQL has ended the transaction around it: what is inside has one of its own. */
	async function standingAlone<T>(work: () => Promise<T>): Promise<T> {
		await inTurn(flush);
		const outer = depth;
		depth = 0;
		try {
			return await work();
		} finally {
			depth = outer;
			ended = true;
		}
	}

	async function* stream(sql: string, options?: StatementOptions): AsyncGenerator<ResultTable> {
		const answer = await inTurn(async () => {
			refuseSpoilt(sql);
			await flush();
			return send({ sql, from: 0, whole: sql }, options);
		});
		const table = (rows: readonly (readonly CellValue[])[]): ResultTable =>
			Object.freeze({ columns: answer.columns, rows, rowCount: rows.length, status: `SUCCESS ${rows.length}` });
		let empty = true;
		for await (const rows of answer.rows) {
			options?.signal?.throwIfAborted();
			empty = false;
			yield table(rows);
		}
		if (empty) yield table([]);
	}

	async function bulkLoad(load: BulkLoad, options?: StatementOptions): Promise<BulkLoaded> {
		const { relation, columns } = load;
		refuseSpoilt(`copy into ${dialect.render(relation)}`);
		const rows = stopping(load.rows, options?.signal);
		const staged = await stageRows({ relation, columns, rows });
		try {
			if (staged.rows === 0) return { rows: 0 };
			return await transaction(async () => {
				for (const file of staged.files)
					await run(
						`put ${dialect.literal(`file://${file}`)} @~/${staged.stage} auto_compress = false source_compression = gzip overwrite = true`,
						[],
						options,
					);
				const list = columns.length === 0 ? "" : ` (${columns.map((name) => dialect.quote(name)).join(", ")})`;
				const from = source(await listColumns(ask, dialect, [relation]), load, `@~/${staged.stage}/`);
				const done = await run(
					`copy into ${dialect.render(relation)}${list} from ${from} file_format = (${FILE_FORMAT}) on_error = abort_statement purge = true`,
					[],
					options,
				).catch((error: unknown) => {
					throw placedInCopy(error, relation.identifier);
				});
				if (done?.rowCount !== staged.rows)
					throw new DatabaseError(
						`${staged.rows} rows were to be loaded, and Snowflake says it loaded ${done?.rowCount}`,
						{
							sqlstate: "XX001",
						},
					);
				return { rows: staged.rows, queryId: done.queryId };
			});
		} finally {
			await staged.remove();
		}
	}

	const ask = (sql: string): Promise<ResultTable> => query(sql);
	return {
		get changed() {
			return temporary.size === 0 ? changed : new Set([...changed, "temporary" as const]);
		},
		get open() {
			return open;
		},
		get broken() {
			return broken;
		},
		async execute(sql, options): Promise<ExecuteResult> {
			const done = await run(sql, [], options);
			return Object.freeze({
				status: statusOf(done),
				rowCount: done?.rowCount ?? null,
				notices: [],
				...(done === null ? {} : { queryId: done.queryId }),
			});
		},
		query,
		stream,
		later(sql, binds = []) {
			if (depth === 0) throw new Error("what goes with a later message needs a transaction to be part of");
			waiting.push({ sql, binds });
		},
		transaction,
		bulkLoad,
		listRelations: (schemas, elsewhere = "") =>
			listRelations(ask, dialect, { database: elsewhere || database, schemas, known }),
		relationAt: (relation) =>
			relationAt(ask, dialect, { relation: { ...relation, database: relation.database || database }, known }),
		listColumns: (relations) => listColumns(ask, dialect, relations),
		listSizes: (relations) => listSizes(ask, dialect, relations),
		listSchemas: (elsewhere = "") => listSchemas(ask, dialect, elsewhere || database),
		async end() {
			over = true;
			await turn;
		},
	};
}

/** dbt-snowflake's `_message`: what defines something answers one row. */
const statusOf = (done: Done | null): string => (done === null ? "" : `SUCCESS ${done.rowCount ?? 1}`);

function countOf(answer: Answer, rows: Done["rows"], sql: string): number | null {
	const { work } = effectsOf(sql);
	if (work === "reads") return rows.length;
	if (work !== "rows") return null;
	const counted = answer.columns.flatMap(({ name }, i) => (CHANGED.test(name) ? [i] : []));
	if (counted.length === 0) return answer.changed;
	let sum = 0;
	for (const row of rows) for (const i of counted) sum += Number(row[i] ?? 0);
	return sum;
}

/** The text of a document would stay a text in a VARIANT. */
function source(
	found: ReadonlyMap<string, readonly ColumnInfo[]>,
	{ relation, columns }: BulkLoad,
	stage: string,
): string {
	const types = new Map((found.get(relationKey(relation)) ?? []).map(({ name, type }) => [name, type] as const));
	const names = columns.length > 0 ? columns : [...types.keys()];
	const isDocument = (name: string): boolean => /^(?:VARIANT|OBJECT|ARRAY)\b/.test(types.get(name) ?? "");
	if (!names.some(isDocument)) return stage;
	return `(select ${names.map((name, i) => (isDocument(name) ? `parse_json($${i + 1})` : `$${i + 1}`)).join(", ")} from ${stage})`;
}

/** Ends the reading of rows when the signal is given. */
async function* stopping(rows: BulkLoad["rows"], signal: AbortSignal | undefined): BulkLoad["rows"] & AsyncGenerator {
	for await (const batch of rows) {
		if (signal?.aborted === true)
			throw new DatabaseError("cancelled", { kind: "cancelled", sqlstate: "57014", cause: signal.reason });
		yield batch;
	}
}
