/** Rows of a query as templates see them: dbt's agate table. */
import { fail } from "../../core/diagnostic.ts";
import type { CellValue, ResultTable } from "../../core/resultTable.ts";
import {
	type Arguments,
	bindArguments,
	HostFunction,
	HostObject,
	PyDecimal,
	PyDict,
	PySet,
	PyTuple,
	sliceOf,
	toJson,
	toText,
	truthy,
	type Value,
} from "../../jinja/jinja.ts";
import { iterableItems } from "./iterableItems.ts";
import { joined, joinKeys, mergedTables } from "./joinTables.ts";
import { MappedSequence } from "./mappedSequence.ts";
import { REFUSED_METHODS } from "./refusedMethods.ts";
import { denormalized, homogenized, normalized, pivoted } from "./reshapeTable.ts";
import { cellValue, type TableContent, TYPE_NAMES, TypeObject } from "./tableContent.ts";
import { TableSet } from "./tableSet.ts";
import { csvText, htmlText, jsonCells, type PrintOptions, structureText, tableText, uniqueNames } from "./tableText.ts";

class TableColumn extends MappedSequence {
	readonly name: string;
	readonly dataType: TypeObject;
	readonly index: number;

	constructor(index: number, name: string, dataType: TypeObject, items: readonly Value[]) {
		super("Column", items, null);
		this.index = index;
		this.name = name;
		this.dataType = dataType;
	}

	override attribute(name: string): Value {
		switch (name) {
			case "name":
				return this.name;
			case "index":
				return this.index;
			case "data_type":
				return this.dataType;
			case "values_distinct":
				return new HostFunction(name, () => PyTuple.fromItems(PySet.from([...this.items]).iterate()));
			case "values_without_nulls":
				return new HostFunction(name, () => PyTuple.fromItems(this.items.filter((item) => item !== null)));
			case "values_sorted":
				return new HostFunction(name, () => [...this.items].sort(compareCells));
			case "values_without_nulls_sorted":
				return new HostFunction(name, () => this.items.filter((item) => item !== null).sort(compareCells));
		}
		return super.attribute(name);
	}
}

/** Nulls last, as agate sorts. */
function compareCells(a: Value, b: Value): number {
	if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
	if (a instanceof HostObject) return a.compare?.(b) ?? 0;
	const x = a instanceof PyDecimal ? Number(a.text) : a;
	const y = b instanceof PyDecimal ? Number(b.text) : b;
	return x === y ? 0 : (x as number) < (y as number) ? -1 : 1;
}

export class TableObject extends HostObject {
	readonly typeName = "Table";
	readonly content: TableContent;
	readonly #write: (text: string) => void;
	#rows: MappedSequence | null = null;
	#columns: MappedSequence | null = null;

	constructor(content: TableContent, write: (text: string) => void) {
		super();
		this.content = content;
		this.#write = write;
	}

	/** The same columns with their types. */
	withoutRows(): TableObject {
		return new TableObject({ ...this.content, rows: [], rowNames: null }, this.#write);
	}

	get rows(): MappedSequence {
		const { names, rows } = this.content;
		this.#rows ??= new MappedSequence(
			"MappedSequence",
			rows.map((row) => new MappedSequence("Row", row, names)),
			this.content.rowNames ?? null,
		);
		return this.#rows;
	}

