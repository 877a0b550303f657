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
	for (at++; s[at] !== '"'; at++) if (s[at] === "\\") at++;
	return at + 1;
}

export function valueAt(s: string, start: number): Span {
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
		members.set(JSON.parse(s.slice(at, nameEnd)) as string, span);
		at = skipBlank(s, span[1]);
		if (s[at] === ",") at = skipBlank(s, at + 1);
	}
	return members;
}

/** The value at `address.city`, as text: a string without its quotes, anything else as it stands; null for null or nothing. */
export function pathReader(s: string): (path: string) => { readonly text: string; readonly isString: boolean } | null {
	const objects = new Map<number, ReadonlyMap<string, Span>>();
	const root = skipBlank(s, 0);
	return (path) => {
		let span: Span | undefined = [root, s.length];
		for (const key of path.split(".")) {
			if (span === undefined || s[span[0]] !== "{") return null;
			let members = objects.get(span[0]);
			if (members === undefined) objects.set(span[0], (members = membersOf(s, span[0])));
			span = members.get(key);
		}
		const raw = span === undefined ? "null" : s.slice(...span);
		if (raw === "null") return null;
		return raw.startsWith('"') ? { text: JSON.parse(raw) as string, isString: true } : { text: raw, isString: false };
	};
}
