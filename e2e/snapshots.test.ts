import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
	createTestDatabase,
	describeOnPostgres,
	type TestDatabase,
} from "../src/adapters/postgres/testing/testDatabase.ts";
import { tfm } from "./runCase.ts";
import { type Dump, withoutClock } from "./withoutClock.ts";

const HERE = join(import.meta.dirname, "snapshots");
const read = (name: string) => JSON.parse(readFileSync(join(HERE, name), "utf8"));

interface Answer extends Dump {
	readonly status: "success" | "error";
	readonly message: string | null;
	readonly schema: string;
	readonly identifier: string;
}

/** What dbt-core 1.12.6 with dbt-postgres 1.11.0 made of the same project, run by run, on Postgres 15. */
const ANSWERS: readonly Readonly<Record<string, Answer>>[] = read("dbt.json");
const STEPS: readonly string[] = read("steps.json");

const NAMES = { id: "dbt_scd_id", since: "dbt_updated_at" };
const names = (snapshot: string) => (snapshot === "ts_meta" ? { id: "version_id", since: "as_of" } : NAMES);

interface Way {
	readonly command: readonly string[];
	readonly layered: boolean;
	readonly profile: (root: string) => string;
}

const LAYERS = "layers: [landing, history]\n";

function describeRuns(title: string, way: Way): void {
	describe(title, () => {
		let root: string;
		beforeAll(() => {
			root = mkdtempSync(join(tmpdir(), "tfm-snapshots-"));
			cpSync(join(HERE, "project"), root, { recursive: true });
			writeFileSync(join(root, "profiles.yml"), `history:\n  target: dev\n  outputs:\n    dev: ${way.profile(root)}\n`);
			if (way.layered) writeFileSync(join(root, "tfm.yml"), LAYERS);
		});
		afterAll(() => rmSync(root, { recursive: true, force: true }));

		const operation = async (macro: string, args: unknown) => {
			const called = await tfm(["run-operation", macro, "--args", JSON.stringify(args)], root);
			expect(called.code, called.stdout + called.stderr).toBe(0);
			return called.stdout;
		};

		STEPS.forEach((sql, i) => {
			it(`leaves what dbt leaves after run ${i + 1}`, async () => {
				await operation("mutate", { sql });
				const run = await tfm([...way.command, "--vars", JSON.stringify({ step: i + 1 })], root);
				const answers = Object.entries(ANSWERS[i]!);
				expect(run.code, run.stdout + run.stderr).toBe(answers.some(([, a]) => a.status === "error") ? 1 : 0);
				const results = JSON.parse(readFileSync(join(root, "target/run_results.json"), "utf8")).results;
				const status = (name: string) =>
					results.find((r: { unique_id: string }) => r.unique_id === `snapshot.history.${name}`)?.status;
				// A layer's schema is the default of what stands in it.
				const schemaOf = (answer: Answer) => (way.layered && answer.schema === "hist" ? "hist_landing" : answer.schema);
				const printed = await operation("dump", { tables: answers.map(([, a]) => [schemaOf(a), a.identifier]) });
				const dumps = printed.split("\n").filter((line) => line.startsWith('{"columns"'));
				for (const [at, [name, answer]] of answers.entries()) {
					expect(status(name), name).toBe(answer.status);
					const made = withoutClock(JSON.parse(dumps[at]!), names(name));
					expect(made, name).toEqual(withoutClock({ columns: answer.columns, rows: answer.rows }, names(name)));
				}
			});
		});
	});
}

const embedded = () => "{type: pglite, schema: hist}";
describeRuns("snapshots of a layered project, embedded", { command: ["run"], layered: true, profile: embedded });

describeOnPostgres("snapshots on a Postgres server", () => {
	let database: TestDatabase;
	beforeAll(async () => {
		database = await createTestDatabase();
	});
	afterAll(() => database.drop());
	const profile = () => {
		const { host, port, user, password, database: name } = database;
		return JSON.stringify({ type: "postgres", host, port, user, password, database: name, schema: "hist", threads: 4 });
	};
	describeRuns("in an unlayered project", { command: ["snapshot"], layered: false, profile });
});
