import { baseType, writtenType } from "./types.ts";

/** `widened`: every old value fits. `narrowed`: some may not. `other`: another kind of value. */
export type TypeChange = "same" | "widened" | "narrowed" | "other";

/** From left to right every value fits. */
const FAMILIES: readonly (readonly string[])[] = [
	["smallint", "integer", "bigint", "numeric"],
	["real", "double precision"],
	["character", "character varying", "text"],
];

/** Types as they are written; see types.ts for their names. */
export function typeChange(before: string, after: string): TypeChange {
	const [old, now] = [writtenType(before), writtenType(after)];
	if (old === now) return "same";
	const [oldBase, nowBase] = [baseType(old) ?? old, baseType(now) ?? now];
	if (oldBase === nowBase) return sizeChange(sizes(old), sizes(now), oldBase === "numeric");
	const family = FAMILIES.find((names) => names.includes(oldBase) && names.includes(nowBase));
	if (family === undefined) return "other";
	if (family.indexOf(nowBase) < family.indexOf(oldBase))
		// `varchar` without a length and `text` are one.
		return nowBase === "character varying" && sizes(now).length === 0 ? "same" : "narrowed";
	if (oldBase === "character varying" && sizes(old).length === 0) return "same";
	return sizes(now).length === 0 ? "widened" : fits(oldBase, old, now);
}

const sizes = (type: string): readonly number[] => (/\((.*)\)/.exec(type)?.[1] ?? "").match(/\d+/g)?.map(Number) ?? [];

/** Without a size there is room for all. */
function sizeChange(old: readonly number[], now: readonly number[], isNumeric: boolean): TypeChange {
	if (now.length === 0) return "widened";
	if (old.length === 0) return "narrowed";
	const [oldSize = 0, oldScale = 0] = old;
	const [nowSize = 0, nowScale = 0] = now;
	const room = isNumeric ? nowSize - nowScale >= oldSize - oldScale : nowSize >= oldSize;
	return room && nowScale >= oldScale ? "widened" : "narrowed";
}

const DIGITS: Readonly<Record<string, number>> = { smallint: 5, integer: 10, bigint: 19 };

/** An integer in a numeric of a size, a text of a length in a longer one. */
function fits(oldBase: string, old: string, now: string): TypeChange {
	const [size = 0, scale = 0] = sizes(now);
	const needed = DIGITS[oldBase] ?? sizes(old)[0] ?? Number.POSITIVE_INFINITY;
	return size - scale >= needed ? "widened" : "narrowed";
}
