/**
 * JSON with sorted keys, fast: a table of fields is sorted once and every object of that kind is written by walking the
 * table, instead of sorting the keys of fifty thousand objects.
 */
import { sortTexts } from "../core/sortTexts.ts";

/** What JSON does not show as it is: quotes, backslashes, control characters, and halves of a surrogate pair. */
const ESCAPED = /["\\\u0000-\u001f\ud800-\udfff]/;

/** JSON of a text: a third faster than to ask for it where nothing has to be escaped, as in most names. */
export const quoted = (text: string): string => (ESCAPED.test(text) ? JSON.stringify(text) : `"${text}"`);

/** JSON of a list of texts; most have one or two, and to ask for that of a list takes as long as of each of them. */
export function listText(items: readonly string[] | undefined): string {
	if (items === undefined || items.length === 0) return "[]";
	let all = "[";
	// What an author wrote in place of a text is left as it is.
	for (let i = 0; i < items.length; i++) all += i === 0 ? sortedText(items[i]) : `,${sortedText(items[i])}`;
	return `${all}]`;
}

/** Any plain value as JSON, keys sorted at every level; undefined properties are left out. */
export function sortedText(value: unknown): string {
	if (typeof value === "string") return quoted(value);
	if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
	if (Array.isArray(value)) {
		if (value.length === 0) return "[]";
		let text = "[";
		for (let i = 0; i < value.length; i++) text += i === 0 ? sortedText(value[i]) : `,${sortedText(value[i])}`;
		return `${text}]`;
	}
	const record = value as Readonly<Record<string, unknown>>;
	const keys = Object.keys(record);
	if (keys.length === 0) return "{}";
	let text = "";
	for (const key of sortTexts(keys)) {
		const item = record[key];
		if (item !== undefined) text += `${text === "" ? "{" : ","}${quoted(key)}:${sortedText(item)}`;
	}
	return text === "" ? "{}" : `${text}}`;
}

/** A field that says one value of the object, which neighbours often share; undefined leaves the field out. */
export interface SharedField<T> {
	readonly of: (value: T) => unknown;
	readonly write: (found: never) => string | undefined;
}

/** How each field of an object is written; undefined leaves the field out. */
export type FieldTexts<T> = { readonly [field: string]: ((value: T) => string | undefined) | SharedField<T> };

/**
 * What `of` gives must not change once made: the text is kept for as long as the next object gives the same. Fields
 * beside each other are kept in one text: of the forty fields of a test ten are written for each.
 */
export const shared = <T, F>(of: (value: T) => F, write: (found: F) => string | undefined): SharedField<T> => ({
	of,
	write,
});

/** A function that writes objects of one kind. */
export function objectWriter<T>(fields: FieldTexts<T>): (value: T) => string {
	const parts: ((value: T) => string)[] = [];
	const opening = () => (parts.length === 0 ? "{" : ",");
	let run: [label: string, field: SharedField<T>][] = [];
	const endRun = (): void => {
		if (run.length > 0) parts.push(runWriter(run, opening()));
		run = [];
	};
	for (const key of Object.keys(fields).sort()) {
		const field = fields[key]!;
		// Made once: a large manifest concatenates millions of times.
		const label = `${JSON.stringify(key)}:`;
		if (typeof field !== "function") {
			run.push([label, field]);
			continue;
		}
		endRun();
		const opened = opening() + label;
		parts.push((value) => {
			const item = field(value);
			return item === undefined ? "" : opened + item;
		});
	}
	endRun();
	const [first, ...others] = parts;
	return (value) => {
		const start = first?.(value) ?? "";
		let text = start;
		for (const part of others) text += part(value);
		if (start !== "") return `${text}}`;
		return text === "" ? "{}" : `{${text.slice(1)}}`;
	};
}

/** Writes fields beside each other; what they said of the last object stands until one of them says another thing. */
function runWriter<T>(
	fields: readonly (readonly [label: string, field: SharedField<T>])[],
	opening: "{" | ",",
): (value: T) => string {
	const found: unknown[] = fields.map(() => NOTHING_YET);
	const texts: string[] = fields.map(() => "");
	let whole = "";
	return (value) => {
		let changed = false;
		for (let i = 0; i < fields.length; i++) {
			const [label, { of, write }] = fields[i]!;
			const now = of(value);
			if (now === found[i]) continue;
			found[i] = now;
			const item = write(now as never);
			texts[i] = item === undefined ? "" : label + item;
			changed = true;
		}
		if (changed) {
			const said = texts.filter((text) => text !== "").join(",");
			whole = said === "" ? "" : opening + said;
		}
		return whole;
	};
}

const NOTHING_YET = Symbol("nothing yet");

/** A part of a document: its text is made when it is asked for, in as many parts as are handy to make. */
export interface JsonPiece {
	/** The entries of the map that stand in it; none where it holds no entries of a map. Found when they are asked for. */
	readonly ids: readonly string[];
	/** It says nothing of any entry's text, nor of what a command did with one. */
	readonly lasting?: true;
	/** It says something of the command that writes the document, not of the project alone. */
	readonly passing?: true;
	texts(): Iterable<string>;
}

export const textOf = (piece: JsonPiece): string => [...piece.texts()].join("");

/** Entries per piece: larger ones cost memory and hold up whoever shares the thread, smaller ones cost writes. */
const ENTRIES = 64;

const fixed = (text: string): JsonPiece => ({ ids: [], texts: () => [text] });

/** An object of pieces, entries sorted by the caller. */
export function* objectPieces(entries: readonly (readonly [string, Iterable<JsonPiece>])[]): Generator<JsonPiece> {
	let open = "{";
	for (const [key, pieces] of entries) {
		yield fixed(`${open}${JSON.stringify(key)}:`);
		yield* pieces;
		open = ",";
	}
	yield fixed(entries.length === 0 ? "{}" : "}");
}

/** A value as one piece. */
export const wholePiece = (text: () => string): readonly JsonPiece[] => [{ ids: [], texts: () => [text()] }];

/** The same of what holds for one command. */
export const passingPiece = (text: () => string): readonly JsonPiece[] => [
	{ ids: [], passing: true, texts: () => [text()] },
];

/** A map as an object, keys sorted unless their order says something, in pieces worth a write. */
export function* mapPieces<K extends string, V>(
	map: ReadonlyMap<K, V>,
	write: (value: V) => string,
	{ order = "sorted", lasting = false }: { readonly order?: "sorted" | "kept"; readonly lasting?: boolean } = {},
): Generator<JsonPiece> {
	const { size } = map;
	if (size === 0) yield fixed("{}");
	let known: readonly K[] | undefined;
	const keys = (): readonly K[] => {
		known ??= order === "kept" ? [...map.keys()] : [...map.keys()].sort();
		return known;
	};
	for (let from = 0; from < size; from += ENTRIES) {
		const open = from === 0 ? "{" : ",";
		const close = from + ENTRIES >= size ? "}" : "";
		yield {
			...(lasting && { lasting }),
			get ids() {
				return keys().slice(from, from + ENTRIES);
			},
			*texts() {
				let before = open;
				for (const id of keys().slice(from, from + ENTRIES)) {
					yield `${before}${quoted(id)}:${write(map.get(id) as V)}`;
					before = ",";
				}
				yield close;
			},
		};
	}
}
