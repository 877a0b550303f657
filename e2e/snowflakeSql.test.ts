/**
 * What is sent to Snowflake for each kind of node and configuration: the real compiler, the real macros and the real
 * plans, with a catalog that is told here. The texts are in golden/snowflake.sql; `vitest run … -u` writes them anew.
 */
import { expect, it } from "vitest";
import { createSnowflakeDialect } from "../src/adapters/snowflake/dialect.ts";
import { drive, PUBLISHED, tableAnswer, testCompiler } from "../src/compile/testing/testManifest.ts";
import type { Binding } from "../src/core/compiler.ts";
import type { ModelNode, NodeId } from "../src/core/node.ts";
import { nodeId } from "../src/core/node.ts";
import type { BuildInput, NodePlan, Plan, PlanAnswer, PlanRequest } from "../src/core/plan.ts";
import type { ColumnInfo, RelationName } from "../src/core/relation.ts";
import type { DbAnswer, DbRequest } from "../src/core/request.ts";
import { planNode } from "../src/plan/planNode.ts";

interface Case {
	readonly title: string;
	readonly config: Readonly<Record<string, unknown>>;
	/** Columns of the published table, where one stands; `ID NUMBER(38,0)` each. */
	readonly stands?: readonly string[];
	/** Columns of the new rows, where they differ from those. */
	readonly fresh?: readonly string[];
	readonly columns?: ModelNode["columns"];
	readonly kind?: "table" | "materialized_view";
	readonly sql?: string;
}

const COLUMNS = ["ID NUMBER(38,0)", "NAME VARCHAR(16777216)"];
const described = (texts: readonly string[]): ColumnInfo[] =>
	texts.map((text, i) => {
		const [name = "", ...type] = text.split(" ");
		return { name, type: type.join(" "), nullable: true, ordinal: i + 1 };
	});
const column = (name: string, data_type: string, more: Record<string, unknown> = {}) => ({
	name,
	data_type,
	description: "",
	meta: {},
	tags: [],
	constraints: [],
	quote: null,
	...more,
});
const incremental = (strategy: string | null, more: Record<string, unknown> = {}) => ({
	materialized: "incremental",
	incremental_strategy: strategy,
	...more,
});

/** What an incremental table itself may have. */
const GOVERNED = {
	unique_key: "id",
	transient: false,
	cluster_by: "id",
	automatic_clustering: true,
	copy_grants: true,
	copy_tags: true,
	row_access_policy: "gov.rows on (id)",
	table_tag: "gov.cost = 'bi'",
	query_tag: "loads",
};

