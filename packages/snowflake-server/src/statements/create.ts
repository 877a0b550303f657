import { join } from "node:path";
import { type Answer, status } from "../answer.ts";
import { printRef, type Relation } from "../catalog/catalog.ts";
import { objectExists, objectMissing, unsupported } from "../snowflakeError.ts";
import type { Cursor } from "../sql/cursor.ts";
import { printed } from "../sql/names.ts";
import { createTable, createView } from "./createRelation.ts";
import { relationOptions } from "./relationOptions.ts";
import type { Statement } from "./statement.ts";
import { createStorage } from "./storage.ts";

/** CREATE …, from behind that word. */
export async function create(cursor: Cursor, statement: Statement): Promise<Answer> {
	const replace = cursor.take("or", "replace");
	const secure = cursor.take("secure");
	cursor.takeOne("local", "global");
	const word = cursor.takeOne("temporary", "temp", "transient");
	const temporary = word === "TEMPORARY" || word === "TEMP";
	const persistence = temporary ? "temporary" : word === "TRANSIENT" ? "transient" : "permanent";
	if (!secure && cursor.take("table")) return createTable(cursor, statement, { replace, persistence, dynamic: false });
	if (!secure && cursor.take("dynamic", "table"))
		return createTable(cursor, statement, { replace, persistence, dynamic: true });
	if (word !== "TRANSIENT" && cursor.take("view")) return createView(cursor, statement, { replace, secure, temporary });
	if (!secure && !temporary && cursor.take("schema")) return createSchema(cursor, statement, replace);
	if (!secure && !temporary && cursor.take("database")) return createDatabase(cursor, statement, replace);
	if (!secure && word !== "TRANSIENT" && cursor.take("stage")) return createStage(cursor, statement, replace);
	if (cursor.take("warehouse")) {
		statement.runtime.ledger.note("warehouse statement", statement.sql);
		return status("Warehouse successfully created.");
	}
	throw cursor.refuse("CREATE");
}

async function createSchema(cursor: Cursor, statement: Statement, replace: boolean): Promise<Answer> {
	const { catalog } = statement.runtime;
	const { session } = statement;
	const keep = cursor.take("if", "not", "exists");
	const [name = "", database = session.database ?? ""] = [...cursor.name()].reverse();
	const from = cursor.take("clone") ? schemaAt(cursor, statement) : null;
	cursor.take("with", "managed", "access");
	const { comment } = relationOptions(cursor, statement);
	cursor.end();
	const parent = catalog.databases.get(database);
	if (parent?.schemas.has(name) && keep) return status(`${name} already exists, statement succeeded.`);
	const copies: (readonly [string, Relation])[] = [];
	for (const [key, relation] of from?.relations ?? [])
		copies.push([
			key,
			relation.kind === "VIEW"
				? relation
				: {
						...relation,
						storage: await createStorage(statement, relation.columns, `from main.${relation.storage}`),
					},
		]);
	if (replace) parent?.schemas.delete(name);
	const schema = catalog.addSchema(database, name);
	schema.comment = comment;
	for (const [key, relation] of copies) schema.relations.set(key, relation);
	session.database = database;
	session.schema = name;
	return status(`Schema ${name} successfully created.`);
}

function schemaAt(cursor: Cursor, { runtime, session }: Statement) {
	const [name = "", database = session.database ?? ""] = [...cursor.name()].reverse();
	return runtime.catalog.schema(database, name);
}

function createDatabase(cursor: Cursor, statement: Statement, replace: boolean): Answer {
	const { catalog } = statement.runtime;
	const keep = cursor.take("if", "not", "exists");
	const name = cursor.identifier();
	relationOptions(cursor, statement);
	cursor.end();
	if (catalog.databases.has(name) && keep) return status(`${name} already exists, statement succeeded.`);
	if (replace) catalog.databases.delete(name);
	catalog.addDatabase(name);
	statement.session.database = name;
	statement.session.schema = "PUBLIC";
	return status(`Database ${name} successfully created.`);
}

function createStage(cursor: Cursor, statement: Statement, replace: boolean): Answer {
	const { catalog, newFolder, stores = {} } = statement.runtime;
	const keep = cursor.take("if", "not", "exists");
	const ref = catalog.refer(cursor.name(), statement.session);
	const schema = catalog.schema(ref.database, ref.schema);
	if (schema.stages.has(ref.name)) {
		if (keep) return status(`${ref.name} already exists, statement succeeded.`);
		if (!replace) throw objectExists(printRef(ref));
	}
	const written = cursor.take("url", "=") ? cursor.text() : undefined;
	const options = cursor.atEnd() ? "" : cursor.rest();
	if (written === undefined) schema.stages.set(ref.name, { directory: newFolder(), options });
	else {
		const url = written.endsWith("/") ? written : `${written}/`;
		const store = Object.keys(stores).find((address) => url.startsWith(address));
		if (store === undefined) throw unsupported(`the object store ${url}`);
		const below = url.slice(store.length);
		if (below.split("/").includes("..")) throw unsupported("a path out of the object store");
		schema.stages.set(ref.name, { directory: join(stores[store]!, below), url, options });
	}
	return status(`Stage area ${ref.name} successfully created.`);
}

/** DROP …, from behind that word. */
export async function drop(cursor: Cursor, statement: Statement): Promise<Answer> {
	const { catalog } = statement.runtime;
	const { session } = statement;
	const dynamic = cursor.take("dynamic");
	const kind = cursor.takeOne("table", "view", "schema", "database", "stage");
	if (kind === undefined || (dynamic && kind !== "TABLE")) throw cursor.refuse("DROP");
	const quiet = cursor.take("if", "exists");
	const parts = cursor.name();
	cursor.takeOne("cascade", "restrict");
	cursor.end();
	const [name = "", database = session.database ?? ""] = [...parts].reverse();
	const missing = (): Answer => {
		if (quiet) return status("Drop statement executed successfully (already dropped).");
		throw objectMissing(`${kind[0]}${kind.slice(1).toLowerCase()}`, parts.map(printed).join("."));
	};
	if (kind === "DATABASE") {
		if (!catalog.databases.delete(name)) return missing();
		if (session.database === name) session.database = session.schema = null;
	} else if (kind === "SCHEMA") {
		if (!catalog.databases.get(database)?.schemas.delete(name)) return missing();
		if (session.schema === name && session.database === database) session.schema = null;
	} else {
		const ref = catalog.refer(parts, session);
		const schema = catalog.databases.get(ref.database)?.schemas.get(ref.schema);
		if (kind === "STAGE") {
			if (!schema?.stages.delete(ref.name)) return missing();
		} else {
			const there = catalog.find(ref, session);
			if (there === undefined || there.kind !== kind) return missing();
			catalog.remove(ref, session);
			if (there.kind === "TABLE") await statement.session.connection.run(`drop table main.${there.storage}`);
		}
	}
	return status(`${name} successfully dropped.`);
}
