/** The methods of Python's str. Positions count code points. */
import { fail } from "../core/diagnostic.ts";
import {
	asInt,
	asStr,
	type Builtin,
	builtin,
	checkCharacters,
	may,
	needs,
	positional,
	typeError,
	valueError,
} from "./builtin.ts";
import { characterCount, characters, itemsOf } from "./iteration.ts";
import { isSpaceCode } from "./lexer.ts";
import { PyDict, PyTuple, typeName, type Value } from "./values.ts";

type Sides = { readonly start: boolean; readonly end: boolean };

/** strip, lstrip and rstrip: whitespace, or any of the given characters. */
export function stripped(text: string, chars: Value, sides: Sides): string {
	if (chars !== null && typeof chars !== "string") typeError("strip arg must be None or str");
	const units = characters(text);
	const isStripped = (c: string): boolean =>
		typeof chars === "string" ? chars.includes(c) : isSpaceCode(c.charCodeAt(0));
	let from = 0;
	let to = units.length;
	if (sides.start) while (from < to && isStripped(units[from]!)) from++;
	if (sides.end) while (to > from && isStripped(units[to - 1]!)) to--;
	return units.slice(from, to).join("");
}

export function capitalized(text: string): string {
	const [first = "", ...rest] = characters(text);
	return first.toUpperCase() + rest.join("").toLowerCase();
}

const titled = (text: string): string => text.replace(/\p{L}[\p{L}\p{M}]*/gu, capitalized);

/** str.split: on whitespace runs where `separator` is None, at most `most` times where it is not negative. */
export function splitText(text: string, separator: Value, most: number): string[] {
	if (separator === null) return splitWhitespace(text, most);
	const by = asStr(separator);
	if (by === "") valueError("empty separator");
	const parts = text.split(by);
	if (most < 0 || parts.length <= most + 1) return parts;
	return [...parts.slice(0, most), parts.slice(most).join(by)];
}

function splitWhitespace(text: string, most: number): string[] {
	const parts: string[] = [];
	let at = 0;
	for (;;) {
		while (at < text.length && isSpaceCode(text.charCodeAt(at))) at++;
		if (at >= text.length) return parts;
		if (most >= 0 && parts.length >= most) {
			parts.push(stripped(text.slice(at), null, { start: false, end: true }));
			return parts;
		}
		const from = at;
		while (at < text.length && !isSpaceCode(text.charCodeAt(at))) at++;
		parts.push(text.slice(from, at));
	}
}

function splitFromEnd(text: string, separator: Value, most: number): string[] {
	if (most < 0) return splitText(text, separator, -1);
	const reverse = (s: string): string => characters(s).reverse().join("");
	const by = separator === null ? null : reverse(asStr(separator));
	return splitText(reverse(text), by, most).map(reverse).reverse();
}

const LINE_END = /\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]/g;

function splitLines(text: string, keepEnds: boolean): string[] {
	const lines: string[] = [];
	let from = 0;
	for (const m of text.matchAll(LINE_END)) {
		const end = m.index + m[0].length;
		lines.push(text.slice(from, keepEnds ? end : m.index));
		from = end;
	}
	if (from < text.length) lines.push(text.slice(from));
	return lines;
}

/** str.replace; a negative count replaces all. */
export function replaced(text: string, old: string, by: string, count: number): string {
	checkCharacters(text.length + (old === "" ? text.length + 1 : Math.floor(text.length / old.length)) * by.length);
	if (count < 0)
		return old === ""
			? by +
					characters(text)
						.map((c) => c + by)
						.join("")
			: text.split(old).join(by);
	const parts = old === "" ? ["", ...characters(text)] : text.split(old);
	const cut = Math.min(count, parts.length - 1);
	const head = parts.slice(0, cut + 1).join(by);
	const tail = parts.slice(cut + 1);
	if (old === "")
		return (
			(count > 0 ? by : "") +
			parts
				.slice(1)
				.map((c, i) => c + (i + 1 < count ? by : ""))
				.join("")
		);
	return [head, ...tail].join(old);
}

/** The window `[start:end]` of a text, and where it begins. */
function windowOf(text: string, start: Value, end: Value): { part: string; offset: number } | null {
	if (start === null && end === null) return { part: text, offset: 0 };
	const units = characters(text);
	const clamp = (v: Value, otherwise: number): number => {
		if (v === null) return otherwise;
		const n = asInt(v);
		return n < 0 ? Math.max(0, n + units.length) : n;
	};
	const from = clamp(start, 0);
	const to = Math.min(clamp(end, units.length), units.length);
	return from > units.length || from > to ? null : { part: units.slice(from, to).join(""), offset: from };
}

