/** What would be built, why, and what that costs: the document of `tfm plan --output json`. */
import type { Diagnostic } from "./diagnostic.ts";
import type { RelationSize } from "./relation.ts";

export interface OutlinedNode {
	readonly id: string;
	readonly name: string;
	readonly layer: string | null;
	readonly resource_type: string;
	readonly change: "added" | "modified" | "reached";
	/** In words. */
	readonly why: readonly string[];
	/** What is done with it: `built anew`, `new rows only`. */
	readonly way: string;
	/** Columns that come, go, or have other values or types: `+ country`, `values amount`. */
	readonly columns: readonly string[];
	/** The relation that it replaces or adds to; null: there is none. */
	readonly stands: RelationSize | null;
	/** Median of the last runs; null: too few are known. */
	readonly usual_seconds: number | null;
}

export interface BuildOutline {
	readonly schema_version: "tfm.plan/1";
	readonly project: string;
	readonly target: string;
	/** Null: in the target itself. */
	readonly environment: string | null;
	/** Null: files that are not committed. */
	readonly head: string | null;
	/** `commit` null: nothing stands yet, or a state that names none. */
	readonly against: {
		readonly kind: "published" | "base" | "state";
		readonly commit: string | null;
		/** In words: `what was published in prod`. */
		readonly says: string;
	};
	/** In the order in which they are built. */
	readonly nodes: readonly OutlinedNode[];
	/** Ids of the tests and unit tests that run with them, sorted. */
	readonly tests: readonly string[];
	/** Changed, and nothing is built of them: why. */
	readonly left: readonly { readonly id: string; readonly name: string; readonly because: string }[];
	/** No longer in the project; what stands of them stays. */
	readonly removed: readonly { readonly id: string; readonly name: string }[];
	/** Dashboards and other readers outside that are reached. */
	readonly exposures: readonly { readonly name: string; readonly owner: string | null; readonly because: string }[];
	/** Below a changed node, and as they were. */
	readonly unaffected: number;
	readonly findings: readonly Diagnostic[];
	readonly costs: {
		/** Of the relations that are replaced or added to, and of those that are read and not built. */
		readonly replaces: RelationSize;
		readonly reads: RelationSize & { readonly relations: number };
		/** Sum of the usual times of nodes and tests; null: no run of any is known. */
		readonly seconds: number | null;
		/** How many of them have one, of how many. */
		readonly timed: number;
		readonly of: number;
	};
}
