import { type Answer, DONE, STATEMENT, status, texts } from "../answer.ts";
import { engineError } from "../engine/engineError.ts";
import { scripted } from "../scriptedAnswer.ts";
import { objectMissing, SnowflakeError, syntaxError, unsupported } from "../snowflakeError.ts";
import { type Ast, type AstRecord, isRecord } from "../sql/ast.ts";
import { type Cursor, createCursor } from "../sql/cursor.ts";
import { printed } from "../sql/names.ts";
import { alter } from "./alter.ts";
import { deleteRows, insertRows, mergeRows, updateRows } from "./changeRows.ts";
import { create, drop } from "./create.ts";
import { describe, show } from "./show.ts";
import { copyInto, listOrRemove, put } from "./stages.ts";
import { commitOpen, readRows, type Statement, translateQuery } from "./statement.ts";

type Handler = (cursor: Cursor, statement: Statement) => Promise<Answer> | Answer;

/** Statements that define something commit what is open, before they look at anything. */
const defining =
	(handler: Handler): Handler =>
	async (cursor, statement) => {
		if (!/^\s*alter\s+session\b/i.test(statement.sql)) await commitOpen(statement);
		return handler(cursor, statement);
	};

const HANDLERS: Readonly<Record<string, Handler>> = {
	SELECT: runQuery,
	WITH: runQuery,
	"(": runQuery,
	VALUES: runQuery,
	INSERT: changeRows,
	UPDATE: changeRows,
	DELETE: changeRows,
	MERGE: changeRows,
	CREATE: defining(create),
	ALTER: defining(alter),
	DROP: defining(drop),
	TRUNCATE: defining(truncate),
	COMMENT: defining(comment),
	GRANT: defining(noted("grant or revoke")),
	REVOKE: defining(noted("grant or revoke")),
	SHOW: show,
	DESCRIBE: describe,
	DESC: describe,
	USE: use,
	BEGIN: begin,
	START: begin,
	COMMIT: (cursor, statement) => finish(cursor, statement, "commit"),
	ROLLBACK: (cursor, statement) => finish(cursor, statement, "rollback"),
	PUT: put,
	COPY: copyInto,
	LIST: (cursor, statement) => listOrRemove(cursor, statement, false),
	LS: (cursor, statement) => listOrRemove(cursor, statement, false),
	REMOVE: (cursor, statement) => listOrRemove(cursor, statement, true),
	RM: (cursor, statement) => listOrRemove(cursor, statement, true),
};

/** Words that begin a statement that is known. */
export const KNOWN_STATEMENTS: readonly string[] = Object.keys(HANDLERS);

/** Words that begin a statement of Snowflake which is not known here; anything else is no statement at all. */
export const REFUSED_STATEMENTS = ["CALL", "EXECUTE", "EXPLAIN", "GET", "SET", "UNSET", "UNDROP", "DECLARE"];

/** What reads or writes rows; what is answered from the session alone is not. */
const NEEDS_WAREHOUSE =
	/^\s*(?:select\b.*\bfrom\b|with\b|insert\b|update\b|delete\b|merge\b|copy\b|create\b.*\bas\b.*\bselect\b)/is;

const noWarehouse = (): SnowflakeError =>
	new SnowflakeError(
		"000606",
		"57P03",
		"No active warehouse selected in the current session.  Select an active warehouse with the 'use warehouse' command.",
	);

/** Carries out one statement. Rejects with SnowflakeError. */
export async function execute(statement: Statement): Promise<Answer> {
	const cursor = createCursor(statement.sql);
	const { session } = statement;
	try {
		const answer = statement.runtime.script?.(statement.sql);
		if (answer !== undefined) {
			statement.runtime.ledger.note("scripted statement", statement.sql);
			return scripted(answer);
		}
		const first = cursor.next();
		const word = first.text.toUpperCase();
		const handler = HANDLERS[word];
		if (session.needsWarehouse && session.warehouse === null && NEEDS_WAREHOUSE.test(statement.sql))
			throw noWarehouse();
		if (handler) return await handler(cursor, statement);
		throw REFUSED_STATEMENTS.includes(word) ? unsupported(word, first) : syntaxError(first.text, first);
	} catch (error) {
		throw engineError(error, statement.sql);
	}
}

const CANCEL_ALL = /^\s*select\s+system\$cancel_all_queries\(\s*(\d+)\s*\)\s*$/i;

const ABORT = /^\s*select\s+system\$abort_transaction\(\s*(-?\d+)\s*\)\s*$/i;

async function runQuery(_: Cursor, statement: Statement): Promise<Answer> {
	const cancel = CANCEL_ALL.exec(statement.sql);
	if (cancel)
		return texts([`SYSTEM$CANCEL_ALL_QUERIES(${cancel[1]})`], [[`${statement.runtime.cancelAll(Number(cancel[1]))}`]]);
	const abort = ABORT.exec(statement.sql);
	if (abort) {
		const done = await statement.runtime.abortTransaction(Number(abort[1]), statement.session);
		const said = done ? `Transaction ${abort[1]} was aborted.` : `Transaction ${abort[1]} is not running.`;
		return texts([`SYSTEM$ABORT_TRANSACTION(${abort[1]})`], [[said]]);
	}
	const tree = statement.runtime.parse(statement.sql);
	const change = changeWithin(tree);
	if (change) return changeOf(change, statement, (tree.Query as AstRecord).with);
	return { ...(await readRows(statement, translateQuery(tree, statement))), typeId: STATEMENT.select };
}

