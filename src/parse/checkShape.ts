import { type Diagnostic, diagnostic } from "../core/diagnostic.ts";
import type { Plain } from "../core/node.ts";
import type { FilePlace, PlainRecord } from "../core/parsed.ts";
import { suggestName } from "../core/suggestName.ts";
import { CLOSED, OPEN, SECTIONS } from "./propertyShapes.ts";
import type { Fields, Shape } from "./shape.ts";

export type EntryPath = readonly (string | number)[];

/** Where the checker reports to, and how it finds places. */
export interface ShapeReport {
	readonly problems: Diagnostic[];
	readonly warnings: Diagnostic[];
	readonly at: (path: EntryPath, part?: "key" | "value") => FilePlace;
}

const isRecord = (value: Plain): value is PlainRecord =>
	typeof value === "object" && value !== null && !Array.isArray(value);

/** `a list`, `a text`: what a value is, in a user's words. */
export function nameShape(value: Plain | undefined): string {
	if (value === null || value === undefined) return "empty";
	if (Array.isArray(value)) return "a list";
	if (typeof value === "object") return "a mapping";
	if (typeof value === "string")
		return value === "" ? "an empty text" : `the text "${value.length > 40 ? `${value.slice(0, 39)}…` : value}"`;
	return String(value);
}

/**
 * Checks one mapping against a table of fields. Null counts as absent. `where` names the mapping in messages
 * (`model "orders"`); `path` leads to it from the entry.
 */
export function checkFields(
	record: PlainRecord,
	fields: Fields,
	where: string,
	path: EntryPath,
	report: ShapeReport,
): void {
	for (const key of Object.keys(record)) {
		const shape = Object.hasOwn(fields, key) ? fields[key] : undefined;
		if (shape === undefined) {
			if (!OPEN.has(fields)) tellUnknown(key, fields, where, [...path, key], report);
			continue;
		}
		const value = record[key] ?? null;
		const refusesNull = shape === "name list" && Object.hasOwn(record, key);
		if (value === null && !refusesNull) continue;
		// What fits has no place to tell.
		if (typeof shape === "string" && fits(value, shape)) continue;
		checkValue({ value, shape, where, key, path: [...path, key] }, report);
	}
	if (isSet(record.tests) && isSet(record.data_tests))
		report.problems.push(diagnostic("TFM-PARSE-010", { where }, report.at([...path, "tests"], "key")));
	const config = record.config ?? null;
	if (!isRecord(config)) return;
	for (const key of ["meta", "docs", "group", "contract", "access"])
		if (Object.hasOwn(record, key) && Object.hasOwn(fields, key) && Object.hasOwn(config, key) && !isColumnLike(fields))
			report.problems.push(diagnostic("TFM-PARSE-011", { key, where }, report.at([...path, key], "key")));
}

const isSet = (value: Plain | undefined): boolean => Array.isArray(value) && value.length > 0;

/** Columns merge `meta` and `config.meta`; sources and macros do too (dbt). */
const isColumnLike = (fields: Fields): boolean =>
	fields === SECTIONS.macros || Object.hasOwn(fields, "granularity") || Object.hasOwn(fields, "loaded_at_field");

function tellUnknown(key: string, fields: Fields, where: string, path: EntryPath, report: ShapeReport): void {
	const suggestion = suggestName(key, Object.keys(fields));
	if (CLOSED.has(fields)) {
		report.problems.push(diagnostic("TFM-PARSE-074", { key, where, suggestion }, report.at(path, "key")));
		return;
	}
	report.warnings.push(
		diagnostic("TFM-PARSE-005", { key, where, suggestion }, { ...report.at(path, "key"), severity: "warning" }),
	);
}

interface Subject {
	readonly value: Plain;
	readonly shape: Shape;
	readonly where: string;
	readonly key: string;
	readonly path: EntryPath;
}

const EXPECTED: { readonly [shape: string]: string } = {
	text: "a text",
	flag: "true or false",
	map: "a mapping",
	list: "a list",
	tests: "a list of tests",
	names: "a name or a list of names",
	"name list": "a list of names",
};

function fits(value: Plain, shape: string): boolean {
	switch (shape) {
		case "text":
			return typeof value !== "object";
		case "flag":
			// A text may be a template that rendering could not decide yet.
			return typeof value === "boolean" || (typeof value === "string" && value.includes("{{"));
		case "map":
			return isRecord(value);
		case "list":
		case "tests":
			return Array.isArray(value);
		case "names":
			return typeof value === "string" || fits(value, "name list");
		case "name list":
			return Array.isArray(value) && value.every((v) => typeof v === "string");
		default:
			return true;
	}
}

function checkValue({ value, shape, where, key, path }: Subject, report: ShapeReport): void {
	const wrong = (what: string, expected: string, found: Plain, at: EntryPath): void => {
		report.problems.push(
			diagnostic("TFM-PARSE-006", { where: what, expected, found: nameShape(found) }, report.at(at)),
		);
	};
	if (typeof shape === "string") {
		if (!fits(value, shape)) wrong(`"${key}" of ${where}`, EXPECTED[shape] ?? shape, value, path);
		return;
	}
	if ("fields" in shape) {
		if (!isRecord(value)) wrong(`"${key}" of ${where}`, "a mapping", value, path);
		else checkFields(value, shape.fields, `${key} of ${where}`, path, report);
		return;
	}
	if (Array.isArray(value)) checkItems({ items: value, fields: shape.items, where, key, path }, report);
	else wrong(`"${key}" of ${where}`, "a list", value, path);
}

interface Items {
	readonly items: readonly Plain[];
	readonly fields: Fields;
	readonly where: string;
	readonly key: string;
	readonly path: EntryPath;
}

const SINGULAR: { readonly [key: string]: string } = {
	columns: "column",
	tables: "table",
	versions: "version",
	arguments: "argument",
	metrics: "metric",
	entities: "entity",
	dimensions: "dimension",
	measures: "measure",
	exports: "export",
};

function checkItems({ items, fields, where, key, path }: Items, report: ShapeReport): void {
	const noun = SINGULAR[key] ?? key;
	items.forEach((item, i) => {
		if (!isRecord(item)) {
			const facts = { where: `a ${noun} of ${where}`, expected: "a mapping with a name", found: nameShape(item) };
			report.problems.push(diagnostic("TFM-PARSE-006", facts, report.at([...path, i])));
			return;
		}
		const nameKey = key === "versions" ? "v" : "name";
		const name = item[nameKey] ?? null;
		const unnamed = key === "columns" && ("include" in item || "exclude" in item) && Object.hasOwn(fields, "include");
		if (name === null && !unnamed)
			report.problems.push(
				diagnostic("TFM-PARSE-007", { where: `a ${noun} of ${where}`, key: nameKey }, report.at([...path, i])),
			);
		checkFields(item, fields, `${noun} "${name === null ? i + 1 : String(name)}" of ${where}`, [...path, i], report);
	});
}
