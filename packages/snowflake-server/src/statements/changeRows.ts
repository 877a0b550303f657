import { type Answer, counts, STATEMENT } from "../answer.ts";
import { printRef, type Table } from "../catalog/catalog.ts";
import { SnowflakeError, unsupported } from "../snowflakeError.ts";
import {
	type Ast,
	type AstRecord,
	fields,
	identifier,
	identifiers,
	isRecord,
	list,
	refuse,
	variant,
} from "../sql/ast.ts";
import { type Name, quoted } from "../sql/names.ts";
import type { Environment } from "../translate/environment.ts";
import { expression } from "../translate/expression.ts";
import { fromItem, fromItems, objectName } from "../translate/fromItem.ts";
import { query } from "../translate/query.ts";
import { change, environmentOf, readRows, run, type Statement, together } from "./statement.ts";

interface Target {
	readonly table: Table;
	/** `main.t3 as "ORDERS"` */
	readonly sql: string;
	readonly alias: Name;
}

function targetOf(name: Ast, alias: Ast, env: Environment): Target {
	const parts = objectName(name);
	const ref = env.catalog.refer(parts, env.session);
	const relation = env.catalog.get(ref, env.session);
	if (relation.kind === "VIEW")
		throw new SnowflakeError(
			"002003",
			"42601",
			`SQL compilation error:\n${printRef(ref)} is a view and cannot be changed.`,
		);
	const called = alias ? identifier(fields(alias, "an alias", ["name"]).name) : ref.name;
	return { table: relation, sql: `main.${relation.storage} as ${quoted(called)}`, alias: called };
}

const tableTarget = (ast: Ast, env: Environment): Target => {
	const [tag, body] = variant(ast);
	if (tag !== "Table") throw refuse(`a change of ${tag}`, ast);
	const { name, alias } = fields(body, "a table", ["name", "alias"]);
	return targetOf(name, alias, env);
};

/** INSERT, also OVERWRITE, which empties the table in the same transaction. */
export async function insertRows(ast: Ast, statement: Statement, withs?: Ast): Promise<Answer> {
	const env = environmentOf(statement);
	const parts = fields(ast, "INSERT", ["table", "columns", "overwrite", "source"]);
	const [form, name] = variant(parts.table);
	if (form !== "TableName") throw refuse("INSERT into this", ast);
	const { table } = targetOf(name, null, env);
	const named = list(parts.columns).map((column) => identifiers(column).at(-1) ?? "");
	const columns = (named.length > 0 ? named : table.columns.map((column) => column.name)).map((wanted) => {
		const found = table.columns.find((column) => column.name === wanted);
		if (found === undefined)
			throw new SnowflakeError(
				"000904",
				"42000",
				`SQL compilation error: error line 1 at position 0\ninvalid identifier '${wanted}'`,
			);
		return found;
	});
	const source = { ...(parts.source as AstRecord), ...(withs ? { with: withs } : {}) };
	const rows = Array.from({ length: statement.binds.rows }, (_, row) => query(source, environmentOf(statement, row)));
	const aliases = columns.map((_, i) => `c${i}`);
	// A text becomes a text within a VARIANT; DuckDB would read it as JSON.
	const values = columns.map(({ type }, i) =>
		["VARIANT", "OBJECT", "ARRAY"].includes(type.name) ? `sf.json(c${i})` : `c${i}`,
	);
	const insert = `insert into main.${table.storage} (${columns.map((column) => quoted(column.name)).join(", ")}) select ${values.join(", ")} from (${rows.join(" union all ")}) as "·S"(${aliases.join(", ")})`;
	if (rows.length > 1 && !isValues(source)) throw unsupported("arrays of bind variables outside INSERT … VALUES");
	const inserted = await together(statement, async () => {
		if (parts.overwrite === true) await change(statement, `delete from main.${table.storage}`);
		return change(statement, insert);
	});
	statement.runtime.catalog.changed(table);
	return counts(STATEMENT.insert, { "number of rows inserted": inserted });
}

const isValues = (source: AstRecord): boolean => isRecord(source.body) && "Values" in source.body;

const assignments = (ast: Ast, env: Environment): string =>
	list(ast)
		.map((item) => {
			const { target, value } = fields(item, "SET", ["target", "value"]);
			const [form, column] = variant(target);
			if (form !== "ColumnName") throw refuse("this target of SET", item);
			return `${quoted(identifiers(column).at(-1) ?? "")} = ${expression(value, env)}`;
		})
		.join(", ");

