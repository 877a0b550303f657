import { expect, test } from "vitest";
import { DatabaseError } from "../core/databaseError.ts";
import { missingDatabases, type Placed } from "./missingDatabases.ts";

const at = (database: string, name: string): Placed => ({
	database,
	node: { name, location: { file: `models/${name}.sql`, line: 1, column: 1 } },
});

const lists = (there: readonly string[]) => ({
	listSchemas: async (database = "") => {
		if (there.includes(database)) return ["PUBLIC"];
		throw new DatabaseError(`Database '${database}' does not exist or not authorized.`);
	},
});

test("each database that is not there is told once, at its first node, with all nodes in it", async () => {
	const nodes = [at("GONE", "a"), at("THERE", "b"), at("GONE", "c"), at("LOST", "d")];
	const told = await missingDatabases(lists(["THERE"]), { readsDatabases: true }, nodes);
	expect(told.map(({ code, message, at: place }) => [code, message, place?.file])).toEqual([
		[
			"TFM-DB-030",
			"a, c cannot be built in the database GONE: Database 'GONE' does not exist or not authorized.",
			"models/a.sql",
		],
		[
			"TFM-DB-030",
			"d cannot be built in the database LOST: Database 'LOST' does not exist or not authorized.",
			"models/d.sql",
		],
	]);
});

test("where a connection reads one database nothing is asked, and a lost connection is no missing database", async () => {
	expect(await missingDatabases(lists([]), { readsDatabases: false }, [at("GONE", "a")])).toEqual([]);
	const lost = { listSchemas: () => Promise.reject(new DatabaseError("gone away", { kind: "connection" })) };
	await expect(missingDatabases(lost, { readsDatabases: true }, [at("GONE", "a")])).rejects.toThrow("gone away");
});
