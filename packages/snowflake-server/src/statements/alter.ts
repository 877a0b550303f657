import { type Answer, DONE, status, texts } from "../answer.ts";
import { type Column, type ObjectRef, printRef, type Relation, type Table } from "../catalog/catalog.ts";
import { objectExists, objectMissing, SnowflakeError, unsupported } from "../snowflakeError.ts";
import type { Cursor } from "../sql/cursor.ts";
import { createCursor } from "../sql/cursor.ts";
import { type Name, quoted } from "../sql/names.ts";
import { duckType } from "../sql/types.ts";
import { columnDefinition, readType, splitAtCommas } from "./columnDefinitions.ts";
import { refreshDynamicTable } from "./refreshDynamicTable.ts";
import { relationOptions } from "./relationOptions.ts";
import { change, type Statement } from "./statement.ts";

/** ALTER …, from behind that word. */
export async function alter(cursor: Cursor, statement: Statement): Promise<Answer> {
	if (cursor.take("session")) return alterSession(cursor, statement);
	if (cursor.take("warehouse")) {
		statement.runtime.ledger.note("warehouse statement", statement.sql);
		return status(DONE);
	}
	const dynamic = cursor.take("dynamic");
	const kind = cursor.takeOne("table", "view");
	if (kind === undefined) throw cursor.refuse("ALTER");
	const quiet = cursor.take("if", "exists");
	const { catalog } = statement.runtime;
	const ref = catalog.refer(cursor.name(), statement.session);
	const there = catalog.find(ref, statement.session);
	if (there === undefined || there.kind !== kind) {
		if (quiet) return status(DONE);
		throw objectMissing(kind === "TABLE" ? "Table" : "View", printRef(ref));
	}
	if (dynamic) return alterDynamic(cursor, statement, ref, there);
	if (there.kind === "VIEW") alterView(cursor, statement, ref, there);
	else await alterTable(cursor, statement, ref, there);
	return status(DONE);
}

function alterSession(cursor: Cursor, { session, runtime, sql }: Statement): Answer {
	const unset = cursor.take("unset");
	if (!unset) cursor.expect("set");
	while (!cursor.atEnd()) {
		const name = cursor.identifier();
		if (unset) session.parameters.delete(name);
		else {
			cursor.expect("=");
			const value = cursor.take("-") ? `-${cursor.next().value}` : cursor.next().value;
			setParameter(name, value);
			session.parameters.set(name, value);
		}
		cursor.take(",");
	}
	return status(DONE);

	function setParameter(name: Name, value: string): void {
		if (EFFECTIVE.includes(name)) return;
		// Whatever changes the meaning of a statement is refused unless it stays what it is.
		const only = FIXED[name];
		if (only !== undefined && only !== value.toUpperCase()) throw unsupported(`${name} = ${value}`);
		if (only === undefined) runtime.ledger.note("session parameter", sql);
	}
}

const EFFECTIVE = ["QUERY_TAG", "STATEMENT_TIMEOUT_IN_SECONDS", "MULTI_STATEMENT_COUNT"];
const FIXED: Readonly<Record<string, string>> = {
	AUTOCOMMIT: "TRUE",
	TIMEZONE: "UTC",
	WEEK_START: "0",
	QUOTED_IDENTIFIERS_IGNORE_CASE: "FALSE",
	TIMESTAMP_TYPE_MAPPING: "TIMESTAMP_NTZ",
	BINARY_INPUT_FORMAT: "HEX",
	BINARY_OUTPUT_FORMAT: "HEX",
};

/** Gives it another name; refuses one that is taken. */
function rename(statement: Statement, from: ObjectRef, relation: Relation, parts: readonly Name[]): void {
	const { catalog } = statement.runtime;
	const to = catalog.refer(parts.length === 1 ? [from.database, from.schema, ...parts] : parts, statement.session);
	if (catalog.find(to, statement.session)) throw objectExists(printRef(to));
	catalog.schema(to.database, to.schema);
	catalog.remove(from, statement.session);
	catalog.put(to, { ...relation, name: to.name }, statement.session);
}

