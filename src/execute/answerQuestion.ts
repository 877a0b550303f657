import type { Dialect, Session, StatementOptions } from "../core/adapter.ts";
import type { DatabaseError } from "../core/databaseError.ts";
import { type RelationKind, relationKey } from "../core/relation.ts";
import { relationAt } from "../core/relationAt.ts";
import type { DbAnswer, DbRequest } from "../core/request.ts";

type Ddl = Extract<DbRequest, { kind: "ddl" }>;

/** Who answers: a session, how it writes names, and what is done around each statement. */
export interface Answerer {
	readonly session: Session;
	readonly dialect: Dialect;
	/** Sends a statement; a run times it and tells its event stream. */
	readonly send: <T extends { readonly rowCount: number | null }>(
		purpose: string,
		sql: string,
		work: (options: StatementOptions) => Promise<T>,
	) => Promise<T>;
	/** What adapter.commit() does; without it nothing, since who opened the transaction ends it. */
	readonly commit?: () => Promise<void>;
}

const WORD: Readonly<Record<RelationKind, string>> = {
	table: "table",
	view: "view",
	materialized_view: "materialized view",
	external: "foreign table",
	other: "table",
};

/**
 * The SQL of a small DDL request of a plan, null where there is nothing to do. Drops do not cascade: what hangs on a
 * relation may be somebody else's, and the error names it. Templates that drop do it by macros, which cascade as dbt's.
 */
async function ddlSql({ session, dialect }: Answerer, request: Ddl): Promise<string | null> {
	const { database, schema } = request.relation;
	// Where a connection reaches one database only, its name cannot stand there.
	const place = dialect.landing.definesInside || database === "" ? [schema] : [database, schema];
	if (request.action === "create_schema")
		return `create schema if not exists ${place.map((part) => dialect.quote(part)).join(".")}`;
	const kind = (await relationAt(session, request.relation))?.kind ?? null;
	return kind === null ? null : `drop ${WORD[kind]} if exists ${dialect.render(request.relation)}`;
}

/** Does what a template or a plan asks of the database, rejecting where the database refuses. */
export async function answerQuestion(answerer: Answerer, request: DbRequest): Promise<DbAnswer> {
	const { session, send } = answerer;
	switch (request.kind) {
		case "query": {
			const purpose = request.macro ?? "query";
			if (request.fetch)
				return {
					kind: "table",
					table: await send(purpose, request.sql, (options) => session.query(request.sql, [], options)),
				};
			const done = await send(purpose, request.sql, (options) => session.execute(request.sql, options));
			const { rowCount, status, queryId } = done;
			const named = queryId === undefined ? {} : { queryId };
			return { kind: "table", table: { columns: [], rows: [], rowCount, status, ...named } };
		}
		case "columns": {
			const columns = await session.listColumns([request.relation]);
			return { kind: "columns", columns: columns.get(relationKey(request.relation)) ?? null };
		}
		case "relations":
			return { kind: "relations", relations: await session.listRelations([request.schema], request.database) };
		case "seed":
			throw new Error("the rows of a seed's file were asked for where none is built");
		case "commit":
			await answerer.commit?.();
			return { kind: "done" };
		case "schemas":
			return { kind: "schemas", schemas: await session.listSchemas(answerer.dialect.storedDatabase(request.database)) };
		case "ddl": {
			const sql = await ddlSql(answerer, request);
			if (sql !== null) await send(request.action, sql, (options) => session.execute(sql, options));
			return { kind: "done" };
		}
	}
}

/**
 * A refusal is an answer too: it is thrown inside the template, at the place that asked. What stops the whole node (a
 * cancel, a timeout, a lost connection) rejects instead, and so does what may simply be sent again.
 */
export function refusalAsAnswer(error: unknown, refused: DatabaseError | null): DbAnswer {
	if (refused === null || refused.kind !== "sql" || refused.retryable) throw error;
	return {
		kind: "error",
		message: refused.message,
		...(refused.sqlstate === undefined ? {} : { sqlstate: refused.sqlstate }),
		...(refused.hint === undefined ? {} : { hint: refused.hint }),
	};
}
