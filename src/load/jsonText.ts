/**
 * Extents in JSON text. JSON.parse turns 1.0 into 1 and 12345678901234567890 into another number; landing keeps what
 * arrived, so values are cut out of the text. The text must be known to parse: nothing here looks for mistakes.
 */
export type Span = readonly [start: number, end: number];

export const skipBlank = (s: string, at: number): number => {
	for (; ; at++) {
		const c = s.charCodeAt(at);
		if (c !== 32 && c !== 9 && c !== 10 && c !== 13) return at;
	}
};

function stringEnd(s: string, at: number): number {
	for (let end = s.indexOf('"', at + 1); ; end = s.indexOf('"', end + 1)) {
		let from = end;
		while (s.charCodeAt(from - 1) === 92) from--;
		// An even number of backslashes stands for themselves.
		if ((end - from) % 2 === 0) return end + 1;
	}
}

/** What a string between these quotes says; nearly none has an escape. */
function textAt(s: string, start: number, end: number): string {
	const text = s.slice(start + 1, end - 1);
	return text.includes("\\") ? (JSON.parse(s.slice(start, end)) as string) : text;
}

/** What may follow a number or a word: `,` `]` `}` or a blank. */
const endsWord = (c: number): boolean => c === 44 || c === 125 || c === 93 || c === 32 || (c >= 9 && c <= 13);

export function valueAt(s: string, start: number): Span {
	let at = start;
	if (s[at] === '"') return [start, stringEnd(s, at)];
	if (s[at] !== "{" && s[at] !== "[") {
		while (at < s.length && !endsWord(s.charCodeAt(at))) at++;
		return [start, at];
	}
	for (let depth = 0; ; ) {
		const c = s.charCodeAt(at);
		if (c === 34) {
			at = stringEnd(s, at);
			continue;
		}
		if (c === 123 || c === 91) depth++;
		else if ((c === 125 || c === 93) && --depth === 0) return [start, at + 1];
		at++;
	}
}

export function elementsOf(s: string, start: number): readonly Span[] {
	const spans: Span[] = [];
	let at = skipBlank(s, start + 1);
	while (s[at] !== "]") {
		const span = valueAt(s, at);
		spans.push(span);
		at = skipBlank(s, span[1]);
		if (s[at] === ",") at = skipBlank(s, at + 1);
	}
	return spans;
}

/** The members of an object; of two equal keys the last counts, as in JSON.parse. */
export function membersOf(s: string, start: number): ReadonlyMap<string, Span> {
	const members = new Map<string, Span>();
	let at = skipBlank(s, start + 1);
	while (s[at] !== "}") {
		const nameEnd = stringEnd(s, at);
		const span = valueAt(s, skipBlank(s, skipBlank(s, nameEnd) + 1));
		members.set(textAt(s, at, nameEnd), span);
		at = skipBlank(s, span[1]);
		if (s[at] === ",") at = skipBlank(s, at + 1);
	}
	return members;
}

/** The value at a path of keys, as text: a string without its quotes, anything else as it stands; null for null or nothing. */
export function pathReader(
	s: string,
): (path: readonly string[]) => { readonly text: string; readonly isString: boolean } | null {
	const objects = new Map<number, ReadonlyMap<string, Span>>();
	const root = skipBlank(s, 0);
	return (path) => {
		let span: Span | undefined = [root, s.length];
		for (const key of path) {
			if (span === undefined || s[span[0]] !== "{") return null;
			let members = objects.get(span[0]);
			if (members === undefined) objects.set(span[0], (members = membersOf(s, span[0])));
			span = members.get(key);
		}
		if (span === undefined) return null;
		const [start, end] = span;
		if (s[start] === '"') return { text: textAt(s, start, end), isString: true };
		const text = s.slice(start, end);
		return text === "null" ? null : { text, isString: false };
	};
}
