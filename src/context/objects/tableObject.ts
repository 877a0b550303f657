/** Rows of a query as templates see them: dbt's agate table. */
import { fail } from "../../core/diagnostic.ts";
import type { CellValue, ResultColumn, ResultTable } from "../../core/resultTable.ts";
import {
	type Arguments,
	bindArguments,
	equals,
	floatValue,
	HostFunction,
	HostObject,
	PyDecimal,
	PyDict,
	PyFloat,
	PySet,
	PyTuple,
	toJson,
	toText,
	truthy,
	type Value,
} from "../../jinja/jinja.ts";
import { dateFromIso, dateTimeFromIso } from "../modules/datetime.ts";
import { iterableItems } from "./iterableItems.ts";
import { MappedSequence } from "./mappedSequence.ts";

/** A cell as agate would hold it: numbers exact, dates and times as objects, everything else as text. */
function cellValue(cell: CellValue, family: ResultColumn["family"]): Value {
	if (cell === null || typeof cell === "boolean") return cell;
	switch (family) {
		case "integer":
			return integerValue(cell);
		case "decimal":
			return new PyDecimal(String(cell));
		case "float":
			return new PyDecimal(toText(Number.isInteger(cell) ? new PyFloat(Number(cell)) : cell));
		case "date":
			return typeof cell === "string" && /^\d{4}-\d\d-\d\d$/.test(cell) ? dateFromIso(cell) : cell;
		case "timestamp":
			return typeof cell === "string" && /^\d{4}-\d\d-\d\d[T ]/.test(cell) ? dateTimeFromIso(cell) : cell;
	}
	return cell;
}

function integerValue(cell: CellValue): Value {
	if (typeof cell !== "string") return cell;
	const n = Number(cell);
	return Number.isSafeInteger(n) ? n : BigInt(cell);
}

/** agate's name of a column's type. */
const TYPE_NAMES: Readonly<Record<ResultColumn["family"], string>> = {
	integer: "Integer",
	decimal: "Number",
	float: "Number",
	boolean: "Boolean",
	date: "Date",
	timestamp: "DateTime",
	text: "Text",
	time: "Text",
	json: "Text",
	other: "Text",
};

class TypeObject extends HostObject {
	readonly typeName: string;

	constructor(typeName: string) {
		super();
		this.typeName = typeName;
	}

	override toText(): string {
		return `<agate.data_types.${this.typeName} object>`;
	}

	override equals(other: Value): boolean {
		return other instanceof TypeObject && other.typeName === this.typeName;
	}

	override hashKey(): string {
		return this.typeName;
	}
}

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

export interface TableContent {
	readonly names: readonly string[];
	readonly types: readonly TypeObject[];
	readonly rows: readonly (readonly Value[])[];
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
			return table.print(tableText(table, given.max_rows, given.max_columns));
		},
	],
	[
		"print_json",
		(table) => table.print(toJson(table.with({ rows: table.content.rows.map(jsonCells) }).toPlainValue())),
	],
	["print_csv", (table) => table.print(csvText(table))],
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

const CELL_WIDTH = 20;

/** agate's print_table: at most 20 rows and 6 columns unless told otherwise, cells cut at 20 characters. */
function tableText(table: TableObject, maxRows: Value, maxColumns: Value): string {
	const rowLimit = maxRows === null ? table.length() : Number(maxRows ?? 20);
	const columnLimit = maxColumns === null ? table.content.names.length : Number(maxColumns ?? 6);
	const cut = (text: string) => (text.length > CELL_WIDTH ? `${text.slice(0, CELL_WIDTH - 3)}...` : text);
	const more = table.content.names.length > columnLimit ? ["..."] : [];
	const line = (cells: readonly string[]) => [...cells.slice(0, columnLimit).map(cut), ...more];
	const body = table.content.rows.slice(0, rowLimit).map((row) => line(row.map((v) => (v === null ? "" : toText(v)))));
	if (table.length() > rowLimit) body.push(line(table.content.names.map(() => "...")));
	const lines = [line(table.content.names), ...body];
	const widths = (lines[0] ?? []).map((_, i) => Math.max(...lines.map((cells) => cells[i]?.length ?? 0)));
	const isText = (i: number) => table.content.types[i]?.typeName === "Text";
	const write = (cells: readonly string[]) =>
		`| ${cells.map((c, i) => (isText(i) ? c.padEnd(widths[i] ?? 0) : c.padStart(widths[i] ?? 0))).join(" | ")} |`;
	const rule = `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`;
	const [head = [], ...rest] = lines;
	return [write(head), rule, ...rest.map(write)].join("\n");
}

/** JSON has no decimals: they become floats, as agate writes them. */
const jsonCells = (row: readonly Value[]): Value[] =>
	row.map((cell) => (cell instanceof PyDecimal ? floatValue(Number(cell.text)) : cell));

function csvText(table: TableObject): string {
	const cell = (text: string) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
	const text = (v: Value) => (v === null ? "" : toText(v instanceof HostObject ? (v.toPlainValue?.() ?? v) : v));
	const rows = table.content.rows.map((row) => row.map(text));
	return [table.content.names, ...rows].map((row) => row.map(cell).join(",")).join("\n");
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
