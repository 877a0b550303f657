/**
 * Native rendering of YAML values, as dbt does it: a value that is one lone expression keeps its type, anything else
 * is text; as_bool, as_number and as_native read a text as a Python literal.
 */
import { fail, TfmError } from "../core/diagnostic.ts";
import { isNumber } from "./equality.ts";
import type { Expression } from "./nodes.ts";
import { Origin } from "./origin.ts";
import { TemplateParser } from "./parser.ts";
import type { RenderState } from "./renderState.ts";
import { toText } from "./text.ts";
import { floatValue, HostObject, PyDict, PyTuple, type Value } from "./values.ts";

type Wanted = "text" | "bool" | "number" | "native";

/** A text that a filter has marked for conversion. */
class NativeMarker extends HostObject {
	readonly typeName = "str";
	readonly wanted: Wanted;
	readonly text: string;

	constructor(wanted: Wanted, text: string) {
		super();
		this.wanted = wanted;
		this.text = text;
	}

	override toText(): string {
		return this.text;
	}

	/** To Python a marked value is a text: `in` looks for a part of it. */
	override contains(value: Value): boolean {
		return this.text.includes(toText(value));
	}
}

/** The value marked where native rendering will read the mark; the value itself everywhere else. */
export function markNative(wanted: Wanted, value: Value, state: RenderState): Value {
	return state.native ? new NativeMarker(wanted, toText(value)) : value;
}

/** The value of a rendered YAML string from its pieces. Errors: 026. */
export function concatNative(pieces: readonly Value[]): Value {
	const [first] = pieces;
	if (pieces.length === 0) return "";
	if (pieces.length > 1) return pieces.map(toText).join("");
	if (!(first instanceof NativeMarker)) return first;
	if (first.wanted === "text") return first.text;
	const value = readLiteral(first.text);
	if (first.wanted === "bool" && typeof value !== "boolean") fail("TFM-JINJA-026", { value: first.text, type: "bool" });
	if (first.wanted === "number" && (!isNumber(value) || typeof value === "boolean"))
		fail("TFM-JINJA-026", { value: first.text, type: "number" });
	return value;
}

/** A text as the Python literal it is, or as itself where it is none. */
function readLiteral(text: string): Value {
	try {
		const { children } = new TemplateParser(`{{ ${text} }}`, new Origin({ file: "", text })).parseTemplate();
		const [output] = children;
		if (children.length !== 1 || output?.typename !== "Output") return text;
		const value = literalValue(output.children[0]!);
		return value === NOT_LITERAL ? text : value;
	} catch (error) {
		if (error instanceof TfmError || error instanceof RangeError) return text;
		throw error;
	}
}

const NOT_LITERAL: unique symbol = Symbol("not a literal");

function literalValue(node: Expression): Value | typeof NOT_LITERAL {
	switch (node.typename) {
		case "Literal":
			if (node.isFloat === true) return floatValue(node.value as number);
			// `true` is Jinja's spelling; Python knows only `True`.
			return typeof node.written === "string" && /^[a-z]/.test(node.written) ? NOT_LITERAL : node.value;
		case "Neg": {
			const value = literalValue(node.target);
			return typeof value === "number" || typeof value === "bigint" ? -value : NOT_LITERAL;
		}
		case "Array":
		case "Tuple": {
			const items = node.children.map(literalValue);
			if (items.includes(NOT_LITERAL)) return NOT_LITERAL;
			return node.typename === "Array" ? (items as Value[]) : PyTuple.fromItems(items as Value[]);
		}
		case "Dict": {
			const entries = node.children.map((pair) => [literalValue(pair.key), literalValue(pair.value)] as const);
			if (entries.some(([k, v]) => k === NOT_LITERAL || v === NOT_LITERAL)) return NOT_LITERAL;
			return PyDict.fromEntries(entries as (readonly [Value, Value])[]);
		}
	}
	return NOT_LITERAL;
}
