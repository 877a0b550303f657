import type { Knex } from "knex";
import type { BoundStatement, Session } from "../../core/adapter.ts";
import { DatabaseError } from "../../core/databaseError.ts";
import type { CellValue } from "../../core/resultTable.ts";
import { bound } from "../bound.ts";
import { chunks, readHere, type Tables } from "../tables.ts";
import { column, columnTypesOf, place } from "./stateTables.ts";

/** Of the rows `r` of runs those on a target (binds: its name, its schema), and those that name none. */
export const OF_TARGET = "(r.target is null or (r.target = ? and r.target_schema = ?))";

/** Not written by a run of the project on another target (binds: project, target, schema). */
export const NOT_ELSEWHERE =
	"run_id not in (select r.run_id from tfm_state.runs r where r.project = ? and r.target is not null and not (r.target = ? and r.target_schema = ?))";

/** The type to which a value of a document is cast. */
const castOf = (type: string): string => type.replace(/ (?:not null|default .*)$/, "");

/**
 * What the shared rows of src/history ask for, in Snowflake's SQL. knex writes what is the same in both; what goes in goes
 * as one document, since a statement with a bind for each value of a thousand rows is slow to compile there.
 */
export function createSnowflakeTables(k: Knex): Tables {
	const table = (name: string): Knex.QueryBuilder => k(name).withSchema("tfm_state");
	const raw: Tables["raw"] = (sql, binds) => bound(k.raw(sql, [...binds]))[0]!;
	const rowsOf: Tables["rowsOf"] = async (session, query) => {
		const { sql, binds } = "binds" in query ? query : bound(query)[0]!;
		const result = await session.query(sql, binds);
		return result.rows.map((row) => Object.fromEntries(result.columns.map((c, i) => [c.name.toLowerCase(), row[i]!])));
	};
	return {
		table,
		raw,
		rowsOf,
		rowsHere: readHere(table, rowsOf),
		upsertAll: (name, rows, key) => [...chunks(rows)].map((some) => mergeRows(name, some, key)),
		deleteKeys: (name, project, columns, keys) => ({
			sql: `delete from ${place(name)} where ${column("project")} = $1 and (${columns.map(column).join(", ")}) in (select f.value[0]::varchar, f.value[1]::varchar from table(flatten(input => parse_json($2))) f)`,
			binds: [project, JSON.stringify(keys)],
		}),
		async isThere(session, { database, schema, identifier }) {
			const found = await session.listRelations([schema], database);
			return found.some((relation) => relation.schema === schema && relation.identifier === identifier);
		},
	};
}

/** Rows of distinct keys; with `keep` those that are there stay as they are. */
export function mergeRows(
	name: string,
	rows: readonly Readonly<Record<string, CellValue>>[],
	key: readonly string[],
	{ keep = false } = {},
): BoundStatement {
	const types = columnTypesOf(name);
	const columns = Object.keys(rows[0] ?? {});
	const values = columns.map((c) => `f.value:${c}::${castOf(types[c]!)} as ${column(c)}`);
	const changed = columns.filter((c) => !key.includes(c));
	const update =
		keep || changed.length === 0
			? ""
			: ` when matched then update set ${changed.map((c) => `${column(c)} = s.${column(c)}`).join(", ")}`;
	return {
		sql: `merge into ${place(name)} as t using (select ${values.join(", ")} from table(flatten(input => parse_json($1))) f) as s on ${key
			.map((c) => `t.${column(c)} = s.${column(c)}`)
			.join(" and ")}${update} when not matched then insert (${columns.map(column).join(", ")}) values (${columns
			.map((c) => `s.${column(c)}`)
			.join(", ")})`,
		binds: [JSON.stringify(rows)],
	};
}

/** What a run, or whoever takes what a run has, changes first: until its transaction ends nobody else gets past it. */
export const lockTurn = (name: string): BoundStatement => ({
	sql: `update ${place("turns")} set ${column("turn")} = ${column("turn")} + 1 where ${column("name")} = $1`,
	binds: [name],
});

const TRIES = 20;

/** A transaction that others may be in the way of; it is had again after a refusal that certainly had no effect. */
export async function inTurn<T>(session: Session, name: string, work: () => Promise<T>): Promise<T> {
	for (let tried = 1; ; tried++) {
		try {
			return await session.transaction(async () => {
				const { sql, binds } = lockTurn(name);
				await session.query(sql, binds);
				return work();
			});
		} catch (error) {
			if (!(error instanceof DatabaseError && error.retryable) || tried === TRIES) throw error;
			await new Promise((resolve) => setTimeout(resolve, 20 * tried));
		}
	}
}
