/** Python's str() and repr() of every value: what `{{ x }}` prints and how it prints inside a list. */
import { Extent } from "./extent.ts";
import { HostObject, isList, PyDecimal, PyDict, PyFloat, PyTuple, type Value } from "./values.ts";

/** What `{{ value }}` prints. */
export function toText(value: Value): string {
	switch (typeof value) {
		case "string":
			return value;
		case "number":
			return Number.isInteger(value) ? intText(value) : floatText(value);
		case "boolean":
			return value ? "True" : "False";
		case "undefined":
			return "";
		case "bigint":
			return value.toString();
	}
	if (value === null) return "None";
	if (value instanceof HostObject) return value.toText();
	if (value instanceof PyDecimal) return value.text;
	return repr(value);
}

/** How a value prints inside a container, and through `%r` and `!r`. */
export function repr(value: Value): string {
	return represent(value, [], new Extent());
}

function represent(value: Value, open: Value[], extent: Extent): string {
	extent.visit();
	if (typeof value === "string") return stringRepr(value);
	if (value === undefined) return "Undefined";
	if (typeof value !== "object" || value === null) return toText(value);
	if (value instanceof PyFloat) return floatText(value.n);
	if (value instanceof PyDecimal) return `Decimal('${value.text}')`;
	if (value instanceof HostObject) return value.toRepr?.() ?? value.toText();
	// A list that contains itself prints as Python prints it.
	if (open.includes(value)) return isList(value) ? "[...]" : value instanceof PyDict ? "{...}" : "(...)";
	open.push(value);
	const text = representContainer(value, open, extent);
	open.pop();
	return text;
}

function representContainer(value: Value[] | PyDict, open: Value[], extent: Extent): string {
	if (value instanceof PyDict)
		return `{${value
			.items()
			.map(([k, v]) => `${represent(k, open, extent)}: ${represent(v, open, extent)}`)
			.join(", ")}}`;
	const items = Array.from(value, (item) => represent(item, open, extent)).join(", ");
	if (value instanceof PyTuple) return value.length === 1 ? `(${items},)` : `(${items})`;
	return `[${items}]`;
}

const intText = (n: number): string => (Number.isSafeInteger(n) ? String(n) : BigInt(n).toString());

/** Python's repr of a float: shortest digits, exponent from 1e16 and below 1e-4, two exponent digits at least. */
export function floatText(n: number): string {
	if (Number.isNaN(n)) return "nan";
	if (!Number.isFinite(n)) return n > 0 ? "inf" : "-inf";
	if (n === 0) return Object.is(n, -0) ? "-0.0" : "0.0";
	const magnitude = Math.abs(n);
	if (magnitude >= 1e16 || magnitude < 1e-4) {
		return n.toExponential().replace(/e([+-])(\d)$/, "e$10$2");
	}
	const text = String(n);
	return Number.isInteger(n) ? `${text}.0` : text;
}

const ESCAPES: Readonly<Record<string, string>> = { "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t" };
const UNPRINTABLE = /[\\\x00-\x1f\x7f-\xa0\xad\u2028-\u202f\u200b-\u200f\ufeff\ud800-\udfff]/;

function stringRepr(text: string): string {
	const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
	if (!UNPRINTABLE.test(text)) return quote + (quote === "'" ? text.replaceAll("'", "\\'") : text) + quote;
	let out = "";
	for (const c of text) out += c === quote ? `\\${c}` : UNPRINTABLE.test(c) && c.length === 1 ? escapeOne(c) : c;
	return quote + out + quote;
}

function escapeOne(c: string): string {
	const known = ESCAPES[c];
	if (known !== undefined) return known;
	const point = c.charCodeAt(0);
	return point < 256 ? `\\x${point.toString(16).padStart(2, "0")}` : `\\u${point.toString(16).padStart(4, "0")}`;
}
