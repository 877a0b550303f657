import { expect, it } from "vitest";
import { withNamedByHand } from "./namedByHand.ts";

const model = (id: string, sql: string, inputs: readonly string[] = []) =>
	[id, { id, name: ["db", "dev", id], sql, inputs: [...inputs, id] }] as const;
const seed = { id: "seed", name: ["db", "dev", "Über tail"], columns: [], open: false };

it("finds relations of nodes in SQL, however they are written, once and without a circle", () => {
	const models = new Map([
		model("a", "select * from dev.b"),
		model("b", "select 1"),
		model("c", 'select * from "db" . "dev"."a", DEV.B, dev.c, dev."Über tail"', ["b"]),
		model("d", "select * from dev.e"),
		model("e", "select * from dev.d"),
	]);
	const found = withNamedByHand(models, new Map([["seed", seed]]), "postgres");
	expect([...found.values()].map(({ id, byHand = [] }) => `${id}: ${byHand}`)).toEqual([
		"a: b",
		"b: ",
		"c: a,seed",
		"d: e",
		"e: ",
	]);
});
