import { type Answer, NUMBER_COLUMN, TIME_COLUMN, texts, wireTime } from "../answer.ts";
import { objectsOf, type Relation, type Schema } from "../catalog/catalog.ts";
import { SnowflakeError } from "../snowflakeError.ts";
import type { Cursor } from "../sql/cursor.ts";
import type { Name } from "../sql/names.ts";
import { printType } from "../sql/types.ts";
import { showGrants } from "./showGrants.ts";
import { describeStage } from "./stages.ts";
import { run, type Statement } from "./statement.ts";

/** SHOW answers with at most this many rows, whatever LIMIT says. */
const MOST_ROWS = 10_000;

interface Listed {
	readonly database: Name;
	readonly schema: Name;
	readonly name: Name;
	readonly relation: Relation;
}

/** LIKE, STARTS WITH and LIMIT … FROM, in any case of letters for LIKE alone. */
interface Filter {
	readonly like: RegExp | null;
	readonly startsWith: string | null;
	readonly limit: number;
	readonly from: string | null;
}

const matches = (name: Name, { like, startsWith, from }: Filter): boolean =>
	(like?.test(name) ?? true) && (startsWith === null || name.startsWith(startsWith)) && (from === null || name > from);

/** SHOW …, from behind that word. */
export async function show(cursor: Cursor, statement: Statement): Promise<Answer> {
	const terse = cursor.take("terse");
	if (cursor.take("parameters")) return showParameters(cursor, statement);
	if (cursor.take("grants")) return showGrants(cursor, statement);
	if (cursor.take("database", "roles")) return showDatabaseRoles(cursor, statement);
	if (cursor.take("transactions")) return showTransactions(cursor, statement);
	if (cursor.take("dynamic", "tables")) return showRelations(cursor, statement, "dynamic tables", terse);
	const what = cursor.takeOne("objects", "tables", "views", "schemas", "databases", "columns", "warehouses");
	if (what === undefined) throw cursor.refuse("SHOW");
	if (what === "SCHEMAS") return showSchemas(cursor, statement);
	if (what === "DATABASES") return showDatabases(cursor, statement);
	if (what === "COLUMNS") return showColumns(cursor, statement);
	if (what === "WAREHOUSES") {
		likePattern(cursor);
		cursor.end();
		return texts(
			["name", "state", "type", "size"],
			statement.session.warehouse ? [[statement.session.warehouse, "STARTED", "STANDARD", "X-Small"]] : [],
		);
	}
	return showRelations(cursor, statement, what.toLowerCase(), terse);
}

/** Those of the user that asks; IN ACCOUNT is an administrator's. */
function showTransactions(cursor: Cursor, { session, runtime }: Statement): Answer {
	cursor.end();
	const rows = runtime
		.sessions()
		.flatMap(({ id, user, transaction }) =>
			transaction === null || user !== session.user
				? []
				: [
						[
							String(transaction.id),
							user,
							String(id),
							`transaction ${transaction.id}`,
							`${transaction.startedAt / 1000}`,
							"running",
							"0",
						],
					],
		);
	return texts(["id", "user", "session", "name", "started_on", "state", "scope"], rows, {
		id: NUMBER_COLUMN,
		session: NUMBER_COLUMN,
		started_on: TIME_COLUMN,
		scope: NUMBER_COLUMN,
	});
}

/** No statement makes one here. */
function showDatabaseRoles(cursor: Cursor, statement: Statement): Answer {
	scope(cursor, statement);
	cursor.end();
	return texts(["created_on", "name", "owner", "comment"], []);
}

function likePattern(cursor: Cursor): RegExp | null {
	if (!cursor.take("like")) return null;
	const source = cursor
		.text()
		.replace(/\\(.)|([.*+?^${}()|[\]\\])|(%)|(_)/g, (_, escaped, special, any, one) =>
			escaped ? `\\${escaped}` : special ? `\\${special}` : any ? ".*" : one ? "." : "",
		);
	return new RegExp(`^${source}$`, "is");
}

function endOfFilter(cursor: Cursor, like: RegExp | null): Filter {
	const startsWith = cursor.take("starts", "with") ? cursor.text() : null;
	const limit = cursor.take("limit") ? Number(cursor.next().value) : MOST_ROWS;
	const from = cursor.take("from") ? cursor.text() : null;
	cursor.end();
	if (!(limit > 0 && limit <= MOST_ROWS))
		throw new SnowflakeError("001003", "42601", `SQL compilation error:\nInvalid limit ${limit}: 1 to ${MOST_ROWS}.`);
	return { like, startsWith, limit, from };
}

