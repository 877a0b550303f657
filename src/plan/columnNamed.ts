import type { Dialect } from "../core/adapter.ts";

const PLAIN = /^[A-Za-z_][A-Za-z0-9_$]*$/;
const QUOTED = /^"((?:[^"]|"")+)"$/;

/** The column that a key names; null for an expression. Bare names are folded as the database does it. */
export function columnNamed(key: string, fold: Dialect["fold"]): string | null {
	if (PLAIN.test(key)) return fold(key);
	return QUOTED.exec(key)?.[1]?.replaceAll('""', '"') ?? null;
}
