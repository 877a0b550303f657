import { type Diagnostic, type DiagnosticPlaces, diagnostic } from "../core/diagnostic.ts";
import type { Plain } from "../core/node.ts";
import { suggestName } from "../core/suggestName.ts";
import type { YamlDocument, YamlPath } from "./readYaml.ts";

type Maybe = Plain | undefined;
export type PlainMapping = { readonly [key: string]: Plain };

export const isMapping = (value: Maybe): value is PlainMapping =>
	typeof value === "object" && value !== null && !Array.isArray(value);

/** An own key's value; never an inherited one, whatever the key is called. */
export const own = (mapping: PlainMapping, key: string): Maybe =>
	Object.hasOwn(mapping, key) ? mapping[key] : undefined;

/** `models.+tags[0]`, as messages name a place inside a file. */
const pathText = (path: YamlPath): string =>
	path.reduce<string>(
		(text, step) => (typeof step === "number" ? `${text}[${step}]` : text === "" ? step : `${text}.${step}`),
		"",
	);

/** "a list", "the text x": how a message names a value of the wrong shape. Long or secret texts are not shown. */
export function describe(value: Maybe): string {
	if (value === undefined || value === null) return "empty";
	if (Array.isArray(value)) return "a list";
	if (typeof value === "object") return "a mapping";
	if (typeof value === "string") return value.length > 40 ? "text" : `the text "${value}"`;
	return typeof value === "boolean" ? String(value) : `the number ${value}`;
}

/** A line of a file with secrets as a code frame may show it: `password: …`. */
export const concealValues = (line: string): string => {
	const key = /^\s*(?:-\s+)*[\w.+-]+\s*:(?=\s|$)/.exec(line)?.[0];
	if (key === undefined) return `${/^\s*/.exec(line)?.[0] ?? ""}…`;
	return key.length === line.trimEnd().length ? key : `${key} …`;
};

/**
 * Checks values of one YAML file against the shapes that are read from them, and collects every mistake with its
 * place instead of stopping at the first. Each reader returns the value, or undefined when it is absent (null counts
 * as absent, as in dbt) or wrong; wrong values are in `problems` afterwards.
 */
export class ShapeCheck {
	readonly problems: Diagnostic[];
	readonly #document: YamlDocument;
	readonly #hidden: boolean;

	/** `hideValues`: the file holds secrets, so messages name the kind of a wrong value, never the value. */
	constructor(document: YamlDocument, problems: Diagnostic[] = [], options: { readonly hideValues?: boolean } = {}) {
		this.#document = document;
		this.problems = problems;
		this.#hidden = options.hideValues ?? false;
	}

	/** How messages call the file. */
	get file(): string {
		return this.#document.file;
	}

	/** Places for a problem of the caller's own. Of a file with secrets a frame shows keys only. */
	at(path: YamlPath, part: "key" | "value" = "value"): DiagnosticPlaces {
		const place = this.#document.at(path, part);
		return this.#hidden ? { ...place, source: concealValues(place.source) } : place;
	}

	#wrong(value: Maybe, path: YamlPath, expected: string): undefined {
		const found = this.#hidden && typeof value === "string" ? "text" : describe(value);
		const where = pathText(path) || "the file";
		this.problems.push(diagnostic("TFM-YAML-013", { where, expected, found }, this.at(path)));
		return undefined;
	}

	mapping(value: Maybe, path: YamlPath): PlainMapping | undefined {
		if (value === undefined || value === null) return undefined;
		return isMapping(value) ? value : this.#wrong(value, path, "a mapping (key: value)");
	}

	list(value: Maybe, path: YamlPath): readonly Plain[] | undefined {
		if (value === undefined || value === null) return undefined;
		return Array.isArray(value) ? (value as readonly Plain[]) : this.#wrong(value, path, "a list");
	}

	text(value: Maybe, path: YamlPath): string | undefined {
		if (value === undefined || value === null) return undefined;
		return typeof value === "string" ? value : this.#wrong(value, path, "text (put it in quotes)");
	}

	/** Text or a number, as text: `version: 1.0`, `password: 1234`. */
	scalarText(value: Maybe, path: YamlPath): string | undefined {
		if (value === undefined || value === null) return undefined;
		if (typeof value === "string") return value;
		if (typeof value === "number") return this.#document.written(path) ?? String(value);
		return this.#wrong(value, path, "text");
	}

	boolean(value: Maybe, path: YamlPath): boolean | undefined {
		if (value === undefined || value === null) return undefined;
		return typeof value === "boolean" ? value : this.#wrong(value, path, "true or false");
	}

	integer(value: Maybe, path: YamlPath, minimum = 0): number | undefined {
		if (value === undefined || value === null) return undefined;
		if (typeof value === "number" && Number.isInteger(value) && value >= minimum) return value;
		return this.#wrong(value, path, `a whole number${minimum > 0 ? ` of at least ${minimum}` : ""}`);
	}

	/** A list of texts; one text counts as a list of one where dbt allows it. */
	texts(value: Maybe, path: YamlPath, options: { single?: boolean } = {}): readonly string[] | undefined {
		if (options.single === true && typeof value === "string") return [value];
		const items = this.list(value, path);
		if (items === undefined) return undefined;
		const texts = items.map((item, i) => {
			if (item === null) return this.#wrong(null, [...path, i], "text");
			return this.text(item, [...path, i]);
		});
		return texts.every((text) => text !== undefined) ? texts : undefined;
	}

	choice<T extends string>(value: Maybe, path: YamlPath, allowed: readonly T[]): T | undefined {
		const text = this.text(value, path);
		if (text === undefined) return undefined;
		const found = allowed.find((name) => name === text);
		if (found === undefined) {
			const suggestion = suggestName(text, allowed);
			const facts = { value: text, where: pathText(path), suggestion, allowed };
			this.problems.push(diagnostic("TFM-YAML-015", facts, this.at(path)));
		}
		return found;
	}

	/** Reports keys that are not known; `where` is how the message calls the mapping. */
	knownKeys(
		mapping: PlainMapping,
		path: YamlPath,
		options: { readonly known: readonly string[]; readonly where: string; readonly severity?: "error" | "warning" },
	): void {
		const { known, where, severity } = options;
		for (const key of Object.keys(mapping)) {
			if (known.includes(key)) continue;
			const facts = { key, where, suggestion: suggestName(key, known), known };
			this.problems.push(diagnostic("TFM-YAML-012", facts, { ...this.at([...path, key], "key"), severity }));
		}
	}

	/** Reports a missing (or empty) key. */
	required(mapping: PlainMapping, path: YamlPath, options: { readonly key: string; readonly where: string }): void {
		const value = own(mapping, options.key);
		if (value !== undefined && value !== null) return;
		this.problems.push(diagnostic("TFM-YAML-014", options, this.at([...path, options.key], "key")));
	}
}
