/**
 * `source freshness` beside dbt 1.12.6, whose answers are in freshness.golden.json: sources with thresholds at every
 * level, times of every type, queries, filters, macros of the project, and what cannot be asked. The clock is a macro.
 */
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestDatabase, describeOnPostgres } from "../src/adapters/postgres/testing/testDatabase.ts";
import golden from "./freshness.golden.json" with { type: "json" };
import { type Called, tfm } from "./runCase.ts";

const MINUTE = 60_000;

function project(output: object): string {
	const root = realpathSync(mkdtempSync(join(tmpdir(), "tfm-freshness-")));
	const profiles = JSON.stringify({ probe: { target: "dev", outputs: { dev: output } } });
	for (const [path, text] of Object.entries({ ...golden.files, "profiles.yml": profiles })) {
		mkdirSync(dirname(join(root, path)), { recursive: true });
		writeFileSync(join(root, path), text);
	}
	return root;
}

interface Answer {
	readonly statuses: Readonly<Record<string, string>>;
	readonly results: readonly Readonly<Record<string, unknown>>[];
	readonly hook: string;
	readonly called: Called;
}

async function ask(output: object): Promise<Answer> {
	const root = project(output);
	try {
		const called = await tfm(["source", "freshness", "--log-format", "events"], root);
		const events = called.stdout.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line)]));
		const finished = events.filter((event) => event.event === "node.finished");
		const { results } = JSON.parse(readFileSync(join(root, "target/sources.json"), "utf8"));
		const shown = await tfm(["show", "--inline", "select statuses from raw.seen", "--output", "csv", "-q"], root);
		return {
			called,
			statuses: Object.fromEntries(
				finished.map(({ node_id, result }) => [node_id.split(".").slice(2).join("."), result.status]).sort(),
			),
			results: results.map(
				({ timing: _timing, thread_id: _thread, execution_time: _time, ...rest }: Record<string, unknown>) => rest,
			),
			hook: shown.stdout,
		};
	} finally {
		rmSync(root, { recursive: true, force: true });
	}
}

function compare(database: () => Promise<{ readonly output: object; readonly drop: () => Promise<void> }>): void {
	let answer: Answer;
	let drop: () => Promise<void> = async () => {};
	beforeAll(async () => {
		const opened = await database();
		drop = opened.drop;
		answer = await ask(opened.output);
	}, MINUTE);
	afterAll(() => drop());

	it("gives every source dbt's status, and fails", () => {
		expect(answer.statuses).toEqual(golden.statuses);
		expect(answer.called.code).toBe(1);
	});

	it("writes dbt's sources.json, to the microsecond", () => {
		expect(answer.results).toEqual(golden.results);
	});

	it("runs the project's hooks, which see the results", () => {
		expect(answer.hook).toContain(golden.seenByTheHook);
	});
}

describe("source freshness on the embedded database", () => {
	compare(async () => ({ output: { type: "pglite", schema: "dev", path: ".tfm/db" }, drop: async () => {} }));
});

describeOnPostgres("source freshness on a Postgres server", () => {
	compare(async () => {
		const { host, port, user, password, database, drop } = await createTestDatabase();
		return {
			output: { type: "postgres", host, port, user, password, dbname: database, schema: "dev", threads: 4 },
			drop,
		};
	});
});
