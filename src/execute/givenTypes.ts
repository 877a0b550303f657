/** Columns of something that no database holds: as far as YAML and the rows of unit tests tell them. */
import type { Manifest } from "../core/manifest.ts";
import type { ColumnSpec, NodeId, Plain, UnitTestNode } from "../core/node.ts";

export interface GuessedColumn {
	readonly name: string;
	readonly type: string;
}

/** All rows that unit tests give for a node, those of `first` before the others. */
function givenRows(manifest: Manifest, id: NodeId, first: UnitTestNode): readonly { readonly [name: string]: Plain }[] {
	const tests = [first, ...[...manifest.unitTests.values()].filter((test) => test !== first)];
	return tests.flatMap(({ given }) =>
		given.flatMap(({ node, format, rows }) =>
			node === id && format !== "sql" && Array.isArray(rows) ? (rows as { readonly [name: string]: Plain }[]) : [],
		),
	);
}

const INTEGER = /^[+-]?\d{1,9}$/;
const LONG = /^[+-]?\d{10,18}$/;
const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const DATE = /^\d{4}-\d\d-\d\d$/;
const TIMESTAMP = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?$/;
const ZONED = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?\s*(?:Z|[+-]\d\d(?::?\d\d)?)$/;

/** Each holds every value of those before it of its kind. */
const NUMBERS = ["integer", "bigint", "numeric"];
const TIMES = ["date", "timestamp", "timestamp with time zone"];

function typeOf(value: Plain, fromCsv: boolean): string {
	if (typeof value === "boolean") return "boolean";
	if (typeof value === "object") return "jsonb";
	const text = String(value);
	if (typeof value === "number" || fromCsv) {
		if (INTEGER.test(text)) return "integer";
		if (LONG.test(text)) return "bigint";
		if (DECIMAL.test(text)) return "numeric";
		if (fromCsv && /^(?:true|false)$/i.test(text)) return "boolean";
	}
	if (DATE.test(text)) return "date";
	if (TIMESTAMP.test(text)) return "timestamp";
	return ZONED.test(text) ? "timestamp with time zone" : "text";
}

/** The narrowest type that holds all values; text where there are none or they do not agree. */
export function typeOfValues(values: readonly Plain[], fromCsv = false): string {
	const types = new Set(values.filter((value) => value !== null).map((value) => typeOf(value, fromCsv)));
	const [only] = types;
	if (only !== undefined && types.size === 1) return only;
	for (const family of [NUMBERS, TIMES])
		if (types.size > 0 && [...types].every((type) => family.includes(type)))
			return family.findLast((type) => types.has(type)) ?? "text";
	return "text";
}

/**
 * Inferred columns, then declared ones, in their order, then those that only rows have. A declared type comes before an
 * inferred one, and that before the values. Empty where nothing is known.
 */
export function guessColumns(
	manifest: Manifest,
	id: NodeId,
	declared: { readonly [name: string]: ColumnSpec },
	test: UnitTestNode,
	inferred: readonly { readonly name: string; readonly type?: string }[] = [],
): readonly GuessedColumn[] {
	const rows = givenRows(manifest, id, test);
	const values = new Map<string, Plain[]>();
	for (const { name } of [...inferred, ...Object.values(declared)]) values.set(name.toLowerCase(), []);
	for (const row of rows)
		for (const [name, value] of Object.entries(row)) {
			const list = values.get(name.toLowerCase());
			if (list === undefined) values.set(name.toLowerCase(), [value]);
			else list.push(value);
		}
	const types = new Map(inferred.map(({ name, type }) => [name.toLowerCase(), type ?? null]));
	for (const { name, data_type } of Object.values(declared))
		if (data_type !== null) types.set(name.toLowerCase(), data_type);
	const texts =
		rows.length > 0 && rows.every((row) => Object.values(row).every((v) => v === null || typeof v === "string"));
	return [...values].map(([name, given]) => ({ name, type: types.get(name) ?? typeOfValues(given, texts) }));
}
