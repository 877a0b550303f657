/**
 * Values as Python prints them. Names and hashes of generic tests are made of such texts, and they must come out as
 * dbt's to the letter, or a project's test ids would change.
 */
import type { Plain } from "../core/node.ts";

/** An integral number that was written with a point: Python keeps `1.0` apart from `1`, JavaScript does not. */
export class WrittenFloat {
	readonly value: number;
	constructor(value: number) {
		this.value = value;
	}
}

export type PythonValue = Plain | WrittenFloat | readonly PythonValue[] | { readonly [key: string]: PythonValue };

const floatText = (n: number): string => {
	if (!Number.isFinite(n)) return Number.isNaN(n) ? "nan" : n > 0 ? "inf" : "-inf";
	const magnitude = Math.abs(n);
	if (n !== 0 && (magnitude >= 1e16 || magnitude < 1e-4)) {
		const [digits, exponent] = n.toExponential().split("e") as [string, string];
		const sign = exponent.startsWith("-") ? "-" : "+";
		return `${digits}e${sign}${exponent.replace(/^[+-]/, "").padStart(2, "0")}`;
	}
	return Number.isInteger(n) ? `${n}.0` : String(n);
};

const numberText = (n: number): string =>
	Number.isInteger(n) ? (Number.isSafeInteger(n) ? String(n) : BigInt(n).toString()) : floatText(n);

/** Python's `str(value)`. */
export function pythonStr(value: PythonValue): string {
	return typeof value === "string" ? value : pythonRepr(value);
}

/** Python's `repr(value)`. */
export function pythonRepr(value: PythonValue): string {
	if (value === null) return "None";
	if (value === true) return "True";
	if (value === false) return "False";
	if (typeof value === "number") return numberText(value);
	if (typeof value === "string") return quoted(value);
	if (value instanceof WrittenFloat) return floatText(value.value);
	if (Array.isArray(value)) return `[${value.map((item: PythonValue) => pythonRepr(item)).join(", ")}]`;
	const record = value as { readonly [key: string]: PythonValue };
	return `{${Object.keys(record)
		.map((key) => `${quoted(key)}: ${pythonRepr(record[key] ?? null)}`)
		.join(", ")}}`;
}

const ESCAPES: { readonly [character: string]: string } = { "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t" };
const UNPRINTABLE = /[\\\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]|(?! )\p{Zs}/gu;
const PLAIN = /^[ -&(-[\]-~]*$/;
/** The same with single quotes. */
const PRINTABLE = /^[ -[\]-~]*$/;

/** Single quotes unless the text has those and no double ones. */
function quoted(text: string): string {
	if (PLAIN.test(text)) return `'${text}'`;
	const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
	if (quote === '"' && PRINTABLE.test(text)) return `"${text}"`;
	const escaped = text.replace(UNPRINTABLE, (character) => {
		const known = ESCAPES[character];
		if (known !== undefined) return known;
		const point = character.codePointAt(0) ?? 0;
		if (point < 0x100) return `\\x${point.toString(16).padStart(2, "0")}`;
		return point < 0x10000 ? `\\u${point.toString(16).padStart(4, "0")}` : `\\U${point.toString(16).padStart(8, "0")}`;
	});
	return `${quote}${quote === "'" ? escaped.replaceAll("'", "\\'") : escaped}${quote}`;
}
