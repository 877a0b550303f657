/**
 * A block of text (`|`, `>`) that ends a file without a line end has none itself, as PyYAML reads it; js-yaml ends every
 * file with one. `value` is changed in place, so it must not be frozen yet.
 */
export function dropLastLineEnd(value: unknown, text: string): void {
	if (/[\r\n]$/.test(text)) return;
	const last = text.slice(text.lastIndexOf("\n") + 1).trim();
	let at = value;
	while (typeof at === "object" && at !== null) {
		const key = Object.keys(at).at(-1);
		if (key === undefined) return;
		const record = at as Record<string, unknown>;
		const item = record[key];
		// A quoted text that ends with a line end is written otherwise than it reads.
		if (typeof item === "string" && item.endsWith("\n") && item.trimEnd().endsWith(last))
			record[key] = item.slice(0, -1);
		at = item;
	}
}
