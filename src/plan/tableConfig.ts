import type { Candidate, ConfiguredTable } from "../core/adapter.ts";
import type { MacroArgument } from "../core/compiler.ts";
import type { BuildInput, Plan } from "../core/plan.ts";
import type { RelationName } from "../core/relation.ts";
import { execute, macroText, macroWork } from "./ask.ts";
import { isPartitioned } from "./partitionBy.ts";

const argument = (relation: RelationName, type: Candidate["kind"]): MacroArgument => ({
	kind: "relation",
	relation,
	type,
});

/** What every call of a macro for this node brings. */
const callOf = (input: BuildInput) => ({
	keyword: {},
	node: input.node.unique_id,
	...(input.sql === null ? {} : { sql: input.sql }),
});

const CREATING = ["create_indexes", "default__create_indexes", "postgres__create_indexes"];

const configured = ({ node }: BuildInput): readonly unknown[] =>
	Array.isArray(node.config.indexes) ? node.config.indexes : [];

export const hasIndexes = (input: BuildInput): boolean => configured(input).length > 0;

/** `indexes:` of the config, by the macro that dbt has for them; on the candidate, where their final names are free. */
export function* createIndexes(input: BuildInput, table: RelationName): Plan<void> {
	const indexes = configured(input);
	if (indexes.length === 0) return;
	if (!CREATING.some((macro) => input.isOverridden(macro)))
		yield* makeIndexes(input, { name: table, kind: "table" }, indexes);
	else yield* macroWork({ macro: "create_indexes", positional: [argument(table, "table")], ...callOf(input) });
}

/** The statement for one entry of `indexes`; empty where the macro wants none. */
const indexSql = (input: BuildInput, relation: RelationName, kind: Candidate["kind"], index: unknown): Plan<string> =>
	macroText({
		macro: "get_create_index_sql",
		positional: [argument(relation, kind), { kind: "value", value: index }],
		...callOf(input),
	});

/** One by one, so that a refusal can be told of the entry and not of a line in a macro. */
export function* makeIndexes(
	input: BuildInput,
	relation: { readonly name: RelationName; readonly kind: Candidate["kind"] },
	indexes: readonly unknown[],
): Plan<void> {
	for (const index of indexes) {
		const sql = yield* indexSql(input, relation.name, relation.kind, index);
		if (sql !== "") yield* execute(sql, "index");
	}
}

/** The names that the macro postgres__partitions gives. */
function partitionsOf(input: BuildInput): ConfiguredTable["partitioned"] {
	if (!isPartitioned(input)) return null;
	const { type, columns, partitions, ...rest } = input.node.config.partition_by as {
		readonly type: string;
		readonly columns: readonly unknown[];
		readonly partitions: number | readonly { readonly name: string }[];
		readonly default?: unknown;
	};
	const names =
		typeof partitions === "number"
			? Array.from({ length: partitions }, (_, n) => String(n))
			: [...partitions.map((p) => p.name), ...(rest.default === false ? [] : ["default"])];
	return {
		key: `${type} (${columns.join(", ")})`,
		partitions: names.map((name) => `${input.target.identifier}__${name}`),
	};
}

/** Which index a statement makes; null where the server is to find a name. */
function nameIn(create: string): string | null {
	const made = /\bindex\s+(?:concurrently\s+)?(?:if\s+not\s+exists\s+)?(?!on\s)("(?:[^"]|"")+"|[\w$]+)/i.exec(
		create,
	)?.[1];
	if (made === undefined) return null;
	return made.startsWith('"') ? made.slice(1, -1).replaceAll('""', '"') : made.toLowerCase();
}

/** What the publisher is to hold against a table that stays. */
export function* configuredTable(input: BuildInput): Plan<ConfiguredTable> {
	const indexes: ConfiguredTable["indexes"][number][] = [];
	for (const entry of configured(input)) {
		const index = entry as { columns?: unknown; unique?: unknown; type?: unknown };
		const create = yield* indexSql(input, input.target, "table", index);
		const name = nameIn(create);
		// Without a name it could not be known again, and each run would make another one.
		if (name === null) continue;
		const columns = Array.isArray(index.columns) ? index.columns.map(String) : [];
		indexes.push({
			name,
			unique: Boolean(index.unique),
			definition: `${typeof index.type === "string" ? index.type : "btree"} (${columns.join(", ")})`,
			create,
		});
	}
	return { indexes, unlogged: input.node.config.unlogged === true, partitioned: partitionsOf(input) };
}
