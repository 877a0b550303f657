import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { pythonRepr, pythonStr, WrittenFloat } from "./pythonText.ts";
import { manifestOf } from "./testing/readProject.ts";
import { hashTest, nameTest } from "./testNames.ts";

const model = (text: string) => `{{ get_where_subquery(${text}) }}`;

describe("names of generic tests", () => {
	it("gives unique on customers.customer_id the hash that dbt gives it", () => {
		const kwargs = { column_name: "customer_id", model: model("ref('customers')") };
		const { full, short } = nameTest("unique", "customers", kwargs);
		expect([full, short]).toEqual(["unique_customers_customer_id", "unique_customers_customer_id"]);
		expect(hashTest(full, { namespace: null, name: "unique", kwargs })).toBe("c5af1ff4b1");
	});

	it("flattens lists and mappings, in the order of the argument names", () => {
		const values = [1, 2.5, true, null, "it's"];
		expect(nameTest("accepted_values", "t", { values, column_name: "c", quote: false, model: "x" }).full).toBe(
			"accepted_values_t_c__False__1__2_5__True__None__it_s",
		);
		expect(nameTest("custom", "t", { words: { a: "x y", b: [1, 2] } }).full).toBe("custom_t_x_y___1_2_");
	});

	it("tells 1.0 from 1, as the property file does", async () => {
		const test = (value: string) => `{accepted_values: {arguments: {values: [${value}], quote: false}}}`;
		const { nodes } = await manifestOf({
			"models/a.sql": "select 1 as x",
			"models/p.yml": `models: [{name: a, columns: [{name: x, data_tests: [${test("1")}, ${test("1.0")}]}]}]`,
		});
		const names = [...nodes.values()].filter((node) => node.resource_type === "test").map((node) => node.unique_id);
		// From dbt 1.12.6.
		expect(names).toEqual([
			"test.shop.accepted_values_a_x__False__1.9e1e52cec5",
			"test.shop.accepted_values_a_x__False__1_0.8ef9492963",
		]);
	});

	it("cuts and hashes a name of 64 characters and leaves one of 63", () => {
		const of = (length: number) => nameTest("unique", "t", { column_name: "c".repeat(length - "unique_t_".length) });
		expect(of(63).short).toBe(of(63).full);
		expect(of(64).short).toMatch(/^unique_t_[0-9a-f]{32}$/);
	});
});

describe("any test", () => {
	const argument = fc.oneof(
		fc.string(),
		fc.integer(),
		fc.boolean(),
		fc.constant(null),
		fc.array(fc.string(), { maxLength: 3 }),
	);
	const args = fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), argument, { maxKeys: 5 });

	it("has a short name that a relation can have, and a hash that the order of arguments does not change", () => {
		fc.assert(
			fc.property(args, (kwargs) => {
				const { full, short } = nameTest("check", "orders", kwargs);
				expect(full).toMatch(/^check_orders_[0-9a-zA-Z_]*$/);
				expect(short.length).toBeLessThan(64);
				const turned = Object.fromEntries(Object.entries(kwargs).reverse());
				const hash = (given: typeof kwargs) => hashTest(full, { namespace: null, name: "check", kwargs: given });
				expect(hash(turned)).toBe(hash(kwargs));
			}),
		);
	});
});

describe("values as Python prints them", () => {
	it("prints scalars", () => {
		const printed = [null, true, 3, -0.5, 1e-7, 1e16, 2 ** 60, "a"].map((v) => pythonStr(v));
		expect(printed).toEqual(["None", "True", "3", "-0.5", "1e-07", "10000000000000000", "1152921504606846976", "a"]);
		expect(pythonStr(new WrittenFloat(1))).toBe("1.0");
	});

	it("quotes texts as repr does", () => {
		const printed = ["a", "it's", 'say "x"', `both ' and "`, "tab\tline\n", "ä\u00a0", "\u{1F600}"].map((v) =>
			pythonRepr(v),
		);
		expect(printed).toEqual([
			"'a'",
			`"it's"`,
			`'say "x"'`,
			`'both \\' and "'`,
			"'tab\\tline\\n'",
			"'ä\\xa0'",
			"'\u{1F600}'",
		]);
	});
});