export async function updateRows(ast: Ast, statement: Statement): Promise<Answer> {
	const env = environmentOf(statement);
	const parts = fields(ast, "UPDATE", ["table", "assignments", "from", "selection"]);
	const { relation } = fields(parts.table, "UPDATE", ["relation"]);
	const target = tableTarget(relation, env);
	const from = parts.from ? ` from ${fromItems(list(variant(parts.from)[1]), env)}` : "";
	const where = parts.selection ? ` where ${expression(parts.selection, env)}` : "";
	const updated = await change(
		statement,
		`update ${target.sql} set ${assignments(parts.assignments, env)}${from}${where}`,
	);
	statement.runtime.catalog.changed(target.table);
	return counts(STATEMENT.update, { "number of rows updated": updated, "number of multi-joined rows updated": 0 });
}

export async function deleteRows(ast: Ast, statement: Statement): Promise<Answer> {
	const env = environmentOf(statement);
	const parts = fields(ast, "DELETE", ["from", "using", "selection"]);
	const [first, ...more] = list(variant(parts.from)[1]);
	const { relation, joins } = fields(first, "DELETE", ["relation", "joins"]);
	if (more.length > 0 || list(joins).length > 0) throw refuse("DELETE from several tables", ast);
	const target = tableTarget(relation, env);
	const using = parts.using ? ` using ${fromItems(list(parts.using), env)}` : "";
	const where = parts.selection ? ` where ${expression(parts.selection, env)}` : "";
	const deleted = await change(statement, `delete from ${target.sql}${using}${where}`);
	statement.runtime.catalog.changed(target.table);
	return counts(STATEMENT.delete, { "number of rows deleted": deleted });
}

/** MERGE. A row of the target that several rows of the source would change is refused, as Snowflake does. */
export async function mergeRows(ast: Ast, statement: Statement): Promise<Answer> {
	const env = environmentOf(statement);
	const parts = fields(ast, "MERGE", ["table", "source", "on", "clauses"]);
	const target = tableTarget(parts.table, env);
	const source = fromItem(parts.source, env);
	const on = expression(parts.on, env);
	const actions = new Set<string>();
	const matched: (string | null)[] = [];
	const clauses = list(parts.clauses).map((clause) => {
		const { clause_kind, predicate, action } = fields(clause, "MERGE", ["clause_kind", "predicate", "action"]);
		const condition = predicate ? expression(predicate, env) : null;
		const [kind, body] = variant(action);
		actions.add(kind.toUpperCase());
		if (clause_kind === "Matched") matched.push(condition);
		else if (clause_kind !== "NotMatched") throw refuse(`WHEN ${clause_kind}`, clause);
		const when = `when ${clause_kind === "Matched" ? "matched" : "not matched"}${condition ? ` and ${condition}` : ""}`;
		return `${when} then ${mergeAction(kind, body, target, env)}`;
	});
	if (matched.length > 0) {
		const some = matched.includes(null) ? "" : ` and (${matched.join(" or ")})`;
		const twice = `select 1 from ${target.sql} join ${source} on ${on}${some} group by ${quoted(target.alias)}.rowid having count(*) > 1 limit 1`;
		if ((await run(statement, twice)).getRows().length > 0)
			throw new SnowflakeError("100090", "42P18", "Duplicate row detected during DML action");
	}
	const { rows } = await readRows(
		statement,
		`merge into ${target.sql} using ${source} on ${on} ${clauses.join(" ")} returning merge_action`,
	);
	statement.runtime.catalog.changed(target.table);
	const words = { INSERT: "inserted", UPDATE: "updated", DELETE: "deleted" } as const;
	return counts(
		STATEMENT.merge,
		Object.fromEntries(
			Object.entries(words)
				.filter(([action]) => actions.has(action))
				.map(([action, word]) => [`number of rows ${word}`, rows.slice().filter(([done]) => done === action).length]),
		),
	);
}

function mergeAction(kind: string, body: Ast, target: Target, env: Environment): string {
	switch (kind) {
		case "Update":
			return `update set ${assignments(fields(body, "UPDATE", ["assignments"]).assignments, env)}`;
		case "Delete":
			return "delete";
		case "Insert": {
			const { columns, kind: form } = fields(body, "INSERT", ["columns", "kind"]);
			const [tag, content] = variant(form);
			const [row, ...more] = tag === "Values" ? list(fields(content, "VALUES", ["rows"]).rows) : [];
			if (row === undefined || more.length > 0) throw refuse("this INSERT within MERGE", body);
			const named = list(columns).map((column) => identifiers(column).at(-1) ?? "");
			const names = named.length > 0 ? named : target.table.columns.map(({ name }) => name);
			const values = list((row as AstRecord).content).map((item) => expression(item, env));
			return `insert (${names.map(quoted).join(", ")}) values (${values.join(", ")})`;
		}
		default:
			throw refuse(`THEN ${kind}`, body);
	}
}
