import { type DiagnosticPlaces, fail } from "../core/diagnostic.ts";
import type { Plain } from "../core/node.ts";
import { suggestName } from "../core/suggestName.ts";
import {
	type IndirectSelection,
	parseCriterion,
	readMethod,
	type SelectorCriterion,
	type SelectorExpression,
} from "./parseSelector.ts";

/** The entries of selectors.yml. */
export interface NamedSelectors {
	readonly definitions: ReadonlyMap<string, SelectorExpression>;
	/** The entry with `default: true`, used where nothing is selected on the command line. */
	readonly byDefault: string | null;
}

export interface DefinitionOptions {
	/** For criteria that do not say `indirect_selection`. */
	readonly indirect: IndirectSelection;
	/** Where a part of the list stands in its file. */
	readonly at: (path: readonly (string | number)[]) => DiagnosticPlaces;
}

type Mapping = { readonly [key: string]: Plain };
const KEYS: readonly string[] = ["name", "description", "default", "definition"];

type Path = readonly (string | number)[];

const isMapping = (value: Plain | undefined): value is Mapping =>
	typeof value === "object" && value !== null && !Array.isArray(value);
const get = (mapping: Mapping, key: string): Plain | undefined =>
	Object.hasOwn(mapping, key) ? mapping[key] : undefined;

/**
 * `selectors:` of selectors.yml (spec 2.4): a definition is text as on the command line, `{method: value}`, a mapping
 * with method, value and relatives, or a union or intersection of definitions, each with one exclusion at most. Throws
 * TFM-SELECT-011 and those of parsing.
 */
export function parseSelectorDefinitions(entries: readonly Plain[], options: DefinitionOptions): NamedSelectors {
	const definitions = new Map<string, SelectorExpression>();
	let byDefault: string | null = null;
	entries.forEach((entry, i) => {
		// Annotated, so that the compiler knows that wrong() does not return.
		const reader: DefinitionReader = new DefinitionReader(options);
		if (!isMapping(entry)) reader.wrong("a selector is a mapping with name and definition", [i]);
		for (const key of Object.keys(entry)) {
			if (KEYS.includes(key)) continue;
			const meant = suggestName(key, KEYS);
			reader.wrong(`a selector has no "${key}"${meant === undefined ? "" : `: did you mean "${meant}"?`}`, [i, key]);
		}
		const name = get(entry, "name");
		if (typeof name !== "string" || name === "") reader.wrong("a selector needs a name", [i]);
		if (definitions.has(name)) reader.wrong(`two selectors are called "${name}"`, [i, "name"]);
		const definition = get(entry, "definition");
		if (definition === undefined) reader.wrong(`the selector "${name}" has no definition`, [i]);
		definitions.set(name, reader.root(definition, [i, "definition"]));
		if (typeof (get(entry, "description") ?? "") !== "string") reader.wrong("description is text", [i, "description"]);
		const isDefault = get(entry, "default") ?? false;
		if (typeof isDefault !== "boolean") reader.wrong("default is true or false", [i, "default"]);
		if (!isDefault) return;
		if (byDefault !== null) reader.wrong(`both "${byDefault}" and "${name}" are the default selector`, [i, "default"]);
		byDefault = name;
	});
	return Object.freeze({ definitions, byDefault });
}

class DefinitionReader {
	readonly #options: DefinitionOptions;

	constructor(options: DefinitionOptions) {
		this.#options = options;
	}

