import type { MacroCall } from "../core/compiler.ts";
import type { NodeId } from "../core/node.ts";
import type { RelationName } from "../core/relation.ts";
import type { ResultTable } from "../core/resultTable.ts";
import { type Database, PUBLISHED } from "./database.ts";
import type { OpenProject } from "./openProject.ts";

/** What `show` reads from, and how many rows of it; -1 means all. */
export interface Reading {
	readonly project: OpenProject;
	readonly database: Database;
	readonly rows: number;
}

/** The first rows of a query; `name` is what errors call it. */
export const firstRows = ({ database, rows }: Reading, sql: string, name: string): Promise<ResultTable> =>
	database.query(limited(sql, rows), name);

const QUERY = /^\s*(select|with|values|table)\b/i;

/** The first rows of SQL that is nobody's template; what is no query (`show`, `explain`) is sent as it is, as dbt does. */
export async function rowsOfStatement(reading: Reading, sql: string): Promise<ResultTable> {
	if (QUERY.test(sql)) return firstRows(reading, sql, "the inline query");
	const table = await reading.database.query(sql, "the inline query");
	return reading.rows < 0 ? table : { ...table, rows: table.rows.slice(0, reading.rows) };
}

export const firstRowsOf = (reading: Reading, relation: RelationName, name: string): Promise<ResultTable> =>
	firstRows(reading, `select * from ${reading.project.engine.dialect.render(relation)}`, name);

/** The first rows of a model with a `sql_header`, which stands before the query: dbt's macro get_show_sql joins them. */
export async function firstRowsUnder(
	{ database, rows }: Reading,
	query: { readonly header: string; readonly sql: string; readonly node: NodeId },
	name: string,
): Promise<ResultTable> {
	const call: MacroCall = {
		macro: "get_show_sql",
		positional: [],
		keyword: {
			compiled_code: { kind: "value", value: query.sql },
			sql_header: { kind: "value", value: query.header },
			limit: { kind: "value", value: rows < 0 ? null : rows },
		},
		node: query.node,
		sql: query.sql,
	};
	const { text } = await database.render((journal) => database.compiler.renderMacro(call, journal, PUBLISHED));
	return database.query(text, name);
}

/** dbt's wrapping; a trailing semicolon would end the subquery too early. */
function limited(sql: string, rows: number): string {
	const body = sql.trim().replace(/(\s*;)+$/, "");
	return rows < 0 ? body : `select * from (\n${body}\n) as model_limit_subq\nlimit ${rows}`;
}
