import { isDeepStrictEqual } from "node:util";
import type { Knex } from "knex";
import type { BoundStatement, Session } from "../core/adapter.ts";
import { nodeId } from "../core/node.ts";
import type { RelationName } from "../core/relation.ts";
import type { CellValue } from "../core/resultTable.ts";
import type { TablesHere } from "../core/state.ts";
import { bound } from "./bound.ts";
import { STATE_SCHEMA } from "./migrations.ts";

export type Row = Readonly<Record<string, CellValue>>;

/** The wire counts binds in 16 bits; rows have a dozen columns at most where many go at once. */
const ROWS_PER_STATEMENT = 1_000;

/** Of the rows `r` of runs those on a target (binds: its name, its schema), and those that name none. */
export const OF_TARGET = "((r.target, r.target_schema) <> (?, ?)) is not true";

/** Not written by a run of the project on another target (binds: project, target, schema). */
export const NOT_ELSEWHERE =
	"run_id not in (select r.run_id from tfm_state.runs r where r.project = ? and (r.target, r.target_schema) <> (?, ?))";

export function* chunks<T>(items: readonly T[]): Generator<T[]> {
	for (let i = 0; i < items.length; i += ROWS_PER_STATEMENT) yield items.slice(i, i + ROWS_PER_STATEMENT);
}

/** The tables of the state schema, and the few ways in which they are read and written. */
export interface Tables {
	readonly table: (name: string) => Knex.QueryBuilder;
	/** SQL of our own with `?` binds; `tfm_state` stands for the schema. */
	readonly raw: (sql: string, binds: readonly CellValue[]) => BoundStatement;
	readonly rowsOf: (session: Session, query: Knex.QueryBuilder | BoundStatement) => Promise<readonly Row[]>;
	/** Of these relations; a row of no schema, which an earlier tfm wrote, where a relation has none of its own. */
	readonly rowsHere: (session: Session, name: string, project: string, here: TablesHere) => Promise<readonly Row[]>;
	/** Rows of distinct keys, a thousand to a statement: a unit of 10,000 nodes is published in one transaction. */
	readonly upsertAll: (
		name: string,
		rows: readonly Record<string, CellValue>[],
		key: readonly string[],
	) => readonly BoundStatement[];
	/** One statement, however many keys. */
	readonly deleteKeys: (
		name: string,
		project: string,
		columns: readonly [string, string],
		keys: readonly (readonly string[])[],
	) => BoundStatement;
	/** A table of the project's. */
	readonly isThere: (
		session: Session,
		table: Partial<RelationName> & Pick<RelationName, "schema" | "identifier">,
	) => Promise<boolean>;
}

export function createTables(k: Knex): Tables {
	const table = (name: string): Knex.QueryBuilder => k(name).withSchema(STATE_SCHEMA);
	const rowsOf: Tables["rowsOf"] = async (session, query) => {
		const { sql, binds } = "binds" in query ? query : bound(query)[0]!;
		const result = await session.query(sql, binds);
		return result.rows.map((row) => Object.fromEntries(result.columns.map((c, i) => [c.name, row[i]!])));
	};
	const raw: Tables["raw"] = (sql, binds) =>
		bound(k.raw(sql.replaceAll("tfm_state.", `"${STATE_SCHEMA}".`), [...binds]))[0]!;
	const upsert = (name: string, rows: readonly Record<string, CellValue>[], key: readonly string[]) =>
		bound(
			table(name)
				.insert(rows)
				.onConflict([...key])
				.merge(),
		);
	/** A row for each candidate of a run: the same text, which takes 0.2 ms to put together. */
	const known = new Map<string, string>();
	function upsertOne(name: string, row: Record<string, CellValue>, key: readonly string[]): readonly BoundStatement[] {
		const columns = Object.keys(row).sort();
		const binds = columns.map((column) => row[column]!);
		const shape = [name, ...key, "", ...columns].join("\0");
		const sql = known.get(shape);
		if (sql !== undefined) return [{ sql, binds }];
		const made = upsert(name, [row], key);
		const [only] = made;
		if (made.length === 1 && only !== undefined && isDeepStrictEqual(only.binds, binds)) known.set(shape, only.sql);
		return made;
	}
	return {
		table,
		raw,
		rowsOf,
		rowsHere: readHere(table, rowsOf),
		deleteKeys: (name, project, columns, keys) =>
			raw(
				`delete from tfm_state.${name} where project = ?
				and (${columns.join(", ")}) in (select e->>0, e->>1 from json_array_elements(?::json) e)`,
				[project, JSON.stringify(keys)],
			),
		async isThere(session, { schema, identifier }) {
			const name = "select pg_catalog.to_regclass(pg_catalog.format('%I.%I', ?::text, ?::text)) is not null as there";
			return (await rowsOf(session, raw(name, [schema, identifier])))[0]?.there === true;
		},
		upsertAll: (name, rows, key) =>
			[...chunks(rows)].flatMap((some) =>
				some.length === 1 ? upsertOne(name, some[0]!, key) : upsert(name, some, key),
			),
	};
}

/** `Tables.rowsHere`, the same for every engine. */
export const readHere =
	(table: Tables["table"], rowsOf: Tables["rowsOf"]): Tables["rowsHere"] =>
	async (session, name, project, here) => {
		const schemas = [...new Set(here.values()), ""].sort();
		const rows = await rowsOf(session, table(name).where({ project }).whereIn("table_schema", schemas).orderBy("node"));
		const own = rows.filter(
			(row) => row.table_schema !== "" && here.get(nodeId(text(row, "node"))) === row.table_schema,
		);
		const known = new Set(own.map((row) => row.node));
		const old = rows.filter(
			(row) => row.table_schema === "" && !known.has(row.node!) && here.has(nodeId(text(row, "node"))),
		);
		return [...own, ...old];
	};

export const text = (row: Row, column: string): string => String(row[column]);

export const textOrNull = (row: Row, column: string): string | null =>
	row[column] === null || row[column] === undefined ? null : String(row[column]);

/** Engines print offsets in their own ways; what was written as an ISO instant comes back as it was. */
export const instant = (row: Row, column: string): string => new Date(text(row, column)).toISOString();

export const json = <T>(row: Row, column: string): T => JSON.parse(text(row, column)) as T;

export const relation = (row: Row, column: string): RelationName => json<RelationName>(row, column);
