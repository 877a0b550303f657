import { describe, expect, it } from "vitest";
import {
	type Arguments,
	bindArguments,
	compileTemplate,
	equals,
	fromPlain,
	HostFunction,
	HostObject,
	PyDecimal,
	PyDict,
	PyFloat,
	PyTuple,
	repr,
	toJson,
	toPlain,
	toText,
	truthy,
	type Value,
} from "./jinja.ts";
import { argumentsOf } from "./values.ts";

const render = (text: string, names: Record<string, Value> = {}): string =>
	compileTemplate({ file: "a.sql", text }).render({ get: (name) => names[name] }, { undefined: "strict" });

describe("a dict", () => {
	it("hashes keys as Python does, and keeps the first spelling and the order", () => {
		const dict = PyDict.fromEntries([
			[1, "int"],
			[true, "bool"],
			[new PyFloat(1), "float"],
			["1", "text"],
			[new PyDecimal("1.0"), "decimal"],
		]);
		expect(repr(dict)).toBe("{1: 'decimal', '1': 'text'}");
		expect(dict.get(new PyFloat(1))).toBe("decimal");
		expect(PyDict.fromEntries([[PyTuple.of(1, "a"), 1]]).get(PyTuple.fromItems([new PyFloat(1), "a"]))).toBe(1);
		expect(PyDict.fromEntries([["\0t", 1]]).has(PyTuple.of())).toBe(false);
	});
});

describe("a number from the database", () => {
	const decimal = (text: string) => ({ d: new PyDecimal(text) });
	it.each([
		["{{ d }}", "1.50", "1.50"],
		["{{ [d] }}", "1.50", "[Decimal('1.50')]"],
		["{{ d + 1 }}", "1.50", "2.50"],
		["{{ d * 2 }}", "1.50", "3.00"],
		["{{ d / 3 }}", "1", "0.3333333333333333333333333333"],
		["{{ d / 4 }}", "1.00", "0.25"],
		["{{ 2 / d }}", "3", "0.6666666666666666666666666667"],
		["{{ d // 2 }}", "7.5", "3"],
		["{{ d % 2 }}", "7.5", "1.5"],
		["{{ d ** 2 }}", "1.5", "2.25"],
		["{{ -d }}", "1.5", "-1.5"],
		["{{ d|abs }}", "-1.5", "1.5"],
		["{{ d == 1.5 }}{{ d < 2 }}{{ d > 1.4 }}{{ d in [1.5] }}", "1.50", "TrueTrueTrueTrue"],
		["{{ d|int }}{{ d|float }}", "12.90", "1212.9"],
		["{{ d|round(1) }}", "2.25", "2.2"],
		["{{ '%.1f|%s|%d' % (d, d, d) }}", "2.35", "2.4|2.35|2"],
		["{{ '{:,.2f}'.format(d) }}", "1234567.895", "1,234,567.90"],
		["{{ d + 0 }}", "12345678901234567890123456789.5", "1.234567890123456789012345679E+28"],
		["{{ d is number }}{{ d is integer }}{{ d is float }}", "1", "TrueFalseFalse"],
		["{{ [d, d]|sum }}", "0.1", "0.2"],
		["{{ 'T' if d else 'F' }}", "0.00", "F"],
		["{{ d ~ 'x' }}", "1E+2", "1E+2x"],
	])("%s of %s is %s", (text, value, expected) => {
		expect(render(text, decimal(value))).toBe(expected);
	});

	it("does not mix with floats, as Python's does not", () => {
		expect(() => render("{{ d + 1.5 }}", decimal("1"))).toThrow(
			"unsupported operand type(s) for +: 'decimal.Decimal' and 'float'",
		);
	});
});

describe("plain data", () => {
	it("goes in and comes out the same", () => {
		const data = { a: [1, 1.5, "x", null, true, { b: [] }], "": {} };
		expect(toPlain(fromPlain(data))).toEqual(data);
		expect(toPlain(PyTuple.of(1, new PyFloat(2)))).toEqual([1, 2]);
		expect(
			toPlain(
				PyDict.fromEntries([
					[1, 2],
					[null, 3],
				]),
			),
		).toEqual({ 1: 2, None: 3 });
	});

	it("refuses what is no data", () => {
		expect(() => fromPlain(() => 1)).toThrow("a function is not plain data");
	});

	it("is JSON as Python writes it", () => {
		const value = fromPlain({ b: [1, 1.5, "é'<", null], a: {} });
		expect(toJson(value)).toBe(`{"b": [1, 1.5, "\\u00e9'<", null], "a": {}}`);
		expect(toJson(value, { sortKeys: true, indent: 1, htmlSafe: true })).toBe(
			`{\n "a": {},\n "b": [\n  1,\n  1.5,\n  "\\u00e9\\u0027\\u003c",\n  null\n ]\n}`,
		);
		expect(() => toJson(new PyDecimal("1"))).toThrow("Object of type Decimal is not JSON serializable");
	});
});

