import type { ColumnKind, Confidence } from "../core/lineage.ts";
import type { AnalysisRef } from "./analysis.ts";

/** What is known of an expression. References are interned in an analysis, so that sets of them are sets. */
export interface LineageValue {
	readonly upstream: ReadonlySet<AnalysisRef>;
	readonly confidence: Confidence;
	readonly kind: ColumnKind;
	readonly type?: string | undefined;
	/** Of a column: what it means, see definition.ts. An expression's is made from its tree. */
	readonly definition?: string | undefined;
}

export const NO_COLUMNS: ReadonlySet<AnalysisRef> = new Set();
export const CONSTANT: LineageValue = { upstream: NO_COLUMNS, confidence: "resolved", kind: "constant" };
export const UNKNOWN: LineageValue = { upstream: NO_COLUMNS, confidence: "unknown", kind: "direct" };

const DOUBT: readonly Confidence[] = ["resolved", "assumed", "ambiguous", "opaque", "unknown"];

/** Of several inputs the least certain one. */
export const leastSure = (values: readonly { readonly confidence: Confidence }[]): Confidence =>
	values.reduce<Confidence>(
		(worst, { confidence }) => (DOUBT.indexOf(confidence) > DOUBT.indexOf(worst) ? confidence : worst),
		"resolved",
	);

export function union(sets: readonly ReadonlySet<AnalysisRef>[]): ReadonlySet<AnalysisRef> {
	const full = sets.filter((set) => set.size > 0);
	if (full.length < 2) return full[0] ?? NO_COLUMNS;
	const all = new Set<AnalysisRef>();
	for (const set of full) for (const ref of set) all.add(ref);
	return all;
}

/** An expression over these: an aggregate or a window inside makes it one, constants alone a constant. */
export function combine(values: readonly LineageValue[], type?: string): LineageValue {
	const has = (kind: ColumnKind) => values.some((value) => value.kind === kind);
	const kind = has("aggregate")
		? "aggregate"
		: has("window")
			? "window"
			: values.every((value) => value.kind === "constant")
				? "constant"
				: "expression";
	return { upstream: union(values.map((value) => value.upstream)), confidence: leastSure(values), kind, type };
}

/** Several columns that stand for one: of a set operation, of USING. */
export function oneOf(values: readonly LineageValue[]): LineageValue {
	const [first = CONSTANT] = values;
	const kinds = new Set(values.map((value) => value.kind));
	// A branch that gives null or a fixed text does not change what the other one does.
	if (kinds.size > 1) kinds.delete("constant");
	const [kind = first.kind] = kinds.size === 1 ? kinds : [strongest(kinds)];
	return {
		upstream: union(values.map((value) => value.upstream)),
		confidence: leastSure(values),
		kind,
		type: first.type,
	};
}

const STRENGTH: readonly ColumnKind[] = ["aggregate", "window", "expression", "cast", "direct", "constant"];
const strongest = (kinds: ReadonlySet<ColumnKind>): ColumnKind =>
	STRENGTH.find((kind) => kinds.has(kind)) ?? "expression";
