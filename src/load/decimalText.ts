/**
 * Numbers as agate's Number reads them (babel's en_US): percent signs, a minus, currency signs, thousands separators and
 * underscores go, and what is left must be a Python Decimal.
 */
export type DecimalText =
	/** digits × 10^exponent; digits without leading or trailing zeros, "0" for zero. */
	| { readonly kind: "finite"; readonly negative: boolean; readonly digits: string; readonly exponent: number }
	| { readonly kind: "other"; readonly text: "NaN" | "Infinity" | "-Infinity" };

const CURRENCIES = [..."؋$ƒ៛¥₡₱£€¢﷼₪₩₭₮₦฿₤₫"];

function strip(text: string, symbol: string): string {
	let from = 0;
	let to = text.length;
	while (text.startsWith(symbol, from) && from < to) from += symbol.length;
	while (to > from && text.startsWith(symbol, to - symbol.length)) to -= symbol.length;
	return text.slice(from, to);
}

/** Any script's decimal digits, as Python takes them: the digit is its distance from the zero of its block of ten. */
const asciiDigits = (text: string): string =>
	text.replace(/\p{Nd}/gu, (c) => {
		const code = c.codePointAt(0)!;
		let zero = code;
		while (code - zero < 9 && /^\p{Nd}$/u.test(String.fromCodePoint(zero - 1))) zero--;
		return code < 128 ? c : String((code - zero) % 10);
	});

/** Undefined when it is no number. `text` is not null. */
export function parseDecimal(text: string): DecimalText | undefined {
	let rest = strip(text.trim(), "%");
	const minus = rest.startsWith("-");
	if (minus) rest = rest.slice(1);
	if (!/^[\d.+-]+$/.test(rest)) {
		for (const symbol of CURRENCIES) rest = strip(rest, symbol);
		rest = asciiDigits(rest.replaceAll(",", "").trim().replaceAll("_", ""));
	}
	const m = /^([+-]?)(?:(\d+)\.?(\d*)|\.(\d+))(?:e([+-]?\d+))?$/i.exec(rest);
	if (m === null) {
		const other = /^([+-]?)(inf|infinity|nan)$/i.exec(rest);
		if (other === null) return undefined;
		if (/^nan$/i.test(other[2]!)) return { kind: "other", text: "NaN" };
		return { kind: "other", text: (other[1] === "-") !== minus ? "-Infinity" : "Infinity" };
	}
	const fraction = m[3] ?? m[4] ?? "";
	const all = `${m[2] ?? ""}${fraction}`.replace(/^0+/, "");
	const digits = all.replace(/0+$/, "");
	if (digits === "") return { kind: "finite", negative: false, digits: "0", exponent: 0 };
	const exponent = Number(m[5] ?? 0) - fraction.length + (all.length - digits.length);
	return { kind: "finite", negative: (m[1] === "-") !== minus, digits, exponent };
}

/** Decimal places that the value needs: below zero for multiples of ten. */
export const decimalPlaces = (value: DecimalText): number =>
	value.kind === "finite" && value.digits !== "0" ? -value.exponent : 0;

/** Digits before the point. */
export const wholePlaces = (value: DecimalText): number =>
	value.kind === "finite" ? value.digits.length + value.exponent : 0;

/** Digits alone; the value must be whole. */
export const wholeText = (value: Extract<DecimalText, { kind: "finite" }>): string =>
	`${value.negative ? "-" : ""}${value.digits}${"0".repeat(value.exponent)}`;

/** A text that any numeric type of the database reads. */
export function decimalText(value: DecimalText): string {
	if (value.kind === "other") return value.text;
	const sign = value.negative ? "-" : "";
	const { digits, exponent } = value;
	if (exponent >= 0 && digits.length + exponent <= 30) return wholeText(value);
	const point = digits.length + exponent;
	if (exponent < 0 && point > 0) return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
	if (exponent < 0 && point > -10) return `${sign}0.${"0".repeat(-point)}${digits}`;
	return `${sign}${digits}e${exponent}`;
}
