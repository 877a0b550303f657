import fc from "fast-check";
import { expect, it } from "vitest";
import type { NodeId } from "../core/node.ts";
import { waitingForTests } from "./waitingForTests.ts";

const name = (i: number): NodeId => `model.shop.m${i}` as NodeId;

/** A graph by what each node reads, which is among those before it; some of the nodes cannot wait. */
const graphs = fc
	.integer({ min: 2, max: 14 })
	.chain((size) =>
		fc.tuple(
			fc.tuple(...Array.from({ length: size }, (_, i) => fc.subarray(Array.from({ length: i }, (_, j) => j)))),
			fc.array(fc.boolean(), { minLength: size, maxLength: size }),
			fc.array(fc.uniqueArray(fc.integer({ min: 0, max: size - 1 }), { minLength: 1, maxLength: 3 }), { maxLength: 6 }),
		),
	);

it("what waits for a test lies below all that it reads, with nothing else of that between", () => {
	fc.assert(
		fc.property(graphs, ([reads, waiting, tested]) => {
			const ids = reads.map((_, i) => name(i));
			const parents = (id: NodeId) => reads[ids.indexOf(id)]!.map(name);
			const successors = (id: NodeId) => ids.filter((other) => parents(other).includes(id));
			const waits = (id: NodeId) => waiting[ids.indexOf(id)]!;
			const below = (id: NodeId): ReadonlySet<NodeId> => {
				const found = new Set(successors(id));
				for (const one of found) for (const next of successors(one)) found.add(next);
				return found;
			};
			const tests = tested.map((inputs, i) => ({ test: `test.${i}` as NodeId, inputs: inputs.map(name) }));
			const expected = tests.flatMap(({ test, inputs }) => {
				if (inputs.length === 1)
					return successors(inputs[0]!)
						.filter(waits)
						.map((id) => [test, id]);
				const all = ids.filter((id) => waits(id) && inputs.every((input) => below(input).has(id)));
				return all.filter((id) => !all.some((other) => successors(other).includes(id))).map((id) => [test, id]);
			});
			const found = waitingForTests(tests, { ids, parents, successors, waits });
			expect(found.map(String).sort()).toEqual(expected.map(String).sort());
		}),
		{ numRuns: 400, seed: 3 },
	);
});
