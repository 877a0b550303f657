/** A plan driven without a database: what it asked for, written down, one line each. */
import { createPostgresDialect } from "../../adapters/postgresFamily/dialect.ts";
import { diagnostic } from "../../core/diagnostic.ts";
import type { ModelNode, NodeId } from "../../core/node.ts";
import type { BuildInput, NodePlan, Plan, PlanAnswer, PlanRequest } from "../../core/plan.ts";
import type { ColumnInfo } from "../../core/relation.ts";
import type { CellValue } from "../../core/resultTable.ts";

export const relation = (schema: string, identifier: string) => ({ database: "db", schema, identifier });

export const model = (config: Record<string, unknown> = {}, rest: Partial<ModelNode> = {}) =>
	({
		unique_id: "model.p.orders" as NodeId,
		language: "sql",
		resource_type: "model",
		name: "orders",
		description: "All orders",
		columns: {},
		location: { file: "models/orders.sql", line: 1, column: 1 },
		config: { materialized: "table", "pre-hook": [], "post-hook": [], ...config },
		...rest,
	}) as unknown as ModelNode;

const plainName = (r: { readonly schema: string; readonly identifier: string }) => `${r.schema}.${r.identifier}`;

export const build = (node: ModelNode, rest: Partial<BuildInput> = {}): BuildInput => ({
	kind: "build",
	node,
	sql: "select 1 from shadow.x",
	publishedSql: "select 1 from main.x",
	target: relation("main", "orders"),
	standsAt: relation("tfm_c_0_main", "orders"),
	pointer: null,
	postHooks: "candidate",
	own: null,
	isOverridden: () => false,
	publishMethod: "swap",
	existing: null,
	fullRefresh: false,
	dialect: {
		quote: (x) => `"${x}"`,
		render: plainName,
		literal: String,
		fold: (name) => name.toLowerCase(),
		building: { ...createPostgresDialect().building, nameOf: plainName },
	},
	mergeStatement: "full",
	engine: "PostgreSQL 18",
	...rest,
});

const described = (text: string, i: number): ColumnInfo => {
	const [name = "", ...type] = text.split(" ");
	return { name, type: type.join(" "), nullable: true, ordinal: i + 1 };
};

/** Drives a plan to its end and writes down what it asked for, one line each; transactions are indented. */
export function drive(
	plan: Plan<NodePlan>,
	row: readonly CellValue[] | null = [0, false, false],
	/** Columns by `schema.name`, as `id integer` each. */
	columns: Readonly<Record<string, readonly string[]>> = {},
	/** Ids of batches that fail. */
	failing: readonly string[] = [],
) {
	const lines: string[] = [];
	let batch = "";
	const name = (r: { schema: string; identifier: string } | null) => (r === null ? "-" : `${r.schema}.${r.identifier}`);
	const answer = (request: PlanRequest, indent: string): PlanAnswer => {
		const say = (line: string) => void lines.push(indent + line);
		switch (request.kind) {
			case "execute":
				say(`execute ${request.purpose}: ${request.sql}`);
				return { kind: "executed", result: { status: "SELECT 3", rowCount: 3, notices: [] } };
			case "query":
				say(`query ${request.purpose}: ${request.sql}`);
				return {
					kind: "table",
					table: { columns: [], rows: row === null ? [] : [row], rowCount: 1, status: "SELECT 1" },
				};
			case "macro": {
				const positional = request.call.positional.map((a) =>
					a.kind === "relation" ? name(a.relation) : JSON.stringify(a.kind === "value" ? a.value : a),
				);
				say(`macro ${request.call.macro}(${positional.join(", ")})`);
				return { kind: "rendered", text: ` <${request.call.macro}> `, value: null };
			}
			case "compile":
				say(`compile${request.whole === true ? " whole" : ""} with this = ${name(request.self)}`);
				return { kind: "rendered", text: `select ${batch}`, value: null };
			case "batch": {
				say(`batch ${request.position} of ${request.total}: ${request.batch.id}`);
				batch = request.batch.id;
				const failure = failing.includes(batch) ? diagnostic("TFM-RUN-012", { node: "orders", message: batch }) : null;
				if (request.body === null) say("  skipped");
				else if (failure !== null) say("  refused");
				else run(request.body(), `${indent}  `);
				return { kind: "batch", failure };
			}
			case "overload":
				say(`overload ${request.position} of ${request.total}: ${request.name}`);
				if (request.body !== null) run(request.body(), `${indent}  `);
				return { kind: "overload", failure: null };
			case "comparison":
				say(`comparison of ${request.query.sql}`);
				return { kind: "rendered", text: "actual and expected", value: null };
			case "wholeRows":
				say("whole rows");
				return { kind: "rendered", text: "select bad.*", value: null };
			case "text":
				say(`render ${request.label} on ${name(request.self)}`);
				return { kind: "rendered", text: request.text, value: null };
			case "database":
				if (request.request.kind === "columns") {
					const found = columns[name(request.request.relation)] ?? null;
					return {
						kind: "database",
						answer: { kind: "columns", columns: found === null ? null : found.map(described) },
					};
				}
				say(request.request.kind === "ddl" ? `${request.request.action} ${name(request.request.relation)}` : "?");
				return { kind: "database", answer: { kind: "done" } };
			case "materialize": {
				say(`materialize ${request.materialization.macro} at ${name(request.self)}`);
				const main = { message: "SELECT 3", code: "SELECT", rowsAffected: 3, rows: row === null ? [] : [row] };
				const outcome = { relations: [], returned: "{}", main, executedSql: "create …", messages: [] } as const;
				return { kind: "materialized", outcome: { kind: "materialized", ...outcome }, kept: true };
			}
			case "loadSeed":
				say(`load seed into ${name(request.relation)}`);
				return { kind: "loaded", rows: 7 };
			case "dress":
			case "stands":
				say(`${request.kind} ${name(request.candidate.candidate)}`);
				return { kind: "done" };
			case "warn":
				say(`warn ${request.diagnostic.code}`);
				return { kind: "done" };
			case "transaction":
				say("transaction");
				run(request.body(), `${indent}  `);
				return { kind: "done" };
		}
	};
	const run = <T>(p: Plan<T>, indent: string): T => {
		let step = p.next();
		while (step.done !== true) step = p.next(answer(step.value, indent));
		return step.value;
	};
	return { result: run(plan, ""), lines };
}
