import { fail } from "../core/diagnostic.ts";

/** One record of a page: its exact text, so that landing keeps what arrived (1.0 stays 1.0, keys keep their order). */
export interface JsonRecord {
	readonly text: string;
	readonly value: unknown;
}

/**
 * The records of one JSON page: the elements of the array at `path` ("data", "result.items"; "" = the page itself).
 * A page that is an object where an array was expected is one record. Throws TFM-LOAD-008 (not JSON, with line and
 * column), 009 (nothing at the path).
 */
export function jsonRecords(page: string, path: string, file: string): readonly JsonRecord[] {
	try {
		JSON.parse(page);
	} catch (cause) {
		const offset = Number(/position (\d+)/.exec(String(cause))?.[1] ?? page.length);
		const before = page.slice(0, offset).split("\n");
		const problem =
			offset >= page.trimEnd().length
				? "the text ends too early"
				: (cause as Error).message.replace(/ in JSON.*$| \(line.*$/s, "");
		fail("TFM-LOAD-008", { problem }, { at: { file, line: before.length, column: before.at(-1)!.length + 1 }, cause });
	}
	let [start, end] = valueAt(page, skipBlank(page, 0));
	for (const key of path === "" ? [] : path.split(".")) {
		const found = page[start] === "{" ? memberOf(page, start, key) : undefined;
		if (found === undefined) fail("TFM-LOAD-009", { path, key }, { at: { file, line: 1, column: 1 } });
		[start, end] = found;
	}
	const spans = page[start] === "[" ? elementsOf(page, start) : [[start, end] as const];
	return spans.map(([from, to]) => {
		const text = page.slice(from, to);
		return { text, value: JSON.parse(text) as unknown };
	});
}

/** One record per line; blank lines are none. A line that is not JSON is a record whose value is undefined. */
export function jsonLines(text: string): readonly JsonRecord[] {
	return text
		.split("\n")
		.filter((line) => line.trim() !== "")
		.map((line) => {
			try {
				return { text: line, value: JSON.parse(line) as unknown };
			} catch {
				// The loader keeps it among the rejects, with its number and text.
				return { text: line, value: undefined };
			}
		});
}

// The page has been parsed once, so what follows only finds extents in text known to be JSON.

const skipBlank = (s: string, at: number): number => {
	while (" \t\n\r".includes(s[at] ?? "x")) at++;
	return at;
};

function stringEnd(s: string, at: number): number {
	for (at++; s[at] !== '"'; at++) if (s[at] === "\\") at++;
	return at + 1;
}

function valueAt(s: string, start: number): readonly [number, number] {
	let at = start;
	if (s[at] === '"') return [start, stringEnd(s, at)];
	if (s[at] !== "{" && s[at] !== "[") {
		while (at < s.length && !",]} \t\n\r".includes(s[at]!)) at++;
		return [start, at];
	}
	for (let depth = 0; ; ) {
		const c = s[at];
		if (c === '"') {
			at = stringEnd(s, at);
			continue;
		}
		if (c === "{" || c === "[") depth++;
		else if ((c === "}" || c === "]") && --depth === 0) return [start, at + 1];
		at++;
	}
}

function elementsOf(s: string, start: number): readonly (readonly [number, number])[] {
	const spans: (readonly [number, number])[] = [];
	let at = skipBlank(s, start + 1);
	while (s[at] !== "]") {
		const span = valueAt(s, at);
		spans.push(span);
		at = skipBlank(s, span[1]);
		if (s[at] === ",") at = skipBlank(s, at + 1);
	}
	return spans;
}

function memberOf(s: string, start: number, key: string): readonly [number, number] | undefined {
	let at = skipBlank(s, start + 1);
	let found: readonly [number, number] | undefined;
	while (s[at] !== "}") {
		const nameEnd = stringEnd(s, at);
		const name = JSON.parse(s.slice(at, nameEnd)) as string;
		const span = valueAt(s, skipBlank(s, skipBlank(s, nameEnd) + 1));
		if (name === key) found = span; // as JSON.parse: the last of two equal keys counts
		at = skipBlank(s, span[1]);
		if (s[at] === ",") at = skipBlank(s, at + 1);
	}
	return found;
}
