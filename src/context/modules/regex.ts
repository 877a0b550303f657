/** `modules.re`: Python's functions and match objects over JavaScript's engine. */
import { fail } from "../../core/diagnostic.ts";
import {
	type Arguments,
	bindArguments,
	HostFunction,
	HostObject,
	PyDict,
	PyTuple,
	repr,
	toText,
	typeName,
	type Value,
} from "../../jinja/jinja.ts";
import { compileRegex, FLAGS } from "./regexTranslation.ts";
import { timedMatch } from "./timedMatch.ts";

const FLAG_NAMES: Readonly<Record<string, number>> = {
	...FLAGS,
	IGNORECASE: FLAGS.I,
	MULTILINE: FLAGS.M,
	DOTALL: FLAGS.S,
	UNICODE: FLAGS.U,
	VERBOSE: FLAGS.X,
	ASCII: FLAGS.A,
	LOCALE: FLAGS.L,
};

/** The pattern arguments of each function, in Python's order. */
const SIGNATURES: Readonly<Record<string, readonly string[]>> = {
	match: ["string"],
	search: ["string"],
	fullmatch: ["string"],
	findall: ["string"],
	finditer: ["string"],
	split: ["string", "maxsplit?"],
	sub: ["repl", "string", "count?"],
	subn: ["repl", "string", "count?"],
};

class Pattern extends HostObject {
	readonly typeName = "re.Pattern";
	readonly source: string;
	readonly flags: number;
	readonly regex: RegExp;

	constructor(source: string, flags: number) {
		super();
		this.source = source;
		this.flags = flags;
		this.regex = compileRegex(source, flags);
	}

	override attribute(name: string): Value {
		const signature = Object.hasOwn(SIGNATURES, name) ? SIGNATURES[name] : undefined;
		if (signature !== undefined)
			return new HostFunction(name, (args) => run(this, name, bindArguments(name, signature, args)));
		switch (name) {
			case "pattern":
				return this.source;
			case "flags":
				return this.flags | FLAGS.U;
			case "groups":
				return groupCount(this.regex);
		}
		return undefined;
	}

	override toText(): string {
		return `re.compile(${repr(this.source)})`;
	}

	override equals(other: Value): boolean {
		return other instanceof Pattern && other.source === this.source && other.flags === this.flags;
	}

	override hashKey(): string {
		return `${this.flags}:${this.source}`;
	}
}

const groupCount = (regex: RegExp): number => (new RegExp(`${regex.source}|`, regex.flags).exec("")?.length ?? 1) - 1;

class Match extends HostObject {
	readonly typeName = "re.Match";
	readonly #match: RegExpExecArray;

	constructor(match: RegExpExecArray) {
		super();
		this.#match = match;
	}

	override item(key: Value): Value {
		return this.#group(key);
	}

