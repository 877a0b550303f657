/**
 * The YAML of a project: js-yaml with a schema that resolves scalars as PyYAML's SafeLoader does, so that a file means
 * to tfm what it means to dbt. Values come back as plain data; places (line and column of any key or value) are
 * computed only when somebody asks, by reading the text a second time with a listener, because a correct project of
 * ten thousand models needs almost none of them.
 */
import yaml from "js-yaml";
import { type Diagnostic, diagnostic, TfmError } from "../core/diagnostic.ts";
import type { Location } from "../core/location.ts";
import type { Plain } from "../core/node.ts";
import { dropLastLineEnd } from "./lastBlock.ts";
import { ImpossibleScalar } from "./plainScalar.ts";
import {
	findMark,
	findRepeatedKeys,
	Lines,
	lineText,
	locate,
	type Mark,
	type MarkedText,
	markText,
	type YamlPath,
} from "./positions.ts";
import { MARKED_DATES_SCHEMA, SAFE_LOADER_SCHEMA } from "./safeLoaderSchema.ts";
import { yamlProblem } from "./yamlProblem.ts";

export type { YamlPath } from "./positions.ts";

/** A place and its line, as `diagnostic()` and `fail()` take them. */
export interface YamlPlace {
	readonly at: Location;
	readonly source: string;
}

export interface YamlDocument {
	/** Relative to the root project. */
	readonly file: string;
	readonly text: string;
	/** Deeply frozen; null for an empty file. Own keys only: ask with Object.hasOwn, `__proto__` is a key like any. */
	readonly value: Plain;
	/** Where the value at the path stands; where the path leads nowhere, the nearest thing above it. */
	place(path: YamlPath): Location;
	/** Where the key itself stands (an item of a list: the item). */
	keyPlace(path: YamlPath): Location;
	/** As `place` and `keyPlace`, with the text of the line for a code frame. */
	at(path: YamlPath, part?: "key" | "value"): YamlPlace;
	/** A warning for each key that is written twice in one mapping, of which the last one counts (dbt's rule). */
	readonly repeated: readonly Diagnostic[];
	/** A scalar as written, without quotes: `1.10` where the value is the number 1.1. */
	written(path: YamlPath): string | undefined;
}

const NONE: readonly Diagnostic[] = Object.freeze([]);

interface Reading {
	readonly value: unknown;
	/** A mapping has a key twice. */
	readonly hasRepeated: boolean;
}

class Document implements YamlDocument {
	readonly file: string;
	readonly text: string;
	readonly value: Plain;
	readonly repeated: readonly Diagnostic[];
	#marked: MarkedText | null = null;
	#lines: Lines | null = null;

	constructor(file: string, text: string, read: Reading) {
		this.file = file;
		this.text = text;
		this.value = read.value as Plain;
		this.repeated = read.hasRepeated ? this.#findRepeated() : NONE;
	}

	#findRepeated(): readonly Diagnostic[] {
		this.#marked ??= markText(this.text);
		return findRepeatedKeys(this.#marked).map(({ first, again }) => {
			const [at, before] = [this.#locate(again), this.#locate(first)];
			const related = [{ label: "the first one", at: before, source: this.#line().text(before.line) }];
			const source = this.#line().text(at.line);
			// dbt counts from the first line that is not empty.
			const line = at.line - (/^\s*/.exec(this.text)?.[0].split("\n").length ?? 1) + 1;
			return diagnostic(
				"TFM-YAML-003",
				{ key: again.key ?? "", ...at, line },
				{ at, source, related, severity: "warning" },
			);
		});
	}

	#find(path: YamlPath): { key: Mark | null; value: Mark | null } {
		this.#marked ??= markText(this.text);
		return findMark(this.#marked, path);
	}

	#locate(mark: Mark | null): Location {
		if (mark === null) return { file: this.file, line: 1, column: 1 };
		return this.#line().locate(this.file, mark.kind === "empty" ? { start: mark.start } : mark);
	}

