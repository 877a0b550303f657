/** What an agate table holds: names, types and cells as template values. */
import type { CellValue, ResultColumn } from "../../core/resultTable.ts";
import { floatValue, HostFunction, HostObject, PyDecimal, PyFloat, toText, type Value } from "../../jinja/jinja.ts";
import { PyDateTime } from "../modules/dates.ts";
import { dateFromIso, dateTimeFromIso } from "../modules/datetime.ts";
import { arrayCell, isRange, jsonCell, rangeCell, timedeltaText } from "./pythonCell.ts";

export interface TableContent {
	readonly names: readonly string[];
	readonly types: readonly TypeObject[];
	readonly rows: readonly (readonly Value[])[];
	/** Names of the rows, where the table was made with them. */
	readonly rowNames?: readonly Value[] | null;
}

/** A cell as agate would hold it: numbers exact, dates and times as objects, everything else as text. */
export function cellValue(cell: CellValue, { family, type }: Pick<ResultColumn, "family" | "type">): Value {
	if (cell === null || typeof cell === "boolean") return cell;
	if (typeof cell === "string") {
		if (type.endsWith("[]")) return arrayCell(cell, type);
		if (type.startsWith("interval")) return timedeltaText(cell);
		if (isRange(type)) return rangeCell(cell, type);
		if (family === "json") return jsonCell(cell);
	}
	switch (family) {
		case "integer":
			return integerValue(cell);
		case "decimal":
			return new PyDecimal(String(cell));
		case "float":
			return new PyDecimal(floatDecimal(toText(Number.isInteger(cell) ? new PyFloat(Number(cell)) : cell)));
		case "date":
			return typeof cell === "string" && /^\d{4}-\d\d-\d\d$/.test(cell) ? dateFromIso(cell) : cell;
		case "timestamp":
			return typeof cell === "string" && /^\d{4}-\d\d-\d\d[T ]/.test(cell) ? dateTimeFromIso(cell) : cell;
	}
	return cell;
}

/** A float's text as Python's Decimal prints it: without an exponent down to six places behind the point. */
const floatDecimal = (text: string): string =>
	text
		.replace(
			/^(-?)(\d)(?:\.(\d+))?e-0([56])$/,
			(_all, sign, first, rest = "", places) => `${sign}0.${"0".repeat(Number(places) - 1)}${first}${rest}`,
		)
		.replace(/e([+-])0*/, "E$1")
		.replace(/^(-?)inf(?:inity)?$/i, "$1Infinity")
		.replace(/^nan$/i, "NaN");

function integerValue(cell: CellValue): Value {
	if (typeof cell !== "string") return cell;
	const n = Number(cell);
	return Number.isSafeInteger(n) ? n : BigInt(cell);
}

/** agate's name of a column's type. */
export const TYPE_NAMES: Readonly<Record<ResultColumn["family"], string>> = {
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

export class TypeObject extends HostObject {
	readonly typeName: string;

	constructor(typeName: string) {
		super();
		this.typeName = typeName;
	}

	/** `jsonify(value)` and `csvify(value)`: a cell of this type as JSON and as text. */
	override attribute(name: string): Value {
		if (name !== "jsonify" && name !== "csvify") return undefined;
		return new HostFunction(name, ({ positional: [cell = null] }) => {
			if (cell === null) return null;
			const kept = name === "jsonify" && (this.typeName === "Integer" || this.typeName === "Boolean");
			if (kept) return cell;
			if (name === "jsonify" && cell instanceof PyDecimal) return floatValue(Number(cell.text));
			return cell instanceof PyDateTime ? cell.isoText("T") : toText(cell);
		});
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
