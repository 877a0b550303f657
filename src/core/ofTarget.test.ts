import { expect, test } from "vitest";
import { createPostgresDialect } from "../adapters/postgresFamily/dialect.ts";
import { createSnowflakeDialect } from "../adapters/snowflake/dialect.ts";
import type { Manifest } from "./manifest.ts";
import { nodeId } from "./node.ts";
import { isOfTarget } from "./ofTarget.ts";

const A = nodeId("model.shop.a");
const node = { resource_type: "model", database: "MARTS", schema: "GOLD", alias: "A", relation_name: null };
const manifest = { nodes: new Map([[A, node]]) } as unknown as Manifest;
const at = (database: string, schema: string) => ({ database, schema, identifier: "A" });

test("what is written down of a relation is another target's in another schema, and in another database of many", () => {
	const told = (dialect: Parameters<typeof isOfTarget>[1]) =>
		[at("MARTS", "GOLD"), at("MARTS", "DEV"), at("MARTS_DEV", "GOLD")].map((one) =>
			isOfTarget(manifest, dialect, A, one),
		);
	expect(told(createSnowflakeDialect())).toEqual([true, false, false]);
	// There a database that has another name now is the same one.
	expect(told(createPostgresDialect())).toEqual([true, false, true]);
	expect(isOfTarget(manifest, createSnowflakeDialect(), nodeId("model.shop.gone"), at("X", "Y"))).toBe(true);
});
