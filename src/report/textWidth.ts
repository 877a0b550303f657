import { stripVTControlCharacters } from "node:util";

/** Ranges whose characters take two columns: East Asian wide and full-width forms, and emoji. */
const WIDE: readonly (readonly [number, number])[] = [
	[0x1100, 0x115f],
	[0x2e80, 0x303e],
	[0x3041, 0x33ff],
	[0x3400, 0x4dbf],
	[0x4e00, 0x9fff],
	[0xa000, 0xa4cf],
	[0xac00, 0xd7a3],
	[0xf900, 0xfaff],
	[0xfe30, 0xfe6f],
	[0xff00, 0xff60],
	[0xffe0, 0xffe6],
	[0x1f300, 0x1f64f],
	[0x1f900, 0x1f9ff],
	[0x20000, 0x3fffd],
];
const COMBINING = /^\p{M}$|^\p{Cf}$/u;

/** Columns that a text takes on a terminal, colours not counted. */
export function textWidth(text: string): number {
	// Nearly all text is ASCII: then its length is its width.
	if (/^[\x20-\x7e]*$/.test(text)) return text.length;
	let width = 0;
	for (const character of stripVTControlCharacters(text)) width += characterWidth(character);
	return width;
}

function characterWidth(character: string): number {
	const point = character.codePointAt(0)!;
	if (point < 0x300) return 1;
	if (COMBINING.test(character)) return 0;
	return WIDE.some(([from, to]) => point >= from && point <= to) ? 2 : 1;
}

export const padEnd = (text: string, width: number): string => text + " ".repeat(Math.max(0, width - textWidth(text)));

export const padStart = (text: string, width: number): string =>
	" ".repeat(Math.max(0, width - textWidth(text))) + text;

/** Cuts a text to at most `width` columns, with `mark` where something is missing. Colours are kept and closed. */
export function cut(text: string, width: number, mark: string): string {
	if (textWidth(text) <= width) return text;
	let kept = "";
	let used = textWidth(mark);
	let colored = false;
	for (const piece of text.split(/(\x1b\[[0-9;]*m)/)) {
		if (piece.startsWith("\x1b[")) {
			kept += piece;
			colored = true;
			continue;
		}
		for (const character of piece) {
			used += characterWidth(character);
			if (used > width) return `${kept}${mark}${colored ? "\x1b[0m" : ""}`;
			kept += character;
		}
	}
	return kept;
}
