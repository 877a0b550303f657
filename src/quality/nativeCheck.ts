import { failureThreshold } from "../core/failureThreshold.ts";
import type { Manifest } from "../core/manifest.ts";
import { findNode } from "../core/manifest.ts";
import type { NativeCheck, NativeCount } from "../core/nativeTests.ts";
import type { NodeId, TestNode } from "../core/node.ts";
import type { RelationName } from "../core/relation.ts";
import { testSettings } from "./testSettings.ts";

export type NativeAnswer =
	| { readonly kind: "native"; readonly check: NativeCheck }
	/** `reason` goes on "it …". */
	| { readonly kind: "ordinary"; readonly reason: string };

export interface NativeSurroundings {
	readonly manifest: Manifest;
	/** The relation of a node as it is stored; null: it leaves none. */
	readonly relationOf: (node: NodeId) => RelationName | null;
	/** Whether the project or a package has a macro of this name in place of tfm's. */
	readonly isOverridden: (macro: string) => boolean;
}

/** tfm's own tests that look at more than the rows of now. */
const WITH_A_PAST: Readonly<Record<string, string>> = {
	row_count_change: "compares with what is published, which is the same table afterwards",
	keys_kept: "compares with what is published, which is the same table afterwards",
	schema_change: "compares with what is published, which is the same table afterwards",
	volume_anomaly: "compares with earlier runs",
	null_rate_anomaly: "compares with earlier runs",
	corrections_match: "compares the texts of keys in two relations",
};

const QUESTIONS = ["not_null", "unique", "accepted_values", "relationships"];

const ordinary = (reason: string): NativeAnswer => ({ kind: "ordinary", reason });

/**
 * A test as a number that the warehouse can find by itself, or why it stays a query of tfm's. Only the four tests that
 * dbt brings are known, and only where neither the project nor a package has another query for them: another one would
 * count something else under the same name.
 */
export function nativeCheckOf(test: TestNode, surroundings: NativeSurroundings): NativeAnswer {
	const { test_metadata: metadata, attached_node: attached, config } = test;
	if (metadata === null) return ordinary("is a query of the project's own");
	const { name, namespace } = metadata;
	if (namespace !== null) return ordinary(`is a test of the package ${namespace}`);
	if (WITH_A_PAST[name] !== undefined) return ordinary(WITH_A_PAST[name]);
	if (!QUESTIONS.includes(name)) return ordinary("is a generic test of the project's own");
	const own = [`test_${name}`, `default__test_${name}`, "get_where_subquery"].find(surroundings.isOverridden);
	if (own !== undefined) return ordinary(`is counted by the project's own macro ${own}`);
	if (attached === null || surroundings.relationOf(attached) === null)
		return ordinary("is about something that leaves no relation");
	const { fail_calc, limit } = config;
	if ((fail_calc ?? "count(*)") !== "count(*)") return ordinary("has a fail_calc");
	if (limit != null) return ordinary("has a limit");
	const { severity, warnIf, errorIf } = testSettings(test);
	const threshold = failureThreshold(severity === "warn" ? warnIf : errorIf);
	if (threshold === null || failureThreshold(warnIf) === null)
		return ordinary("has a warn_if or error_if that is more than a comparison with a whole number");
	const counts = countOf(test, attached, surroundings);
	if (typeof counts === "string") return ordinary(counts);
	return { kind: "native", check: { test: test.unique_id, name, counts, passes: threshold.opposite } };
}

/** What a test counts, or why that cannot be said. */
function countOf(test: TestNode, attached: NodeId, surroundings: NativeSurroundings): NativeCount | string {
	const { name, kwargs } = test.test_metadata!;
	const column = kwargs.column_name;
	if (typeof column !== "string") return "names no column";
	const where = test.config.where ?? null;
	if (where !== null && typeof where !== "string") return "has a where that is no text";
	if (where !== null && /\{[{%]|\bselect\b/i.test(where)) return "has a where with a query or a template in it";
	switch (name) {
		case "not_null":
			return { kind: "nulls", column, where };
		case "unique":
			return { kind: "duplicates", column, where };
		case "accepted_values": {
			const { values, quote = true } = kwargs;
			if (!Array.isArray(values) || values.length === 0 || values.some((one) => typeof one === "object"))
				return "has no plain list of values";
			// As dbt's query has them: in quotes as they are, or bare.
			return {
				kind: "others",
				column,
				where,
				values: values.map((one) => (quote === true ? `'${one}'` : String(one))),
			};
		}
		default:
			return orphans(test, attached, { column, where, field: kwargs.field }, surroundings);
	}
}

function orphans(
	test: TestNode,
	attached: NodeId,
	{ column, where, field }: { readonly column: string; readonly where: string | null; readonly field: unknown },
	{ manifest, relationOf }: NativeSurroundings,
): NativeCount | string {
	if (typeof field !== "string") return "names no column of the other relation";
	const inputs = manifest.parents.get(test.unique_id) ?? test.depends_on.nodes;
	const [parent = attached, ...more] = inputs.filter((id) => id !== attached);
	const relation = relationOf(parent);
	if (more.length > 0 || findNode(manifest, parent) === undefined || relation === null)
		return "reads something that leaves no relation";
	return { kind: "orphans", column, where, parent: { relation, column: field } };
}
