import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import {
	createTestDatabase,
	describeOnPostgres,
	type TestDatabase,
} from "../../src/adapters/postgres/testing/testDatabase.ts";
import { CASES, readCase, transcriptOf } from "../runCase.ts";

/** Histories, windows of time and late rows: what is kept between runs, on another engine's types and collation. */
describeOnPostgres("a case on a server says what it says on the embedded database", () => {
	let server: TestDatabase;
	beforeEach(async () => {
		server = await createTestDatabase();
	});
	afterEach(() => server.drop());

	for (const name of [
		"backfill",
		"history-of-a-model",
		"reprocess-groups",
		"compare-with-published",
		"changed-build",
		"changed-layers",
	])
		it(`${name}: ${readCase(name).title}`, { timeout: 240_000 }, async () => {
			// run_results.json names the profile, which is another one here.
			const said = (await transcriptOf(name, server)).replaceAll('"profile":"server"', '"profile":"embedded"');
			expect(said).toBe(readFileSync(join(CASES, name, "expected.txt"), "utf8"));
		});
});
