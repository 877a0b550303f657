import { diagnostic, fail } from "../core/diagnostic.ts";
import type { BuildInput, Plan } from "../core/plan.ts";
import type { RelationName } from "../core/relation.ts";
import { perform, query } from "./ask.ts";
import { matchCondition } from "./candidateQuery.ts";
import type { IncrementalConfig } from "./incrementalConfig.ts";

const text = (value: unknown): string | null => (value === null || value === undefined ? null : String(value));

/**
 * Two new rows for one row of the table: the database would refuse the merge while publishing, so the model fails here
 * (TFM-INC-006). Two new rows with one key that meet no row are both inserted, as in dbt: a warning (TFM-INC-010).
 */
export function* checkMergeKeys({
	input,
	config,
	delta,
	into = input.target,
}: {
	readonly input: BuildInput;
	readonly config: IncrementalConfig;
	readonly delta: RelationName;
	/** The table, or a copy of it that has the types of the new rows already. */
	readonly into?: RelationName;
}): Plan<void> {
	const { key, predicates } = config;
	if (key.length === 0) return;
	const { nameOf, numberedRows } = input.dialect.building;
	const from = nameOf(delta);
	const target = numberedRows(nameOf(into), "DBT_INTERNAL_DEST");
	const keys = key.map((k) => `DBT_INTERNAL_SOURCE.${k}`);
	const shown = keys.map((k) => `min(${k}::text)`).join(", ");
	const twice = yield* query(
		`select count(*), ${shown} from ${from} as DBT_INTERNAL_SOURCE
where ${keys.map((k) => `${k} is not null`).join(" and ")}
group by ${keys.join(", ")} having count(*) > 1 order by 1 desc, ${key.map((_, i) => i + 2).join(", ")} limit 1`,
		"duplicate keys",
	);
	const first = twice.rows[0];
	if (first === undefined) return;
	const met = yield* query(
		`select count(*), ${shown} from ${target.from}
join ${from} as DBT_INTERNAL_SOURCE on ${matchCondition(key, predicates)}
group by ${target.key.join(", ")} having count(*) > 1
order by 1 desc, ${key.map((_, i) => i + 2).join(", ")} limit 1`,
		"duplicate keys",
	);
	const { node } = input;
	const factsOf = ([rows, ...values]: readonly unknown[]) => ({
		node: node.name,
		key,
		values: values.map(text),
		rows: Number(rows),
	});
	const clash = met.rows[0];
	if (clash !== undefined) fail("TFM-INC-006", factsOf(clash), { at: node.location });
	yield* perform({
		kind: "warn",
		diagnostic: diagnostic("TFM-INC-010", factsOf(first), { at: node.location, severity: "warning" }),
	});
}
