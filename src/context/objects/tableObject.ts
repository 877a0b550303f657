/** Rows of a query as templates see them: dbt's agate table. */
import { fail } from "../../core/diagnostic.ts";
import type { CellValue, ResultTable } from "../../core/resultTable.ts";
import {
	type Arguments,
	bindArguments,
	equals,
	HostFunction,
	HostObject,
	PyDecimal,
	PyDict,
	PySet,
	PyTuple,
	toJson,
	toText,
	truthy,
	type Value,
} from "../../jinja/jinja.ts";
import { iterableItems } from "./iterableItems.ts";
import { MappedSequence } from "./mappedSequence.ts";
import { cellValue, type TableContent, TYPE_NAMES, TypeObject } from "./tableContent.ts";
import { csvText, jsonCells, tableText } from "./tableText.ts";

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

	get rows(): MappedSequence {
		const { names, rows } = this.content;
		this.#rows ??= new MappedSequence(
			"MappedSequence",
			rows.map((row) => new MappedSequence("Row", row, names)),
			null,
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
				return null;
		}
		const method = METHODS.get(name);
		return method === undefined ? undefined : new HostFunction(name, (args) => method(this, args));
	}

	print(text: string): Value {
		this.#write(text);
		return null;
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
		const lines = this.content.names.map((name, i) => `| ${name} | ${this.content.types[i]?.typeName ?? ""} |`);
		return ["| column | data_type |", "| ------ | --------- |", ...lines].join("\n");
	}

	override toPlainValue(): Value {
		return this.rows.items.map((row) => (row as MappedSequence).asDict());
	}
}

const names = (value: Value): Value[] => (typeof value === "string" ? [value] : iterableItems(value));

const METHODS: ReadonlyMap<string, (table: TableObject, args: Arguments) => Value> = new Map<
	string,
	(table: TableObject, args: Arguments) => Value
>([
	[
		"print_table",
		(table, args) => {
			const given = bindArguments("print_table", ["max_rows?", "max_columns?", "**rest"], args);
			return table.print(tableText(table.content, given.max_rows, given.max_columns));
		},
	],
	[
		"print_json",
		(table) => table.print(toJson(table.with({ rows: table.content.rows.map(jsonCells) }).toPlainValue())),
	],
	["print_csv", (table) => table.print(csvText(table.content))],
	["select", (table, args) => table.pick(names(args.positional[0]).map((name) => table.position(name)))],
	[
		"exclude",
		(table, args) => {
			const gone = new Set(names(args.positional[0]).map((name) => table.position(name)));
			return table.pick(table.content.names.map((_, i) => i).filter((i) => !gone.has(i)));
		},
	],
	[
		"limit",
		(table, { positional: [start, stop] }) => {
			const [from, to] = stop == null ? [0, Number(start)] : [Number(start), Number(stop)];
			return table.with({ rows: table.content.rows.slice(from, to) });
		},
	],
	[
		"order_by",
		(table, args) => {
			const { key, reverse } = bindArguments("order_by", ["key", "reverse?"], args);
			const keys = names(key).map((name) => table.position(name));
			const order = (a: readonly Value[], b: readonly Value[]) =>
				keys.map((i) => compareCells(a[i], b[i])).find((c) => c !== 0) ?? 0;
			const rows = [...table.content.rows].sort(order);
			return table.with({ rows: truthy(reverse) ? rows.reverse() : rows });
		},
	],
	[
		"distinct",
		(table, { positional: [key] }) => {
			const keys = key == null ? table.content.names.map((_, i) => i) : names(key).map((n) => table.position(n));
			const kept: (readonly Value[])[] = [];
			for (const row of table.content.rows)
				if (!kept.some((other) => keys.every((i) => equals(other[i], row[i])))) kept.push(row);
			return table.with({ rows: kept });
		},
	],
	[
		"group_by",
		(table, args) => {
			const { key, key_name: name } = bindArguments("group_by", ["key", "key_name?", "**rest"], args);
			const groups = new PyDict();
			const groupOf = groupKey(table, key);
			for (const row of table.content.rows) {
				const group = groupOf(row);
				const known = groups.get(group);
				groups.set(group, table.with({ rows: [...(known instanceof TableObject ? known.content.rows : []), row] }));
			}
			const title = name ?? (typeof key === "string" ? key : "group");
			return new TableSet(groups.items(), toText(title));
		},
	],
	[
		"merge",
		// A static method in agate: the table that it is called on is not one of them.
		(_table, args) => {
			const { tables } = bindArguments("merge", ["tables", "**rest"], args);
			return mergeTables(iterableItems(tables).filter((other) => other instanceof TableObject));
		},
	],
	[
		"join",
		(table, args) => {
			const spec = ["right_table", "left_key?", "right_key?", "inner?", "**rest"];
			const given = bindArguments("join", spec, args);
			const { right_table: right, left_key: left } = given;
			if (!(right instanceof TableObject)) return fail("TFM-JINJA-012", { problem: "join() needs a table" });
			return joinTables(table, right, { left, right: given.right_key ?? left, inner: truthy(given.inner) });
		},
	],
	[
		"rename",
		(table, args) => {
			const { column_names: renames } = bindArguments("rename", ["column_names", "**rest"], args);
			const renamed =
				renames instanceof PyDict
					? table.content.names.map((name) => toText(renames.get(name) ?? name))
					: names(renames).map(toText);
			return table.with({ names: renamed });
		},
	],
]);

