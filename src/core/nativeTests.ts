import type { NodeId } from "./node.ts";
import type { RelationName } from "./relation.ts";

/**
 * Data tests that the warehouse does by itself, on a schedule of its own: on Snowflake as Data Metric Functions
 * (docs/adr/0055). A test asks for it by `meta: {native: true}`; what it asks is said here without any SQL of an engine.
 */

/** What a native test counts. Columns and conditions as the project writes them. */
export type NativeCount = {
	readonly column: string;
	/** The test's `where`: a condition over the columns of the relation; null: all rows. */
	readonly where: string | null;
} & (
	| { readonly kind: "nulls" }
	/** Values that are there more than once; null is none. */
	| { readonly kind: "duplicates" }
	/** Different values that are in no list; null is in each. `values`: as they stand in SQL. */
	| { readonly kind: "others"; readonly values: readonly string[] }
	/** Rows whose value, which is not null, the parent does not have. */
	| { readonly kind: "orphans"; readonly parent: { readonly relation: RelationName; readonly column: string } }
);

export interface NativeCheck {
	readonly test: NodeId;
	/** The generic test's name: `not_null` … */
	readonly name: string;
	readonly counts: NativeCount;
	/** Under what the test is content with the number: `= 0`, `<= 10`. */
	readonly passes: string;
}

/** Who is told by the warehouse itself where an expectation is not met. */
export interface NativeAlert {
	/** `60 MINUTE` or `USING CRON …`. */
	readonly schedule: string;
	/** Null: Snowflake's own machines. */
	readonly warehouse: string | null;
	/** A statement. */
	readonly action: string;
	readonly suspended: boolean;
}

/** A relation with all that is asked of it. */
export interface NativeSubject {
	readonly node: NodeId;
	readonly relation: RelationName;
	readonly isView: boolean;
	/** `60 MINUTE`, `USING CRON …` or `TRIGGER_ON_CHANGES`. */
	readonly schedule: string;
	/** Sorted by test. Empty: nothing is asked of it any more. */
	readonly checks: readonly NativeCheck[];
	readonly alert: NativeAlert | null;
}

/** Of all tests of a project that ask to be native. */
export interface NativePlan {
	readonly subjects: ReadonlyMap<NodeId, NativeSubject>;
	/** Those that cannot be, with the reason in words. */
	readonly ordinary: ReadonlyMap<NodeId, string>;
}

/** What the warehouse found with one test on its schedule. */
export interface NativeResult {
	readonly test: NodeId;
	/** ISO, when it was due. */
	readonly at: string;
	/** Null: the function gave none. */
	readonly value: number | null;
}

export interface NativeReport {
	/** Tests that the columns of the relation do not let be native, with the reason in words. */
	readonly ordinary: ReadonlyMap<NodeId, string>;
}
