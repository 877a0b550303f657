import { deserialize, serialize } from "node:v8";
import { expect, test } from "vitest";
import type { NodeId } from "../../core/node.ts";
import { packEdges, unpackEnds } from "./packEdges.ts";

const edges = (of: { readonly [id: string]: readonly string[] }) =>
	new Map(Object.entries(of)) as unknown as ReadonlyMap<NodeId, readonly NodeId[]>;

test("edges are after packing what they were, those to what is no node too", () => {
	const parents = edges({ a: [], b: ["a", "gone"], c: ["a", "b"] });
	const children = edges({ a: ["b", "c"], b: ["c", "elsewhere"], c: [] });
	const packed = deserialize(serialize(packEdges({ parents, children }))) as ReturnType<typeof packEdges>;
	expect(packed.joined).toEqual(["a", "b", "c"]);
	expect(unpackEnds(packed, "parents")).toEqual([...parents.values()]);
	expect(unpackEnds(packed, "children")).toEqual([...children.values()]);
});

test("parents and children of other nodes are refused", () => {
	const parents = edges({ a: [], b: ["a"] });
	expect(() => packEdges({ parents, children: edges({ a: ["b"], c: [] }) })).toThrow("not of the same nodes");
});