function alterView(
	cursor: Cursor,
	statement: Statement,
	ref: ObjectRef,
	view: Extract<Relation, { kind: "VIEW" }>,
): void {
	const { catalog, ledger } = statement.runtime;
	if (cursor.take("rename", "to")) rename(statement, ref, view, cursor.name());
	else if (cursor.take("set", "secure") || cursor.take("unset", "secure")) ledger.note("secure view", statement.sql);
	else if (cursor.take("set", "tag") || cursor.take("unset", "tag")) noteRest(cursor, statement, "tag");
	else if (cursor.take("set"))
		catalog.put(ref, { ...view, comment: relationOptions(cursor, statement).comment }, statement.session);
	else if (cursor.takeOne("alter", "modify")) {
		const columns = splitRest(cursor, statement).reduce((found, item) => {
			item.take("column");
			const name = item.identifier();
			return changeColumn(found, name, item, statement);
		}, view.columns);
		catalog.put(ref, { ...view, columns }, statement.session);
		return;
	} else throw cursor.refuse("ALTER VIEW …");
	cursor.end();
}

const splitRest = (cursor: Cursor, statement: Statement): readonly Cursor[] => {
	const tokens = [];
	while (!cursor.atEnd()) tokens.push(cursor.next());
	return splitAtCommas(tokens).map((group) => createCursor(statement.sql, group));
};

function noteRest(cursor: Cursor, statement: Statement, what: "tag" | "masking or row access policy"): void {
	cursor.rest();
	statement.runtime.ledger.note(what, statement.sql);
}

async function alterTable(cursor: Cursor, statement: Statement, ref: ObjectRef, table: Table): Promise<void> {
	const { catalog, ledger } = statement.runtime;
	const { session } = statement;
	const put = (changes: Partial<Table>): void => catalog.put(ref, { ...table, ...changes }, session);
	if (cursor.take("rename", "to")) rename(statement, ref, table, cursor.name());
	else if (cursor.take("swap", "with")) {
		const other = catalog.refer(cursor.name(), session);
		const there = catalog.get(other, session);
		if (there.kind !== "TABLE") throw unsupported("a swap with a view");
		catalog.put(ref, { ...there, name: ref.name }, session);
		catalog.put(other, { ...table, name: other.name }, session);
	} else if (cursor.take("rename", "column")) {
		const from = cursor.identifier();
		cursor.expect("to");
		const to = cursor.identifier();
		await change(statement, `alter table main.${table.storage} rename column ${quoted(from)} to ${quoted(to)}`);
		put({ columns: table.columns.map((column) => (column.name === from ? { ...column, name: to } : column)) });
	} else if (cursor.take("add", "row", "access", "policy") || cursor.take("drop", "row", "access", "policy"))
		noteRest(cursor, statement, "masking or row access policy");
	else if (cursor.take("add")) return addColumns(cursor, statement, put, table);
	else if (cursor.take("drop", "clustering", "key")) put({ clusterBy: "" });
	else if (cursor.take("drop")) return dropColumns(cursor, statement, put, table);
	else if (cursor.takeOne("alter", "modify")) return alterColumns(cursor, statement, put, table);
	else if (cursor.peek()?.text.toLowerCase() === "cluster")
		put({ clusterBy: relationOptions(cursor, statement).clusterBy });
	else if (cursor.take("suspend", "recluster") || cursor.take("resume", "recluster"))
		ledger.note("clustering", statement.sql);
	else if (cursor.take("set", "tag") || cursor.take("unset", "tag")) noteRest(cursor, statement, "tag");
	else if (cursor.take("set")) put({ comment: relationOptions(cursor, statement).comment });
	else throw cursor.refuse("ALTER TABLE …");
	cursor.end();
}

type Put = (changes: Partial<Table>) => void;

async function addColumns(cursor: Cursor, statement: Statement, put: Put, table: Table): Promise<void> {
	cursor.take("column");
	const quiet = cursor.take("if", "not", "exists");
	const columns: Column[] = [...table.columns];
	for (const item of splitRest(cursor, statement)) {
		item.take("column");
		const definition = columnDefinition(item, statement);
		const { name, type, defaultSql } = definition;
		if (type === null) throw unsupported(`the column ${name} without a type`);
		if (columns.some((column) => column.name === name)) {
			if (quiet) continue;
			throw new SnowflakeError("001430", "42601", `SQL compilation error:\ncolumn '${name}' already exists`);
		}
		const value = defaultSql ? ` default ${defaultSql}` : "";
		await change(statement, `alter table main.${table.storage} add column ${quoted(name)} ${duckType(type)}${value}`);
		columns.push({ ...definition, type });
	}
	put({ columns });
}