	#group(key: Value): Value {
		const value =
			typeof key === "string"
				? this.#match.groups !== undefined && Object.hasOwn(this.#match.groups, key)
					? (this.#match.groups[key] ?? null)
					: undefined
				: typeof key === "number" && key >= 0 && key < this.#match.length
					? (this.#match[key] ?? null)
					: undefined;
		return value === undefined ? fail("TFM-JINJA-015", { problem: "no such group", kind: "index" }) : value;
	}

	override attribute(name: string): Value {
		const match = this.#match;
		switch (name) {
			case "group":
				return new HostFunction(name, ({ positional }) =>
					positional.length <= 1
						? this.#group(positional[0] ?? 0)
						: PyTuple.fromItems(positional.map((key) => this.#group(key))),
				);
			case "groups":
				return new HostFunction(name, ({ positional: [fallback] }) =>
					PyTuple.fromItems(match.slice(1).map((group) => group ?? fallback ?? null)),
				);
			case "groupdict":
				return new HostFunction(name, ({ positional: [fallback] }) =>
					PyDict.fromEntries(Object.entries(match.groups ?? {}).map(([k, v]) => [k, v ?? fallback ?? null])),
				);
			case "start":
				return new HostFunction(name, ({ positional: [group] }) => this.#span(group)[0]);
			case "end":
				return new HostFunction(name, ({ positional: [group] }) => this.#span(group)[1]);
			case "span":
				return new HostFunction(name, ({ positional: [group] }) => PyTuple.fromItems(this.#span(group)));
			case "string":
				return match.input;
			case "lastindex": {
				const last = match.findLastIndex((group, i) => i > 0 && group !== undefined);
				return last < 1 ? null : last;
			}
		}
		return undefined;
	}

	/** JavaScript tells where groups stand only when asked with the `d` flag; asked here, where it is needed. */
	#span(group: Value): readonly [number, number] {
		if (group === undefined || group === 0) return [this.#match.index, this.#match.index + this.#match[0].length];
		const regex = new RegExp(this.#pattern.source, `${this.#pattern.flags}d`);
		regex.lastIndex = this.#match.index;
		const { indices } = regex.exec(this.#match.input) ?? {};
		const span = typeof group === "string" ? indices?.groups?.[group] : indices?.[Number(toText(group))];
		return span ?? [-1, -1];
	}

	get #pattern(): RegExp {
		return PATTERN_OF.get(this.#match) ?? fail("TFM-JINJA-015", { problem: "no such group", kind: "index" });
	}

	override toText(): string {
		return `<re.Match object; span=${repr(PyTuple.fromItems(this.#span(0)))}, match=${repr(this.#match[0])}>`;
	}
}

/** The expression that made a match, for the places of its groups. */
const PATTERN_OF = new WeakMap<RegExpExecArray, RegExp>();

function matchAll(regex: RegExp, text: string): RegExpExecArray[] {
	const found = timedMatch(regex, text, () => [...text.matchAll(regex)]);
	for (const match of found) PATTERN_OF.set(match, regex);
	return found;
}

function exec(regex: RegExp, text: string): RegExpExecArray | null {
	const fresh = new RegExp(regex.source, regex.flags);
	const match = timedMatch(fresh, text, () => fresh.exec(text));
	if (match !== null) PATTERN_OF.set(match, fresh);
	return match;
}

function textOf(value: Value): string {
	if (typeof value === "string") return value;
	return fail("TFM-JINJA-012", { problem: `expected string or bytes-like object, got '${typeName(value)}'` });
}

const limitOf = (value: Value): number => (typeof value === "number" && value > 0 ? value : Number.POSITIVE_INFINITY);

function run(pattern: Pattern, name: string, given: Record<string, Value>): Value {
	const { regex } = pattern;
	const text = textOf(given.string);
	const anchored = (tail: string) => new RegExp(`(?<![^])(?:${regex.source})${tail}`, regex.flags);
	const one = (match: RegExpExecArray | null): Value => (match === null ? null : new Match(match));
	switch (name) {
		case "match":
			return one(exec(anchored(""), text));
		case "fullmatch":
			return one(exec(anchored("(?![^])"), text));
		case "search":
			return one(exec(regex, text));
		case "findall":
			return matchAll(regex, text).map((match) =>
				match.length === 1
					? match[0]
					: match.length === 2
						? (match[1] ?? "")
						: PyTuple.fromItems(match.slice(1).map((group) => group ?? "")),
			);
		case "finditer":
			return matchAll(regex, text).map((match) => new Match(match));
		case "split":
			return split(regex, text, limitOf(given.maxsplit));
		case "sub":
			return substitute(regex, given.repl, text, limitOf(given.count))[0];
	}
	return PyTuple.fromItems(substitute(regex, given.repl, text, limitOf(given.count)));
}

function split(regex: RegExp, text: string, most: number): Value {
	const parts: Value[] = [];
	let from = 0;
	for (const match of matchAll(regex, text).slice(0, most === Number.POSITIVE_INFINITY ? undefined : most)) {
		parts.push(text.slice(from, match.index), ...match.slice(1).map((group) => group ?? null));
		from = match.index + match[0].length;
	}
	parts.push(text.slice(from));
	return parts;
}

function substitute(regex: RegExp, replacement: Value, text: string, most: number): [string, number] {
	let out = "";
	let from = 0;
	let count = 0;
	for (const match of matchAll(regex, text)) {
		if (count >= most) break;
		count++;
		out += text.slice(from, match.index) + replacementOf(replacement, match);
		from = match.index + match[0].length;
	}
	return [out + text.slice(from), count];
}

function replacementOf(replacement: Value, match: RegExpExecArray): string {
	if (replacement instanceof HostObject && replacement.call !== undefined)
		return toText(replacement.call({ positional: [new Match(match)], keyword: new Map() }));
	return textOf(replacement).replace(/\\(?:g<(\w+)>|(\d{1,2})|([\s\S]))/g, (whole, named, digit, escaped) => {
		const key: string | undefined = named ?? digit;
		if (key === undefined)
			return ({ n: "\n", t: "\t", r: "\r", "\\": "\\" } as Record<string, string>)[escaped] ?? whole;
		if (/^\d+$/.test(key)) {
			if (Number(key) >= match.length)
				fail("TFM-JINJA-015", { problem: `invalid group reference ${key}`, kind: "index" });
			return match[Number(key)] ?? "";
		}
		if (match.groups === undefined || !Object.hasOwn(match.groups, key))
			fail("TFM-JINJA-015", { problem: `unknown group name '${key}'`, kind: "index" });
		return match.groups[key] ?? "";
	});
}

const patternOf = (value: Value, flags: Value): Pattern =>
	value instanceof Pattern ? value : new Pattern(textOf(value), typeof flags === "number" ? flags : 0);

/** `modules.re`. */
export function regexMember(name: string): Value {
	if (Object.hasOwn(FLAG_NAMES, name)) return FLAG_NAMES[name];
	const signature = Object.hasOwn(SIGNATURES, name) ? SIGNATURES[name] : undefined;
	if (signature !== undefined)
		return new HostFunction(name, (args: Arguments) => {
			const given = bindArguments(name, ["pattern", ...signature, "flags?"], args);
			return run(patternOf(given.pattern, given.flags), name, given);
		});
	switch (name) {
		case "compile":
			return new HostFunction(name, (args) => {
				const given = bindArguments(name, ["pattern", "flags?"], args);
				return patternOf(given.pattern, given.flags);
			});
		case "escape":
			return new HostFunction(name, ({ positional: [text] }) =>
				textOf(text).replace(/[\\.^$*+?{}[\]|()\-&~#\s]/g, "\\$&"),
			);
	}
	return undefined;
}
