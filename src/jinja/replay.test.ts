import { describe, expect, it } from "vitest";
import type { DbRequest, Journal, JournalEntry } from "../core/request.ts";
import { compileTemplate, fromPlain, HostFunction, ReplayCursor, Suspend, toText, type Value } from "./jinja.ts";

function journalOf(): Journal & { entries: JournalEntry[] } {
	const entries: JournalEntry[] = [];
	return { entries, append: (entry) => void entries.push(entry) };
}

const query = (sql: string): DbRequest => ({ kind: "query", sql, fetch: true });

/** Renders until nothing is asked, answering each query with its own text; counts the passes. */
function drive(text: string, answer: (sql: string) => unknown = (sql) => `<${sql}>`) {
	const template = compileTemplate({ file: "a.sql", text });
	const journal = journalOf();
	let clock = 0;
	for (let passes = 1; ; passes++) {
		const cursor = new ReplayCursor(journal);
		const names = new Map<string, Value>([
			[
				"run_query",
				new HostFunction("run_query", ({ positional }) => {
					const got = cursor.ask(query(toText(positional[0])));
					return got.kind === "table" ? fromPlain(got.table.rows) : null;
				}),
			],
			["now", new HostFunction("now", () => cursor.once("now", () => ++clock))],
			[
				"log",
				new HostFunction("log", ({ positional }) => {
					cursor.message({ text: toText(positional[0]), info: true });
					return "";
				}),
			],
		]);
		try {
			const options = { undefined: "strict", replay: cursor, random: () => (clock++ % 10) / 10 } as const;
			const output = template.render({ get: (name) => names.get(name) }, options);
			return { output, passes, messages: cursor.messages.map((m) => m.text), asked: journal.entries.length };
		} catch (reason) {
			if (!(reason instanceof Suspend) || reason.request.kind !== "query") throw reason;
			const rows = [[String(answer(reason.request.sql))]];
			journal.append({
				kind: "exchange",
				request: reason.request,
				answer: { kind: "table", table: { columns: [], rows, rowCount: 1, status: "SELECT 1" } },
			});
		}
	}
}

describe("a template that asks the database", () => {
	it("is rendered again from the start after each answer, and sees all answers in order", () => {
		expect(drive("{% for i in range(3) %}{{ run_query('q' ~ i)[0][0] }}{% endfor %}")).toMatchObject({
			output: "<q0><q1><q2>",
			passes: 4,
		});
	});

	it("draws the same random items on every pass, so that its questions stay the same", () => {
		const text =
			"{% for i in range(2) %}{{ run_query(['a', 'b', 'c', 'd', 'e'] | random)[0][0] }}{% endfor %}{{ [] | random }}";
		expect(drive(`{{ range(100) | random }} {{ 'xyz' | random }} ${text}`)).toMatchObject({
			output: "0 x <b><b>",
			passes: 3,
		});
	});

	it("can ask for what an earlier answer named", () => {
		expect(drive("{{ run_query(run_query('a')[0][0])[0][0] }}").output).toBe("<<a>>");
	});

	it("shows its messages once, from the pass that completed", () => {
		expect(drive("{{ log('one') }}{{ run_query('q')[0][0] }}{{ log('two') }}").messages).toEqual(["one", "two"]);
	});

	it("reads the clock once, whatever the number of passes", () => {
		expect(
			drive("{{ now() }}{% set _ = run_query('q') %}{{ now() }}{% set _ = run_query('r') %}{{ now() }}"),
		).toMatchObject({ output: "123", passes: 3, asked: 5 });
	});

	it("suspends through macros, call blocks and filters without being noticed by them", () => {
		const text =
			"{% macro m() %}{{ caller() }}{% endmacro %}{% call m() %}{{ ['q']|map('upper')|list }}{{ run_query('x')[0][0] }}{% endcall %}";
		expect(drive(text).output).toBe("['Q']<x>");
	});
});

describe("the journal", () => {
	const answered = (request: DbRequest): JournalEntry => ({ kind: "exchange", request, answer: { kind: "done" } });

	it("refuses a pass that asks something else, and names the macro", () => {
		const journal = journalOf();
		journal.append(answered(query("a")));
		expect(() => new ReplayCursor(journal).ask({ kind: "query", sql: "b", fetch: true, macro: "macro.p.m" })).toThrow(
			'rendering is not repeatable: step 0 was a request "query" and is now a request "query" in macro macro.p.m',
		);
		expect(() => new ReplayCursor(journal).once("now", () => 1)).toThrow("not repeatable");
	});

	it("knows a request again whatever the order of its properties", () => {
		const journal = journalOf();
		journal.append(answered({ kind: "relations", database: "d", schema: "s" }));
		expect(new ReplayCursor(journal).ask({ schema: "s", database: "d", kind: "relations" })).toEqual({ kind: "done" });
	});

	it("throws a recorded error at the place that asked, every time", () => {
		const journal = journalOf();
		journal.append({
			kind: "exchange",
			request: query("q"),
			answer: { kind: "error", message: "no such table", sqlstate: "42P01" },
		});
		for (let pass = 0; pass < 2; pass++) {
			const cursor = new ReplayCursor(journal);
			const ask = new HostFunction("run_query", () => fromPlain(cursor.ask(query("q")).kind));
			const render = () =>
				compileTemplate({ file: "a.sql", text: "\n {{ run_query() }}" }).render(
					{ get: () => ask },
					{ undefined: "strict" },
				);
			expect(render).toThrow(
				expect.objectContaining({
					diagnostics: [
						expect.objectContaining({
							code: "TFM-JINJA-024",
							message: "no such table (SQLSTATE 42P01)",
							at: { file: "a.sql", line: 2, column: 5 },
						}),
					],
				}),
			);
		}
	});
});
