import { type Answer, status } from "../answer.ts";
import {
	type Column,
	type DynamicTable,
	type ObjectRef,
	printRef,
	type StoredQuery,
	type Table,
} from "../catalog/catalog.ts";
import { objectExists, SnowflakeError, unsupported } from "../snowflakeError.ts";
import type { Cursor } from "../sql/cursor.ts";
import { quoted } from "../sql/names.ts";
import { duckType } from "../sql/types.ts";
import { type ColumnDefinition, columnDefinitions } from "./columnDefinitions.ts";
import { type RelationOptions, relationOptions } from "./relationOptions.ts";
import { type Statement, translateQuery } from "./statement.ts";
import { columnsOfQuery, createStorage, dropStorage } from "./storage.ts";

interface Head {
	readonly replace: boolean;
	readonly keep: boolean;
	readonly temporary: boolean;
	readonly ref: ObjectRef;
}

/** Refuses a name that is taken, unless it may be replaced or is left alone; true: leave it. */
function isTaken(head: Head, kind: "TABLE" | "VIEW", { runtime, session }: Statement): boolean {
	const there = runtime.catalog.findWhere(head.ref, session, head.temporary);
	if (there === undefined) return false;
	if (head.keep) return true;
	if (!head.replace) throw objectExists(printRef(head.ref));
	if (there.kind !== kind)
		throw new SnowflakeError(
			"002203",
			"42710",
			`SQL compilation error:\nObject '${head.ref.name}' already exists as ${there.kind}`,
		);
	return false;
}

/** CREATE TABLE, AS, CLONE and LIKE, from behind the word TABLE; all or nothing, and what was there goes when it is done. */
export async function createTable(
	cursor: Cursor,
	statement: Statement,
	{ replace, persistence, dynamic }: { replace: boolean; persistence: Table["persistence"]; dynamic: boolean },
): Promise<Answer> {
	const { catalog, ledger } = statement.runtime;
	const { session } = statement;
	const keep = cursor.take("if", "not", "exists");
	const ref = catalog.refer(cursor.name(), session);
	catalog.schema(ref.database, ref.schema);
	const defined =
		cursor.peek()?.text === "(" ? columnDefinitions(cursor.group(), statement) : ([] as readonly ColumnDefinition[]);
	const options = relationOptions(cursor, statement);
	const temporary = persistence === "temporary";
	if (isTaken({ replace, keep, temporary, ref }, "TABLE", statement))
		return status(`${ref.name} already exists, statement succeeded.`);
	if (persistence === "transient") ledger.note("transient or retention", statement.sql);

	const source = await tableSource(cursor, statement, defined);
	const old = catalog.findWhere(ref, session, temporary);
	const storage = await createStorage(statement, source.columns, source.fill);
	const table: Table = {
		kind: "TABLE",
		name: ref.name,
		persistence,
		storage,
		columns: source.columns,
		comment: options.comment,
		clusterBy: options.clusterBy,
		createdOn: new Date(),
		owner: session.role,
		dynamic: dynamic ? dynamicTable(options, source.query, statement) : null,
	};
	catalog.put(ref, table, session);
	if (old?.kind === "TABLE") await dropStorage(statement, old.storage);
	return status(`${dynamic ? "Dynamic table" : "Table"} ${ref.name} successfully created.`);
}

interface Source {
	readonly columns: readonly (Column & { readonly defaultSql?: string | null })[];
	/** DuckDB's query for the rows. */
	readonly fill: string | null;
	readonly query: StoredQuery | null;
}

