import yaml from "js-yaml";
import type { Location } from "../core/location.ts";
import { SAFE_LOADER_SCHEMA } from "./safeLoaderSchema.ts";

/**
 * Where everything stands in a YAML text. js-yaml keeps no positions, and keeping them always would double the cost of
 * reading ten thousand models' properties; so a text is read plainly first, and only when an error (or a node) needs a
 * place, a second time with a listener that records the start and end of every node.
 */
export type YamlPath = readonly (string | number)[];

export interface Mark {
	/** Offsets into the text; `start` is after anchors and tags. Equal when the node is empty (`key:`). */
	readonly start: number;
	readonly end: number;
	readonly kind: "mapping" | "sequence" | "scalar" | "alias" | "empty";
	/** A mapping's keys and values by turns (a key without value is followed by null), a sequence's items. */
	readonly items: readonly (Mark | null)[];
	/** The key as it appears in the read value; null for collections. */
	readonly key: string | null;
}

export interface MarkedText {
	readonly root: Mark | null;
	readonly anchors: ReadonlyMap<string, Mark>;
	/** The innermost node that was being read when the text turned out to be wrong; null when it is right. */
	readonly openAt: number | null;
}

/** The part of js-yaml's State that a listener may read. */
interface ReaderState {
	readonly input: string;
	readonly position: number;
	readonly kind: string | null;
	readonly result: unknown;
	readonly anchor: string | null;
}

interface Open {
	readonly start: number;
	readonly children: Closed[];
}

interface Closed {
	readonly mark: Mark;
	/** A `:` follows, so the next child is this one's value. */
	readonly hasValue: boolean;
	readonly anchor: string | null;
}

/** Over spaces, line breaks and comments. */
function skipBlank(text: string, from: number): number {
	let at = from;
	for (;;) {
		const c = text[at];
		if (c === " " || c === "\t" || c === "\n" || c === "\r") at++;
		else if (c === "#" && (at === 0 || /\s/.test(text[at - 1] ?? " "))) {
			while (at < text.length && text[at] !== "\n" && text[at] !== "\r") at++;
		} else return at;
	}
}

/** Over `&anchor` and `!tag` in front of a node. */
function skipProperties(text: string, from: number): number {
	let at = skipBlank(text, from);
	while (text[at] === "&" || text[at] === "!") {
		while (at < text.length && !/[\s,[\]{}]/.test(text[at] ?? " ")) at++;
		at = skipBlank(text, at);
	}
	return at;
}

/** Pairs keys with values: a key that no colon follows has none. */
function pairUp(children: readonly Closed[]): (Mark | null)[] {
	const items: (Mark | null)[] = [];
	for (let i = 0; i < children.length; i++) {
		const child = children[i];
		if (child === undefined) break;
		if (child.hasValue) {
			items.push(child.mark, children[++i]?.mark ?? null);
		} else if (child.mark.kind !== "empty") items.push(child.mark, null);
	}
	return items;
}

/** How many `-` with nothing behind them stand between two items: js-yaml does not announce these. */
function emptyEntries(text: string, gap: { from: number; to: number; column: number }): number {
	// The gap begins at a dash where the item before was a collection: js-yaml reads on to the next token.
	const dashes = new RegExp(`(?:^|[\\n\\r] {${gap.column}})-(?=\\s)`, "g");
	return Math.max(0, (text.slice(gap.from, gap.to).match(dashes) ?? []).length - 1);
}

function sequenceItems(text: string, start: number, children: readonly Closed[]): (Mark | null)[] {
	const items: (Mark | null)[] = [];
	if (text[start] === "[") {
		for (let i = 0; i < children.length; i++) {
			const child = children[i];
			if (child === undefined) break;
			if (child.hasValue) {
				// `[a: b]`: one item that is a mapping of one pair.
				const value = children[++i]?.mark ?? null;
				const end = value?.end ?? child.mark.end;
				items.push({ start: child.mark.start, end, kind: "mapping", items: [child.mark, value], key: null });
			} else items.push(child.mark);
		}
		return items;
	}
	const column = start - (Math.max(text.lastIndexOf("\n", start - 1), text.lastIndexOf("\r", start - 1)) + 1);
	let from = start;
	for (const { mark } of children) {
		const missing = emptyEntries(text, { from, to: mark.start, column });
		for (let i = 0; i < missing; i++) items.push(null);
		items.push(mark);
		from = Math.max(mark.end, mark.start);
	}
	return items;
}

function closeNode(open: Open, state: ReaderState): Mark {
	const { start, children } = open;
	const text = state.input;
	const only = children.length === 1 ? children[0] : undefined;
	// A value is first tried as the first key of a mapping; when none follows, the try is the value.
	if (only !== undefined && only.mark.start === start && !only.hasValue) return only.mark;
	if (state.position <= start) return { start, end: start, kind: "empty", items: [], key: null };
	const end = state.position;
	if (text[start] === "*") return { start, end, kind: "alias", items: [], key: text.slice(start + 1, end).trim() };
	if (state.kind === "mapping") return { start, end, kind: "mapping", items: pairUp(children), key: null };
	if (state.kind === "sequence") {
		return { start, end, kind: "sequence", items: sequenceItems(text, start, children), key: null };
	}
	const trimmed = start + text.slice(start, end).trimEnd().length;
	return { start, end: trimmed, kind: "scalar", items: [], key: String(state.result) };
}