	wrong(problem: string, path: Path): never {
		return fail("TFM-SELECT-011", { problem }, this.#options.at(path));
	}

	root(definition: Plain, path: Path): SelectorExpression {
		if (isMapping(definition)) {
			const sets = ["union", "intersection"].filter((key) => Object.hasOwn(definition, key));
			if (sets.length > 0 && Object.keys(definition).length > 1) {
				this.wrong("a definition holds either one union or one intersection, and nothing beside it", path);
			}
		}
		return this.#read(definition, path);
	}

	#read(definition: Plain, path: Path): SelectorExpression {
		if (typeof definition === "string")
			return parseCriterion(definition, this.#options.indirect, this.#options.at(path));
		if (!isMapping(definition)) return this.wrong("a definition is text or a mapping", path);
		for (const kind of ["union", "intersection"] as const) {
			const parts = get(definition, kind);
			if (parts !== undefined) return this.#set(kind, parts, [...path, kind]);
		}
		return this.#criterion(definition, path);
	}

	#list(value: Plain, path: Path): readonly Plain[] {
		return Array.isArray(value) ? (value as readonly Plain[]) : this.wrong(`${path.at(-1)} must be a list`, path);
	}

	#set(kind: "union" | "intersection", value: Plain, path: Path): SelectorExpression {
		const parts: SelectorExpression[] = [];
		let excluded: SelectorExpression | undefined;
		this.#list(value, path).forEach((part, i) => {
			const exclude = isMapping(part) ? get(part, "exclude") : undefined;
			if (exclude === undefined) parts.push(this.#read(part, [...path, i]));
			else if (excluded !== undefined) this.wrong(`one ${kind} can have one exclude only`, [...path, i]);
			else excluded = this.#exclusion(exclude, [...path, i, "exclude"]);
		});
		return without({ kind, parts, indirect: "eager", expected: null }, excluded);
	}

	#exclusion(value: Plain, path: Path): SelectorExpression {
		const parts = this.#list(value, path).map((part, i) => this.#read(part, [...path, i]));
		return { kind: "union", parts, indirect: "eager", expected: null };
	}

	#criterion(definition: Mapping, path: Path): SelectorExpression {
		const keys = Object.keys(definition);
		const [only] = keys;
		const short = keys.length === 1 && only !== undefined;
		const method = short ? only : get(definition, "method");
		const value = short ? get(definition, only) : get(definition, "value");
		if (typeof method !== "string" || value === undefined) {
			return this.wrong(`a definition has one key, or method and value; here are: ${keys.join(", ")}`, path);
		}
		if (value === null && !method.startsWith("config.")) this.wrong(`${method} needs a value`, path);
		const raw = `${method}:${String(value)}`;
		const flag = (key: string): boolean => !short && Boolean(get(definition, key));
		const criterion: SelectorCriterion = {
			kind: "criterion",
			raw,
			...readMethod(method, raw, this.#options.at(path)),
			value,
			family: flag("childrens_parents"),
			parents: flag("parents") ? this.#depth(definition, "parents_depth", path) : 0,
			children: flag("children") ? this.#depth(definition, "children_depth", path) : 0,
			indirect: short ? this.#options.indirect : this.#indirect(definition, path),
		};
		if (criterion.family && criterion.children > 0) {
			this.wrong("childrens_parents and children do not go together: the first includes the second", path);
		}
		const exclude = short ? undefined : get(definition, "exclude");
		return without(criterion, exclude === undefined ? undefined : this.#exclusion(exclude, [...path, "exclude"]));
	}

	#depth(definition: Mapping, key: string, path: Path): number {
		const depth = get(definition, key);
		if (depth === undefined || depth === null || depth === 0) return Number.POSITIVE_INFINITY;
		const steps = Number(depth);
		return Number.isInteger(steps) && steps > 0 ? steps : this.wrong(`${key} must be a whole number`, [...path, key]);
	}

	#indirect(definition: Mapping, path: Path): IndirectSelection {
		const given = get(definition, "indirect_selection");
		const written = given === undefined ? this.#options.indirect : given;
		const known = (["eager", "cautious", "buildable", "empty"] as const).find((mode) => mode === written);
		return (
			known ?? this.wrong("indirect_selection is eager, cautious, buildable or empty", [...path, "indirect_selection"])
		);
	}
}

const without = (base: SelectorExpression, excluded: SelectorExpression | undefined): SelectorExpression =>
	excluded === undefined ? base : { kind: "difference", parts: [base, excluded], indirect: "eager", expected: null };
