/** A materialized view whose indexes are no longer those of its config: dbt's `on_configuration_change`. */
import { diagnostic, fail } from "../core/diagnostic.ts";
import type { BuildInput, Plan } from "../core/plan.ts";
import { macroSql, perform, query } from "./ask.ts";

/** As the `indexes` config writes one. */
export interface IndexSpec {
	readonly columns: readonly string[];
	readonly unique: boolean;
	readonly type: string;
}

const words = ({ columns, unique, type }: IndexSpec): string =>
	`${unique ? "unique " : ""}${type} index on ${columns.toSorted().join(", ")}`;

function wanted(input: BuildInput): readonly IndexSpec[] {
	const { indexes } = input.node.config;
	if (!Array.isArray(indexes)) return [];
	return indexes.map((index: { columns?: unknown; unique?: unknown; type?: unknown }) => ({
		columns: Array.isArray(index.columns) ? index.columns.map(String) : [],
		unique: index.unique === true,
		type: typeof index.type === "string" ? index.type : "btree",
	}));
}

/** Name, method, uniqueness and columns, as get_show_indexes_sql lists them. */
function* standing(input: BuildInput): Plan<readonly IndexSpec[]> {
	const relation = { kind: "relation", relation: input.target, type: "materialized_view" } as const;
	const call = { macro: "get_show_indexes_sql", positional: [relation], keyword: {}, node: input.node.unique_id };
	const { rows } = yield* query(yield* macroSql(call, input.node.name), "indexes");
	return rows.map(([, method, unique, columns]) => ({
		columns: String(columns).split(","),
		unique: unique === true || unique === "t" || unique === "true",
		type: String(method),
	}));
}

/**
 * The indexes to make: those of the config, or, where `on_configuration_change: continue` meets other ones, those that
 * are there. The rows are built anew in any case, and the query may have changed; dbt does not look at it on Postgres.
 */
export function* indexesOfView(input: BuildInput): Plan<readonly IndexSpec[]> {
	const asked = wanted(input);
	if (input.existing !== "materialized_view" || input.fullRefresh) return asked;
	const there = yield* standing(input);
	const [now, then] = [there, asked].map((list) => new Set(list.map(words)));
	const changes = [
		...[...then!].filter((index) => !now!.has(index)).map((index) => `new: ${index}`),
		...[...now!].filter((index) => !then!.has(index)).map((index) => `gone: ${index}`),
	].sort();
	const { node } = input;
	const mode = node.config.on_configuration_change;
	if (changes.length === 0 || (mode !== "continue" && mode !== "fail")) return asked;
	if (mode === "fail") fail("TFM-INC-012", { node: node.name, changes }, { at: node.location });
	const facts = { node: node.name, changes };
	const remark = diagnostic("TFM-INC-009", facts, { at: node.location, severity: "warning" });
	yield* perform({ kind: "warn", diagnostic: remark });
	return there;
}
