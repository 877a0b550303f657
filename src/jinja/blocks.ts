/**
 * Finds the top-level blocks of a file without parsing what is inside them: a walk over tags that knows strings,
 * comments and raw blocks, so that a closing tag inside a string closes nothing. Thousands of macro files are read at
 * every start; only what is called is ever compiled.
 */
import { fail } from "../core/diagnostic.ts";
import { isSpaceCode } from "./lexer.ts";
import { Origin, type Place, type TemplateSource } from "./origin.ts";
import { TemplateParser } from "./parser.ts";

export type BlockKind = "macro" | "test" | "data_test" | "materialization" | "snapshot" | "docs";

export interface MacroBlock {
	readonly kind: BlockKind;
	/** The name as written. */
	readonly name: string;
	/** As dbt renames it: `test_<name>`, `materialization_<name>_<adapter>`; the name itself for the others. */
	readonly macroName: string;
	readonly parameters: readonly string[];
	/** The adapter of a materialization, `default` where it names none. */
	readonly adapter?: string;
	readonly supportedLanguages?: readonly string[];
	/** The whole block as written, from its opening tag to its closing one. */
	readonly text: string;
	/** The same with the white space around it that its outer `{%-` and `-%}` take away: dbt's `macro_sql`. */
	readonly spaced: string;
	/** What stands between the tags, less the white space that they take away, and where it begins. */
	readonly body: TemplateSource;
	readonly line: number;
	readonly column: number;
	readonly endLine: number;
}

const KINDS: readonly BlockKind[] = ["macro", "test", "data_test", "materialization", "snapshot", "docs"];

/** A tag `{% word … %}`; `start` and `end` include its delimiters. */
interface Tag {
	readonly word: string;
	readonly start: number;
	readonly end: number;
}

/**
 * The top-level blocks of the wanted kinds, in the order of the file. Errors: 001, 002 for a block that is not closed
 * or stands inside another one.
 */
export function findBlocks(source: TemplateSource, kinds: readonly BlockKind[] = KINDS): MacroBlock[] {
	const text = source.text.includes("\r") ? source.text.replace(/\r\n?/g, "\n") : source.text;
	const written = text === source.text ? null : new WrittenText(source.text);
	const places = new Places({ ...source, text });
	const found: MacroBlock[] = [];
	const slice = (from: number, to: number): string => written?.slice(from, to) ?? text.slice(from, to);
	let open: Tag | null = null;
	let spacedFrom = 0;
	// White space belongs to one tag only: what the tag before took is not there for the next. That around the whole
	// file is taken before (dbt).
	let taken = text.length - text.trimStart().length;
	const end = text.trimEnd().length;
	for (const tag of tagsOf(text, places)) {
		if (open === null) {
			if ((KINDS as readonly string[]).includes(tag.word)) {
				open = tag;
				spacedFrom = spaceBefore(text, tag, taken);
			}
		} else if (tag.word === `end${open.word}`) {
			if ((kinds as readonly string[]).includes(open.word))
				found.push(
					readBlock({
						text,
						open,
						close: tag,
						places,
						spaced: slice(spacedFrom, Math.min(end, spaceAfter(text, tag))),
					}),
				);
			open = null;
		} else if ((KINDS as readonly string[]).includes(tag.word)) refuseNested(open, tag, places);
		taken = spaceAfter(text, tag);
	}
	if (open !== null)
		fail("TFM-JINJA-002", { opened: `{% ${open.word} %}`, expected: `{% end${open.word} %}` }, places.of(open.start));
	return found;
}

/** A text with its own line ends, by the offsets that it has when they are all `\n`. */
class WrittenText {
	readonly #text: string;
	/** How many characters of `\r\n` were left out before each of those line ends. */
	readonly #ends: number[] = [];

	constructor(text: string) {
		this.#text = text;
		for (let at = text.indexOf("\r\n"); at >= 0; at = text.indexOf("\r\n", at + 2)) this.#ends.push(at);
	}

	#offset(offset: number): number {
		let low = 0;
		let high = this.#ends.length;
		while (low < high) {
			const middle = (low + high) >> 1;
			if (this.#ends[middle]! - middle < offset) low = middle + 1;
			else high = middle;
		}
		return offset + low;
	}

	slice(from: number, to: number): string {
		return this.#text.slice(this.#offset(from), this.#offset(to));
	}
}

/** The offset at which the white space begins that a `{%-` takes away, or that of the tag itself. */
function spaceBefore(text: string, { start }: Tag, from: number): number {
	let at = start;
	if (text.charAt(start + 2) === "-") while (at > from && isSpaceCode(text.charCodeAt(at - 1))) at--;
	return at;
}

/** The offset after the white space that a `-%}` takes away, or that after the tag itself. */
function spaceAfter(text: string, { end }: Tag): number {
	let at = end;
	if (text.charAt(end - 3) === "-") while (isSpaceCode(text.charCodeAt(at))) at++;
	return at;
}

/** dbt knows blocks only at the top of a file; one inside another is nearly always a forgotten end tag. */
function refuseNested(open: Tag, tag: Tag, places: Places): never {
	const related = [{ label: `{% ${open.word} %} opened here`, ...places.of(open.start) }];
	return fail(
		"TFM-JINJA-002",
		{ opened: `{% ${open.word} %}`, expected: `{% end${open.word} %}`, found: `{% ${tag.word} %}` },
		{ ...places.of(tag.start), related },
	);
}

