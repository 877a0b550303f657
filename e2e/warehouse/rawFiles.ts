/** Records of a CSV text, split at one character after the other. Line ends are \n. */
export function csvRows(text: string): readonly (readonly string[])[] {
	const rows: string[][] = [];
	let row: string[] = [];
	let value = "";
	let quoted = false;
	for (const c of text.replaceAll('""', "\u0001")) {
		if (c === '"') quoted = !quoted;
		else if (quoted || (c !== "," && c !== "\n")) value += c === "\u0001" ? '"' : c;
		else {
			row.push(value);
			value = "";
			if (c === "\n") {
				rows.push(row);
				row = [];
			}
		}
	}
	return rows;
}

/** part / whole with four decimals, a half rounded up. Whole numbers in, so that no half is lost in binary. */
export const roundedShare = (part: number, whole: number): number =>
	Number((BigInt(part) * 20000n + BigInt(whole)) / (2n * BigInt(whole))) / 10000;
