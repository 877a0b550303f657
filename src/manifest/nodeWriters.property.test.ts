/** The writers of manifest.json keep texts from one node to the next: that must never show. */
import fc from "fast-check";
import { expect, it } from "vitest";
import type { TestNode } from "../core/node.ts";
import { createNodeWriters } from "./nodeJson.ts";
import { objectWriter, shared, sortedText } from "./sortedJson.ts";

const FACTS = { created: 1, work: new Map() };

/** Few values for each field, so that neighbours share some of them. */
const someOf = <T>(...values: T[]): fc.Arbitrary<T> => fc.constantFrom(...values);

const base = Object.freeze({ enabled: true, severity: "ERROR", tags: Object.freeze(["a"]) });
const configs = fc.oneof(
	someOf<object>(base, { ...base }, { ...base, severity: "warn" }, { access: "public", ...base, alias: "kept" }),
	fc
		.record({
			before: someOf<object>({}, { access: 1 }, { aaa: null }),
			own: fc.string(),
			after: someOf<object>(base, {}, { zzz: 1 }),
		})
		.map(({ before, own, after }) => ({ ...after, ...before, alias: own })),
);

const NO_META = Object.freeze({});
const columns = fc.dictionary(
	someOf("id", "a\nb", "__proto__"),
	fc.record(
		{
			name: someOf("id", '"q"'),
			description: someOf("", "said"),
			meta: someOf<object>(NO_META, {}, { owner: "x" }),
			data_type: someOf(null, "int"),
			constraints: someOf<readonly object[]>([], [{ type: "not_null" }]),
			quote: someOf(null, true),
			config: someOf<object>(NO_META, { tags: ["a"], meta: {} }),
			tags: someOf<readonly string[]>([], ["a"]),
			granularity: someOf("day"),
			doc_blocks: someOf<readonly string[]>([], ["doc.p.d"]),
			own: someOf<unknown>(1, "its own"),
		},
		{ requiredKeys: ["name", "description", "meta", "data_type", "constraints", "quote", "config", "tags"] },
	),
	{ maxKeys: 3 },
);

const tests = fc.record({
	unique_id: fc.string(),
	name: fc.string(),
	resource_type: someOf("test"),
	package_name: someOf("p", "q"),
	path: fc.string(),
	original_file_path: someOf("models/a.yml", "models/é\u2028.yml"),
	fqn: fc.array(fc.string(), { maxLength: 3 }),
	tags: someOf<readonly string[]>([], ["a"], ["a", '"']),
	description: someOf("", "said"),
	meta: someOf({}, { owner: "x" }),
	database: someOf("d", "D"),
	schema: someOf("s", "t"),
	alias: fc.string(),
	relation_name: someOf(null, '"s"."t"'),
	raw_code: fc.string(),
	language: someOf("sql"),
	checksum: someOf({ name: "none", checksum: "" }),
	config: configs,
	unrendered_config: someOf({}, { alias: "x" }, { b: 1, a: [true] }),
	columns,
	refs: someOf<readonly object[]>([], [{ name: "m", package: null, version: 1 }]),
	sources: someOf<readonly (readonly string[])[]>([], [["s", "t"]]),
	depends_on: someOf({ macros: [], nodes: [] }, { macros: ["m"], nodes: ["n"] }),
	group: someOf(null, "g"),
	docs: someOf({ show: true, node_color: null }, { show: false, node_color: "red" }),
	patch_path: someOf(null),
	test_metadata: fc.record({
		name: someOf("unique", "not_null"),
		namespace: someOf(null, "dbt_utils"),
		kwargs: fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.integer(), fc.array(fc.boolean()))),
	}),
	column_name: someOf(null, "id"),
	attached_node: fc.string(),
	file_key_name: fc.string(),
}) as unknown as fc.Arbitrary<TestNode>;

it("writes a test as it writes it when it is the only one", () => {
	fc.assert(
		fc.property(fc.array(tests, { maxLength: 12 }), (nodes) => {
			const writers = createNodeWriters(FACTS);
			for (const node of nodes) {
				const text = writers.node(node);
				expect(text).toBe(createNodeWriters(FACTS).node(node));
				const { config, test_metadata, kwargs, schema } = { kwargs: node.test_metadata?.kwargs, ...JSON.parse(text) };
				expect({ config, kwargs, schema }).toEqual({
					config: node.config,
					kwargs: test_metadata.kwargs,
					schema: node.schema,
				});
				expect(text).toBe(sortedText(JSON.parse(text)));
			}
		}),
		{ numRuns: 200 },
	);
});

it("writes an object whose fields are kept, left out or its own as JSON with sorted keys", () => {
	const values = someOf<string | number | undefined>("x", 1, undefined);
	const objects = fc.record({ a: values, b: values, c: values, d: values, e: values });
	const text = (value: string | number | undefined) => (value === undefined ? undefined : JSON.stringify(value));
	fc.assert(
		fc.property(
			fc.array(objects, { maxLength: 20 }),
			fc.array(fc.boolean(), { minLength: 5, maxLength: 5 }),
			(all, own) => {
				const fields = (["a", "b", "c", "d", "e"] as const).map((key, i) => {
					const of = (value: (typeof all)[number]) => value[key];
					return [key, own[i] ? (value: (typeof all)[number]) => text(of(value)) : shared(of, text)] as const;
				});
				const write = objectWriter(Object.fromEntries(fields));
				for (const object of all) expect(write(object)).toBe(sortedText(object));
			},
		),
	);
});
