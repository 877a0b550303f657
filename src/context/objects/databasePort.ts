/** The database as one render sees it: every question goes through the journal, the answers about relations are kept. */
import type { Dialect } from "../../core/adapter.ts";
import type { RelationInfo, RelationName } from "../../core/relation.ts";
import type { ResultTable } from "../../core/resultTable.ts";
import { PyTuple, type ReplayCursor, type Value } from "../../jinja/jinja.ts";
import { type ColumnObject, columnFromCatalog } from "./columnObject.ts";
import { ResponseObject } from "./responseObject.ts";
import { emptyTable, type TableObject, tableFrom } from "./tableObject.ts";

/** Statements that leave the list of relations as it is. */
const READS = /^\s*(?:--[^\n]*\n\s*|\/\*[\s\S]*?\*\/\s*)*\(*\s*(?:select|with|show|explain|values|table)\b/i;

export class DatabasePort {
	readonly #cursor: ReplayCursor;
	readonly #dialect: Dialect;
	readonly #macro: () => string | undefined;
	readonly #write: (text: string) => void;
	/** Lists of relations by database and schema, until something may have changed them. */
	readonly #relations = new Map<string, readonly RelationInfo[]>();

	constructor(options: {
		readonly cursor: ReplayCursor;
		readonly dialect: Dialect;
		/** The macro under way, for the messages of the database. */
		readonly macro: () => string | undefined;
		readonly write: (text: string) => void;
	}) {
		this.#cursor = options.cursor;
		this.#dialect = options.dialect;
		this.#macro = options.macro;
		this.#write = options.write;
	}

	query(sql: string, fetch: boolean): ResultTable {
		const macro = this.#macro();
		const answer = this.#cursor.ask({ kind: "query", sql, fetch, ...(macro === undefined ? {} : { macro }) });
		if (!READS.test(sql)) this.#relations.clear();
		if (answer.kind === "table") return answer.table;
		if (answer.kind === "done") return { columns: [], rows: [], rowCount: null, status: "OK" };
		throw new Error(`a query was answered with "${answer.kind}"`);
	}

	/** dbt's pair of response and table. */
	execute(sql: string, fetch: boolean): Value {
		const result = this.query(sql, fetch);
		// As dbt reads a command tag: the words without the numbers; -1 rows where the database counts none, and on
		// Snowflake, which names its statements, the one row that says that something was created.
		const code = result.status.replace(/[\d\s]+$/, "");
		const rows = result.rowCount ?? (result.queryId === undefined ? -1 : 1);
		const response = new ResponseObject(result.status, code, rows);
		return PyTuple.fromItems([response, fetch ? tableFrom(result, this.#write) : emptyTable(this.#write)]);
	}

	relations(database: string, schema: string): readonly RelationInfo[] {
		return this.remembered(database, schema, () => {
			const answer = this.#cursor.ask({ kind: "relations", database, schema });
			if (answer.kind !== "relations") throw new Error(`a list of relations was answered with "${answer.kind}"`);
			return answer.relations;
		});
	}

	/** The relations of a schema as `ask` finds them, asked once until something may have changed them. */
	remembered(database: string, schema: string, ask: () => readonly RelationInfo[]): readonly RelationInfo[] {
		const key = `${database}\0${schema}`;
		const known = this.#relations.get(key);
		if (known !== undefined) return known;
		const relations = ask();
		this.#relations.set(key, relations);
		return relations;
	}

	/** Empty where the relation does not exist, as in dbt. */
	columns(relation: RelationName): ColumnObject[] {
		const answer = this.#cursor.ask({ kind: "columns", relation });
		if (answer.kind !== "columns") throw new Error(`columns were answered with "${answer.kind}"`);
		return (answer.columns ?? []).map((column) => columnFromCatalog(this.#dialect, column));
	}

	schemas(database: string): readonly string[] {
		const answer = this.#cursor.ask({ kind: "schemas", database });
		if (answer.kind !== "schemas") throw new Error(`a list of schemas was answered with "${answer.kind}"`);
		return answer.schemas;
	}

	/** The rows of the node's seed file as dbt's agate table. */
	seedTable(): TableObject {
		const answer = this.#cursor.ask({ kind: "seed" });
		if (answer.kind !== "table") throw new Error(`the rows of a seed were answered with "${answer.kind}"`);
		return tableFrom(answer.table, this.#write);
	}

	commit(): null {
		this.#cursor.ask({ kind: "commit" });
		return null;
	}
}
