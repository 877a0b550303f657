import fc from "fast-check";
import { expect, test } from "vitest";
import answers from "./agateAnswers.json" with { type: "json" };
import { decimalText, parseDecimal } from "./decimalText.ts";
import { ColumnInference } from "./seedTypes.ts";

function inferColumn(values: readonly string[]) {
	const inference = new ColumnInference();
	const byBytes = new ColumnInference();
	for (const value of values) {
		inference.take(value);
		const bytes = Buffer.from(`<${value}>`);
		byBytes.takeBytes(bytes, 1, bytes.length - 1);
	}
	expect(byBytes.column().ddl).toBe(inference.column().ddl);
	const { ddl, write } = inference.column();
	return { ddl, values: values.map(write) };
}

type Answer = readonly [values: readonly string[], ddl: string, out: readonly (string | null)[]];
const columns = answers.columns as unknown as readonly Answer[];

/** Where dbt types a column that the database then refuses, or reads what nobody means. */
const WIDER: Readonly<Record<string, string>> = {
	inf: "float8",
	"-inf": "float8",
	Infinity: "float8",
	nan: "float8",
	NaN: "float8",
	"-nan": "float8",
	"nan,1": "float8",
	"inf,1": "float8",
	NaN123: "text",
	"1e400": "float8",
	"1e309": "float8",
	"2147483648": "bigint",
	"-2147483649": "bigint",
	"9223372036854775807": "bigint",
	"9223372036854775807,1": "bigint",
	"9223372036854775808": "numeric",
	"12345678901234567890": "numeric",
	"1000000000000000000000000000": "numeric",
	"1e27": "numeric",
};

/** The same value in any spelling. */
const plain = (ddl: string, value: string | null): string | number | null => {
	if (value === null || ddl !== "float8") return value;
	return Number(value);
};

test(`columns are typed as dbt types them (${columns.length} answers of agate)`, () => {
	expect(columns.length).toBeGreaterThan(280);
	const wrong = columns.flatMap(([values, ddl, out]) => {
		const mine = inferColumn(values);
		const expected = WIDER[values.join(",")] ?? ddl;
		const skip = expected !== ddl && ddl === "integer" && expected !== "bigint" && expected !== "numeric";
		const same =
			mine.ddl === expected &&
			(skip ||
				JSON.stringify(mine.values.map((v) => plain(mine.ddl, v))) ===
					JSON.stringify(out.map((v) => plain(mine.ddl, v))));
		return same ? [] : [{ values, expected: [expected, out], mine }];
	});
	expect(wrong).toEqual([]);
});

test("numbers survive the way to the database: parsing what was written gives the same value", () => {
	fc.assert(
		fc.property(
			fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n }),
			fc.integer({ min: -45, max: 45 }),
			(digits, exponent) => {
				const value = parseDecimal(`${digits}e${exponent}`)!;
				expect(parseDecimal(decimalText(value))).toEqual(value);
			},
		),
	);
});

test("any text is some column: nothing throws, and rows keep their number", () => {
	fc.assert(
		fc.property(fc.array(fc.string({ unit: "binary" }), { maxLength: 5 }), (values) => {
			expect(inferColumn(values).values.length).toBe(values.length);
		}),
	);
});
