import type { NodeResult } from "../core/result.ts";
import { count } from "./figures.ts";
import type { NodeFacts } from "./nodeFacts.ts";

/** In a few words what a failed or warning node found: `3 duplicate keys, 7 rows`, `17 nulls`, or the error's first line. */
export function failureText(result: NodeResult, facts: NodeFacts | undefined): string {
	if (result.status === "error" || result.status === "runtime error") {
		const text = result.diagnostic?.message ?? result.message ?? "error";
		return text.split("\n", 1)[0] ?? text;
	}
	if (result.status === "partial success") {
		const [first = ""] = (result.diagnostic?.message ?? "").split("\n", 1);
		return [result.message ?? result.status, first].filter((text) => text !== "").join(": ");
	}
	if (result.failures === null) return (result.message ?? result.status).split("\n", 1)[0] ?? result.status;
	if (result.resource_type === "unit_test") return differenceText(result);
	const n = result.failures;
	if (facts?.failCalc != null) return `${n} by ${facts.failCalc.replace(/\s+/g, " ").trim()}`;
	if (facts?.limit != null && n >= facts.limit) return `${count(n, "failing row")} or more (limit ${facts.limit})`;
	switch (facts?.test) {
		case "unique": {
			const rows = duplicateRows(result);
			return count(n, "duplicate key") + (rows === null ? "" : `, ${count(rows, "row")}`);
		}
		case "not_null":
			return count(n, "null");
		case "accepted_values":
			return count(n, "unexpected value");
		case "relationships":
			return `${count(n, "row")} without a parent`;
		default:
			return count(n, "failing row");
	}
}

/** `1 expected row missing, 2 rows unexpected` */
function differenceText({ sample }: NodeResult): string {
	const rows = sample?.rows ?? [];
	const missing = rows.filter(([side]) => side === "expected").length;
	const parts = [
		missing === 0 ? "" : `${count(missing, "expected row")} missing`,
		missing === rows.length ? "" : `${count(rows.length - missing, "row")} unexpected`,
	];
	return parts.filter((part) => part !== "").join(", ");
}

/** How many rows the duplicate keys stand in, when the sample shows all of the keys with their counts. */
function duplicateRows(result: NodeResult): number | null {
	const { sample, failures } = result;
	if (sample === null || sample.rows.length !== failures) return null;
	const index = sample.columns.findIndex((column) => column.name.toLowerCase() === "n_records");
	if (index < 0) return null;
	const sum = sample.rows.reduce((total, row) => total + Number(row[index]), 0);
	return Number.isFinite(sum) ? sum : null;
}
