import type { CompareDialect, ComparedType } from "../core/compareDialect.ts";
import type { DiffColumns, DiffSide } from "./rowDiff.ts";

/** A column of both sides, with the type that its values are compared as; null: as they are. */
export interface ComparedColumn {
	/** As the side spells it: the same name, unless only its case differs. */
	readonly base: string;
	readonly head: string;
	/** The printed types. */
	readonly types: { readonly base: string; readonly head: string };
	readonly as: string | null;
	/** What a difference may be to count as none. */
	readonly tolerance: { readonly kind: "relative" | "milliseconds"; readonly most: number } | null;
	readonly numeric: boolean;
	readonly hashesSign: boolean;
}

export interface RetypedColumn {
	readonly name: string;
	readonly base: string;
	readonly head: string;
}

export interface Tolerance {
	/** Of floating point numbers, as a part of the greater one. */
	readonly floatRelative?: number;
	readonly timestampMs?: number;
}

function toleranceOf(types: readonly ComparedType[], tolerance: Tolerance): ComparedColumn["tolerance"] {
	const { floatRelative, timestampMs } = tolerance;
	if (floatRelative !== undefined && types.every((t) => t.numeric) && types.some((t) => t.float))
		return { kind: "relative", most: floatRelative };
	if (timestampMs !== undefined && types.every((t) => t.timestamp)) return { kind: "milliseconds", most: timestampMs };
	return null;
}

/** `*_loaded_at` is a pattern: `*` stands for anything; case does not matter. */
export function matchesAny(name: string, patterns: readonly string[]): boolean {
	return patterns.some((pattern) =>
		new RegExp(
			`^${pattern
				.split("*")
				.map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"))
				.join(".*")}$`,
			"i",
		).test(name),
	);
}

export interface PairedColumns {
	readonly key: readonly ComparedColumn[];
	readonly values: readonly ComparedColumn[];
	readonly told: DiffColumns;
	/** Key columns that a side does not have. */
	readonly missingKey: readonly string[];
}

interface Rules {
	readonly key: readonly string[];
	readonly ignore: readonly string[];
	readonly tolerance: Tolerance;
	readonly words: Pick<CompareDialect, "type" | "comparedAs">;
}

/** Pairs by name, first exactly, else whatever the case. */
export function pairColumns(base: DiffSide, head: DiffSide, { key, ignore, tolerance, words }: Rules): PairedColumns {
	const exact = new Map(head.columns.map((c) => [c.name, c]));
	const folded = new Map(head.columns.map((c) => [c.name.toLowerCase(), c]));
	const pairs = base.columns.flatMap((b) => {
		const h = exact.get(b.name) ?? folded.get(b.name.toLowerCase());
		return h === undefined ? [] : [{ b, h }];
	});
	const paired = new Set(pairs.flatMap(({ b, h }) => [b, h]));
	const isKey = (name: string): boolean => key.some((k) => k.toLowerCase() === name.toLowerCase());
	const compared = pairs.map(({ b, h }): ComparedColumn => {
		const types = [words.type(b.type), words.type(h.type)];
		return {
			base: b.name,
			head: h.name,
			types: { base: b.type, head: h.type },
			as: words.comparedAs(b.type, h.type),
			tolerance: toleranceOf(types, tolerance),
			numeric: types.every((type) => type.numeric),
			hashesSign: types.some((type) => type.hashesSign) && types.every((type) => type.numeric),
		};
	});
	const values = compared.filter((c) => !isKey(c.base) && !matchesAny(c.base, ignore));
	const keys = key.flatMap((k) => compared.find((c) => c.base.toLowerCase() === k.toLowerCase()) ?? []);
	const told = ({ name, type }: { name: string; type: string }) => ({ name, type });
	return {
		key: keys,
		values,
		missingKey: key.filter((k) => !keys.some((c) => c.base.toLowerCase() === k.toLowerCase())),
		told: {
			added: head.columns.filter((c) => !paired.has(c)).map(told),
			removed: base.columns.filter((c) => !paired.has(c)).map(told),
			retyped: pairs
				.filter(({ b, h }) => b.type !== h.type)
				.map(({ b, h }) => ({ name: b.name, base: b.type, head: h.type })),
			compared: values.map((c) => c.base),
			ignored: compared.filter((c) => !isKey(c.base) && matchesAny(c.base, ignore)).map((c) => c.base),
		},
	};
}
