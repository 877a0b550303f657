import { expect, test } from "vitest";
import type { Manifest } from "./manifest.ts";
import { nodeId } from "./node.ts";
import { isOfTarget } from "./ofTarget.ts";

const A = nodeId("model.shop.a");
const node = { resource_type: "model", database: "MARTS", schema: "GOLD", alias: "A", relation_name: null };
const manifest = { nodes: new Map([[A, node]]) } as unknown as Manifest;
const at = (database: string, schema: string) => ({ database, schema, identifier: "A" });

test("what is written down of a relation is another target's in another schema, and in another database of many", () => {
	const same = (name: string) => name;
	const dialectThat = (readsDatabases: boolean) => ({
		...{ fold: same, storedDatabase: same, storedSchema: same },
		readsDatabases,
	});
	const told = (readsDatabases: boolean) =>
		[at("MARTS", "GOLD"), at("MARTS", "DEV"), at("MARTS_DEV", "GOLD")].map((one) =>
			isOfTarget(manifest, dialectThat(readsDatabases), A, one),
		);
	expect(told(true)).toEqual([true, false, false]);
	// There a database that has another name now is the same one.
	expect(told(false)).toEqual([true, false, true]);
	expect(isOfTarget(manifest, dialectThat(true), nodeId("model.shop.gone"), at("X", "Y"))).toBe(true);
});