describe("arguments", () => {
	const bind = (spec: string[], positional: Value[], keyword: Record<string, Value> = {}) => ({
		...bindArguments("f", spec, argumentsOf(positional, keyword)),
	});

	it("bind by position and by name", () => {
		expect(bind(["a", "b?", "c?"], [1], { c: 3 })).toEqual({ a: 1, c: 3 });
		expect(bind(["a", "*rest", "**kw"], [1, 2, 3], { x: 4 })).toEqual({ a: 1, rest: [2, 3], kw: { x: 4 } });
	});

	it.each([
		[["a"], [], {}, "f() missing 1 required argument: 'a'"],
		[["a", "b"], [], {}, "f() missing 2 required arguments: 'a' and 'b'"],
		[["a"], [1, 2], {}, "f() takes 1 positional argument but 2 were given"],
		[["a"], [1], { a: 2 }, "f() got multiple values for argument 'a'"],
		[["a?"], [], { z: 2 }, "f() got an unexpected keyword argument 'z'"],
	] as [string[], Value[], Record<string, Value>, string][])(
		"%j with %j %j: %s",
		(spec, positional, keyword, message) => {
			expect(() => bind(spec, positional, keyword)).toThrow(message);
		},
	);
});

/** A relation-like object: a mapping, equal by name, usable as a key, with arithmetic and order. */
class Point extends HostObject {
	readonly typeName = "Point";
	override readonly isMapping = true;
	readonly x: number;
	constructor(x: number) {
		super();
		this.x = x;
	}
	override attribute(name: string): Value {
		return name === "x"
			? this.x
			: name === "add"
				? new HostFunction("add", ({ positional }: Arguments) => new Point(this.x + Number(positional[0])))
				: undefined;
	}
	override item(key: Value): Value {
		return key === 0 ? this.x : undefined;
	}
	override *iterate(): Generator<Value> {
		yield this.x;
	}
	override length(): number {
		return 1;
	}
	override equals(other: Value): boolean {
		return other instanceof Point && other.x === this.x;
	}
	override hashKey(): string {
		return String(this.x);
	}
	override compare(other: Value): number | undefined {
		return other instanceof Point ? this.x - other.x : undefined;
	}
	override binary(operator: string, other: Value, reflected: boolean): Value {
		return operator === "-" && typeof other === "number" ? (reflected ? other - this.x : this.x - other) : undefined;
	}
	override toText(): string {
		return `p${this.x}`;
	}
}

describe("an object of the host", () => {
	const names = { a: new Point(1), b: new Point(2) };
	it.each([
		["{{ a }} {{ [a] }} {{ a ~ b }}", "p1 [p1] p1p2"],
		["{{ a.x }}{{ a['x'] }}{{ a[0] }}{{ a.nope is defined }}{{ a|attr('x') }}", "111False1"],
		["{{ a.add(2).x }}", "3"],
		["{{ a == b }}{{ a == a.add(0) }}{{ a in [b, a] }}", "FalseTrueTrue"],
		["{{ {a: 'found'}[a.add(0)] }}", "found"],
		["{{ a < b }}{{ [b, a]|sort }}{{ [a, b]|max }}", "True[p1, p2]p2"],
		["{{ a - 1 }}{{ 5 - b }}", "03"],
		["{{ a is mapping }}{{ a is iterable }}{{ a is callable }}{{ a|length }}{{ a|list }}", "TrueTrueFalse1[1]"],
		["{% for i in a %}{{ i }}{% endfor %}{{ 'T' if a }}", "1T"],
		["{{ [a, b]|map(attribute='x')|list }}", "[1, 2]"],
	])("%s prints %s", (text, expected) => {
		expect(render(text, names)).toBe(expected);
	});

	it("that lacks a protocol is an error in Python's words", () => {
		const bare = { f: new HostFunction("f", () => null) };
		expect(() => render("{{ f + 1 }}", bare)).toThrow("unsupported operand type(s) for +: 'function' and 'int'");
		expect(() => render("{{ f < 1 }}", bare)).toThrow("'<' not supported between instances of 'function' and 'int'");
		expect(() => render("{% for x in f %}{% endfor %}", bare)).toThrow("'function' object is not iterable");
	});

	it("compares, prints and counts outside templates too", () => {
		expect(equals(new Point(1), new Point(1))).toBe(true);
		expect(truthy(new Point(0))).toBe(true);
		expect(toText(fromPlain([1, "a"]))).toBe("[1, 'a']");
	});
});