/** `in schema s`, `in database d`, `in account`, `in d.s`; without it the session's schema, or all there is. */
function scope(cursor: Cursor, { session, runtime }: Statement): readonly { database: Name; schema: Schema }[] {
	const { catalog } = runtime;
	const all = (database: Name) => {
		const found = catalog.databases.get(database);
		if (found === undefined) throw nothingThere();
		return [...found.schemas.values()].map((schema) => ({ database, schema }));
	};
	const one = (database: Name | null, name: Name | null) => {
		const found = database === null || name === null ? undefined : catalog.databases.get(database)?.schemas.get(name);
		if (found === undefined || database === null) throw nothingThere();
		return [{ database, schema: found }];
	};
	if (!cursor.take("in")) {
		if (session.database === null) return [...catalog.databases.keys()].flatMap(all);
		return session.schema === null ? all(session.database) : one(session.database, session.schema);
	}
	if (cursor.take("account")) return [...catalog.databases.keys()].flatMap(all);
	const database = cursor.take("database");
	if (!database) cursor.take("schema");
	const named = cursor.peek() && !/^(starts|limit)$/i.test(cursor.peek()!.text) ? [...cursor.name()].reverse() : [];
	if (database) return all(named[0] ?? session.database ?? "");
	return one(named[1] ?? session.database, named[0] ?? session.schema);
}

const nothingThere = (): SnowflakeError =>
	new SnowflakeError(
		"002043",
		"02000",
		"SQL compilation error:\nObject does not exist, or operation cannot be performed.",
	);

const kindOf = (relation: Relation): string => {
	if (relation.kind === "VIEW") return "VIEW";
	return relation.persistence === "permanent" ? "TABLE" : relation.persistence.toUpperCase();
};

async function showRelations(cursor: Cursor, statement: Statement, what: string, terse: boolean): Promise<Answer> {
	const like = likePattern(cursor);
	const places = scope(cursor, statement);
	const filter = endOfFilter(cursor, like);
	const wanted = (relation: Relation): boolean =>
		what === "objects" ||
		(what === "views" && relation.kind === "VIEW") ||
		(what === "tables" && relation.kind === "TABLE") ||
		(what === "dynamic tables" && relation.kind === "TABLE" && relation.dynamic !== null);
	const found: Listed[] = places
		.flatMap(({ database, schema }) =>
			objectsOf(schema, database, statement.session)
				.filter(({ name, relation }) => wanted(relation) && matches(name, filter))
				.map(({ name, relation }) => ({ database, schema: schema.name, name, relation })),
		)
		.slice(0, filter.limit);
	const counted = terse || what === "views" ? new Map<string, string>() : await rowCounts(statement);
	const columns = terse ? ["created_on", "name", "kind", "database_name", "schema_name"] : columnsOf(what);
	const types = { created_on: TIME_COLUMN, rows: NUMBER_COLUMN, bytes: NUMBER_COLUMN };
	return texts(
		columns,
		found.map((row) => columns.map((column) => relationCell(column, row, counted))),
		types,
	);
}

const SHARED = ["created_on", "name", "database_name", "schema_name"];
const columnsOf = (what: string): readonly string[] => {
	if (what === "views") return [...SHARED, "owner", "comment", "text", "is_secure", "is_materialized"];
	if (what === "dynamic tables")
		return [
			...SHARED,
			"cluster_by",
			"rows",
			"bytes",
			"owner",
			"target_lag",
			"refresh_mode",
			"warehouse",
			"comment",
			"text",
			"scheduling_state",
		];
	return [
		...SHARED,
		"kind",
		"comment",
		"cluster_by",
		"rows",
		"bytes",
		"owner",
		"retention_time",
		"owner_role_type",
		"is_hybrid",
		"is_dynamic",
		"is_iceberg",
	];
};

function relationCell(
	column: string,
	{ database, schema, name, relation }: Listed,
	counted: ReadonlyMap<string, string>,
): string | null {
	const table = relation.kind === "TABLE" ? relation : null;
	switch (column) {
		case "created_on":
			return wireTime(relation.createdOn);
		case "name":
			return name;
		case "database_name":
			return database;
		case "schema_name":
			return schema;
		case "kind":
			return kindOf(relation);
		case "comment":
			return relation.comment;
		case "cluster_by":
			return table?.clusterBy ?? "";
		case "rows":
			return table ? (counted.get(table.storage) ?? null) : null;
		case "bytes":
			return table ? "0" : null;
		case "owner":
			return relation.owner;
		case "retention_time":
			return "0";
		case "owner_role_type":
			return "ROLE";
		case "is_dynamic":
			return table?.dynamic ? "Y" : "N";
		case "is_secure":
			return relation.kind === "VIEW" && relation.secure ? "true" : "false";
		case "is_materialized":
			return "false";
		case "text":
			return relation.kind === "VIEW" ? relation.query.sql : (table?.dynamic?.query.sql ?? null);
		case "target_lag":
			return table?.dynamic?.targetLag ?? null;
		case "refresh_mode":
			return table?.dynamic?.refreshMode ?? null;
		case "warehouse":
			return table?.dynamic?.warehouse ?? null;
		case "scheduling_state":
			return "ACTIVE";
		default:
			return "N";
	}
}

async function rowCounts(statement: Statement): Promise<ReadonlyMap<string, string>> {
	const rows = (await run(statement, "select table_name, estimated_size from duckdb_tables()")).getRows();
	return new Map(rows.map(([name, size]) => [String(name), String(size)]));
}

