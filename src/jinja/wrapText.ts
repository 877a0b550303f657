/** Python's textwrap.wrap for one paragraph, as the wordwrap filter uses it. */
import { valueError } from "./builtin.ts";
import { characters } from "./iteration.ts";

export interface WrapOptions {
	readonly width: number;
	readonly breakLongWords: boolean;
	readonly breakOnHyphens: boolean;
}

/** The lines of a text none of which is longer than the width where that can be helped. */
export function wrapText(text: string, options: WrapOptions): string[] {
	if (options.width <= 0) valueError(`invalid width ${options.width} (must be > 0)`);
	const chunks = chunksOf(text, options.breakOnHyphens).reverse();
	const lines: string[] = [];
	while (chunks.length > 0) {
		if (lines.length > 0 && chunks.at(-1)!.trim() === "") chunks.pop();
		const line = takeLine(chunks, options);
		if (line.length > 0) lines.push(line.join(""));
	}
	return lines;
}

function takeLine(chunks: string[], { width, breakLongWords }: WrapOptions): string[] {
	const line: string[] = [];
	let used = 0;
	while (chunks.length > 0 && used + chunks.at(-1)!.length <= width) {
		used += chunks.at(-1)!.length;
		line.push(chunks.pop()!);
	}
	const next = chunks.at(-1);
	if (next !== undefined && next.length > width) {
		const room = width - used;
		if (breakLongWords && room > 0) {
			const units = characters(next);
			line.push(units.slice(0, room).join(""));
			chunks[chunks.length - 1] = units.slice(room).join("");
		} else if (line.length === 0) line.push(chunks.pop()!);
	}
	if (line.at(-1)?.trim() === "") line.pop();
	return line;
}

/** Words, the whitespace between them, and words cut after their hyphens. */
function chunksOf(text: string, breakOnHyphens: boolean): string[] {
	const words = text.split(/(\s+)/).filter((part) => part !== "");
	if (!breakOnHyphens) return words;
	return words.flatMap((word) => word.split(/(?<=[^\s\W]-)(?=[A-Za-z_])/));
}
