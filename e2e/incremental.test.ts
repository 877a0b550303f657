import { join } from "node:path";
import pg from "pg";
import { beforeAll, describe, expect, it } from "vitest";
import { testAdapter } from "../src/adapters/pglite/testing/testAdapter.ts";
import { createTestDatabase, describeOnPostgres } from "../src/adapters/postgres/testing/testDatabase.ts";
import type { Session } from "../src/core/adapter.ts";
import { type After, DBT, runScenarios, SCENARIOS, type World } from "./incremental/oracleRuns.ts";
import { DBT_PROPERTIES, PROPERTIES, runProperties } from "./incremental/propertyRuns.ts";

/** Some 150 models are built; on a busy machine that takes its time. */
const TIMEOUT_MS = 300_000;

/** Servers before Postgres 15 have no merge: the strategy is refused there. */
let hasMerge = true;

/** The types of a table by name: where only the order of the columns is another one. */
const sorted = (table: After["table"]): After["table"] =>
	table === null ? null : { ...table, columns: table.columns.toSorted(([a], [b]) => (a < b ? -1 : 1)) };

function compare(world: () => Promise<Record<string, After[]>>): void {
	let found: Record<string, After[]>;
	beforeAll(async () => {
		found = await world();
	}, TIMEOUT_MS);
	it.each(Object.keys(SCENARIOS))("leaves what dbt leaves: %s", (name) => {
		const { differs: exception, config } = SCENARIOS[name]!;
		if (config.incremental_strategy === "merge" && found[name]![0]?.status === "error" && !hasMerge)
			return expect(found[name]!.map((run) => run.status)).not.toContain("success");
		const differs = exception?.columns;
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

function compareProperties(world: () => Promise<Awaited<ReturnType<typeof runProperties>>>): void {
	let found: Awaited<ReturnType<typeof runProperties>>;
	beforeAll(async () => {
		found = await world();
	}, TIMEOUT_MS);
	it.each(Object.keys(PROPERTIES))("leaves the grants, comments and indexes that dbt leaves: %s", (name) => {
		const expected = DBT_PROPERTIES[name]!.map((run, i) => ({ ...run, ...PROPERTIES[name]!.differs?.[i] }));
		expect(found[name]).toEqual(expected);
	});
}

async function onServer<T>(layered: boolean, work: (world: World) => Promise<T>): Promise<T> {
	const database = await createTestDatabase();
	const client = new pg.Client({ connectionString: database.url });
	await client.connect();
	const query: Session["query"] = async (sql, binds = []) => {
		const { rows } = await client.query({ text: sql, values: [...binds], rowMode: "array" });
		return { columns: [], rows, rowCount: rows.length, status: "" };
	};
	try {
		hasMerge = Number((await query("show server_version_num")).rows[0]?.[0]) >= 150_000;
		const { host, port, user, password } = database;
		const output = { type: "postgres", host, port, user, password, dbname: database.database, threads: 4 };
		return await work({ layered, output, look: (_root, look) => look({ query } as Session) });
	} finally {
		await client.end();
		await database.drop();
	}
}

/** Two of the four worlds say what all do, in half the time; `TFM_EVERY_WORLD=1` runs the others too. */
const every = process.env.TFM_EVERY_WORLD !== undefined;

describe("incremental models on the embedded database", () => {
	describe.each(every ? [true, false] : [true])("with layers: %s", (layered) => {
		compare(() => runScenarios({ layered, output: null, look: embedded }));
	});
	compareProperties(() => runProperties({ layered: true, output: null, look: embedded }));
});

describeOnPostgres("incremental models on a Postgres server", () => {
	describe.each(every ? [false, true] : [false])("with layers: %s", (layered) => {
		compare(() => onServer(layered, runScenarios));
		compareProperties(() => onServer(layered, runProperties));
	});
});
