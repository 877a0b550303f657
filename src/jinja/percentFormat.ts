/** Python's `text % values`. */
import { fail } from "../core/diagnostic.ts";
import { asInt, checkCharacters, typeError, valueError } from "./builtin.ts";
import { isNumber } from "./equality.ts";
import { exponential, general } from "./formatSpec.ts";
import { characterCount, characters } from "./iteration.ts";
import { fixedText, toFloat, truncate } from "./numbers.ts";
import { repr, toText } from "./text.ts";
import { HostObject, PyDict, PyTuple, typeName, type Value } from "./values.ts";

const DIRECTIVE = /%(?:\(([^)]*)\))?([-+ #0]*)(\*|\d+)?(?:\.(\*|\d+)?)?[hlL]?([\s\S]?)/g;

interface Directive {
	readonly flags: string;
	readonly width: number;
	readonly precision: number | null;
	readonly type: string;
}

/** The text with its directives filled from a tuple, a dict (`%(name)s`) or a single value. Errors: 012, 014. */
export function formatPercent(template: string, values: Value): string {
	const source = new Source(values);
	const text = template.replace(DIRECTIVE, (...match: unknown[]) => {
		const [whole, key, flags, width, precision, type] = match as (string | undefined)[];
		if (type === "%" && whole === "%%") return "%";
		if (type === "" || type === undefined) return valueError("incomplete format");
		if (key !== undefined) source.select(key);
		const hasPoint = /\.(\*|\d+)?[hlL]?[\s\S]$/.test(whole!) && whole!.includes(".");
		const directive = readDirective(
			{ flags: flags ?? "", width, precision: hasPoint ? (precision ?? "0") : undefined, type },
			source,
		);
		if (type === "%") return "%";
		return formatOne(source.next(), directive);
	});
	source.finish();
	return text;
}

function readDirective(
	written: { flags: string; width: string | undefined; precision: string | undefined; type: string },
	source: Source,
): Directive {
	let { flags } = written;
	let width = written.width === "*" ? asInt(source.next()) : Number(written.width ?? 0);
	if (width < 0) {
		flags += "-";
		width = -width;
	}
	const precision =
		written.precision === "*"
			? asInt(source.next())
			: written.precision === undefined
				? null
				: Number(written.precision);
	if (precision !== null && precision > 10_000)
		fail("TFM-JINJA-021", { what: "the precision of a number", limit: 10_000 });
	return { flags, width: checkCharacters(width), precision, type: written.type };
}

/** The values that directives take one after the other. */
class Source {
	readonly #values: Value;
	readonly #queue: readonly Value[];
	#next = 0;
	#selected: { value: Value } | null = null;
	#mapped = false;

	constructor(values: Value) {
		this.#values = values;
		this.#queue = values instanceof PyTuple ? values : [values];
	}

	select(key: string): void {
		this.#mapped = true;
		const from = this.#values;
		if (from instanceof PyDict) {
			if (!from.has(key)) fail("TFM-JINJA-015", { kind: "key", problem: `KeyError: ${repr(key)}` });
			this.#selected = { value: from.get(key) };
		} else if (from instanceof HostObject && from.item !== undefined) this.#selected = { value: from.item(key) };
		else typeError("format requires a mapping");
	}

	next(): Value {
		const selected = this.#selected;
		if (selected !== null) {
			this.#selected = null;
			return selected.value;
		}
		if (this.#next >= this.#queue.length) return typeError("not enough arguments for format string");
		return this.#queue[this.#next++];
	}

	finish(): void {
		const unusedIsFine =
			this.#mapped ||
			this.#values === undefined ||
			this.#values instanceof PyDict ||
			(Array.isArray(this.#values) && !(this.#values instanceof PyTuple));
		const mapping = this.#values instanceof HostObject && this.#values.item !== undefined;
		if (this.#next < this.#queue.length && !unusedIsFine && !mapping)
			typeError("not all arguments converted during string formatting");
	}
}

function formatOne(value: Value, d: Directive): string {
	switch (d.type) {
		case "s":
			return padText(toText(value), d);
		case "r":
		case "a":
			return padText(repr(value), d);
		case "c":
			return padText(character(value), { ...d, precision: null });
		case "d":
		case "i":
		case "u":
			if (!isNumber(value)) return typeError(`%${d.type} format: a real number is required, not ${typeName(value)}`);
			return padNumber(...integerDigits(BigInt(truncate(value)), 10, d), d);
		case "x":
		case "X":
		case "o":
			return padNumber(...radixDigits(value, d), d);
		case "e":
		case "E":
		case "f":
		case "F":
		case "g":
		case "G":
			if (!isNumber(value)) return typeError(`must be real number, not ${typeName(value)}`);
			return padNumber(...floatDigits(toFloat(value), d), d);
	}
	const code = d.type.codePointAt(0)!.toString(16);
	return valueError(`unsupported format character '${d.type}' (0x${code})`);
}

function character(value: Value): string {
	if (typeof value === "string" && characterCount(value) === 1) return value;
	if (typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= 0x10ffff)
		return String.fromCodePoint(value);
	return typeError("%c requires int or char");
}

function padText(text: string, d: Directive): string {
	const cut = d.precision === null ? text : characters(text).slice(0, d.precision).join("");
	const missing = Math.max(0, d.width - characterCount(cut));
	return d.flags.includes("-") ? cut + " ".repeat(missing) : " ".repeat(missing) + cut;
}

type Digits = [negative: boolean, prefix: string, digits: string];

function integerDigits(n: bigint, radix: number, d: Directive, prefix = ""): Digits {
	const digits = (n < 0n ? -n : n).toString(radix).padStart(d.precision ?? 0, "0");
	return [n < 0n, d.flags.includes("#") ? prefix : "", digits];
}

function radixDigits(value: Value, d: Directive): Digits {
	const isInteger =
		typeof value === "bigint" || typeof value === "boolean" || (typeof value === "number" && Number.isInteger(value));
	if (!isInteger) return typeError(`%${d.type} format: an integer is required, not ${typeName(value)}`);
	const [negative, prefix, digits] = integerDigits(
		BigInt(value),
		d.type === "o" ? 8 : 16,
		d,
		d.type === "o" ? "0o" : `0${d.type}`,
	);
	return [negative, prefix, d.type === "X" ? digits.toUpperCase() : digits];
}

function floatDigits(n: number, d: Directive): Digits {
	const magnitude = Math.abs(n);
	const negative = n < 0 || Object.is(n, -0);
	const upper = d.type === d.type.toUpperCase();
	if (!Number.isFinite(n)) {
		const text = Number.isNaN(n) ? "nan" : "inf";
		return [negative, "", upper ? text.toUpperCase() : text];
	}
	const precision = d.precision ?? 6;
	const kind = d.type.toLowerCase();
	if (kind === "f") return [negative, "", fixedText(magnitude, precision)];
	if (kind === "e") return [negative, "", exponential(magnitude, precision, upper)];
	return [negative, "", general(magnitude, precision, d.flags.includes("#"), upper, false)];
}

function padNumber(negative: boolean, prefix: string, digits: string, d: Directive): string {
	const sign = (negative ? "-" : d.flags.includes("+") ? "+" : d.flags.includes(" ") ? " " : "") + prefix;
	const missing = Math.max(0, d.width - sign.length - digits.length);
	if (d.flags.includes("-")) return sign + digits + " ".repeat(missing);
	if (d.flags.includes("0") && /^[0-9a-f]/i.test(digits)) return sign + "0".repeat(missing) + digits;
	return " ".repeat(missing) + sign + digits;
}