/** `with … insert`, which the parser takes for a query. */
function changeWithin(tree: AstRecord): Ast {
	const body = isRecord(tree.Query) ? tree.Query.body : null;
	return isRecord(body) && "Insert" in body ? body.Insert : null;
}

function changeRows(_: Cursor, statement: Statement): Promise<Answer> {
	return changeOf(statement.runtime.parse(statement.sql), statement);
}

function changeOf(tree: Ast, statement: Statement, withs?: Ast): Promise<Answer> {
	if (isRecord(tree)) {
		if (tree.Insert) return insertRows(tree.Insert, statement, withs);
		if (tree.Update) return updateRows(tree.Update, statement);
		if (tree.Delete) return deleteRows(tree.Delete, statement);
		if (tree.Merge) return mergeRows(tree.Merge, statement);
	}
	throw unsupported("this change of rows");
}

async function truncate(cursor: Cursor, { runtime, session }: Statement): Promise<Answer> {
	cursor.take("table");
	const quiet = cursor.take("if", "exists");
	const ref = runtime.catalog.refer(cursor.name(), session);
	cursor.end();
	const found = runtime.catalog.find(ref, session);
	if (found === undefined && quiet) return status(DONE);
	if (found?.kind !== "TABLE") throw objectMissing("Table", printed(ref.name));
	await session.connection.run(`delete from main.${found.storage}`);
	runtime.catalog.changed(found);
	return status(DONE);
}

/** COMMENT ON TABLE | VIEW | SCHEMA | COLUMN … IS '…'. */
function comment(cursor: Cursor, { runtime, session }: Statement): Answer {
	const { catalog } = runtime;
	const quiet = cursor.take("if", "exists");
	cursor.expect("on");
	const kind = cursor.takeOne("table", "view", "schema", "column");
	if (kind === undefined) throw cursor.refuse("COMMENT ON");
	const parts = cursor.name();
	cursor.expect("is");
	const text = cursor.text();
	cursor.end();
	if (kind === "SCHEMA") {
		const [name = "", database = session.database] = [...parts].reverse();
		catalog.schema(database, name).comment = text;
		return status(DONE);
	}
	const ref = catalog.refer(kind === "COLUMN" ? parts.slice(0, -1) : parts, session);
	const found = catalog.find(ref, session);
	if (found === undefined) {
		if (quiet) return status(DONE);
		throw objectMissing(kind === "VIEW" ? "View" : "Table", parts.map(printed).join("."));
	}
	const columns = found.columns.map((column) =>
		kind === "COLUMN" && column.name === parts.at(-1) ? { ...column, comment: text } : column,
	);
	catalog.put(ref, { ...found, columns, comment: kind === "COLUMN" ? found.comment : text }, session);
	return status(DONE);
}

function noted(what: "grant or revoke"): Handler {
	return (_, { runtime, sql }) => {
		runtime.ledger.note(what, sql);
		return status(DONE);
	};
}

function use(cursor: Cursor, { runtime, session, sql }: Statement): Answer {
	const { catalog, ledger } = runtime;
	const kind = cursor.takeOne("role", "warehouse", "schema", "database", "secondary") ?? "DATABASE";
	if (kind === "SECONDARY") {
		cursor.expect("roles");
		if (cursor.next().text.toUpperCase() === "NONE") session.secondaryRoles = [];
		ledger.note("use role", sql);
	} else if (kind === "ROLE") {
		session.role = cursor.identifier();
		ledger.note("use role", sql);
	} else if (kind === "WAREHOUSE") {
		session.warehouse = cursor.identifier();
		ledger.note("use warehouse", sql);
	} else {
		const parts = cursor.name();
		const [name = "", parent] = [...parts].reverse();
		if (kind === "DATABASE" && parts.length === 1) {
			const found = catalog.databases.get(name);
			if (found === undefined) throw objectMissing("Database", printed(name));
			session.database = name;
			session.schema = found.schemas.has("PUBLIC") ? "PUBLIC" : null;
		} else {
			const database = parent ?? session.database;
			catalog.schema(database, name);
			session.database = database;
			session.schema = name;
		}
	}
	cursor.end();
	return status(DONE);
}

async function begin(cursor: Cursor, { session, runtime, sql }: Statement): Promise<Answer> {
	if (/^\s*start/i.test(sql)) cursor.expect("transaction");
	else cursor.takeOne("transaction", "work");
	if (cursor.take("name")) cursor.identifier();
	// BEGIN with statements behind it is a block of Snowflake Scripting.
	cursor.end();
	if (session.transaction === null) await session.connection.run("begin");
	session.transaction ??= { id: runtime.newTransactionId(), startedAt: Date.now() };
	return status(DONE);
}

async function finish(cursor: Cursor, { session }: Statement, how: "commit" | "rollback"): Promise<Answer> {
	cursor.take("work");
	cursor.end();
	if (session.transaction !== null) {
		session.transaction = null;
		await session.connection.run(how);
	}
	return status(DONE);
}