async function dropColumns(cursor: Cursor, statement: Statement, put: Put, table: Table): Promise<void> {
	cursor.take("column");
	const quiet = cursor.take("if", "exists");
	let columns = table.columns;
	for (const item of splitRest(cursor, statement)) {
		const name = item.identifier();
		item.end();
		if (!columns.some((column) => column.name === name)) {
			if (quiet) continue;
			throw new SnowflakeError(
				"000904",
				"42000",
				`SQL compilation error: error line 1 at position 0\ninvalid identifier '${name}'`,
			);
		}
		await change(statement, `alter table main.${table.storage} drop column ${quoted(name)}`);
		columns = columns.filter((column) => column.name !== name);
	}
	put({ columns });
}

async function alterColumns(cursor: Cursor, statement: Statement, put: Put, table: Table): Promise<void> {
	let columns = table.columns;
	for (const item of splitRest(cursor, statement)) {
		item.take("column");
		const name = item.identifier();
		const found = columns.find((column) => column.name === name);
		if (found === undefined)
			throw new SnowflakeError(
				"000904",
				"42000",
				`SQL compilation error: error line 1 at position 0\ninvalid identifier '${name}'`,
			);
		const target = `alter table main.${table.storage} alter column ${quoted(name)}`;
		if (item.take("set", "not", "null")) {
			await change(statement, `${target} set not null`);
			columns = columns.map((column) => (column === found ? { ...column, nullable: false } : column));
		} else if (item.take("drop", "not", "null")) {
			await change(statement, `${target} drop not null`);
			columns = columns.map((column) => (column === found ? { ...column, nullable: true } : column));
		} else if (item.take("set", "data", "type") || item.take("type")) {
			const type = readType(item, statement);
			await change(statement, `${target} set data type ${duckType(type)}`);
			columns = columns.map((column) => (column === found ? { ...column, type } : column));
		} else columns = changeColumn(columns, name, item, statement);
		item.end();
	}
	put({ columns });
}

/** A comment or a policy of a column. */
function changeColumn(columns: readonly Column[], name: Name, item: Cursor, statement: Statement): readonly Column[] {
	if (item.take("comment")) {
		const comment = item.text();
		return columns.map((column) => (column.name === name ? { ...column, comment } : column));
	}
	if (item.take("set", "masking", "policy") || item.take("unset", "masking", "policy")) {
		if (!item.atEnd()) noteRest(item, statement, "masking or row access policy");
		return columns;
	}
	if (item.take("set", "tag") || item.take("unset", "tag")) {
		noteRest(item, statement, "tag");
		return columns;
	}
	throw item.refuse("the change of a column");
}

async function alterDynamic(cursor: Cursor, statement: Statement, ref: ObjectRef, there: Relation): Promise<Answer> {
	if (there.kind !== "TABLE" || there.dynamic === null) throw objectMissing("Dynamic table", printRef(ref));
	const { catalog, ledger } = statement.runtime;
	if (cursor.take("refresh")) {
		cursor.end();
		await refreshDynamicTable(statement, there, there.dynamic);
		return texts(["statistics", "data_timestamp"], [["{}", new Date().toISOString()]]);
	}
	if (cursor.takeOne("suspend", "resume")) ledger.note("dynamic table schedule", statement.sql);
	else {
		cursor.expect("set");
		const { target_lag, warehouse, refresh_mode } = relationOptions(cursor, statement);
		const { dynamic } = there;
		catalog.put(
			ref,
			{
				...there,
				dynamic: {
					...dynamic,
					targetLag: target_lag ?? dynamic.targetLag,
					warehouse: warehouse ?? dynamic.warehouse,
					refreshMode: refresh_mode ?? dynamic.refreshMode,
				},
			},
			statement.session,
		);
	}
	cursor.end();
	return status(DONE);
}
