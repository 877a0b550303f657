/**
 * Two versions of a model's SQL → what that means for those who read the model. Pure: it compares what the analysis
 * said of both (spec: breaking matrix of the pull-request checks).
 */
import type { LineageColumn, NodeLineage } from "../core/lineage.ts";
import { type TypeChange, typeChange } from "./typeChange.ts";

/** `none`: the same data. `non_breaking`: columns were added or moved, all else is as it was. */
export type ChangeCategory = "none" | "non_breaking" | "breaking";

/**
 * `breaking`: a reader fails, or is given another kind of value. `risky`: readers work, and may see other rows or
 * values; comparing the data decides. `safe`: no reader notices.
 */
export type ChangeRisk = "none" | "safe" | "risky" | "breaking";

export type ColumnChange =
	| { readonly what: "added" | "removed"; readonly column: string }
	/** The same value under another name. */
	| { readonly what: "renamed"; readonly column: string; readonly from: string }
	| {
			readonly what: "retyped";
			readonly column: string;
			readonly from: string;
			readonly to: string;
			readonly change: Exclude<TypeChange, "same">;
	  }
	/** Its values come about in another way. */
	| { readonly what: "redefined"; readonly column: string };

export interface QueryChange {
	readonly category: ChangeCategory;
	readonly risk: ChangeRisk;
	/** In the order of the new version's columns, then those that are gone. */
	readonly columns: readonly ColumnChange[];
	/** The columns that stayed stand in another order. */
	readonly reordered: boolean;
	/** A filter, join, group or limit: there may be other rows. */
	readonly rows: boolean;
	/** Why nothing more is known than that something changed; null: all that changed is listed. */
	readonly unknown: string | null;
}

type Compared = Pick<
	NodeLineage,
	"semantic_hash" | "rows_definition" | "columns" | "complete" | "rest" | "reason" | "status"
>;

const UNCHANGED: QueryChange = {
	category: "none",
	risk: "none",
	columns: [],
	reordered: false,
	rows: false,
	unknown: null,
};

/** What cannot be read is taken to break. */
export function queryChange(before: Compared, after: Compared): QueryChange {
	if (before.semantic_hash !== undefined && before.semantic_hash === after.semantic_hash && sameShape(before, after))
		return UNCHANGED;
	const unknown = whyUnknown(before, after);
	if (unknown !== null) return { ...UNCHANGED, category: "breaking", risk: "breaking", unknown };
	const columns = columnChanges(before.columns, after.columns);
	const reordered = isReordered(before.columns, after.columns);
	const rows = before.rows_definition !== after.rows_definition;
	const risk = worst([
		...columns.map(riskOf),
		rows ? "risky" : "none",
		// Who reads by position (a set operation, an export) is given other values.
		reordered ? "risky" : "none",
	]);
	const breaking = rows || columns.some(({ what }) => what !== "added");
	const category = breaking ? "breaking" : columns.length > 0 || reordered ? "non_breaking" : "none";
	return { category, risk, columns, reordered, rows, unknown: null };
}

/** The same text gives other columns where what it reads has changed (`select *`, types). */
const sameShape = (before: Compared, after: Compared): boolean =>
	before.columns.length === after.columns.length &&
	before.columns.every(({ name, type, definition }, i) => {
		const other = after.columns[i]!;
		return name === other.name && type === other.type && definition === other.definition;
	});

function whyUnknown(before: Compared, after: Compared): string | null {
	for (const [version, { semantic_hash, reason, status }] of [
		["before", before],
		["now", after],
	] as const)
		if (semantic_hash === undefined) return `its SQL could not be read ${version}: ${reason ?? status}`;
	const listed = ({ complete, rest }: Compared) => (complete ? "" : rest.join());
	return before.complete === after.complete && listed(before) === listed(after)
		? null
		: "not all of its columns are known";
}

function columnChanges(before: readonly LineageColumn[], after: readonly LineageColumn[]): readonly ColumnChange[] {
	const old = byName(before);
	const now = byName(after);
	const gone = new Map([...old].filter(([name]) => !now.has(name)));
	const changes: ColumnChange[] = [];
	for (const [name, column] of now) {
		const was = old.get(name);
		if (was !== undefined) changes.push(...keptColumn(was, column));
		else {
			const from = [...gone.values()].find(
				({ definition }) => definition !== undefined && definition === column.definition,
			);
			if (from === undefined) changes.push({ what: "added", column: name });
			else {
				gone.delete(from.name);
				changes.push({ what: "renamed", column: name, from: from.name });
			}
		}
	}
	for (const name of gone.keys()) changes.push({ what: "removed", column: name });
	return changes;
}

function keptColumn(before: LineageColumn, after: LineageColumn): readonly ColumnChange[] {
	const { name: column } = after;
	const found: ColumnChange[] = [];
	if (before.type !== undefined && after.type !== undefined) {
		const change = typeChange(before.type, after.type);
		if (change !== "same") found.push({ what: "retyped", column, from: before.type, to: after.type, change });
	}
	if (before.definition !== after.definition) found.push({ what: "redefined", column });
	return found;
}

/** The first of each name: two of one are a mistake that the database refuses. */
function byName(columns: readonly LineageColumn[]): Map<string, LineageColumn> {
	const found = new Map<string, LineageColumn>();
	for (const column of columns) if (!found.has(column.name)) found.set(column.name, column);
	return found;
}

function isReordered(before: readonly LineageColumn[], after: readonly LineageColumn[]): boolean {
	const old = byName(before);
	const now = byName(after);
	const kept = [...old.keys()].filter((name) => now.has(name));
	return [...now.keys()].filter((name) => old.has(name)).some((name, i) => name !== kept[i]);
}

function riskOf(change: ColumnChange): ChangeRisk {
	switch (change.what) {
		case "added":
			return "safe";
		case "redefined":
			return "risky";
		case "retyped":
			return change.change === "widened" ? "risky" : "breaking";
		case "removed":
		case "renamed":
			return "breaking";
	}
}

const RISKS: readonly ChangeRisk[] = ["none", "safe", "risky", "breaking"];
const worst = (all: readonly ChangeRisk[]): ChangeRisk =>
	all.reduce<ChangeRisk>((most, one) => (RISKS.indexOf(one) > RISKS.indexOf(most) ? one : most), "none");
