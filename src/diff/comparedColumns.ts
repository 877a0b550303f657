import type { DiffColumns, DiffSide } from "./rowDiff.ts";

/** A column of both sides, with the type that its values are compared as; null: as they are. */
export interface ComparedColumn {
	/** As the side spells it: the same name, unless only its case differs. */
	readonly base: string;
	readonly head: string;
	readonly as: string | null;
	/** What a difference may be to count as none. */
	readonly tolerance: { readonly kind: "relative" | "milliseconds"; readonly most: number } | null;
	readonly numeric: boolean;
	/** Postgres hashes NaN and both infinities of numeric to one number, so their sign is hashed as well. */
	readonly decimal: boolean;
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

/** Types with equality and hashing of their own in Postgres; all others are compared by their text. */
const HASHED =
	/^(smallint|integer|bigint|numeric|real|double precision|text|character varying|character|boolean|date|time|timestamp|interval|uuid|bytea|inet|jsonb)\b(?!.*\[\])/;
const NUMBER = /^(smallint|integer|bigint|numeric|real|double precision)\b(?!.*\[\])/;
const FLOAT = /^(real|double precision)\b(?!.*\[\])/;
const MOMENT = /^(date|timestamp)\b(?!.*\[\])/;
const TEXT = /^(text|character varying|character)\b(?!.*\[\])/;
const DECIMAL = /^numeric\b(?!.*\[\])/;

/** Without length, precision and scale, which decide what may be stored and not what equals what. */
const family = (type: string): string => type.replace(/\([^)]*\)/g, "").trim();

/** What values of the two types are compared as. A number that became text is compared as text, and so differs where it reads differently. */
export function comparedAs(base: string, head: string): string | null {
	if (family(base) === family(head)) return HASHED.test(base) ? null : "text";
	const both = (pattern: RegExp): boolean => pattern.test(base) && pattern.test(head);
	if (both(NUMBER)) return FLOAT.test(base) || FLOAT.test(head) ? "double precision" : "numeric";
	if (both(TEXT)) return "text";
	if (both(MOMENT)) return /with time zone/.test(base + head) ? "timestamp with time zone" : "timestamp";
	return "text";
}

function toleranceOf(types: readonly string[], tolerance: Tolerance): ComparedColumn["tolerance"] {
	const { floatRelative, timestampMs } = tolerance;
	if (floatRelative !== undefined && types.every((t) => NUMBER.test(t)) && types.some((t) => FLOAT.test(t)))
		return { kind: "relative", most: floatRelative };
	if (timestampMs !== undefined && types.every((t) => /^timestamp\b/.test(t)))
		return { kind: "milliseconds", most: timestampMs };
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
}

/** Pairs by name, first exactly, else whatever the case. */
export function pairColumns(base: DiffSide, head: DiffSide, { key, ignore, tolerance }: Rules): PairedColumns {
	const exact = new Map(head.columns.map((c) => [c.name, c]));
	const folded = new Map(head.columns.map((c) => [c.name.toLowerCase(), c]));
	const pairs = base.columns.flatMap((b) => {
		const h = exact.get(b.name) ?? folded.get(b.name.toLowerCase());
		return h === undefined ? [] : [{ b, h }];
	});
	const paired = new Set(pairs.flatMap(({ b, h }) => [b, h]));
	const isKey = (name: string): boolean => key.some((k) => k.toLowerCase() === name.toLowerCase());
	const compared = pairs.map(({ b, h }): ComparedColumn => {
		const types = [b.type, h.type];
		return {
			base: b.name,
			head: h.name,
			as: comparedAs(b.type, h.type),
			tolerance: toleranceOf(types, tolerance),
			numeric: types.every((type) => NUMBER.test(type)),
			decimal: types.some((type) => DECIMAL.test(type)) && types.every((type) => NUMBER.test(type)),
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
