const PLAIN = /^[A-Za-z_][A-Za-z0-9_$]*$/;
const QUOTED = /^"((?:[^"]|"")+)"$/;

/** The column that a key names; null for an expression. Bare names fold to lower case, as in the database. */
export function columnNamed(key: string): string | null {
	if (PLAIN.test(key)) return key.toLowerCase();
	return QUOTED.exec(key)?.[1]?.replaceAll('""', '"') ?? null;
}