	#line(): Lines {
		this.#lines ??= new Lines(this.text);
		return this.#lines;
	}

	place(path: YamlPath): Location {
		const { key, value } = this.#find(path);
		return this.#locate(value === null || value.kind === "empty" ? (key ?? value) : value);
	}

	keyPlace(path: YamlPath): Location {
		const { key, value } = this.#find(path);
		return this.#locate(key ?? value);
	}

	at(path: YamlPath, part: "key" | "value" = "value"): YamlPlace {
		const at = part === "key" ? this.keyPlace(path) : this.place(path);
		return { at, source: this.#line().text(at.line) };
	}

	written(path: YamlPath): string | undefined {
		const { value } = this.#find(path);
		if (value?.kind !== "scalar") return undefined;
		const text = this.text.slice(value.start, value.end);
		return /^(["']).*\1$/s.test(text) ? text.slice(1, -1) : text;
	}
}

/** js-yaml turns a mapping used as a key into this text; Python refuses it ("unhashable key"). */
const MAPPING_AS_KEY = "[object Object]";

/** Where the mapping that is used as a key begins: a template without quotes, else a `{`, else an explicit `? a: b`. */
function mappingAsKey(text: string): number {
	const template = /(?<=(?:^|[:\-[,])[ \t]*)\{[{%].*/m.exec(text)?.index;
	return template ?? Math.max(0, text.search(/\{|\?(?=\s)/));
}

/** Freezes the data; false when a mapping was used as a key, which is how an unquoted `{{ … }}` reads. */
function freezeAll(value: unknown): boolean {
	if (typeof value !== "object" || value === null || Object.isFrozen(value)) return true;
	Object.freeze(value);
	let sound = true;
	if (Array.isArray(value)) {
		for (const item of value) if (typeof item === "object" && item !== null) sound = freezeAll(item) && sound;
		return sound;
	}
	const record = value as Record<string, unknown>;
	for (const key in record) {
		if (key === MAPPING_AS_KEY) return false;
		const item = record[key];
		if (typeof item === "object" && item !== null) sound = freezeAll(item) && sound;
	}
	return sound;
}

/** Hundreds of thousands of entries: ten times what a project of ten thousand has in all its files together. */
const MOST_CHARACTERS = 32_000_000;

/** A project of ten thousand models has some four hundred thousand values in all its files together. */
const MOST_VALUES = 5_000_000;

/** How many values the data is with its aliases written out; each shared part is counted once and then added up. */
function writtenOut(value: unknown, known = new Map<object, number>()): number {
	if (typeof value !== "object" || value === null) return 1;
	const counted = known.get(value);
	if (counted !== undefined) return counted;
	let sum = 1;
	for (const item of Object.values(value)) sum += writtenOut(item, known);
	known.set(value, sum);
	return sum;
}

/** True where an alias stands inside what it names (`&a [*a]`): data without end. */
function containsItself(value: unknown, open: Set<unknown> = new Set(), done: Set<unknown> = new Set()): boolean {
	if (typeof value !== "object" || value === null || done.has(value)) return false;
	if (open.has(value)) return true;
	open.add(value);
	for (const item of Object.values(value)) if (containsItself(item, open, done)) return true;
	open.delete(value);
	done.add(value);
	return false;
}

function parse(file: string, text: string, schema: yaml.Schema, hasRepeated = false): Reading {
	try {
		// `json` lets a key stand twice. A first reading without it finds out whether one does.
		return { value: yaml.load(text, { schema, json: hasRepeated }) ?? null, hasRepeated };
	} catch (error) {
		if (!hasRepeated && error instanceof yaml.YAMLException && error.reason?.includes("duplicated mapping key"))
			return parse(file, text, schema, true);
		if (error instanceof ImpossibleScalar) {
			const start = markText(text).openAt ?? 0;
			const written = /^[^\n\r#,\]}]*/.exec(text.slice(start))?.[0].trim() ?? "";
			const at = locate(text, file, { start, end: start + written.length });
			throw new TfmError(
				diagnostic("TFM-YAML-010", { text: written, problem: error.message }, { at, source: lineText(text, at.line) }),
			);
		}
		if (!(error instanceof yaml.YAMLException)) throw error;
		const failure = { reason: error.reason ?? error.message, position: error.mark?.position ?? 0 };
		throw new TfmError(yamlProblem({ text, file }, failure));
	}
}

/**
 * One YAML document as plain data with places. `file` is how messages call it. `stripped`: a block of text at the end
 * has no line end, as in the files that dbt strips before it reads them. `markDates`: dates can be told from text by the
 * mark in front of them (DATE_MARK of safeLoaderSchema.ts). Throws TfmError (TFM-YAML-001 … 017)
 * when the text is not YAML.
 */
export function readYaml(
	source: string,
	file: string,
	{ stripped = false, markDates = false }: { readonly stripped?: boolean; readonly markDates?: boolean } = {},
): YamlDocument {
	const text = source.charCodeAt(0) === 0xfeff ? source.slice(1) : source;
	if (text.length > MOST_CHARACTERS) {
		const [megabytes, allowed] = [text.length, MOST_CHARACTERS].map((n) => (n / 1e6).toFixed(0)) as [string, string];
		throw new TfmError(diagnostic("TFM-YAML-017", { megabytes, allowed }, { at: { file, line: 1, column: 1 } }));
	}
	const read = parse(file, text, markDates ? MARKED_DATES_SCHEMA : SAFE_LOADER_SCHEMA);
	const { value } = read;
	// First of all: whatever walks through data without end does not come back.
	if (text.includes("*")) checkAliases(value, text, file);
	dropLastLineEnd(value, stripped ? text.trimEnd() : text);
	if (!freezeAll(value)) {
		const start = mappingAsKey(text);
		const written = /^.*/.exec(text.slice(start))?.[0].trimEnd() ?? "";
		const at = locate(text, file, { start, end: start + written.length });
		throw new TfmError(diagnostic("TFM-YAML-011", { text: written }, { at, source: lineText(text, at.line) }));
	}
	return new Document(file, text, read);
}

/** Aliases that name what they stand in, or that multiply without measure. */
function checkAliases(value: unknown, text: string, file: string): void {
	const itself = containsItself(value);
	const values = itself ? 0 : writtenOut(value);
	if (!itself && values <= MOST_VALUES) return;
	const start = Math.max(0, text.search(/(?<=^|[\s,[{])\*\S/));
	const at = locate(text, file, { start, end: start + 1 });
	const place = { at, source: lineText(text, at.line) };
	if (itself) {
		const facts = {
			problem: "an alias stands inside what it names",
			hint: "write the value out where the alias stands",
		};
		throw new TfmError(diagnostic("TFM-YAML-001", facts, place));
	}
	const [written, allowed] = [values, MOST_VALUES].map((n) => n.toLocaleString("en")) as [string, string];
	throw new TfmError(diagnostic("TFM-YAML-016", { values: written, allowed }, place));
}
