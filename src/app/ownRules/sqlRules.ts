/** Rules in SQL: queries over tables of the project, in an embedded database that is made for them and thrown away. */
import type { Adapter } from "../../core/adapter.ts";
import { DatabaseError } from "../../core/databaseError.ts";
import type { Invocation } from "../../core/invocation.ts";
import { MOST_ANSWERS, type RuleOutcome } from "../../rules/judgeAnswers.ts";
import type { RuleProject } from "../../rules/ruleProject.ts";
import { createScratch } from "../openAdapter.ts";

export interface SqlRule {
	/** Of the rule's file. */
	readonly path: string;
	readonly sql: string;
}

type TableName = Exclude<keyof RuleProject, "name" | "layers">;

const TABLES: Readonly<Record<TableName, string>> = {
	nodes: `id text primary key, name text, type text, package text, layer text, file text, line int, materialized text,
		access text, is_public boolean, contract_enforced boolean, owner text, group_name text, description text,
		tags text[], meta jsonb, config jsonb, database text, schema text, identifier text, raw_code text,
		compiled_code text`,
	columns: `node text, name text, position int, type text, declared_type text, description text, tags text[],
		meta jsonb, pii text`,
	edges: "parent text, child text",
	tests: "id text, name text, kind text, node text, column_name text, severity text, file text",
	column_lineage: `node text, column_name text, from_node text, from_column text, kind text, confidence text`,
};
/** What rules join by. */
const INDEXES =
	"create index on columns (node); create index on edges (parent); create index on edges (child); \
create index on tests (node); create index on column_lineage (node); create index on column_lineage (from_node);";

/** Rows that are sent at once: SQL texts are among them. */
const ROWS_AT_ONCE = 2_000;

/** One outcome for each rule, in their order. Nothing is started where there is none. */
export async function runSqlRules(
	rules: readonly SqlRule[],
	project: RuleProject,
	{ invocation, limitMs }: { readonly invocation: Invocation; readonly limitMs: number },
): Promise<readonly RuleOutcome[]> {
	if (rules.length === 0) return [];
	const scratch = createScratch(invocation);
	try {
		const database = await scratch.open();
		await load(database, project, namedIn(rules));
		const outcomes: RuleOutcome[] = [];
		for (const rule of rules) outcomes.push(await ask(database, rule, { signal: invocation.signal, limitMs }));
		return outcomes;
	} finally {
		await scratch.close();
	}
}

/** Tables whose name no rule holds are left empty: nobody asks them. */
const namedIn = (rules: readonly SqlRule[]): readonly TableName[] =>
	(Object.keys(TABLES) as TableName[]).filter((table) =>
		rules.some(({ sql }) => new RegExp(`\\b${table}\\b`, "i").test(sql)),
	);

async function load(database: Adapter, project: RuleProject, wanted: readonly TableName[]): Promise<void> {
	await database.withSession(async (session) => {
		const tables = Object.entries(TABLES).map(([table, columns]) => `create table ${table} (${columns});`);
		await session.execute(tables.join("\n"));
		for (const table of wanted) {
			const rows = project[table];
			for (let from = 0; from < rows.length; from += ROWS_AT_ONCE)
				await session.query(`insert into ${table} select * from json_populate_recordset(null::${table}, $1)`, [
					JSON.stringify(rows.slice(from, from + ROWS_AT_ONCE)),
				]);
		}
		await session.execute(`${INDEXES} analyze;`);
	});
}

/** As a subquery it can only be a query; the transaction may only read. */
const BEFORE = "select * from (\n";

async function ask(
	database: Adapter,
	{ path, sql }: SqlRule,
	{ signal, limitMs }: { readonly signal: AbortSignal; readonly limitMs: number },
): Promise<RuleOutcome> {
	const text = sql.replace(/(?:\s|;)+$/, "");
	try {
		const { columns, rows } = await database.withSession((session) =>
			session.transaction(async () => {
				await session.execute("set transaction read only");
				const asked = `${BEFORE}${text}\n) as found limit ${MOST_ANSWERS + 1}`;
				return session.query(asked, [], { signal, timeoutMs: limitMs });
			}),
		);
		const answers = rows.map((row) => Object.fromEntries(columns.map(({ name }, i) => [name, row[i]])));
		return { kind: "answered", answers };
	} catch (error) {
		if (!(error instanceof DatabaseError) || error.kind === "cancelled") throw error;
		const position = (error.position ?? 0) - BEFORE.length;
		if (position > text.length)
			return (await readAlone(database, { path, sql: text })) ?? failure(path, text, error, 0);
		return failure(path, text, error, position);
	}
}

const ALONE = "prepare rule as\n";

/** What is wrong with a text that is no query where it stands for itself: around it, the fault is told of what follows. */
async function readAlone(database: Adapter, { path, sql }: SqlRule): Promise<RuleOutcome | null> {
	try {
		await database.withSession(async (session) => {
			await session.query(`${ALONE}${sql}`, []);
			await session.execute("deallocate rule");
		});
		return null;
	} catch (error) {
		if (!(error instanceof DatabaseError) || error.kind === "cancelled") throw error;
		return failure(path, sql, error, (error.position ?? 0) - ALONE.length);
	}
}

function failure(path: string, text: string, { message }: DatabaseError, position: number): RuleOutcome {
	const at = position > 0 && position <= text.length + 1 ? placeIn(path, text, position) : undefined;
	return { kind: "failed", problem: message, ...(at === undefined ? {} : { at }) };
}

/** `position` counts from 1. */
function placeIn(file: string, text: string, position: number) {
	const lines = text.slice(0, position - 1).split("\n");
	return { file, line: lines.length, column: (lines.at(-1) ?? "").length + 1 };
}