const CASES: readonly Case[] = [
	{ title: "table", config: { materialized: "table" } },
	{ title: "table: transient false", config: { materialized: "table", transient: false } },
	{
		title: "table: clustered, reclustered, grants copied",
		config: { materialized: "table", cluster_by: ["id", "name"], automatic_clustering: true, copy_grants: true },
	},
	{
		title: "table: row access policy and tag by name",
		config: { materialized: "table", row_access_policy: "gov.rows on (id)", table_tag: "gov.cost = 'bi'" },
	},
	{
		title: "table: header and query tag",
		config: { materialized: "table", sql_header: "set x = 1;", query_tag: "it's" },
	},
	{
		title: "table: contract with constraints of columns and a masking policy",
		config: { materialized: "table", contract: { enforced: true } },
		columns: {
			id: column("id", "number(38,0)", { constraints: [{ type: "not_null" }, { type: "unique" }] }),
			name: column("name", "varchar", {
				constraints: [{ type: "custom", expression: "with masking policy gov.hide" }],
			}),
		} as never,
	},
	{ title: "view", config: { materialized: "view" } },
	{ title: "view: secure, grants copied", config: { materialized: "view", secure: true, copy_grants: true } },
	{
		title: "view: comments on columns",
		config: { materialized: "view", persist_docs: { columns: true } },
		columns: { id: column("id", "number", { description: "it's the key \\ first" }) } as never,
	},
	{
		title: "view: row access policy, tag and masking policy by name",
		config: {
			materialized: "view",
			row_access_policy: "gov.rows on (id)",
			table_tag: "gov.cost = 'bi'",
			copy_tags: true,
		},
		columns: {
			name: column("name", "varchar", {
				constraints: [{ type: "custom", expression: "with masking policy gov.hide" }],
			}),
		} as never,
	},
	{
		title: "table: a masking policy without a contract, which alone has constraints as in dbt",
		config: { materialized: "table" },
		columns: {
			name: column("name", "varchar", {
				constraints: [{ type: "custom", expression: "with masking policy gov.hide" }],
			}),
		} as never,
	},
	{ title: "table: grants copied", config: { materialized: "table", copy_grants: true } },
	{ title: "table: transient true", config: { materialized: "table", transient: true } },
	{ title: "incremental: first run", config: incremental(null, { unique_key: "id" }) },
	{
		title: "incremental: first run, permanent, clustered, grants and tags copied, policy and tag by name",
		config: incremental(null, GOVERNED),
	},
	{
		title: "incremental: rows of one with all that go in without it",
		config: incremental(null, GOVERNED),
		stands: COLUMNS,
	},
	{
		title: "incremental: a copy of one with all that has it too",
		config: incremental("append", { ...GOVERNED, on_schema_change: "sync_all_columns" }),
		stands: COLUMNS,
		fresh: ["ID NUMBER(38,0)", "NAME DATE"],
	},
	{ title: "incremental: merge is the default", config: incremental(null, { unique_key: "id" }), stands: COLUMNS },
	{
		title: "incremental: merge on two keys with predicates and some columns",
		config: incremental("merge", {
			unique_key: ["id", "name"],
			incremental_predicates: ["DBT_INTERNAL_DEST.id > 10"],
			merge_exclude_columns: ["id"],
		}),
		stands: COLUMNS,
	},
	{ title: "incremental: without a key", config: incremental(null), stands: COLUMNS },
	{
		title: "incremental: delete+insert",
		config: incremental("delete+insert", { unique_key: "id" }),
		stands: COLUMNS,
	},
	{
		title: "incremental: delete+insert with a predicate",
		config: incremental("delete+insert", { unique_key: "id", incremental_predicates: ["id > 10"] }),
		stands: COLUMNS,
	},
	{ title: "incremental: insert_overwrite", config: incremental("insert_overwrite"), stands: COLUMNS },
	{ title: "incremental: append", config: incremental("append"), stands: COLUMNS },
	{
		title: "incremental: new rows of narrower types",
		config: incremental("append"),
		stands: COLUMNS,
		fresh: ["ID NUMBER(1,0)", "NAME VARCHAR(1)"],
	},
	{
		title: "incremental: append_new_columns",
		config: incremental("merge", { unique_key: "id", on_schema_change: "append_new_columns" }),
		stands: COLUMNS,
		fresh: [...COLUMNS, "MORE DATE"],
	},
	{
		title: "incremental: sync_all_columns with another type",
		config: incremental("append", { on_schema_change: "sync_all_columns" }),
		stands: [...COLUMNS, "GONE DATE"],
		fresh: ["ID NUMBER(38,0)", "NAME DATE"],
	},
	{
		title: "dynamic table",
		config: { materialized: "dynamic_table", target_lag: "1 hour", snowflake_warehouse: "wh" },
	},
	{
		title: "dynamic table: everything",
		config: {
			materialized: "dynamic_table",
			target_lag: "downstream",
			snowflake_warehouse: "wh",
			snowflake_initialization_warehouse: "big",
			refresh_mode: "incremental",
			initialize: "on_schedule",
			cluster_by: "id",
			transient: true,
			row_access_policy: "gov.rows on (id)",
			table_tag: "gov.cost = 'bi'",
			immutable_where: "id < 10",
		},
	},
	{
		title: "dynamic table: not scheduled, so it is refreshed",
		config: { materialized: "dynamic_table", snowflake_warehouse: "wh", scheduler: "disable" },
		stands: COLUMNS,
		kind: "materialized_view",
	},
	{
		title: "dynamic table: another lag",
		config: { materialized: "dynamic_table", target_lag: "5 minutes", snowflake_warehouse: "other" },
		stands: COLUMNS,
		kind: "materialized_view",
	},
];

const ID = nodeId("model.shop.orders");
const target: RelationName = { database: "DB", schema: "DEV", identifier: "ORDERS" };
const standsAt: RelationName = { database: "DB", schema: "TFM_C_0_DEV", identifier: "ORDERS" };