async function tableSource(
	cursor: Cursor,
	statement: Statement,
	defined: readonly ColumnDefinition[],
): Promise<Source> {
	const { catalog } = statement.runtime;
	const { session } = statement;
	const like = cursor.take("like");
	if (like || cursor.take("clone")) {
		const from = catalog.get(catalog.refer(cursor.name(), session), session);
		if (!cursor.atEnd()) relationOptions(cursor, statement);
		cursor.end();
		if (from.kind === "VIEW") throw unsupported("a copy of a view as a table");
		return { columns: from.columns, fill: like ? null : `from main.${from.storage}`, query: null };
	}
	if (!cursor.take("as")) {
		cursor.end();
		if (defined.length === 0) throw unsupported("a table without columns");
		return { columns: typed(defined), fill: null, query: null };
	}
	const query = storedQuery(cursor, statement);
	const sql = translateQuery(statement.runtime.parse(query.sql), statement);
	const found = await columnsOfQuery(statement, sql);
	if (defined.length === 0) return { columns: found, fill: converted(found, sql), query };
	if (defined.length !== found.length)
		throw new SnowflakeError("002026", "42601", "SQL compilation error:\nInvalid column definition list");
	const columns = defined.map((column, i) => ({ ...column, type: column.type ?? found[i]!.type }));
	return { columns, fill: converted(columns, sql), query };
}

/** Rows with DuckDB's own whole numbers as NUMBER(38,0), so that sums of them do not run over. */
function converted(columns: readonly Column[], sql: string): string {
	const aliases = columns.map((_, i) => `c${i}`);
	const values = columns.map(({ type }, i) => `cast(c${i} as ${duckType(type)})`);
	return `select ${values.join(", ")} from (${sql}) as "·Q"(${aliases.join(", ")})`;
}

const typed = (defined: readonly ColumnDefinition[]): readonly (ColumnDefinition & Column)[] =>
	defined.map((column) => {
		if (column.type === null) throw unsupported(`the column ${column.name} without a type`);
		return { ...column, type: column.type };
	});

/** The rest of the statement as a query that is read in this session's database and schema. */
function storedQuery(cursor: Cursor, { session }: Statement): StoredQuery {
	return { sql: cursor.rest(), database: session.database ?? "", schema: session.schema ?? "" };
}

function dynamicTable(options: RelationOptions, query: StoredQuery | null, statement: Statement): DynamicTable {
	const { target_lag, warehouse, scheduler } = options;
	const scheduled = scheduler?.toUpperCase() !== "DISABLE";
	if (query === null || (scheduled && target_lag === null) || warehouse === null)
		throw new SnowflakeError(
			"002083",
			"42601",
			"SQL compilation error:\nA dynamic table needs TARGET_LAG, WAREHOUSE and a query.",
		);
	statement.runtime.ledger.note("dynamic table schedule", statement.sql);
	return { query, targetLag: target_lag, warehouse, refreshMode: options.refresh_mode ?? "AUTO" };
}

/** CREATE VIEW from behind the word VIEW. The query is tried at once, as Snowflake does. */
export async function createView(
	cursor: Cursor,
	statement: Statement,
	{ replace, secure, temporary }: { replace: boolean; secure: boolean; temporary: boolean },
): Promise<Answer> {
	const { catalog, ledger, parse } = statement.runtime;
	const { session } = statement;
	const keep = cursor.take("if", "not", "exists");
	const ref = catalog.refer(cursor.name(), session);
	catalog.schema(ref.database, ref.schema);
	const named = cursor.peek()?.text === "(" ? columnDefinitions(cursor.group(), statement) : [];
	const options = relationOptions(cursor, statement);
	cursor.expect("as");
	if (isTaken({ replace, keep, temporary, ref }, "VIEW", statement))
		return status(`${ref.name} already exists, statement succeeded.`);
	if (secure) ledger.note("secure view", statement.sql);
	const query = storedQuery(cursor, statement);
	const sql = translateQuery(parse(query.sql), statement);
	const names = named.length > 0 ? `(${named.map(({ name }) => quoted(name)).join(", ")})` : "";
	const found = await columnsOfQuery(statement, `select * from (${sql}) as "·Q"${names}`);
	if (named.length > 0 && named.length !== found.length)
		throw new SnowflakeError("002026", "42601", "SQL compilation error:\nInvalid column definition list");
	catalog.put(
		ref,
		{
			kind: "VIEW",
			name: ref.name,
			secure,
			temporary,
			query,
			columns: found.map((column, i) => ({ ...column, comment: named[i]?.comment ?? null })),
			comment: options.comment,
			createdOn: new Date(),
			owner: session.role,
		},
		session,
	);
	return status(`View ${ref.name} successfully created.`);
}