function find(name: string, fromEnd: boolean, missing: () => number): Builtin<string> {
	return positional<string>(name, [needs("sub"), may("start"), may("end")], (text, [sub, start, end]) => {
		const wanted = asStr(sub);
		const window = windowOf(text, start, end);
		const at = window === null ? -1 : fromEnd ? window.part.lastIndexOf(wanted) : window.part.indexOf(wanted);
		return at < 0 || window === null ? missing() : window.offset + characterCount(window.part.slice(0, at));
	});
}

function affix(name: string, holds: (text: string, affix: string) => boolean): Builtin<string> {
	return positional<string>(name, [needs("prefix"), may("start"), may("end")], (text, [given, start, end]) => {
		const window = windowOf(text, start, end);
		const candidates = given instanceof PyTuple ? [...given] : [given];
		for (const candidate of candidates)
			if (typeof candidate !== "string")
				typeError(`${name} first arg must be str or a tuple of str, not ${typeName(candidate)}`);
		return window !== null && candidates.some((candidate) => holds(window.part, candidate as string));
	});
}

const property = (name: string, pattern: RegExp): Builtin<string> =>
	positional<string>(name, [], (text) => pattern.test(text));

function justified(name: string, place: (text: string, missing: number, fill: string) => string): Builtin<string> {
	return positional<string>(name, [needs("width"), may("fillchar", " ")], (text, [width, fill]) => {
		if (typeof fill !== "string" || characterCount(fill) !== 1)
			typeError("The fill character must be exactly one character long");
		const missing = checkCharacters(asInt(width)) - characterCount(text);
		return missing <= 0 ? text : place(text, missing, fill as string);
	});
}

/** str.center puts the odd space where CPython does: left when the width is odd. */
export function centered(text: string, width: number, fill = " "): string {
	const missing = checkCharacters(width) - characterCount(text);
	if (missing <= 0) return text;
	const left = Math.floor(missing / 2) + (missing & width & 1);
	return fill.repeat(left) + text + fill.repeat(missing - left);
}

function joined(separator: string, items: Value): string {
	let length = 0;
	const texts = itemsOf(items).map((item, i) => {
		if (typeof item !== "string")
			return typeError(`sequence item ${i}: expected str instance, ${typeName(item)} found`);
		length = checkCharacters(length + item.length + separator.length);
		return item;
	});
	return texts.join(separator);
}

function partition(name: string, fromEnd: boolean): Builtin<string> {
	return positional<string>(name, [needs("sep")], (text, [sep]) => {
		const by = asStr(sep);
		if (by === "") valueError("empty separator");
		const at = fromEnd ? text.lastIndexOf(by) : text.indexOf(by);
		if (at < 0) return PyTuple.fromItems(fromEnd ? ["", "", text] : [text, "", ""]);
		return PyTuple.fromItems([text.slice(0, at), by, text.slice(at + by.length)]);
	});
}

const notFound = (): never => valueError("substring not found");

function translated(text: string, table: Value): string {
	if (!(table instanceof PyDict)) return typeError(`'${typeName(table)}' object is not subscriptable`);
	return characters(text)
		.map((c) => {
			const by = table.has(c.codePointAt(0)!) ? table.get(c.codePointAt(0)!) : c;
			return by === null ? "" : typeof by === "number" ? String.fromCodePoint(by) : asStr(by);
		})
		.join("");
}

function expandTabs(text: string, size: number): string {
	let column = 0;
	let out = "";
	for (const c of text) {
		if (c === "\t") {
			const spaces = size <= 0 ? 0 : size - (column % size);
			out += " ".repeat(spaces);
			column += spaces;
		} else {
			out += c;
			column = c === "\n" || c === "\r" ? 0 : column + 1;
		}
	}
	return out;
}

