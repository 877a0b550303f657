import type { Session } from "../core/adapter.ts";
import { type RelationKind, type RelationName, relationKey } from "../core/relation.ts";
import type { DbAnswer, DbRequest } from "../core/request.ts";
import type { Run } from "./run.ts";
import { databaseErrorOf, type StatementPurpose, statement } from "./statement.ts";

type Ddl = Extract<DbRequest, { kind: "ddl" }>;

const WORD: Readonly<Record<RelationKind, string>> = {
	table: "table",
	view: "view",
	materialized_view: "materialized view",
	external: "foreign table",
	other: "table",
};

async function kindOf(session: Session, relation: RelationName): Promise<RelationKind | null> {
	const there = await session.listRelations([relation.schema]);
	return there.find((r) => r.identifier === relation.identifier)?.kind ?? null;
}

/**
 * The SQL of a small DDL request, null where there is nothing to do. Drops do not cascade, unlike dbt's: what hangs on
 * a relation may be somebody else's, and the error names it.
 */
async function ddlSql(run: Run, session: Session, request: Ddl): Promise<string | null> {
	const { dialect } = run.ports.adapter;
	const schema = dialect.quote(request.relation.schema);
	if (request.action === "create_schema") return `create schema if not exists ${schema}`;
	if (request.action === "drop_schema") return `drop schema if exists ${schema}`;
	const name = dialect.render(request.relation);
	const kind = await kindOf(session, request.relation);
	if (kind === null && request.action === "drop_relation") return null;
	const word = WORD[kind ?? "table"];
	switch (request.action) {
		case "drop_relation":
			return `drop ${word} if exists ${name}`;
		case "truncate_relation":
			return `truncate table ${name}`;
		case "rename_relation": {
			if (request.to === undefined) throw new Error("a rename without a new name was asked for");
			return `alter ${word} ${name} rename to ${dialect.quote(request.to.identifier)}`;
		}
	}
}

/** Does what is asked, rejecting where the database refuses. */
export async function performRequest(
	run: Run,
	session: Session,
	request: DbRequest,
	node: StatementPurpose["node"],
): Promise<DbAnswer> {
	switch (request.kind) {
		case "query": {
			const about = { node, purpose: request.macro ?? "query", sql: request.sql };
			if (request.fetch)
				return {
					kind: "table",
					table: await statement(run, about, (options) => session.query(request.sql, [], options)),
				};
			const done = await statement(run, about, (options) => session.execute(request.sql, options));
			return { kind: "table", table: { columns: [], rows: [], rowCount: done.rowCount, status: done.status } };
		}
		case "columns": {
			const columns = await session.listColumns([request.relation]);
			return { kind: "columns", columns: columns.get(relationKey(request.relation)) ?? null };
		}
		case "relations":
			return { kind: "relations", relations: await session.listRelations([request.schema]) };
		case "schemas":
			return { kind: "schemas", schemas: await session.listSchemas() };
		case "ddl": {
			const sql = await ddlSql(run, session, request);
			if (sql !== null)
				await statement(run, { node, purpose: request.action, sql }, (options) => session.execute(sql, options));
			return { kind: "done" };
		}
	}
}

/**
 * Answers what a template or a plan asks of the database. A refusal is an answer too: it is thrown inside the template,
 * at the place that asked. What stops the whole node (a cancel, a timeout, a lost connection) rejects instead, and so
 * does what may simply be sent again.
 */
export async function answerRequest(
	run: Run,
	session: Session,
	request: DbRequest,
	node: StatementPurpose["node"],
): Promise<DbAnswer> {
	try {
		return await performRequest(run, session, request, node);
	} catch (error) {
		const refused = databaseErrorOf(error);
		if (refused === null || refused.kind !== "sql" || refused.retryable) throw error;
		return {
			kind: "error",
			message: run.toPublished(refused.message),
			...(refused.sqlstate === undefined ? {} : { sqlstate: refused.sqlstate }),
		};
	}
}
