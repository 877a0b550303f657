import { join } from "node:path";
import pg from "pg";
import { beforeAll, describe, expect, it } from "vitest";
import { testAdapter } from "../src/adapters/pglite/testing/testAdapter.ts";
import { createTestDatabase, describeOnPostgres } from "../src/adapters/postgres/testing/testDatabase.ts";
import type { Session } from "../src/core/adapter.ts";
import { type After, DBT, runScenarios, SCENARIOS, type World } from "./incremental/oracleRuns.ts";

/** The types of a table by name: where only the order of the columns is another one. */
const sorted = (table: After["table"]): After["table"] =>
	table === null ? null : { ...table, columns: table.columns.toSorted(([a], [b]) => (a < b ? -1 : 1)) };

function compare(world: () => Promise<Record<string, After[]>>): void {
	let found: Record<string, After[]>;
	beforeAll(async () => {
		found = await world();
	});
	it.each(Object.keys(SCENARIOS))("leaves what dbt leaves: %s", (name) => {
		const differs = SCENARIOS[name]!.differs?.columns;
		const [ours, theirs] = [found[name]!, DBT[name]!].map((runs) =>
			runs.map(({ status, table }) => ({
				status,
				table: differs === undefined || table === null ? table : differs === "order" ? sorted(table) : table.rows,
			})),
		);
		expect(ours).toEqual(theirs);
	});
}

const embedded: World["look"] = async (root, work) => {
	const adapter = testAdapter(join(root, ".tfm/database"));
	await adapter.open();
	try {
		return await adapter.withSession(work);
	} finally {
		await adapter.close();
	}
};

describe("incremental models on the embedded database", () => {
	describe.each([false, true])("with layers: %s", (layered) => {
		compare(() => runScenarios({ layered, output: null, look: embedded }));
	});
});

describeOnPostgres("incremental models on a Postgres server", () => {
	describe.each([false, true])("with layers: %s", (layered) => {
		compare(async () => {
			const database = await createTestDatabase();
			const client = new pg.Client({ connectionString: database.url });
			await client.connect();
			const query: Session["query"] = async (sql, binds = []) => {
				const { rows } = await client.query({ text: sql, values: [...binds], rowMode: "array" });
				return { columns: [], rows, rowCount: rows.length, status: "" };
			};
			try {
				const { host, port, user, password } = database;
				const output = { type: "postgres", host, port, user, password, dbname: database.database, threads: 4 };
				return await runScenarios({ layered, output, look: (_root, work) => work({ query } as Session) });
			} finally {
				await client.end();
				await database.drop();
			}
		});
	});
});
