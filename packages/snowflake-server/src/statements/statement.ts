import type { DuckDBResultReader } from "@duckdb/node-api";
import type { Answer, AnswerColumn } from "../answer.ts";
import type { Catalog, Stage } from "../catalog/catalog.ts";
import type { Engine } from "../engine/engine.ts";
import { rowsOfResult } from "../engine/rowsOfResult.ts";
import type { Ledger } from "../ledger.ts";
import type { AnswerScript } from "../scriptedAnswer.ts";
import type { ScriptedGrant } from "../scriptedGrant.ts";
import type { Session } from "../session.ts";
import { objectMissing } from "../snowflakeError.ts";
import type { AstRecord } from "../sql/ast.ts";
import { snowflakeName } from "../sql/names.ts";
import type { Parse } from "../sql/parse.ts";
import { typeFromDuck } from "../sql/types.ts";
import type { Binds } from "../translate/bindings.ts";
import type { Environment } from "../translate/environment.ts";
import { query } from "../translate/query.ts";
import { storedRows } from "./storedRows.ts";

/** What all statements of a server share. */
export interface Runtime {
	readonly catalog: Catalog;
	readonly ledger: Ledger;
	readonly engine: Engine;
	readonly parse: Parse;
	/** The answer of an earlier query, while the server keeps it. */
	readonly answerOf: (queryId: string) => Answer | undefined;
	/** SYSTEM$CANCEL_ALL_QUERIES: how many statements of that session it ended. */
	readonly cancelAll: (sessionId: number) => number;
	/** Sessions that stand, whoever they belong to. */
	readonly sessions: () => readonly Session[];
	readonly newTransactionId: () => number;
	/** SYSTEM$ABORT_TRANSACTION: rolls it back, with the statement that runs in it; false: there is none. */
	readonly abortTransaction: (id: number, by: Session) => Promise<boolean>;
	/** A new folder for a stage's files. */
	readonly newFolder: () => string;
	/** Folders that stand for object stores, by their address. */
	readonly stores?: Readonly<Record<string, string>> | undefined;
	/** By role, as its name is stored; absent: a role owns all that there is. */
	readonly grants?: Readonly<Record<string, readonly ScriptedGrant[]>> | undefined;
	/** Absent: nothing is answered by a script. */
	readonly script?: AnswerScript | undefined;
	/** `@~`, which every user has. */
	readonly userStage: (user: string) => Stage;
}

/** One statement on its way. */
export interface Statement {
	readonly sql: string;
	readonly session: Session;
	readonly runtime: Runtime;
	readonly binds: Binds;
}

export function environmentOf({ session, runtime, binds }: Statement, row = 0): Environment {
	return {
		catalog: runtime.catalog,
		session,
		parse: runtime.parse,
		ctes: new Set(),
		bind: (written, place) => binds.literal(written, place, row),
		result: (id) => {
			const wanted = id ?? session.lastQueryId;
			const answer = runtime.answerOf(wanted);
			if (answer === undefined) throw objectMissing("Statement", wanted);
			return storedRows(answer);
		},
		depth: 0,
		query,
	};
}

/** A query's SQL for DuckDB. */
export const translateQuery = (tree: AstRecord, statement: Statement): string =>
	query(tree.Query as AstRecord, environmentOf(statement));

export const run = async (statement: Statement, sql: string): Promise<DuckDBResultReader> =>
	statement.session.connection.runAndReadAll(sql);

/** How many rows a change touched. */
export const change = async (statement: Statement, sql: string): Promise<number> =>
	(await statement.session.connection.run(sql)).rowsChanged;

/** Columns and rows of a query as the wire has them. */
export async function readRows(statement: Statement, sql: string): Promise<Pick<Answer, "columns" | "rows">> {
	const result = await statement.session.connection.run(sql);
	const types = result.columnTypes();
	const columns: readonly AnswerColumn[] = result.columnNames().map((name, i) => ({
		name: snowflakeName(name),
		type: typeFromDuck(typeText(types[i]!), types[i]!.alias),
		nullable: true,
	}));
	return {
		columns,
		rows: rowsOfResult(
			result,
			columns.map(({ type }) => type),
		),
	};
}

const typeText = (type: object): string => String(type);

/** Several statements as one, unless a transaction is open already. */
export async function together<T>({ session }: Statement, work: () => Promise<T>): Promise<T> {
	if (session.transaction !== null) return work();
	await session.connection.run("begin");
	try {
		const result = await work();
		await session.connection.run("commit");
		return result;
	} catch (error) {
		await session.connection.run("rollback");
		throw error;
	}
}

/** Snowflake commits before a statement that defines something. */
export async function commitOpen({ session }: Statement): Promise<void> {
	if (session.transaction === null) return;
	session.transaction = null;
	await session.connection.run("commit");
}
