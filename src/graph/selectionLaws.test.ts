import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Manifest } from "../core/manifest.ts";
import { buildGraph } from "./graph.ts";
import { type IndirectSelection, METHODS, parseCriterion } from "./parseSelector.ts";
import { selectNodes } from "./selectNodes.ts";
import { parseSelectorDefinitions } from "./selectorDefinitions.ts";
import { type SmallNode, smallManifest } from "./testing/smallManifest.ts";

const LETTERS = ["a", "b", "c", "d", "e", "f", "g"] as const;
const idOf = (kind: string, name: string): string => `${kind}.shop.${name}`;

/** Seven models, each reading some before it, and tests that read some models each. */
const project = fc
	.record({
		reads: fc.array(fc.subarray([...LETTERS]), { minLength: LETTERS.length, maxLength: LETTERS.length }),
		tests: fc.array(fc.subarray([...LETTERS], { minLength: 1 }), { maxLength: 6 }),
	})
	.map(({ reads, tests }): Manifest => {
		const node = (kind: string, name: string, inputs: readonly string[]): SmallNode => ({
			unique_id: idOf(kind, name),
			resource_type: kind,
			name,
			package_name: "shop",
			original_file_path: `models/${name}.sql`,
			fqn: ["shop", name],
			parents: inputs.map((input) => idOf("model", input)),
			depends_on: inputs.map((input) => idOf("model", input)),
		});
		return smallManifest([
			...LETTERS.map((name, i) =>
				node(
					"model",
					name,
					(reads[i] ?? []).filter((input) => input < name),
				),
			),
			...tests.map((inputs, i) => node("test", `test_${i}`, inputs)),
		]);
	});

const word = fc.constantFrom(...LETTERS, "*", "[a-c]", "test_*", "resource_type:model");
const plusses = fc.tuple(fc.constantFrom("", "+", "1+", "2+"), word, fc.constantFrom("", "+", "1+", "+2"));
const criterion = fc.oneof(
	plusses.map(([before, name, after]) => `${before}${name}${after === "1+" ? "+1" : after}`),
	word.map((name) => `@${name}`),
);

function selected(
	manifest: Manifest,
	select: readonly string[],
	more: { readonly exclude?: readonly string[]; readonly indirect?: IndirectSelection } = {},
): ReadonlySet<string> {
	const { ids } = selectNodes(manifest, buildGraph(manifest), {
		select,
		exclude: more.exclude ?? [],
		layers: [],
		resourceTypes: [],
		excludeResourceTypes: [],
		indirect: more.indirect,
	});
	return new Set(ids);
}

const isWithin = (inner: ReadonlySet<string>, outer: ReadonlySet<string>): boolean =>
	[...inner].every((id) => outer.has(id));

describe("a selection", () => {
	it("grows with every + and is whole with @", () => {
		fc.assert(
			fc.property(project, word, (manifest, name) => {
				const chain = [name, `1+${name}`, `2+${name}`, `+${name}`, `+${name}+`];
				const sets = chain.map((text) => selected(manifest, [text], { indirect: "empty" }));
				sets.slice(1).forEach((set, i) => {
					expect(isWithin(sets[i] ?? new Set(), set)).toBe(true);
				});
				const whole = selected(manifest, [`@${name}`], { indirect: "empty" });
				expect(isWithin(selected(manifest, [`+${name}+`], { indirect: "empty" }), whole)).toBe(true);
				// Whatever is in the family of a node has all its inputs there.
				const graph = buildGraph(manifest);
				for (const id of graph.ids)
					if (whole.has(id)) expect(graph.parents(id).filter((parent) => !whole.has(parent))).toEqual([]);
			}),
		);
	});

	it("obeys the laws of sets, with the tests that come along", () => {
		fc.assert(
			fc.property(project, criterion, criterion, criterion, (manifest, x, y, z) => {
				const of = (...select: string[]) => selected(manifest, select);
				expect(of(x, y)).toEqual(of(y, x));
				expect(of(`${x},${y}`)).toEqual(of(`${y},${x}`));
				expect(of(x, x)).toEqual(of(x));
				expect(of(`${x},${x}`)).toEqual(of(x));
				expect(of(`${x} ${y}`, z)).toEqual(of(x, `${y} ${z}`));
				expect(of(`${x},${y}`, `${x},${z}`)).toEqual(new Set([...of(y, z)].filter((id) => of(x).has(id))));
				const rest = selected(manifest, [x, y], { exclude: [z] });
				expect(rest).toEqual(new Set([...of(x, y)].filter((id) => !of(z).has(id))));
			}),
		);
	});

	it("takes along no fewer tests with empty, cautious, buildable, eager, in this order", () => {
		const modes = ["empty", "cautious", "buildable", "eager"] as const;
		fc.assert(
			fc.property(
				project,
				fc.array(criterion, { minLength: 1, maxLength: 3 }),
				fc.boolean(),
				(manifest, words, and) => {
					const select = and ? [words.join(",")] : words;
					const sets = modes.map((indirect) => selected(manifest, select, { indirect }));
					sets.slice(1).forEach((set, i) => {
						expect(isWithin(sets[i] ?? new Set(), set)).toBe(true);
					});
				},
			),
		);
	});

	it("is the same from selectors.yml as from the command line", () => {
		fc.assert(
			fc.property(project, criterion, criterion, criterion, (manifest, x, y, z) => {
				const entries = [
					{ name: "inner", definition: { union: [x, { intersection: [y, z] }] } },
					{ name: "outer", definition: { union: ["selector:inner", { exclude: [z] }] } },
				];
				const selectors = parseSelectorDefinitions(entries, { indirect: "eager", at: () => ({}) });
				const base = { select: [], exclude: [], layers: [], resourceTypes: [], excludeResourceTypes: [], selectors };
				const named = (selector: string) =>
					new Set<string>(selectNodes(manifest, buildGraph(manifest), { ...base, selector }).ids);
				expect(named("inner")).toEqual(selected(manifest, [x, `${y},${z}`]));
				expect(named("outer")).toEqual(selected(manifest, [x, `${y},${z}`], { exclude: [z] }));
			}),
		);
	});
});

describe("a criterion", () => {
	const name = fc.stringMatching(/^[a-z_][a-z0-9_]{0,5}$/);
	const depth = fc.option(fc.integer({ min: 0, max: 30 }), { nil: undefined });
	const side = fc.option(fc.record({ depth }), { nil: undefined });

	it("is read back as it was written", () => {
		fc.assert(
			fc.property(
				fc.record({
					method: fc.constantFrom(...METHODS),
					path: fc.array(name, { maxLength: 2 }),
					value: fc.stringMatching(/^[a-z*][a-z0-9*?./: -]{0,7}[a-z0-9*]$/),
					family: fc.boolean(),
					up: side,
					down: side,
				}),
				({ method, path, value, family, up, down }) => {
					const before = up === undefined ? "" : `${up.depth ?? ""}+`;
					const after = down === undefined || family ? "" : `+${down.depth ?? ""}`;
					const raw = `${family ? "@" : ""}${before}${[method, ...path].join(".")}:${value}${after}`;
					expect(parseCriterion(raw, "cautious")).toEqual({
						kind: "criterion",
						raw,
						method,
						arguments: path,
						value,
						family,
						parents: up === undefined ? 0 : (up.depth ?? Number.POSITIVE_INFINITY),
						children: after === "" ? 0 : (down?.depth ?? Number.POSITIVE_INFINITY),
						indirect: "cautious",
					});
				},
			),
		);
	});
});
