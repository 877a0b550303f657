/** A column as templates see it (dbt's Column), and `api.Column`, the class that makes one. */
import type { Dialect } from "../../core/adapter.ts";
import type { ColumnTypes } from "../../core/columnTypes.ts";
import { fail } from "../../core/diagnostic.ts";
import type { ColumnInfo } from "../../core/relation.ts";
import {
	type Arguments,
	bindArguments,
	HostFunction,
	HostObject,
	PyDict,
	repr,
	toText,
	type Value,
} from "../../jinja/jinja.ts";
import { translateType } from "./translateType.ts";

export interface ColumnFields {
	readonly name: string;
	/** The type without its size: `character varying`. */
	readonly dtype: string;
	readonly charSize: number | null;
	readonly precision: Value;
	readonly scale: Value;
}

export class ColumnObject extends HostObject {
	readonly typeName: string;
	readonly fields: ColumnFields;
	readonly #dialect: Dialect;

	constructor(dialect: Dialect, fields: ColumnFields) {
		super();
		this.#dialect = dialect;
		this.fields = fields;
		this.typeName = dialect.columnTypes.className;
	}

	get types(): ColumnTypes {
		return this.#dialect.columnTypes;
	}

	is(kinds: ReadonlySet<string>): boolean {
		return kinds.has(this.fields.dtype.toLowerCase());
	}

	get quoted(): string {
		return this.#dialect.quote(this.fields.name);
	}

	/** The type to write in DDL. */
	get dataType(): string {
		const { dtype, charSize, precision, scale } = this.fields;
		if (this.types.isUnsized(dtype.toLowerCase(), charSize)) return dtype;
		if (this.is(this.types.strings)) return stringType(this.stringSize);
		return this.is(this.types.numerics) ? numericType(dtype, precision, scale) : dtype;
	}

	get stringSize(): number {
		if (!this.is(this.types.strings))
			fail("TFM-REF-013", { callee: "string_size()", reason: `the column ${this.fields.name} is not text` });
		return this.fields.dtype === "text" || this.fields.charSize === null ? this.types.textSize : this.fields.charSize;
	}

	override attribute(name: string): Value {
		const method = METHODS.get(name);
		if (method !== undefined) return new HostFunction(name, (args) => method(this, args));
		return PROPERTIES.get(name)?.(this);
	}

	override toText(): string {
		return this.toRepr();
	}

	override toRepr(): string {
		const { name, dtype, charSize, precision, scale } = this.fields;
		const fields = PyDict.from({
			column: name,
			dtype,
			char_size: charSize,
			numeric_precision: precision,
			numeric_scale: scale,
		});
		const parts = fields.items().map(([key, value]) => `${toText(key)}=${repr(value)}`);
		return `${this.typeName}(${parts.join(", ")})`;
	}

	override equals(other: Value): boolean {
		return other instanceof ColumnObject && this.hashKey() === other.hashKey();
	}

	override hashKey(): string {
		const { name, dtype, charSize, precision, scale } = this.fields;
		return JSON.stringify([name, dtype, charSize, toText(precision), toText(scale)]);
	}

	override toPlainValue(): Value {
		const { name, dtype, charSize, precision, scale } = this.fields;
		return PyDict.from({
			column: name,
			dtype,
			char_size: charSize,
			numeric_precision: precision,
			numeric_scale: scale,
		});
	}
}

const stringType = (size: Value): string => `character varying(${toText(size)})`;
const numericType = (dtype: string, precision: Value, scale: Value): string =>
	precision == null || scale == null ? dtype : `${dtype}(${toText(precision)},${toText(scale)})`;

const PROPERTIES: ReadonlyMap<string, (column: ColumnObject) => Value> = new Map<
	string,
	(column: ColumnObject) => Value
>([
	["name", (c) => c.fields.name],
	["column", (c) => c.fields.name],
	["dtype", (c) => c.fields.dtype],
	["char_size", (c) => c.fields.charSize],
	["numeric_precision", (c) => c.fields.precision],
	["numeric_scale", (c) => c.fields.scale],
	["quoted", (c) => c.quoted],
	["data_type", (c) => c.dataType],
	["TYPE_LABELS", () => PyDict.from({ STRING: "TEXT" })],
	["expanded_data_type", (c) => c.dataType],
]);

const METHODS: ReadonlyMap<string, (column: ColumnObject, args: Arguments) => Value> = new Map<
	string,
	(column: ColumnObject, args: Arguments) => Value
