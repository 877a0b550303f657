import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createToPublished } from "./publishedText.ts";

const relation = (schema: string) => ({ database: "db", schema, identifier: "t" });
const move = (from: string, to: string) => ({ candidate: relation(from), target: relation(to) });

describe("createToPublished", () => {
	it("replaces the shadow schema wherever it stands, quoted or bare", () => {
		const text = createToPublished([move("tfm_c_0123456789_staging", "staging")]);
		expect(text(`select * from "tfm_c_0123456789_staging"."orders", tfm_c_0123456789_staging.x`)).toBe(
			`select * from "staging"."orders", staging.x`,
		);
	});

	it("follows the doubling of quotes in identifiers and strings", () => {
		const text = createToPublished([move(`tfm_c_0123456789_o"b'c`, `o"b'c`)]);
		expect(text(`"tfm_c_0123456789_o""b'c"."t" -- 'tfm_c_0123456789_o"b''c'`)).toBe(`"o""b'c"."t" -- 'o"b''c'`);
	});

	it("gives the whole published name back where the shadow name was cut", () => {
		const long = "s".repeat(60);
		const text = createToPublished([move(`tfm_c_0123456789_${"s".repeat(46)}`, long)]);
		expect(text(`"tfm_c_0123456789_${"s".repeat(46)}"."t"`)).toBe(`"${long}"."t"`);
	});

	it("leaves text alone that names no shadow schema", () => {
		const text = createToPublished([move("tfm_c_0123456789_staging", "staging")]);
		expect(text("select 'tfm_c_9999999999_staging', $1")).toBe("select 'tfm_c_9999999999_staging', $1");
		expect(createToPublished([])("select 1")).toBe("select 1");
	});

	it("undoes any naming of any schemas, with `$` and patterns in them", () => {
		const schema = fc.stringMatching(/^[a-z$.*+"' ]{1,12}$/);
		fc.assert(
			fc.property(fc.uniqueArray(schema, { minLength: 1, maxLength: 4 }), fc.nat(3), (schemas, pick) => {
				const shadow = (s: string) => `tfm_c_${schemas.indexOf(s)}aaaaaaaaa_${s}`;
				const text = createToPublished(schemas.map((s) => move(shadow(s), s)));
				const one = schemas[pick % schemas.length]!;
				const quote = (s: string) => `"${s.replaceAll('"', '""')}"`;
				expect(text(`from ${quote(shadow(one))}."t"`)).toBe(`from ${quote(one)}."t"`);
			}),
		);
	});
});
