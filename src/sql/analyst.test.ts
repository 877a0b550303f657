import { afterEach, describe, expect, it } from "vitest";
import type { AnalysisRequest } from "./analysis.ts";
import { type Analyst, createAnalyst } from "./analyst.ts";
import { compact } from "./testing/microCases.ts";

const request = (sql: string): AnalysisRequest => ({ sql, dialect: "postgres", relations: [] });

describe("the thread that reads SQL", () => {
	let analyst: Analyst | undefined;
	afterEach(() => analyst?.close());

	it("answers in order, and goes on after SQL that breaks the parser", async () => {
		analyst = createAnalyst();
		const chain = (terms: number) => `select ${Array.from({ length: terms }, () => "'a'").join(" || ")} as c`;
		const texts = [
			"select 1 as a",
			chain(3_000),
			"select 2 as b",
			`select ${"(".repeat(5_000)}1${")".repeat(5_000)} as d`,
			chain(300),
			"",
			"-- nothing",
			"select 1; select 2",
			"create table x (a int)",
			"selec 1",
			`select '${"x".repeat(3_000_000)}' as e`,
			`select '${"x".repeat(10_000_000)}' as f`,
			`${"select * from (".repeat(200)}select 4 as h${") as q".repeat(200)}`,
			"select 3 as g",
		];
		const answers = await analyst.analyze(texts.map(request));
		expect(answers.map(compact)).toEqual([
			["a integer: constant"],
			[expect.stringMatching(/^unparsed: the parser broke on its SQL \(/)],
			["b integer: constant"],
			["unparsed: recursion limit exceeded"],
			["c text: constant"],
			["unparsed: there is no statement"],
			["unparsed: there is no statement"],
			["unparsed: there are 2 statements, expected one query"],
			["unparsed: the statement is no query"],
			[expect.stringMatching(/^unparsed: Expected: an SQL statement, found: selec at Line: 1, Column: 1/)],
			["e text: constant"],
			["unparsed: its SQL is longer than 10 million characters"],
			["h integer: constant"],
			["g integer: constant"],
		]);
	}, 120_000);

	it("gives up on SQL that takes too long, and answers the rest", async () => {
		analyst = createAnalyst({ limitMs: 1 });
		await analyst.analyze([request("select 1")]);
		// Short to write, and each step has twice the columns of the one before: 262,144 in the end.
		const doubled = Array.from({ length: 18 }, (_, i) => `c${i + 1} as (select l.*, r.* from c${i} l, c${i} r)`);
		const slow = `with c0 as (select 1 as x), ${doubled.join(", ")} select * from c18`;
		const [first, second] = await analyst.analyze([request(slow), request(slow)]);
		expect([first?.status, second?.status]).toContain("timeout");
		expect(first?.reason ?? second?.reason).toEqual(
			expect.stringMatching(/^its SQL was not read within [\d.]+ seconds$/),
		);
	}, 120_000);

	it("stops when the command is cancelled", async () => {
		analyst = createAnalyst();
		const stop = new AbortController();
		const asked = analyst.analyze([request("select 1 as a")], stop.signal);
		stop.abort(new Error("cancelled"));
		await expect(asked).rejects.toThrow("cancelled");
	}, 60_000);
});
