/**
 * Names of generic tests (dbt's rules, spec 2.9). The full name and a hash of the definition make the unique id; a
 * name too long for a relation is cut and hashed for the alias and the file.
 */
import { hash } from "node:crypto";
import { sortTexts } from "../core/sortTexts.ts";
import { type PythonValue, pythonRepr, pythonStr, WrittenFloat } from "./pythonText.ts";

const md5 = (text: string): string => hash("md5", text, "hex");

export type TestArguments = { readonly [name: string]: PythonValue };

export interface TestNames {
	/** In the unique id and the fqn. */
	readonly full: string;
	/** File name and alias: the full name where it is shorter than 64 characters. */
	readonly short: string;
}

const LONGEST = 64;
const KEPT = 30;

const partsOf = (value: PythonValue): readonly PythonValue[] | null => {
	if (Array.isArray(value)) return value as readonly PythonValue[];
	if (typeof value === "object" && value !== null && !(value instanceof WrittenFloat))
		return Object.values(value as TestArguments);
	return null;
};

const namePart = (value: PythonValue): string => pythonStr(value).replace(/[^0-9a-zA-Z_]+/g, "_");

/** `test` is `[namespace_][source_]name`; `target` the model, with `_v<version>`, or `<source>_<table>`. */
export function nameTest(test: string, target: string, args: TestArguments): TestNames {
	const identifier = `${test}_${target}`;
	let full = identifier;
	let between = "_";
	for (const name of sortTexts(Object.keys(args))) {
		if (name === "model") continue;
		const value = args[name] ?? null;
		for (const part of partsOf(value) ?? [value]) {
			full += between + namePart(part);
			between = "__";
		}
	}
	if (between === "_") full += "_";
	// Python counts characters, JavaScript halves of them.
	const halves = full.length >= LONGEST && HALF.test(full);
	const length = halves ? [...full].length : full.length;
	if (length < LONGEST) return { full, short: full };
	const kept = halves ? [...identifier].slice(0, KEPT).join("") : identifier.slice(0, KEPT);
	return { full, short: `${kept}_${md5(full)}` };
}

/** A character that JavaScript counts as two. */
const HALF = /[\ud800-\udfff]/;

const byCodePoint = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** YAML's whole numbers are numbers to Python, and sorted as such; all other keys are texts. */
function byKey(a: string, b: string): number {
	const [first, second] = [isWhole(a), isWhole(b)];
	if (first && second) return Number(a) - Number(b);
	if (first !== second) return first ? -1 : 1;
	return byCodePoint(a, b);
}

/** Nearly all begin with a letter: the expression is for the others. */
const isWhole = (key: string): boolean => key.charCodeAt(0) <= NINE && /^(?:0|[1-9]\d*)$/.test(key);

const NINE = "9".charCodeAt(0);

/** What dbt hashes: Python's repr() of the value with its keys sorted and every scalar as its text. */
function hashable(value: PythonValue): string {
	if (Array.isArray(value)) return `[${value.map((item: PythonValue) => hashable(item)).join(", ")}]`;
	if (typeof value !== "object" || value === null || value instanceof WrittenFloat) return pythonRepr(pythonStr(value));
	const record = value as TestArguments;
	const keys = Object.keys(record);
	let text = "";
	for (const key of keys.some(isWhole) ? keys.sort(byKey) : sortTexts(keys))
		text += `${text === "" ? "" : ", "}${pythonRepr(key)}: ${hashable(record[key] ?? null)}`;
	return `{${text}}`;
}

/** The last ten digits of the unique id. */
export function hashTest(
	fullName: string,
	metadata: { readonly namespace: string | null; readonly name: string; readonly kwargs: TestArguments },
): string {
	const { kwargs, name, namespace } = metadata;
	const definition = `{'kwargs': ${hashable(kwargs)}, 'name': ${hashable(name)}, 'namespace': ${hashable(namespace)}}`;
	return md5(`${fullName}${definition}`).slice(-10);
}