	get columns(): MappedSequence {
		const { names, types, rows } = this.content;
		this.#columns ??= new MappedSequence(
			"MappedSequence",
			names.map((name, i) => {
				const cells = rows.map((row) => row[i]);
				return new TableColumn(i, name, types[i] ?? new TypeObject("Text"), cells);
			}),
			names,
		);
		return this.#columns;
	}

	override length(): number {
		return this.content.rows.length;
	}

	/** As in agate, a table without rows is false. */
	override truth(): boolean {
		return this.content.rows.length > 0;
	}

	override iterate(): Iterable<Value> {
		return this.rows.items;
	}

	override item(key: Value): Value {
		return this.rows.item(key);
	}

	override attribute(name: string): Value {
		const { names, types } = this.content;
		switch (name) {
			case "rows":
				return this.rows;
			case "columns":
				return this.columns;
			case "column_names":
				return PyTuple.fromItems(names);
			case "column_types":
				return PyTuple.fromItems(types);
			case "row_names":
				return this.content.rowNames == null ? null : PyTuple.fromItems(this.content.rowNames);
		}
		const method = METHODS.get(name);
		return method === undefined ? undefined : new HostFunction(name, (args) => method(this, args));
	}

	print(text: string): Value {
		this.#write(text);
		return null;
	}

	of(content: TableContent): TableObject {
		return new TableObject(content, this.#write);
	}

	/** The rows at these positions. */
	withRows(at: readonly number[]): TableObject {
		const { rows, rowNames } = this.content;
		return this.with({
			rows: at.map((i) => rows[i] ?? []),
			...(rowNames == null ? {} : { rowNames: at.map((i) => rowNames[i] ?? null) }),
		});
	}

	/** Positions of the rows that a test of a template is true of. Errors: JINJA-012. */
	passing(test: Value): number[] {
		if (!(test instanceof HostObject) || test.call === undefined)
			return fail("TFM-JINJA-012", { problem: "where() and find() need a macro of one argument" });
		return this.rows.items.flatMap((row, i) =>
			truthy(test.call?.({ positional: [row], keyword: new Map() })) ? [i] : [],
		);
	}

	with(changes: Partial<TableContent>): TableObject {
		return new TableObject({ ...this.content, ...changes }, this.#write);
	}

	/** Position of a column by name. Errors: JINJA-015. */
	position(name: Value): number {
		const i = typeof name === "number" ? name : this.content.names.indexOf(toText(name));
		return i >= 0 ? i : fail("TFM-JINJA-015", { problem: `no column named ${toText(name)}`, kind: "key" });
	}

	pick(positions: readonly number[]): TableObject {
		const { names, types, rows } = this.content;
		return this.with({
			names: positions.map((i) => names[i] ?? ""),
			types: positions.map((i) => types[i] ?? new TypeObject("Text")),
			rows: rows.map((row) => positions.map((i) => row[i])),
		});
	}

	override toText(): string {
		return structureText(this.content);
	}

	override asSequence(): PyTuple {
		return this.rows.asSequence();
	}

	override toPlainValue(): Value {
		return this.rows.items.map((row) => (row as MappedSequence).asDict());
	}
}

/** A name, or several. */
const listOf = (value: Value): Value[] =>
	typeof value === "string" || typeof value === "number" ? [value] : iterableItems(value);

type Method = (table: TableObject, args: Arguments) => Value;

const print =
	(name: string, text: (table: TableContent, options: PrintOptions) => string): Method =>
	(table, args) => {
		const given = bindArguments(name, ["max_rows?", "max_columns?", "output?", "max_column_width?", "**rest"], args);
		const limit = (value: Value, usual: number) => (value === null ? Number.POSITIVE_INFINITY : Number(value ?? usual));
		return table.print(
			text(table.content, {
				rows: limit(given.max_rows, 20),
				columns: limit(given.max_columns, 6),
				width: limit(given.max_column_width, 20),
				places: limit(args.keyword.get("max_precision"), 3),
			}),
		);
	};

const METHODS: ReadonlyMap<string, Method> = new Map<string, Method>([
	["print_table", print("print_table", tableText)],
	["print_html", print("print_html", htmlText)],
	["print_structure", (table) => table.print(structureText(table.content).trimEnd())],
	[
		"print_json",
		(table) => table.print(toJson(table.with({ rows: table.content.rows.map(jsonCells) }).toPlainValue())),
	],
	["print_csv", (table) => table.print(csvText(table.content))],
	["select", (table, args) => table.pick(listOf(args.positional[0]).map((name) => table.position(name)))],
	[
		"exclude",
		(table, args) => {
			const gone = new Set(listOf(args.positional[0]));
			return table.pick(table.content.names.flatMap((name, i) => (gone.has(name) ? [] : [i])));
		},
	],
	[
		"limit",
		(table, args) => {
			const { start_or_stop: start, stop, step } = bindArguments("limit", ["start_or_stop?", "stop?", "step?"], args);
			const bounds = truthy(stop) || truthy(step) ? [start, stop, step] : [null, start, null];
			const at = sliceOf(
				table.content.rows.map((_, i) => i),
				...(bounds.map((bound) => (bound == null ? null : Number(bound))) as [
					number | null,
					number | null,
					number | null,
				]),
			);
			return table.withRows(at as number[]);
		},
	],
	["where", (table, { positional: [test] }) => table.withRows(table.passing(test))],
	["find", (table, { positional: [test] }) => table.rows.items[table.passing(test)[0] ?? -1] ?? null],
	[
		"order_by",
		(table, args) => {
			const { key, reverse } = bindArguments("order_by", ["key", "reverse?"], args);
			const keyOf = sortKey(table, key);
			const order = (a: readonly Value[], b: readonly Value[]) =>
				a.map((value, i) => compareCells(value ?? null, b[i] ?? null)).find((c) => c !== 0) ?? 0;
			const keys = table.rows.items.map(keyOf);
			const sign = truthy(reverse) ? -1 : 1;
			const sorted = keys.map((_, i) => i).sort((a, b) => sign * order(keys[a] ?? [], keys[b] ?? []));
			return table.withRows(sorted);
		},
	],
	[
		"distinct",
		(table, { positional: [key] }) => {
			const keys = key == null ? table.content.names.map((_, i) => i) : listOf(key).map((name) => table.position(name));
			const seen = new PyDict();
			const first = table.content.rows.flatMap((row, i) => {
				const values = PyTuple.fromItems(keys.map((k) => row[k] ?? null));
				if (seen.has(values)) return [];
				seen.set(values, true);
				return [i];
			});
			return table.withRows(first);
		},
	],
	[
		"group_by",
		(table, args) => {
			const { key, key_name: name } = bindArguments("group_by", ["key", "key_name?", "**rest"], args);
			const groups = new PyDict();
			const groupOf = groupKey(table, key);
			for (const [i, row] of table.content.rows.entries()) {
				const group = groupOf(row);
				const known = groups.get(group);
				if (Array.isArray(known)) known.push(i);
				else groups.set(group, [i]);
			}
			const byFunction = key instanceof HostObject && key.call !== undefined;
			const at = byFunction ? -1 : table.position(key);
			return new TableSet(
				groups.items().map(([group, at]) => [group, table.withRows(at as number[])]),
				{
					name: toText(name ?? table.content.names[at] ?? "group"),
					type: table.content.types[at] ?? new TypeObject("Text"),
				},
				table,
			);
		},
	],
	[
		"merge",
		// A static method in agate: the table that it is called on is not one of them.
		(table, args) => {
			const { tables, column_names: columns } = bindArguments("merge", ["tables", "row_names?", "column_names?"], args);
			const merged = iterableItems(tables).flatMap((other) => (other instanceof TableObject ? [other.content] : []));
			return table.of(mergedTables(merged, columns == null ? null : listOf(columns).map(toText)));
		},
	],
	[
		"join",
		(table, args) => {
			const spec = ["right_table", "left_key?", "right_key?", "inner?", "full_outer?", "require_match?", "columns?"];
			const given = bindArguments("join", spec, args);
			const { right_table: right, left_key: key, columns } = given;
			if (!(right instanceof TableObject)) return fail("TFM-JINJA-012", { problem: "join() needs a table" });
			const positions = (of: TableObject, keys: Value) =>
				key == null ? null : listOf(keys).map((name) => of.position(name));
			const rightKeys = positions(right, given.right_key ?? key);
			return table.of(
				joined(table.content, right.content, {
					left: joinKeys(table.content, positions(table, key)),
					right: joinKeys(right.content, rightKeys),
					rightKeys: rightKeys ?? [],
					kind: truthy(given.full_outer) ? "full" : truthy(given.inner) ? "inner" : "left",
					required: truthy(given.require_match),
					columns: columns == null ? null : listOf(columns).map(toText),
				}),
			);
		},
	],
	[
		"rename",
		(table, args) => {
			const given = bindArguments(
				"rename",
				["column_names?", "row_names?", "slug_columns?", "slug_rows?", "**rest"],
				args,
			);
			const renamed = (renames: Value, known: readonly Value[]): readonly Value[] =>
				renames == null
					? known
					: renames instanceof PyDict
						? known.map((name) => renames.get(name) ?? name)
						: listOf(renames);
			const columns = renamed(given.column_names, table.content.names).map(toText);
			const rows = table.content.rowNames ?? (given.row_names == null ? null : []);
			const rowNames = rows === null ? null : renamed(given.row_names, rows);
			return table.with({
				names: truthy(given.slug_columns) ? slugs(columns) : columns,
				rowNames: rowNames !== null && truthy(given.slug_rows) ? slugs(rowNames.map(toText)) : rowNames,
			});
		},
	],
	[
		"pivot",
		(table, args) => {
			const spec = ["key?", "pivot?", "aggregation?", "computation?", "default_value?", "key_name?"];
			const { key, pivot, default_value: zero, key_name: name } = bindArguments("pivot", spec, args);
			return table.of(
				pivoted(table.content, {
					keys: key == null ? [] : listOf(key).map((column) => table.position(column)),
					pivot: pivot == null ? null : table.position(pivot),
					name: name == null ? null : toText(name),
					zero: zero === undefined ? new PyDecimal("0") : zero,
				}),
			);
		},
	],
	[
		"normalize",
		(table, args) => {
			const spec = ["key", "properties", "property_column?", "value_column?", "**rest"];
			const {
				key,
				properties,
				property_column: property,
				value_column: value,
			} = bindArguments("normalize", spec, args);
			const positions = (columns: Value) => listOf(columns).map((column) => table.position(column));
			const names = [toText(property ?? "property"), toText(value ?? "value")] as const;
			return table.of(normalized(table.content, { keys: positions(key), properties: positions(properties), names }));
		},
	],
	[
		"denormalize",
		(table, args) => {
			const spec = ["key?", "property_column?", "value_column?", "default_value?", "**rest"];
			const given = bindArguments("denormalize", spec, args);
			return table.of(
				denormalized(table.content, {
					keys: given.key == null ? [] : listOf(given.key).map((column) => table.position(column)),
					property: table.position(given.property_column ?? "property"),
					value: table.position(given.value_column ?? "value"),
					missing: given.default_value,
				}),
			);
		},
	],
	[
		"homogenize",
		(table, args) => {
			const given = bindArguments("homogenize", ["key", "compare_values", "default_row?"], args);
			const keys = listOf(given.key).map((column) => table.position(column));
			const wanted = iterableItems(given.compare_values).map((value) => (Array.isArray(value) ? [...value] : [value]));
			const defaults = given.default_row == null ? null : iterableItems(given.default_row);
			return table.of(homogenized(table.content, { keys, wanted, defaults }));
		},
	],
	...[...REFUSED_METHODS].map(([name, reason]): [string, Method] => [
		name,
		() => fail("TFM-REF-013", { callee: `${name}()`, reason }),
	]),
]);

/** What a row is sorted by. */
const sortKey = (table: TableObject, key: Value): ((row: Value) => Value[]) => {
	if (key instanceof HostObject && key.call !== undefined)
		return (row) => [key.call?.({ positional: [row], keyword: new Map() }) ?? null];
	const positions = listOf(key).map((name) => table.position(name));
	return (row) => positions.map((i) => (row as MappedSequence).items[i] ?? null);
};

/** Names in lower case, of letters, digits and underscores, each of its own. */
const slugs = (names: readonly string[]): string[] =>
	uniqueNames(
		names.map((name) => {
			const plain = name.normalize("NFKD").replaceAll(/\p{M}/gu, "").toLowerCase();
			return plain
				.replaceAll(/['"]/g, "")
				.replaceAll(/[^a-z0-9]+/g, "_")
				.replaceAll(/^_+|_+$/g, "");
		}),
	);

const groupKey = (table: TableObject, key: Value): ((row: readonly Value[]) => Value) => {
	if (key instanceof HostObject && key.call !== undefined)
		return (row) =>
			key.call?.({ positional: [new MappedSequence("Row", row, table.content.names)], keyword: new Map() });
	const i = table.position(key);
	return (row) => row[i];
};

/** A result as dbt makes a table of it: a column that holds nothing has the first type that it tries. */
export function tableFrom(table: ResultTable, write: (text: string) => void): TableObject {
	const rows = table.rows.map((row) =>
		row.map((cell, i) => cellValue(cell, table.columns[i] ?? { family: "text", type: "text" })),
	);
	const types = table.columns.map((column, i) =>
		rows.every((row) => row[i] === null) ? "Integer" : TYPE_NAMES[column.family],
	);
	// Two columns of one name: the second is `a_2` (dbt).
	const names = uniqueNames(table.columns.map((column) => column.name));
	return new TableObject({ names, types: types.map((type) => new TypeObject(type)), rows }, write);
}

const COLUMN_TYPES: Readonly<Record<string, string>> = {
	Integer: "integer",
	Boolean: "boolean",
	DateTime: "timestamp without time zone",
	Date: "date",
	TimeDelta: "time",
};

/** dbt's column type for what a column of a table holds: numbers without decimals are integers. */
export function columnTypeFor(table: TableObject, column: number): string {
	const type = table.content.types[column]?.typeName ?? "Text";
	if (type !== "Number") return COLUMN_TYPES[type] ?? "text";
	const hasDecimals = ({ text }: PyDecimal) => /\.\d*[1-9]/.test(text);
	const cells = table.content.rows.map((row) => row[column] ?? null);
	return cells.some((cell) => cell instanceof PyDecimal && hasDecimals(cell)) ? "float8" : "integer";
}

/** The cells of a table as an adapter gives them; none of anything else. */
export const cellsOf = (value: Value): readonly (readonly CellValue[])[] =>
	value instanceof TableObject
		? value.content.rows.map((row) => row.map((cell) => (isCell(cell) ? cell : toText(cell))))
		: [];

const isCell = (value: Value): value is CellValue =>
	value === null || typeof value === "boolean" || typeof value === "number" || typeof value === "string";

export const emptyTable = (write: (text: string) => void): TableObject =>
	new TableObject({ names: [], types: [], rows: [] }, write);
