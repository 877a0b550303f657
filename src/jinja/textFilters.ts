/** Jinja's filters that work on text. Every value is turned into text first, as soft_str does. */
import { fail } from "../core/diagnostic.ts";
import { asInt, asStr, type Builtin, builtin, checkCharacters, may, needs, typeError } from "./builtin.ts";
import { truthy } from "./equality.ts";
import { characterCount, characters, iterate, lengthOf, unpack } from "./iteration.ts";
import { formatPercent } from "./percentFormat.ts";
import { capitalized, centered, replaced, splitText, stripped } from "./stringMethods.ts";
import { toText } from "./text.ts";
import { undefinedUsed } from "./trace.ts";
import { type Arguments, HostObject, isList, PyDict, PyTuple, typeName, type Value } from "./values.ts";
import { wrapText } from "./wrapText.ts";

const BOTH = { start: true, end: true };

function titled(text: string): string {
	return text
		.split(/([-\s({[<]+)/)
		.map((part) => capitalized(part))
		.join("");
}

/** The filters that compute with the text itself instead of turning it into text first. */
function textOrUndefined(value: Value): string {
	if (value === undefined) throw undefinedUsed(0);
	if (isList(value)) fail("TFM-JINJA-017", { problem: "'list' object has no attribute 'splitlines'" });
	return asStr(value);
}

const LINE = /\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]/;

function indented(text: string, width: Value, first: Value, blank: Value): string {
	const margin = typeof width === "string" ? width : " ".repeat(Math.max(0, checkCharacters(asInt(width))));
	const [head = "", ...rest] = text.split(LINE);
	checkCharacters(text.length + margin.length * (rest.length + 1));
	const indentedRest = rest.map((line) => (line !== "" || truthy(blank) ? margin + line : line));
	return (truthy(first) ? margin : "") + [head, ...indentedRest].join("\n");
}

/** What is short enough passes as it is, whatever it is. */
function truncateValue(value: Value, given: readonly Value[]): Value {
	if (typeof value === "string") return truncated(value, given);
	const most = asInt(given[0]) + (given[3] === null ? LEEWAY : asInt(given[3]));
	return lengthOf(value) <= most ? value : typeError(`can only concatenate str (not "${typeName(value)}") to str`);
}

const LEEWAY = 5;

function truncated(text: string, given: readonly Value[]): string {
	const [length, killWords, end, leeway] = given;
	const most = asInt(length);
	const tail = asStr(end);
	const units = characters(text);
	if (most < characterCount(tail)) typeError(`expected length >= ${characterCount(tail)}, got ${most}`);
	if (units.length <= most + (leeway === null ? LEEWAY : asInt(leeway))) return text;
	const cut = units.slice(0, most - characterCount(tail)).join("");
	if (truthy(killWords)) return cut + tail;
	const space = cut.lastIndexOf(" ");
	return (space < 0 ? cut : cut.slice(0, space)) + tail;
}

export const escapeHtml = (text: string): string =>
	text.replace(/[&<>'"]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", "'": "&#39;", '"': "&#34;" })[c]!);

function stripTags(text: string): string {
	const bare = text.replace(/<!--[\s\S]*?-->/g, "").replace(/<[^>]*>/g, "");
	return unescapeHtml(splitText(bare, null, -1).join(" "));
}

const ENTITIES: ReadonlyMap<string, string> = new Map([
	["amp", "&"],
	["lt", "<"],
	["gt", ">"],
	["quot", '"'],
	["apos", "'"],
	["nbsp", "\u00a0"],
]);

const unescapeHtml = (text: string): string =>
	text.replace(
		/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(\w+));/gi,
		(all: string, decimal?: string, hex?: string, name?: string) => {
			if (name !== undefined) return ENTITIES.get(name) ?? all;
			const point = decimal === undefined ? Number.parseInt(hex!, 16) : Number(decimal);
			return point <= 0x10ffff ? String.fromCodePoint(point) : all;
		},
	);

/** Percent-encoding as Python's urllib.parse.quote; for query strings `/` is quoted and a space is `+`. */
function quoteUrl(value: Value, forQuery: boolean): string {
	let out = "";
	for (const c of toText(value)) {
		if (/[A-Za-z0-9_.~-]/.test(c) || (c === "/" && !forQuery)) out += c;
		else if (c === " " && forQuery) out += "+";
		else for (const byte of new TextEncoder().encode(c)) out += `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
	}
	return out;
}

function urlEncode(value: Value): string {
	const isPairs =
		Array.isArray(value) || value instanceof PyDict || (value instanceof HostObject && value.iterate !== undefined);
	if (!isPairs) return quoteUrl(value, false);
	const pairs = value instanceof PyDict ? value.items() : Array.from(iterate(value), (pair) => unpack(pair, 2));
	return pairs.map(([k, v]) => `${quoteUrl(k, true)}=${quoteUrl(v, true)}`).join("&");
}

function xmlAttributes(value: Value, autospace: Value): string {
	if (value === undefined) throw undefinedUsed(0);
	if (!(value instanceof PyDict)) return fail("TFM-JINJA-017", { problem: "xmlattr needs a dict" });
	const parts: string[] = [];
	for (const [key, item] of value.items()) {
		if (item === null || item === undefined) continue;
		const name = toText(key);
		if (/[\s/>=]/.test(name)) fail("TFM-JINJA-014", { problem: `Invalid character in attribute name: '${name}'` });
		parts.push(`${escapeHtml(name)}="${escapeHtml(toText(item))}"`);
	}
	const text = parts.join(" ");
	return truthy(autospace) && text !== "" ? ` ${text}` : text;
}

const format: Builtin<Value> = (value, args: Arguments) => {
	if (args.keyword.size === 0) return formatPercent(toText(value), PyTuple.fromItems(args.positional));
	if (args.positional.length > 0)
		fail("TFM-JINJA-018", { problem: "can't handle positional and keyword arguments at the same time" });
	return formatPercent(toText(value), PyDict.fromEntries(args.keyword));
};

/** Each word is taken apart by itself: a text of this length takes a hundred times its own size. */
const MOST_WRAPPED = 2_000_000;

function wordWrap(text: string, given: readonly Value[]): string {
	if (text.length > MOST_WRAPPED) fail("TFM-JINJA-021", { what: "a text to wrap", limit: MOST_WRAPPED });
	const [width, breakLong, wrapString, breakHyphens] = given;
	const glue = wrapString === null ? "\n" : asStr(wrapString);
	const options = { width: asInt(width), breakLongWords: truthy(breakLong), breakOnHyphens: truthy(breakHyphens) };
	const lines = text.split(LINE);
	if (lines.at(-1) === "") lines.pop();
	return lines.map((line) => wrapText(line, options).join(glue)).join(glue);
}

const text = (name: string, run: (text: string) => Value): [string, Builtin<Value>] => [
	name,
	builtin<Value>(name, [], (value) => run(toText(value))),
];
const same = (name: string): [string, Builtin<Value>] => text(name, (t) => t);

export const textFilters: readonly (readonly [string, Builtin<Value>])[] = [
	text("upper", (t) => t.toUpperCase()),
	text("lower", (t) => t.toLowerCase()),
	text("capitalize", capitalized),
	text("title", titled),
	same("string"),
	same("safe"),
	text("escape", escapeHtml),
	text("e", escapeHtml),
	text("forceescape", escapeHtml),
	text("striptags", stripTags),
	text("wordcount", (t) => t.match(/[\p{L}\p{N}\p{M}_]+/gu)?.length ?? 0),
	["trim", builtin<Value>("trim", [may("chars")], (value, [chars]) => stripped(toText(value), chars, BOTH))],
	[
		"replace",
		builtin<Value>("replace", [needs("old"), needs("new"), may("count")], (value, [old, by, count]) =>
			replaced(toText(value), toText(old), toText(by), count === null ? -1 : asInt(count)),
		),
	],
	["center", builtin<Value>("center", [may("width", 80)], (value, [width]) => centered(toText(value), asInt(width)))],
	[
		"indent",
		builtin<Value>(
			"indent",
			[may("width", 4), may("first", false), may("blank", false)],
			(value, [width, first, blank]) => indented(textOrUndefined(value), width, first, blank),
		),
	],
	[
		"truncate",
		builtin<Value>(
			"truncate",
			[may("length", 255), may("killwords", false), may("end", "..."), may("leeway")],
			truncateValue,
		),
	],
	[
		"wordwrap",
		builtin<Value>(
			"wordwrap",
			[may("width", 79), may("break_long_words", true), may("wrapstring"), may("break_on_hyphens", true)],
			(value, given) => wordWrap(asStr(value), given),
		),
	],
	["urlencode", builtin<Value>("urlencode", [], urlEncode)],
	[
		"xmlattr",
		builtin<Value>("xmlattr", [may("autospace", true)], (value, [autospace]) => xmlAttributes(value, autospace)),
	],
	["format", format],
];
