/** What a change does: the value that every report is made from. Later stages (build, test, row diff) add to it. */
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

/** Rows of the base beside those of the change; filled in by the row diff. */
export interface RowCounts {
	readonly base: number;
	readonly now: number;
	readonly added: number;
	readonly removed: number;
	readonly changed: number;
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
	readonly rows?: RowCounts;
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
}

export const RISKS: readonly Risk[] = ["breaking", "risky", "safe", "none"];
export const errorsOf = ({ findings }: ChangeReview): readonly Finding[] =>
	findings.filter(({ diagnostic }) => diagnostic.severity === "error");