/** Offsets of one text as places of its file. */
class Places {
	readonly #source: TemplateSource;
	readonly #origin: Origin;
	#lineStarts: number[] | null = null;

	constructor(source: TemplateSource) {
		this.#source = source;
		this.#origin = new Origin(source);
	}

	of(offset: number): Place {
		const [line, column] = this.position(offset);
		return this.#origin.place(line, column);
	}

	/** 0-based line and column of the text. */
	position(offset: number): [number, number] {
		this.#lineStarts ??= lineStartsOf(this.#source.text);
		const starts = this.#lineStarts;
		let low = 0;
		let high = starts.length - 1;
		while (low < high) {
			const middle = (low + high + 1) >> 1;
			if (starts[middle]! <= offset) low = middle;
			else high = middle - 1;
		}
		return [low, offset - starts[low]!];
	}

	/** A part of the text as a source of its own, with its true place in the file. */
	part(from: number, to: number): TemplateSource {
		const { at } = this.of(from);
		return { file: this.#source.file, text: this.#source.text.slice(from, to), line: at.line, column: at.column };
	}
}

function lineStartsOf(text: string): number[] {
	const starts = [0];
	for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
	return starts;
}

/** Every block tag of a text, in order. */
function* tagsOf(text: string, places: Places): Generator<Tag> {
	let at = 0;
	for (;;) {
		at = text.indexOf("{", at);
		if (at < 0) return;
		const next = text.charAt(at + 1);
		if (next === "#") {
			const end = text.indexOf("#}", at + 2);
			if (end < 0) fail("TFM-JINJA-002", { opened: "the comment {#", expected: "#}" }, places.of(at));
			at = end + 2;
		} else if (next === "{") at = tagEnd(text, at, false, places);
		else if (next === "%") {
			const word = wordOf(text, at + 2);
			const end = tagEnd(text, at, true, places);
			if (word === "raw") at = rawEnd(text, at, end, places);
			else {
				yield { word, start: at, end };
				at = end;
			}
		} else at++;
	}
}

function wordOf(text: string, from: number): string {
	let at = text.charAt(from) === "-" || text.charAt(from) === "+" ? from + 1 : from;
	while (isSpaceCode(text.charCodeAt(at))) at++;
	WORD.lastIndex = at;
	return WORD.exec(text)?.[0] ?? "";
}
const WORD = /\w*/y;
const END_RAW = /\{%[-+]?\s*endraw\s*[-+]?%\}/g;

function rawEnd(text: string, start: number, from: number, places: Places): number {
	END_RAW.lastIndex = from;
	if (END_RAW.exec(text) === null)
		fail("TFM-JINJA-002", { opened: "{% raw %}", expected: "{% endraw %}" }, places.of(start));
	return END_RAW.lastIndex;
}

/** The offset after a tag's closing delimiter: strings are skipped, and braces of dicts counted. */
function tagEnd(text: string, start: number, isBlock: boolean, places: Places): number {
	let depth = 0;
	for (let at = start + 2; at < text.length; at++) {
		const c = text.charCodeAt(at);
		if (c === 39 || c === 34) at = stringEnd(text, at, places);
		else if (c === 123 || c === 40 || c === 91) depth++;
		else if (depth === 0 && c === (isBlock ? 37 : 125) && text.charCodeAt(at + 1) === 125) return at + 2;
		else if ((c === 125 || c === 41 || c === 93) && depth > 0) depth--;
	}
	const opened = isBlock ? "the tag {%" : "the expression {{";
	return fail("TFM-JINJA-002", { opened, expected: isBlock ? "%}" : "}}" }, places.of(start));
}

/** The offset of a string's closing quote. */
function stringEnd(text: string, start: number, places: Places): number {
	const quote = text.charCodeAt(start);
	for (let at = start + 1; at < text.length; at++) {
		const c = text.charCodeAt(at);
		if (c === 92) at++;
		else if (c === quote) return at;
	}
	return fail("TFM-JINJA-002", { opened: "the string", expected: text.charAt(start) }, places.of(start));
}

function readBlock({
	text,
	open,
	close,
	places,
	spaced,
}: {
	readonly text: string;
	readonly open: Tag;
	readonly close: Tag;
	readonly places: Places;
	readonly spaced: string;
}): MacroBlock {
	const kind = open.word as BlockKind;
	const { name, parameters, adapter, languages } = new TemplateParser(
		text.slice(open.start, open.end),
		new Origin(places.part(open.start, open.end), { file: "", text }),
	).parseOpening();
	const { at } = places.of(open.start);
	const bodyStart = spaceAfter(text, open);
	return Object.freeze({
		kind,
		name,
		macroName: macroNameOf(kind, name, adapter),
		parameters: Object.freeze(parameters),
		...(kind === "materialization" ? { adapter, supportedLanguages: Object.freeze(languages) } : {}),
		text: text.slice(open.start, close.end),
		spaced,
		body: Object.freeze(places.part(bodyStart, Math.max(bodyStart, spaceBefore(text, close, bodyStart)))),
		line: at.line,
		column: at.column,
		endLine: places.of(close.end - 1).at.line,
	});
}

function macroNameOf(kind: BlockKind, name: string, adapter: string): string {
	if (kind === "test" || kind === "data_test") return `test_${name}`;
	return kind === "materialization" ? `materialization_${name}_${adapter}` : name;
}