export const stringMethods: ReadonlyMap<string, Builtin<string>> = new Map<string, Builtin<string>>([
	["lower", positional<string>("lower", [], (text) => text.toLowerCase())],
	["upper", positional<string>("upper", [], (text) => text.toUpperCase())],
	["casefold", positional<string>("casefold", [], (text) => text.toLowerCase().replaceAll("ß", "ss"))],
	["swapcase", positional<string>("swapcase", [], (text) => characters(text).map(swapCase).join(""))],
	["capitalize", positional<string>("capitalize", [], capitalized)],
	["title", positional<string>("title", [], titled)],
	[
		"strip",
		positional<string>("strip", [may("chars")], (text, [chars]) => stripped(text, chars, { start: true, end: true })),
	],
	[
		"lstrip",
		positional<string>("lstrip", [may("chars")], (text, [chars]) => stripped(text, chars, { start: true, end: false })),
	],
	[
		"rstrip",
		positional<string>("rstrip", [may("chars")], (text, [chars]) => stripped(text, chars, { start: false, end: true })),
	],
	[
		"split",
		builtin<string>("split", [may("sep"), may("maxsplit", -1)], (text, [sep, most]) =>
			splitText(text, sep, asInt(most)),
		),
	],
	[
		"rsplit",
		builtin<string>("rsplit", [may("sep"), may("maxsplit", -1)], (text, [sep, most]) =>
			splitFromEnd(text, sep, asInt(most)),
		),
	],
	[
		"splitlines",
		builtin<string>("splitlines", [may("keepends", false)], (text, [keep]) => splitLines(text, asInt(keep) !== 0)),
	],
	["partition", partition("partition", false)],
	["rpartition", partition("rpartition", true)],
	["join", positional<string>("join", [needs("iterable")], (text, [items]) => joined(text, items))],
	[
		"replace",
		positional<string>("replace", [needs("old"), needs("new"), may("count", -1)], (text, [old, by, count]) =>
			replaced(text, asStr(old, "replace() argument 1"), asStr(by, "replace() argument 2"), asInt(count)),
		),
	],
	["startswith", affix("startswith", (text, prefix) => text.startsWith(prefix))],
	["endswith", affix("endswith", (text, suffix) => text.endsWith(suffix))],
	[
		"removeprefix",
		positional<string>("removeprefix", [needs("prefix")], (text, [p]) =>
			text.startsWith(asStr(p)) ? text.slice(asStr(p).length) : text,
		),
	],
	[
		"removesuffix",
		positional<string>("removesuffix", [needs("suffix")], (text, [p]) =>
			p !== "" && text.endsWith(asStr(p)) ? text.slice(0, text.length - asStr(p).length) : text,
		),
	],
	["find", find("find", false, () => -1)],
	["rfind", find("rfind", true, () => -1)],
	["index", find("index", false, notFound)],
	["rindex", find("rindex", true, notFound)],
	[
		"count",
		positional<string>("count", [needs("sub"), may("start"), may("end")], (text, [sub, start, end]) => {
			const part = windowOf(text, start, end)?.part ?? "";
			return sub === "" ? characterCount(part) + 1 : part.split(asStr(sub)).length - 1;
		}),
	],
	[
		"center",
		positional<string>("center", [needs("width"), may("fillchar", " ")], (text, [width, fill]) =>
			centered(text, asInt(width), asStr(fill)),
		),
	],
	["ljust", justified("ljust", (text, missing, fill) => text + fill.repeat(missing))],
	["rjust", justified("rjust", (text, missing, fill) => fill.repeat(missing) + text)],
	[
		"zfill",
		positional<string>("zfill", [needs("width")], (text, [width]) => {
			const sign = /^[+-]/.exec(text)?.[0] ?? "";
			const missing = Math.max(0, checkCharacters(asInt(width)) - characterCount(text));
			return sign + "0".repeat(missing) + text.slice(sign.length);
		}),
	],
	[
		"expandtabs",
		builtin<string>("expandtabs", [may("tabsize", 8)], (text, [size]) => expandTabs(text, Math.min(asInt(size), 1000))),
	],
	["translate", positional<string>("translate", [needs("table")], (text, [table]) => translated(text, table))],
	["isdigit", property("isdigit", /^\p{Nd}+$/u)],
	["isdecimal", property("isdecimal", /^\p{Nd}+$/u)],
	["isnumeric", property("isnumeric", /^\p{N}+$/u)],
	["isalpha", property("isalpha", /^\p{L}+$/u)],
	["isalnum", property("isalnum", /^[\p{L}\p{N}]+$/u)],
	["isidentifier", property("isidentifier", /^[\p{L}\p{Nl}_][\p{L}\p{Nl}\p{Mn}\p{Mc}\p{Nd}\p{Pc}]*$/u)],
	["isascii", property("isascii", /^[\x00-\x7f]*$/)],
	[
		"isspace",
		positional<string>(
			"isspace",
			[],
			(text) => text !== "" && characters(text).every((c) => isSpaceCode(c.charCodeAt(0))),
		),
	],
	["isupper", positional<string>("isupper", [], (text) => text !== text.toLowerCase() && text === text.toUpperCase())],
	["islower", positional<string>("islower", [], (text) => text !== text.toUpperCase() && text === text.toLowerCase())],
	["istitle", positional<string>("istitle", [], (text) => /\p{L}/u.test(text) && titled(text) === text)],
	[
		"encode",
		builtin<string>("encode", [may("encoding", "utf-8"), may("errors", "strict")], () =>
			fail("TFM-JINJA-019", { problem: "bytes are not available in templates" }),
		),
	],
	[
		"format_map",
		positional<string>("format_map", [needs("mapping")], () =>
			fail("TFM-JINJA-019", { problem: "str.format_map is not available in templates; use format(**mapping)" }),
		),
	],
]);

const swapCase = (c: string): string => (c === c.toUpperCase() ? c.toLowerCase() : c.toUpperCase());
