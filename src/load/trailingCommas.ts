/**
 * JSON text whose trailing commas (`[1,]`, `{"a": 1,}`) are blanks. A comma becomes one blank, so every other character
 * keeps its place and later mistakes are told where they stand. A comma with no value before it (`[,]`, `[1,,]`) stays,
 * and with it the mistake.
 */
export function withoutTrailingCommas(text: string): string {
	const parts: string[] = [];
	let from = 0;
	/** The last comma, when nothing but blanks has followed it and a value stands before it. */
	let comma = -1;
	/** The last character that is no blank; text begins as a bracket does: with no value before it. */
	let last = "[";
	for (let at = 0; at < text.length; at++) {
		const c = text[at]!;
		if (c === " " || c === "\n" || c === "\r" || c === "\t") continue;
		if ((c === "]" || c === "}") && comma !== -1) {
			parts.push(text.slice(from, comma), " ");
			from = comma + 1;
		}
		comma = c === "," && !"[{,:".includes(last) ? at : -1;
		last = c;
		if (c === '"') at = closingQuote(text, at);
	}
	return from === 0 ? text : parts.join("") + text.slice(from);
}

/** The text's last character where the string does not end: the reader that follows tells the mistake. */
function closingQuote(text: string, open: number): number {
	for (let at = open + 1; at < text.length; at++) {
		if (text[at] === "\\") at++;
		else if (text[at] === '"') return at;
	}
	return text.length - 1;
}