>([
	["is_string", (c) => c.is(c.types.strings)],
	["is_numeric", (c) => c.is(c.types.numerics)],
	["is_float", (c) => c.is(c.types.floats)],
	["is_integer", (c) => c.is(c.types.integers)],
	["is_number", (c) => [c.types.integers, c.types.numerics, c.types.floats].some((kinds) => c.is(kinds))],
	["string_size", (c) => c.stringSize],
	[
		"can_expand_to",
		(c, args) => {
			const { other_column: other } = bindArguments("can_expand_to", ["other_column"], args);
			if (!(other instanceof ColumnObject)) return false;
			const bothText = c.is(c.types.strings) && other.is(c.types.strings);
			return bothText && other.stringSize > c.stringSize;
		},
	],
	["literal", (c, args) => `${toText(bindArguments("literal", ["value"], args).value)}::${c.dataType}`],
	...classMethods(),
]);

/** Methods that the class and its instances share. */
function classMethods(): readonly (readonly [string, (self: unknown, args: Arguments) => Value])[] {
	return [
		["translate_type", (_c, args) => translateType(toText(bindArguments("translate_type", ["dtype"], args).dtype))],
		["string_type", (_c, args) => stringType(bindArguments("string_type", ["size"], args).size)],
		[
			"numeric_type",
			(_c, args) => {
				const { dtype, precision, scale } = bindArguments("numeric_type", ["dtype", "precision", "scale"], args);
				return numericType(toText(dtype), precision, scale);
			},
		],
	];
}

/** `api.Column`: callable like the class, with its class methods. */
export class ColumnClass extends HostObject {
	readonly typeName = "type";
	readonly #dialect: Dialect;

	constructor(dialect: Dialect) {
		super();
		this.#dialect = dialect;
	}

	override call(args: Arguments): Value {
		const spec = ["column", "dtype", "char_size?", "numeric_precision?", "numeric_scale?"];
		const given = bindArguments("Column", spec, args);
		return new ColumnObject(this.#dialect, {
			name: toText(given.column),
			dtype: toText(given.dtype),
			charSize: given.char_size == null ? null : Number(toText(given.char_size)),
			precision: given.numeric_precision ?? null,
			scale: given.numeric_scale ?? null,
		});
	}

	override attribute(name: string): Value {
		if (name === "TYPE_LABELS") return PyDict.from({ STRING: "TEXT" });
		if (name === "create")
			return new HostFunction(name, (args) => {
				const given = bindArguments("create", ["name", "label_or_dtype"], args);
				return columnOf(this.#dialect, toText(given.name), translateType(toText(given.label_or_dtype)));
			});
		if (name === "from_description")
			return new HostFunction(name, (args) => {
				const given = bindArguments("from_description", ["name", "raw_data_type"], args);
				return describedColumn(this.#dialect, toText(given.name), toText(given.raw_data_type));
			});
		const method = classMethods().find(([known]) => known === name);
		return method === undefined ? undefined : new HostFunction(name, (args) => method[1](null, args));
	}

	override toText(): string {
		return "<class 'Column'>";
	}
}

const columnOf = (dialect: Dialect, name: string, dtype: string): ColumnObject =>
	new ColumnObject(dialect, { name, dtype, charSize: null, precision: null, scale: null });

/** A column of a printed type: `character varying(20)`, `numeric(10,2)`. */
export function describedColumn(dialect: Dialect, name: string, type: string): ColumnObject {
	const sizes = dialect.columnTypes.isComposite(type) ? null : /\(\s*(\d+)\s*(?:,\s*(-?\d+)\s*)?\)/.exec(type);
	const dtype = sizes === null ? type : type.replace(sizes[0], "").replace(/ {2,}/g, " ").trim();
	const column = columnOf(dialect, name, dtype);
	if (sizes === null) return column;
	if (column.is(column.types.numerics))
		return new ColumnObject(dialect, {
			...column.fields,
			precision: Number(sizes[1]),
			scale: sizes[2] === undefined ? 0 : Number(sizes[2]),
		});
	return new ColumnObject(dialect, { ...column.fields, charSize: Number(sizes[1]) });
}

export function columnFromCatalog(dialect: Dialect, info: ColumnInfo): ColumnObject {
	const { fields } = describedColumn(dialect, info.name, info.type);
	return new ColumnObject(dialect, {
		...fields,
		charSize: info.charSize ?? fields.charSize,
		precision: info.numericPrecision ?? fields.precision,
		scale: info.numericScale ?? fields.scale,
	});
}
