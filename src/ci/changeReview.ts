/** What a change does: the value that every report is made from. The data stage (build, test, row diff) adds to it. */
import type { Diagnostic } from "../core/diagnostic.ts";
import type { ResourceType } from "../core/node.ts";

/** What a change means for those who read the node. `none`: nothing that they could see. */
export type Risk = "breaking" | "risky" | "safe" | "none";

export interface ColumnReview {
	readonly name: string;
	/** `logic`: its values come about in another way. */
	readonly change: "added" | "removed" | "renamed" | "type" | "logic";
	readonly risk: Risk;
	/** Types, or names of a renamed column; null: none on that side. */
	readonly before: string | null;
	readonly after: string | null;
	/** Ids of unchanged nodes that read the column and no longer can. */
	readonly breaks: readonly string[];
}

/** Both sides of one figure. */
export interface BaseAndNow {
	readonly base: number;
	readonly now: number;
}

/** What the row diff said of a node that was built. */
export type RowReview =
	| {
			readonly kind: "compared";
			/** Empty: none is known, and whole rows were compared. */
			readonly key: readonly string[];
			readonly rows: BaseAndNow;
			readonly added: number;
			readonly removed: number;
			/** Null: without a unique key nobody knows which row became which. */
			readonly changed: number | null;
			/** Columns in which rows of one key differ. */
			readonly columns: readonly { readonly name: string; readonly rows: number }[];
			/** Rows with a null in their key; and those beyond the first of their key. */
			readonly nullKeys: BaseAndNow;
			readonly duplicates: BaseAndNow;
	  }
	/** It is new: there is nothing to compare with. */
	| { readonly kind: "counted"; readonly now: number }
	| { readonly kind: "refused"; readonly because: string };

export interface TestCounts {
	readonly passed: number;
	readonly warned: number;
	readonly failed: number;
}

/** What was built of a node. */
export interface NodeBuild {
	readonly status: "built" | "held" | "failed" | "skipped";
	/** Why it was not, or is held back; null for `built`. */
	readonly because: string | null;
}

/** The part of a review that was found out in the warehouse. */
export interface DataReview {
	/** Name of the environment, and the target by whose names the rest was read. */
	readonly environment: string;
	readonly target: string;
	/** What the rows were compared with: the base's SQL over the same inputs, or what stands in a target. */
	readonly against: "rebuild" | { readonly target: string };
	/** Null: the environment was dropped when all was compared; else what is in it until then, an ISO instant. */
	readonly kept: { readonly until: string } | null;
	/** Ids of what was to be built, in the order of the graph; tests not among them. */
	readonly planned: readonly string[];
	/** Ids of those that went on from a copy of the table that stands, on both sides. */
	readonly cloned: readonly string[];
	/** Tests that were run. */
	readonly tests: number;
	/** Changed or reached, and not built: why. */
	readonly left: readonly { readonly id: string; readonly name: string; readonly because: string }[];
}

export interface ReviewedNode {
	readonly id: string;
	readonly name: string;
	readonly resource_type: ResourceType;
	readonly layer: string | null;
	readonly owner: string | null;
	/** `meta`: documentation, tags, grants. `reached`: itself the same, and made of what is not. */
	readonly change: "added" | "removed" | "modified" | "meta" | "moved" | "reached";
	/** Why it counts as changed, or of `reached`: what of it is reached. */
	readonly reasons: readonly string[];
	readonly risk: Risk;
	readonly columns: readonly ColumnReview[];
	/** Of a removed node: where it was. */
	readonly file: string;
	readonly line: number;
	/** Absent: it was not to be built. */
	readonly build?: NodeBuild;
	readonly tests?: TestCounts;
	readonly rows?: RowReview;
}

export interface Finding {
	readonly node: string | null;
	readonly diagnostic: Diagnostic;
	/** Name of a rule of the project's own. */
	readonly rule?: string;
}

export interface ChangeReview {
	readonly project: string;
	/** Whole commit ids; null: files that are not committed. */
	readonly base: string;
	readonly head: string | null;
	/** What the change is to be merged into: `origin/main`. */
	readonly ref: string;
	/** Changed and reached ones; the riskiest first, then by id. */
	readonly nodes: readonly ReviewedNode[];
	/** Below a changed node, and as they were: what they read did not change. */
	readonly unaffected: number;
	/** Errors first. */
	readonly findings: readonly Finding[];
	/** Absent: only the files were looked at. */
	readonly data?: DataReview;
}

export const RISKS: readonly Risk[] = ["breaking", "risky", "safe", "none"];
export const errorsOf = ({ findings }: ChangeReview): readonly Finding[] =>
	findings.filter(({ diagnostic }) => diagnostic.severity === "error");
