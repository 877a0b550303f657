/**
 * `partition_by` of a Postgres table, tfm's own: `{type: range|list|hash, columns: […], partitions: […], default: true}`.
 * A range partition is `{name, from, to}`, a list partition `{name, in: […]}`; hash partitions are a number. The macro
 * postgres__partitions writes them; here the config is checked, so that a mistake is said in its own words.
 */
import { fail } from "../core/diagnostic.ts";
import type { BuildInput } from "../core/plan.ts";

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
	typeof value === "object" && value !== null && !Array.isArray(value);
const filled = (value: unknown): boolean => Array.isArray(value) && value.length > 0;

/** What is wrong, or null. */
function problemOf(given: Readonly<Record<string, unknown>>): string | null {
	const { type, columns, partitions } = given;
	if (type !== "range" && type !== "list" && type !== "hash") return "needs a type: range, list or hash";
	if (!filled(columns)) return "needs columns: the names to partition by";
	if (type === "hash")
		return Number.isInteger(partitions) && Number(partitions) > 0
			? null
			: "of type hash needs partitions: how many there are";
	if (!filled(partitions)) return "needs partitions, a list";
	for (const partition of partitions as readonly unknown[]) {
		if (!isRecord(partition) || typeof partition.name !== "string") return "has a partition without a name";
		const bounds = type === "list" ? filled(partition.in) : partition.from != null && partition.to != null;
		if (!bounds) return `has the partition "${partition.name}" without ${type === "list" ? "in: […]" : "from and to"}`;
	}
	return null;
}

/** True where the table is to be partitioned. Throws TFM-INC-011. */
export function isPartitioned(input: BuildInput): boolean {
	const { node } = input;
	const given = node.config.partition_by;
	// A list or a name is Spark's, a mapping with `field` BigQuery's: packages write them for all engines at once.
	if (!isRecord(given) || Object.hasOwn(given, "field")) return false;
	const problem = problemOf(given);
	if (problem !== null)
		fail("TFM-INC-011", { node: node.name, config: "partition_by", problem }, { at: node.location });
	return true;
}
