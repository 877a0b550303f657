/**
 * Rows of unit tests in dbt 1.12's form: CSV read as Python's DictReader reads it, an empty value being null, a row
 * without nulls put first (some databases take a column's type from the first row).
 */
import { CsvScanner } from "../core/csvScanner.ts";
import { diagnostic, TfmError } from "../core/diagnostic.ts";
import type { FixtureRows, Plain } from "../core/node.ts";
import type { FilePlace, FixtureFile, PlainRecord } from "../core/parsed.ts";
import { isRecord } from "./configDefaults.ts";
import { type PythonValue, pythonRepr, WrittenFloat } from "./pythonText.ts";

type Format = FixtureRows["format"];
export const FORMATS: readonly Format[] = ["dict", "csv", "sql"];

export interface RowsSource {
	/** `unit test "x"`, for messages. */
	readonly label: string;
	/** `given` or `expect`: what messages call it. */
	readonly part: string;
	readonly written: PlainRecord;
	/** The seed's text where `written` has neither rows nor a fixture and means a seed. */
	readonly seed: { readonly file: string; readonly text: string } | null;
	readonly findFixture: (name: string) => FixtureFile | undefined;
	readonly at: (path: readonly (string | number)[]) => FilePlace;
	/** A scalar as the file writes it, by its path below `written`. */
	readonly scalarText: ((path: readonly (string | number)[]) => string | undefined) | null;
}

/** Throws TfmError: TFM-UNIT-002 to 005, and what reading a file throws. */
export function readFixtureRows(source: RowsSource): FixtureRows {
	const { label, part, written, at } = source;
	const format = (written.format ?? "dict") as Format;
	if (!FORMATS.includes(format)) {
		const facts = { label, part, format: String(format) };
		throw new TfmError([diagnostic("TFM-UNIT-002", facts, at(["format"]))]);
	}
	const { rows = null } = written;
	const fixture = typeof written.fixture === "string" && written.fixture !== "" ? written.fixture : null;
	if (format === "dict") return dictRows(source, rows, fixture);
	if (fixture === null && typeof rows !== "string") {
		const facts = { label, part, format, expected: format === "csv" ? "a text of CSV" : "a query" };
		throw new TfmError([diagnostic("TFM-UNIT-003", facts, at(rows === null ? [] : ["rows"]))]);
	}
	// dbt renders texts of property files, which takes their last line end, and strips files.
	const inline = () => ({ text: String(rows).replace(/\n$/, ""), file: at([]).at.file });
	const { text, file } = fixture === null ? inline() : fileText(source, fixture);
	if (format === "sql") return { format, rows: text, fixture, code: text };
	const found = csvDictionaries(text, file).map((row) =>
		Object.fromEntries(Object.entries(row).map(([name, value]) => [name, value === "" ? null : value])),
	);
	return finished(format, found, fixture, pythonRows(found));
}

function dictRows(source: RowsSource, rows: Plain, fixture: string | null): FixtureRows {
	const { label, part, at, seed } = source;
	if (rows === null && fixture === null && seed !== null) {
		const found = csvDictionaries(seed.text, seed.file);
		return finished("dict", found, null, pythonRows(found));
	}
	if (!Array.isArray(rows) || !rows.every(isRecord)) {
		const facts = { label, part, format: "dict", expected: "a list of rows, each a mapping of columns to values" };
		throw new TfmError([diagnostic("TFM-UNIT-003", facts, at(rows === null ? [] : ["rows"]))]);
	}
	const list: readonly PlainRecord[] = rows;
	return finished("dict", list, fixture, pythonRows(list, source.scalarText));
}

function finished(
	format: Format,
	rows: readonly PlainRecord[],
	fixture: string | null,
	python: readonly PythonValue[],
): FixtureRows {
	const first = rows.findIndex((row) => Object.values(row).every((value) => value !== null));
	return {
		format,
		rows: firstSwapped(rows, first),
		fixture,
		code: `[${firstSwapped(python, first).map(pythonRepr).join(", ")}]`,
	};
}

function firstSwapped<T>(rows: readonly T[], index: number): readonly T[] {
	if (index < 1) return rows;
	const swapped = [...rows];
	[swapped[0], swapped[index]] = [swapped[index] as T, swapped[0] as T];
	return swapped;
}

/** The rows with `1.0` told from `1`, which SQL shows and comparing by text minds. */
function pythonRows(rows: readonly PlainRecord[], scalarText: RowsSource["scalarText"] = null): readonly PythonValue[] {
	if (scalarText === null) return rows;
	return rows.map((row, i) =>
		Object.fromEntries(
			Object.entries(row).map(([name, value]) => {
				if (typeof value !== "number" || !Number.isInteger(value)) return [name, value];
				const text = scalarText(["rows", i, name]) ?? "0";
				return [name, /^[-+]?[\d_]+$/.test(text) ? value : new WrittenFloat(value)];
			}),
		),
	);
}

function fileText(source: RowsSource, fixture: string): { readonly text: string; readonly file: string } {
	const found = source.findFixture(fixture);
	if (found !== undefined) return { text: found.text().trim(), file: found.file };
	const facts = { label: source.label, fixture };
	throw new TfmError([diagnostic("TFM-UNIT-004", facts, source.at(["fixture"]))]);
}

/** Header and rows as Python's csv.DictReader gives them: empty lines are left out, what a short row lacks is null. */
export function csvDictionaries(text: string, file: string): readonly { readonly [name: string]: string | null }[] {
	const records = [...new CsvScanner(file, ",").take(text, true)].filter(({ raw }) => raw !== "");
	const [header, ...rows] = records;
	if (header === undefined) return [];
	return rows.map(({ values, line }) => {
		if (values.length > header.values.length) {
			const facts = { found: values.length, expected: header.values.length };
			throw new TfmError([diagnostic("TFM-LOAD-004", facts, { at: { file, line, column: 1 } })]);
		}
		return Object.fromEntries(header.values.map((name, i) => [name, values[i] ?? null]));
	});
}
