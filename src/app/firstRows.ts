import type { RelationName } from "../core/relation.ts";
import type { ResultTable } from "../core/resultTable.ts";
import type { Database } from "./database.ts";
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

export const firstRowsOf = (reading: Reading, relation: RelationName, name: string): Promise<ResultTable> =>
	firstRows(reading, `select * from ${reading.project.engine.dialect.render(relation)}`, name);

/** dbt's wrapping; a trailing semicolon would end the subquery too early. */
function limited(sql: string, rows: number): string {
	const body = sql.trim().replace(/(\s*;)+$/, "");
	return rows < 0 ? body : `select * from (\n${body}\n) as model_limit_subq\nlimit ${rows}`;
}
