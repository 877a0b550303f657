import { fail } from "../core/diagnostic.ts";
import { jsonMistake } from "./jsonMistake.ts";
import { elementsOf, membersOf, type Span, skipBlank, valueAt } from "./jsonText.ts";

/**
 * Where the records of one JSON page stand in its text: the elements of the array at `path` ("data", "result.items"; "" =
 * the page itself). A page that is an object where an array was expected is one record. Throws TFM-LOAD-008 (not JSON,
 * with line and column), 009 (nothing at the path).
 */
export function jsonRecords(page: string, path: string, file: string): readonly Span[] {
	try {
		JSON.parse(page);
	} catch (cause) {
		failOnPage(page, file, cause);
	}
	let [start, end]: Span = valueAt(page, skipBlank(page, 0));
	for (const key of path === "" ? [] : path.split(".")) {
		const found: Span | undefined = page[start] === "{" ? membersOf(page, start).get(key) : undefined;
		if (found === undefined) fail("TFM-LOAD-009", { path, key }, { at: { file, line: 1, column: 1 } });
		[start, end] = found;
	}
	return page[start] === "[" ? elementsOf(page, start) : [[start, end]];
}

function failOnPage(page: string, file: string, cause: unknown): never {
	const { offset, problem } = jsonMistake(page);
	const before = page.slice(0, offset).split("\n");
	const at = { file, line: before.length, column: before.at(-1)!.length + 1 };
	fail("TFM-LOAD-008", { problem }, { at, cause });
}

export interface NumberedLine {
	readonly line: number;
	readonly text: string;
}

/** Nearly every line begins with a printed character. */
function isBlank(text: string): boolean {
	const first = text.charCodeAt(0);
	return !(first > 32 && first < 127) && text.trim() === "";
}

/** Lines with their numbers, of text in pieces, as many at once as a piece has; blank ones left out. */
export async function* numberedLines(pieces: AsyncIterable<string>): AsyncGenerator<readonly NumberedLine[]> {
	let line = 0;
	let rest: string[] = [];
	for await (const piece of pieces) {
		const parts = piece.split("\n");
		const lines: NumberedLine[] = [];
		for (let i = 0; i < parts.length - 1; i++) {
			line++;
			const text = i === 0 ? rest.join("") + parts[0] : parts[i]!;
			if (!isBlank(text)) lines.push({ line, text });
		}
		rest = parts.length === 1 ? [...rest, piece] : [parts.at(-1)!];
		if (lines.length > 0) yield lines;
	}
	const text = rest.join("");
	if (!isBlank(text)) yield [{ line: line + 1, text }];
}