function showSchemas(cursor: Cursor, { session, runtime }: Statement): Answer {
	const like = likePattern(cursor);
	let database: Name | null = session.database;
	if (cursor.take("in")) {
		if (cursor.take("account")) database = null;
		else {
			cursor.take("database");
			database = cursor.peek() ? cursor.identifier() : session.database;
		}
	}
	const filter = endOfFilter(cursor, like);
	if (database !== null && !runtime.catalog.databases.has(database)) throw nothingThere();
	const rows = [...runtime.catalog.databases.values()]
		.filter(({ name }) => database === null || name === database)
		.flatMap((parent) => [...parent.schemas.values()].map((schema) => ({ parent, schema })))
		.filter(({ schema }) => matches(schema.name, filter))
		.sort((a, b) => (a.schema.name < b.schema.name ? -1 : 1))
		.slice(0, filter.limit)
		.map(({ parent, schema }) => [wireTime(schema.createdOn), schema.name, null, parent.name, null, schema.comment]);
	return texts(["created_on", "name", "kind", "database_name", "schema_name", "comment"], rows, {
		created_on: TIME_COLUMN,
	});
}

function showDatabases(cursor: Cursor, { runtime }: Statement): Answer {
	const like = likePattern(cursor);
	if (cursor.take("in")) cursor.expect("account");
	const filter = endOfFilter(cursor, like);
	const rows = [...runtime.catalog.databases.values()]
		.filter(({ name }) => matches(name, filter))
		.map(({ name, createdOn }) => [wireTime(createdOn), name]);
	return texts(["created_on", "name"], rows, { created_on: TIME_COLUMN });
}

function showColumns(cursor: Cursor, statement: Statement): Answer {
	const like = likePattern(cursor);
	const { catalog } = statement.runtime;
	const { session } = statement;
	let listed: readonly Listed[];
	if (cursor.take("in", "table") || cursor.take("in", "view")) {
		const ref = catalog.refer(cursor.name(), session);
		listed = [{ ...ref, relation: catalog.get(ref, session) }];
	} else
		listed = scope(cursor, statement).flatMap(({ database, schema }) =>
			objectsOf(schema, database, session).map(({ name, relation }) => ({
				database,
				schema: schema.name,
				name,
				relation,
			})),
		);
	cursor.end();
	const rows = listed.flatMap(({ database, schema, name, relation }) =>
		relation.columns
			.filter((column) => like?.test(column.name) ?? true)
			.map((column) => [
				name,
				schema,
				column.name,
				JSON.stringify({
					type: column.type.name === "VARCHAR" ? "TEXT" : column.type.name === "NUMBER" ? "FIXED" : column.type.name,
					precision: column.type.precision,
					scale: column.type.scale,
					length: column.type.length,
					nullable: column.nullable,
				}),
				String(column.nullable),
				column.default ?? "",
				"COLUMN",
				"",
				column.comment ?? "",
				database,
			]),
	);
	return texts(
		[
			"table_name",
			"schema_name",
			"column_name",
			"data_type",
			"null?",
			"default",
			"kind",
			"expression",
			"comment",
			"database_name",
		],
		rows,
	);
}

function showParameters(cursor: Cursor, { session }: Statement): Answer {
	const like = likePattern(cursor);
	if (cursor.take("in") || cursor.take("for")) cursor.expect("session");
	cursor.end();
	const values = new Map([
		["QUERY_TAG", ""],
		["STATEMENT_TIMEOUT_IN_SECONDS", "172800"],
		["TIMEZONE", "UTC"],
		...session.parameters,
	]);
	const rows = [...values]
		.filter(([key]) => like?.test(key) ?? true)
		.map(([key, value]) => [key, value, "", session.parameters.has(key) ? "SESSION" : "", "", "STRING"]);
	return texts(["key", "value", "default", "level", "description", "type"], rows);
}

/** DESCRIBE …, from behind that word. */
export function describe(cursor: Cursor, statement: Statement): Answer {
	const { session, runtime } = statement;
	if (cursor.take("result")) {
		const id = cursor.take("last_query_id", "(", ")") ? session.lastQueryId : cursor.text();
		cursor.end();
		const answer = runtime.answerOf(id);
		if (answer === undefined) throw new SnowflakeError("000709", "02000", `Statement ${id} not found`);
		return texts(
			["name", "type", "kind", "null?", "default"],
			answer.columns.map(({ name, type, nullable }) => [name, printType(type), "COLUMN", nullable ? "Y" : "N", null]),
		);
	}
	if (cursor.take("stage")) return describeStage(cursor, statement);
	cursor.takeOne("table", "view");
	const ref = runtime.catalog.refer(cursor.name(), session);
	cursor.end();
	const { columns } = runtime.catalog.get(ref, session);
	return texts(
		[
			"name",
			"type",
			"kind",
			"null?",
			"default",
			"primary key",
			"unique key",
			"check",
			"expression",
			"comment",
			"policy name",
		],
		columns.map(({ name, type, nullable, default: value, comment }) => [
			name,
			printType(type),
			"COLUMN",
			nullable ? "Y" : "N",
			value,
			"N",
			"N",
			null,
			null,
			comment,
			null,
		]),
	);
}