const groupKey = (table: TableObject, key: Value): ((row: readonly Value[]) => Value) => {
	if (key instanceof HostObject && key.call !== undefined)
		return (row) =>
			key.call?.({ positional: [new MappedSequence("Row", row, table.content.names)], keyword: new Map() });
	const i = table.position(key);
	return (row) => row[i];
};

/** agate's set of tables: a mapping from the group's value to its rows. */
class TableSet extends HostObject {
	readonly typeName = "TableSet";
	readonly #groups: readonly (readonly [Value, Value])[];
	readonly #keyName: string;

	constructor(groups: readonly (readonly [Value, Value])[], keyName: string) {
		super();
		this.#groups = groups;
		this.#keyName = keyName;
	}

	override item(key: Value): Value {
		return this.#groups.find(([group]) => equals(group, key))?.[1];
	}

	override length(): number {
		return this.#groups.length;
	}

	override iterate(): Iterable<Value> {
		return this.#groups.map(([, table]) => table);
	}

	override attribute(name: string): Value {
		const list = {
			keys: () => this.#groups.map(([group]) => group),
			values: () => this.#groups.map(([, table]) => table),
			items: () => this.#groups.map((pair) => PyTuple.fromItems(pair)),
		};
		if (Object.hasOwn(list, name))
			return new HostFunction(name, () => PyTuple.fromItems(list[name as keyof typeof list]()));
		return name === "key_name" ? this.#keyName : undefined;
	}

	override toText(): string {
		const rows = this.#groups.map(([group, table]) => `| ${toText(group)} | ${(table as TableObject).length()} |`);
		return ["| table | rows |", "| ----- | ---- |", ...rows].join("\n");
	}
}

/** Rows under each other; columns by name, those that a table lacks are null in its rows. */
function mergeTables(tables: readonly TableObject[]): TableObject {
	const [first, ...others] = tables;
	if (first === undefined) return fail("TFM-JINJA-012", { problem: "merge() needs a table" });
	const names = [...first.content.names];
	const types = [...first.content.types];
	for (const { content } of others)
		for (const [i, name] of content.names.entries())
			if (!names.includes(name)) {
				names.push(name);
				types.push(content.types[i] ?? new TypeObject("Text"));
			}
	const rows = tables.flatMap(({ content }) => {
		const at = names.map((name) => content.names.indexOf(name));
		return content.rows.map((row) => at.map((i) => (i < 0 ? null : row[i])));
	});
	return first.with({ names, types, rows });
}

/** The left table's columns and the right one's without its key; a name that is taken gets a 2, as in agate. */
function joinTables(
	left: TableObject,
	right: TableObject,
	by: { readonly left: Value; readonly right: Value; readonly inner: boolean },
): TableObject {
	const [leftKey, rightKey] = [left.position(by.left), right.position(by.right)];
	const kept = right.content.names.map((_, i) => i).filter((i) => i !== rightKey);
	const taken = new Set(left.content.names);
	const matches = new PyDict();
	for (const row of right.content.rows) {
		const known = matches.get(row[rightKey]);
		matches.set(row[rightKey], [...(Array.isArray(known) ? known : []), [...row]]);
	}
	const rows = left.content.rows.flatMap((row) => {
		const found = matches.get(row[leftKey]) as Value[][] | undefined;
		if (found !== undefined) return found.map((other) => [...row, ...kept.map((i) => other[i])]);
		return by.inner ? [] : [[...row, ...kept.map(() => null)]];
	});
	const name = (i: number): string => {
		const own = right.content.names[i] ?? "";
		return taken.has(own) ? `${own}2` : own;
	};
	return left.with({
		names: [...left.content.names, ...kept.map(name)],
		types: [...left.content.types, ...kept.map((i) => right.content.types[i] ?? new TypeObject("Text"))],
		rows,
	});
}

export const tableFrom = (table: ResultTable, write: (text: string) => void): TableObject =>
	new TableObject(
		{
			names: table.columns.map((column) => column.name),
			types: table.columns.map((column) => new TypeObject(TYPE_NAMES[column.family])),
			rows: table.rows.map((row) => row.map((cell, i) => cellValue(cell, table.columns[i]?.family ?? "text"))),
		},
		write,
	);

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