/** The text read again, every node with its place. Works for texts that are wrong, up to the mistake. */
export function markText(text: string): MarkedText {
	const stack: Open[] = [];
	const anchors = new Map<string, Mark>();
	let root: Mark | null = null;
	const listener = (event: "open" | "close", current: unknown): void => {
		const state = current as ReaderState;
		if (event === "open") {
			stack.push({ start: skipProperties(state.input, state.position), children: [] });
			return;
		}
		const open = stack.pop();
		if (open === undefined) throw new Error("js-yaml closed a node that it did not open");
		const mark = closeNode(open, state);
		if (state.anchor !== null) anchors.set(state.anchor, mark);
		const next = skipBlank(state.input, mark.kind === "empty" ? state.position : mark.end);
		const hasValue = state.input[next] === ":";
		stack.at(-1)?.children.push({ mark, hasValue, anchor: state.anchor });
		root = mark;
	};
	try {
		yaml.loadAll(text, () => {}, { schema: SAFE_LOADER_SCHEMA, listener: listener as never, json: true });
		return { root, anchors, openAt: null };
	} catch {
		// The first reading has reported what is wrong; here only the place is of interest.
		return { root: null, anchors, openAt: stack.at(-1)?.start ?? null };
	}
}

/** The pair of a mapping, also through `<<: *defaults`. */
function findPair(marked: MarkedText, mapping: Mark, key: string): { key: Mark; value: Mark | null } | undefined {
	const merged: Mark[] = [];
	// From the end: of two equal keys the last one counts.
	for (let i = mapping.items.length - 2; i >= 0; i -= 2) {
		const at = mapping.items[i];
		const value = mapping.items[i + 1] ?? null;
		if (at === null || at === undefined) continue;
		if (at.key === key) return { key: at, value };
		if (at.key === "<<" && value !== null) merged.push(value);
	}
	for (const source of merged.reverse()) {
		const parts = source.kind === "sequence" ? source.items : [source];
		for (const part of parts) {
			const target = part === null ? undefined : follow(marked, part);
			const found = target?.kind === "mapping" ? findPair(marked, target, key) : undefined;
			if (found !== undefined) return found;
		}
	}
	return undefined;
}

/** Keys that a mapping has twice: where the first and where the next stands. In the order of the text. */
export function findRepeatedKeys(marked: MarkedText): { readonly first: Mark; readonly again: Mark }[] {
	const found: { first: Mark; again: Mark }[] = [];
	const open: Mark[] = marked.root === null ? [] : [marked.root];
	for (let mark = open.pop(); mark !== undefined; mark = open.pop()) {
		const firsts = new Map<string, Mark>();
		for (let i = 0; mark.kind === "mapping" && i < mark.items.length; i += 2) {
			const key = mark.items[i];
			if (key?.key == null || key.key === "<<") continue;
			const first = firsts.get(key.key);
			if (first === undefined) firsts.set(key.key, key);
			else found.push({ first, again: key });
		}
		for (const item of mark.items) if (item !== null) open.push(item);
	}
	return found.sort((a, b) => a.again.start - b.again.start);
}

const follow = (marked: MarkedText, mark: Mark): Mark =>
	mark.kind === "alias" ? (marked.anchors.get(mark.key ?? "") ?? mark) : mark;

/** The key and value at a path; where the path leads nowhere, the nearest thing above it. */
export function findMark(marked: MarkedText, path: YamlPath): { key: Mark | null; value: Mark | null } {
	let key: Mark | null = null;
	let value: Mark | null = marked.root;
	for (const step of path) {
		const inside = value === null ? null : follow(marked, value);
		if (inside?.kind === "mapping") {
			const pair = findPair(marked, inside, String(step));
			if (pair === undefined) break;
			key = pair.key;
			value = pair.value;
		} else if (inside?.kind === "sequence" && typeof step === "number") {
			const item = inside.items[step];
			if (item === undefined) break;
			key = null;
			value = item ?? value;
		} else break;
	}
	return { key, value };
}

/** Where each line of a text begins. */
function lineStarts(text: string): readonly number[] {
	const starts = [0];
	const breaks = /\r\n|\n|\r/g;
	while (breaks.exec(text) !== null) starts.push(breaks.lastIndex);
	return starts;
}

/** The lines of a text, found once: a large file with many mistakes has each of them told with its place. */
export class Lines {
	readonly #text: string;
	readonly #starts: readonly number[];

	constructor(text: string) {
		this.#text = text;
		this.#starts = lineStarts(text);
	}

	/** Offsets to lines and columns, both from 1. */
	locate(file: string, span: { readonly start: number; readonly end?: number }): Location {
		let [low, high] = [0, this.#starts.length - 1];
		while (low < high) {
			const middle = (low + high + 1) >> 1;
			if ((this.#starts[middle] ?? 0) <= span.start) low = middle;
			else high = middle - 1;
		}
		const line = low + 1;
		const column = span.start - (this.#starts[low] ?? 0) + 1;
		const marked = span.end === undefined ? "" : this.#text.slice(span.start, span.end);
		return marked === "" || /[\n\r]/.test(marked)
			? { file, line, column }
			: { file, line, column, endColumn: column + marked.length };
	}

	/** Without its line break; empty where there is no such line. */
	text(line: number): string {
		const start = this.#starts[line - 1];
		if (start === undefined) return "";
		return this.#text.slice(start, this.#starts[line] ?? undefined).replace(/[\r\n]+$/, "");
	}
}

export const locate = (text: string, file: string, span: { start: number; end?: number }): Location =>
	new Lines(text).locate(file, span);

export const lineText = (text: string, line: number): string => new Lines(text).text(line);
