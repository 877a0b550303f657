/** What came of a comparison. `base` is what stands, `head` what would take its place. */
export type RowDiff = KeyedDiff | UnkeyedDiff;

/** Both sides of one figure. */
export interface Sides {
	readonly base: number;
	readonly head: number;
}

export interface DiffColumns {
	readonly added: readonly { readonly name: string; readonly type: string }[];
	readonly removed: readonly { readonly name: string; readonly type: string }[];
	readonly retyped: readonly { readonly name: string; readonly base: string; readonly head: string }[];
	/** Compared by value, the key not counted. */
	readonly compared: readonly string[];
	readonly ignored: readonly string[];
}

/** A column in which rows of the same key differ. Sums are of numbers only, as text, since they may be of any length. */
export interface ColumnChange {
	readonly column: string;
	readonly rows: number;
	readonly nulls: Sides;
	readonly sum: { readonly base: string | null; readonly head: string | null } | null;
}

/** One row that differs; `values` holds those that changed, of an added or removed row with a key none. */
export interface RowSample {
	readonly kind: "added" | "removed" | "changed";
	readonly key: readonly (string | null)[];
	readonly values: readonly {
		readonly column: string;
		readonly base: string | null;
		readonly head: string | null;
	}[];
}

export interface KeyedDiff {
	readonly kind: "keyed";
	readonly key: readonly string[];
	readonly columns: DiffColumns;
	readonly rows: Sides;
	/** Rows whose key has a null in it: nothing can be their counterpart, so they are counted and not compared. */
	readonly nullKeys: Sides;
	readonly added: number;
	readonly removed: number;
	readonly changed: number;
	readonly same: number;
	readonly changedColumns: readonly ColumnChange[];
	readonly samples: readonly RowSample[];
}

export interface UnkeyedDiff {
	readonly kind: "unkeyed";
	/** `none`: there is no key; `duplicates`: several rows have one key, so that no row has one counterpart. */
	readonly because: "none" | "duplicates";
	readonly key: readonly string[];
	/** Rows beyond the first one of their key; zero where there is no key. */
	readonly duplicateRows: Sides;
	readonly columns: DiffColumns;
	readonly rows: Sides;
	/** Whole rows that only one side has, each counted as often as it has it more often. */
	readonly added: number;
	readonly removed: number;
	/** Some of them, each once, with the values of the side that has it; without keys. */
	readonly samples: readonly RowSample[];
}

/** One side as SQL reads it: a rendered name, and the columns that the catalog lists. */
export interface DiffSide {
	readonly from: string;
	readonly columns: readonly { readonly name: string; readonly type: string }[];
	/** The catalog proves that no two rows have one key, so that nobody need look. */
	readonly uniqueKey: boolean;
}