/** A compiler whose one model has this configuration, and the statements that its plan sends. */
function statements(given: Case): readonly string[] {
	const sql = given.sql ?? "select 1 as id, 'a' as name";
	const model = { name: "orders", sql, config: given.config, ...(given.columns ? { columns: given.columns } : {}) };
	const compiler = testCompiler({ models: [model], engine: "snowflake" });
	const node = compilerNode(model, given);
	const sent: string[] = [];
	const catalog = (request: DbRequest): DbAnswer => {
		switch (request.kind) {
			case "relations": {
				const found = { ...target, kind: given.kind ?? ("table" as const) };
				return { kind: "relations", relations: given.stands === undefined ? [] : [found] };
			}
			case "columns": {
				const fresh = request.relation.identifier.startsWith("tfm_d_") ? given.fresh : undefined;
				return { kind: "columns", columns: described(fresh ?? given.stands ?? COLUMNS) };
			}
			case "query":
				sent.push(request.sql.trim());
				if (/^show parameters/.test(request.sql.trim())) return tableAnswer(["key", "value"], [["QUERY_TAG", ""]]);
				if (/^show dynamic tables/.test(request.sql.trim()))
					return tableAnswer(["name", "target_lag", "warehouse"], [["ORDERS", "60 minutes", "WH"]]);
				if (/as __dbt_sbq\s+where false/.test(request.sql)) return tableAnswer(["ID:FIXED", "NAME:TEXT"], []);
				return tableAnswer([], []);
			default:
				return { kind: "done" };
		}
	};
	const own = compiler.materializationOf(ID);
	const input: BuildInput = {
		kind: "build",
		node,
		sql,
		publishedSql: sql,
		target,
		standsAt,
		pointer: null,
		postHooks: "candidate",
		publishMethod: "swap",
		isOverridden: () => false,
		existing: given.stands === undefined ? null : (given.kind ?? "table"),
		fullRefresh: false,
		dialect: createSnowflakeDialect(),
		mergeStatement: "full",
		engine: "Snowflake",
		own: own === null ? null : { ...own, inPlace: true },
	};
	const bound = (self: RelationName | null): Binding => (self === null ? PUBLISHED : { ...PUBLISHED, self });
	const answer = (request: PlanRequest): PlanAnswer => {
		switch (request.kind) {
			case "execute":
				sent.push(request.sql.trim());
				return { kind: "executed", result: { status: "SUCCESS 1", rowCount: 1, notices: [] } };
			case "query":
				sent.push(request.sql.trim());
				return { kind: "table", table: { columns: [], rows: [], rowCount: 0, status: "SUCCESS 0" } };
			case "macro": {
				const render = (journal: Parameters<typeof compiler.renderMacro>[1]) =>
					compiler.renderMacro(request.call, journal, bound(request.self));
				const { text, value } = drive(render, catalog);
				return { kind: "rendered", text, value };
			}
			case "database":
				return { kind: "database", answer: catalog(request.request) };
			case "materialize": {
				const run = (journal: Parameters<typeof compiler.renderMacro>[1]) =>
					compiler.materialize(request.materialization, { node: ID, sql }, journal, PUBLISHED) as never;
				return { kind: "materialized", outcome: drive(run, catalog), kept: true };
			}
			case "transaction":
				walk(request.body());
				return { kind: "done" };
			default:
				return { kind: "done" };
		}
	};
	const walk = <T>(plan: Plan<T>): T => {
		let step = plan.next();
		while (step.done !== true) step = plan.next(answer(step.value));
		return step.value;
	};
	const done: NodePlan = walk(planNode(input));
	const published = done.kind === "built" ? publishedBy(done) : [];
	return [...sent.filter((text) => text !== ""), ...published];
}

/** What the publisher is handed as a text. */
function publishedBy({ candidate }: Extract<NodePlan, { kind: "built" }>): readonly string[] {
	const texts = [...(candidate.apply?.statements ?? []), ...(candidate.create === undefined ? [] : [candidate.create])];
	return texts.map((text) => `-- while publishing\n${text}`);
}

function compilerNode(model: { readonly name: string; readonly config: Case["config"] }, given: Case): ModelNode {
	return {
		unique_id: ID as NodeId,
		resource_type: "model",
		language: "sql",
		name: model.name,
		description: "",
		columns: given.columns ?? {},
		location: { file: "models/orders.sql", line: 1, column: 1 },
		config: { "pre-hook": [], "post-hook": [], ...given.config },
	} as unknown as ModelNode;
}

it("sends for each configuration what is written down", async () => {
	const text = CASES.map((given) => {
		const sent = statements(given).map((sql) => `${sql.replace(/;$/, "")};`);
		return `-- ${"=".repeat(100)}\n-- ${given.title}\n\n${sent.join("\n\n")}\n`;
	}).join("\n");
	await expect(text).toMatchFileSnapshot("golden/snowflake.sql");
});
