import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { DbRequest, Journal, JournalEntry } from "../core/request.ts";
import { compileTemplate, fromPlain, ReplayCursor, type Resumable, Suspend, type Template, toText } from "./jinja.ts";
import { type Callable, HostFunction, type Value } from "./values.ts";

const OPTIONS = { undefined: "strict" } as const;

interface Rendered {
	readonly output: string;
	readonly messages: readonly string[];
	/** What was asked, in order, each once. */
	readonly asked: readonly string[];
	/** How often the template called run_query, over all passes. */
	readonly calls: number;
}

/** `run_query(sql)` answers `<sql>`; `apply(f, x)` is a function of the host that calls back; `log` keeps a line. */
class Driver {
	readonly #entries: JournalEntry[] = [];
	readonly #template: Template;
	#calls = 0;

	constructor(text: string) {
		this.#template = compileTemplate({ file: "a.sql", text });
	}

	#scope(cursor: ReplayCursor) {
		const names = new Map<string, Value>([
			[
				"run_query",
				new HostFunction("run_query", ({ positional }) => {
					this.#calls++;
					const got = cursor.ask({ kind: "query", sql: toText(positional[0]), fetch: true });
					return got.kind === "table" ? fromPlain(got.table.rows[0]?.[0]) : null;
				}),
			],
			[
				"apply",
				new HostFunction("apply", ({ positional: [f, ...rest] }) =>
					(f as Callable).call({ positional: rest, keyword: new Map() }),
				),
			],
			[
				"log",
				new HostFunction("log", ({ positional }) => {
					cursor.message({ text: toText(positional[0]), info: true });
					return "";
				}),
			],
		]);
		return { get: (name: string) => names.get(name) };
	}

	#answer(request: DbRequest): void {
		const sql = request.kind === "query" ? request.sql : "";
		const table = { columns: [], rows: [[`<${sql}>`]], rowCount: 1, status: "SELECT 1" };
		this.#entries.push({ kind: "exchange", request, answer: { kind: "table", table } });
	}

	#rendered(output: string, cursor: ReplayCursor): Rendered {
		const asked = this.#entries.map((e) => (e.kind === "exchange" && e.request.kind === "query" ? e.request.sql : "?"));
		return { output, messages: cursor.messages.map((m) => m.text), asked, calls: this.#calls };
	}

	#journal(): Journal {
		return { entries: this.#entries, append: (entry) => void this.#entries.push(entry) };
	}

	/** Starts over for each answer. */
	replayed(): Rendered {
		for (;;) {
			const cursor = new ReplayCursor(this.#journal());
			try {
				return this.#rendered(this.#template.render(this.#scope(cursor), OPTIONS), cursor);
			} catch (stop) {
				if (!(stop instanceof Suspend)) throw stop;
				this.#answer(stop.request);
			}
		}
	}

	/** Goes on after each answer, and starts over only where plain code called back. */
	resumed(): Rendered {
		for (;;) {
			const cursor = new ReplayCursor(this.#journal());
			const rendering: Resumable<string> = this.#template.renderResumable(this.#scope(cursor), {
				...OPTIONS,
				replay: cursor,
			});
			try {
				for (;;) {
					const step = rendering.next();
					if (step.done === true) return this.#rendered(step.value, cursor);
					this.#answer(step.value.request);
				}
			} catch (stop) {
				if (!(stop instanceof Suspend)) throw stop;
				this.#answer(stop.request);
			}
		}
	}
}

const MACROS = `{%- macro wrap(x) %}[{{ x }}:{{ caller(x) }}]{% endmacro -%}
{%- macro ask(x) %}{% do log('ask ' ~ x) %}{{ return(run_query('m' ~ x)) }}{% endmacro -%}
{%- macro grow(list) %}{% do list.append(1) %}{{ run_query('g' ~ list|length) }}{{ list|length }}{% endmacro -%}
{%- set kept = [] -%}`;

/** Statements that ask in all the places where code can stand. */
const statement: fc.Arbitrary<string> = fc.letrec<{ one: string; body: string }>((tie) => ({
	one: fc.oneof(
		fc.nat(9).map((n) => `{{ run_query('q${n}') }}`),
		fc.nat(9).map((n) => `{{ log('l${n}') }}`),
		fc.nat(9).map((n) => `{{ ask(${n}) ~ ask(run_query('d${n}')) }}`),
		fc.nat(9).map((n) => `{% do kept.append(run_query('k${n}')) %}{{ kept|length }}`),
		fc.nat(3).map((n) => `{{ apply(ask, ${n}) }}{{ apply(grow, kept) }}`),
		fc.nat(3).map((n) => `{% set v = [run_query('s${n}'), {'a': ask(${n})}] %}{{ v[1].a }}{{ v|length }}`),
		fc
			.nat(3)
			.map(
				(n) =>
					`{% for i in [[1], [2, [3]]] recursive %}{% if i is iterable and i is not string %}{{ loop(i) }}{% else %}{{ run_query('r${n}' ~ i) }}{% endif %}{% endfor %}`,
			),
		tie("body").map((body) => `{% for i in range(3) if run_query('f' ~ i) %}{{ loop.index }}${body}{% endfor %}`),
		tie("body").map((body) => `{% call(y) wrap(run_query('c')) %}{{ y }}${body}{% endcall %}`),
		tie("body").map((body) => `{% set b %}${body}{% endset %}{{ b|upper }}`),
		tie("body").map((body) => `{% filter lower %}${body}{% endfilter %}`),
		tie("body").map(
			(body) => `{% if run_query('i') == '<i>' and (run_query('z') or 1) %}${body}{% else %}no{% endif %}`,
		),
		tie("body").map((body) => `{% with w = run_query('w') %}{{ w }}${body}{% endwith %}`),
	),
	body: fc.array(tie("one"), { maxLength: 3 }).map((parts) => parts.join("")),
})).one;

describe("a rendering that is resumed after each answer", () => {
	it("gives what starting over gives: text, messages and questions", () => {
		fc.assert(
			fc.property(fc.array(statement, { minLength: 1, maxLength: 4 }), (statements) => {
				const text = MACROS + statements.join("");
				const { calls: _many, ...replayed } = new Driver(text).replayed();
				const { calls: _few, ...resumed } = new Driver(text).resumed();
				expect(resumed).toEqual(replayed);
			}),
			{ numRuns: 300 },
		);
	});

	it("asks each question twice at most, however many there are", () => {
		const text = "{% macro m(i) %}{{ run_query(i) }}{% endmacro %}{% for i in range(400) %}{{ m(i) }}{% endfor %}";
		const { asked, calls } = new Driver(text).resumed();
		expect([asked.length, calls]).toEqual([400, 800]);
	});

	it("ends what was under way when plain code is left, so that nothing is counted twice", () => {
		expect(new Driver(`${MACROS}{{ apply(grow, kept) }}{{ apply(grow, kept) }}`).resumed()).toMatchObject({
			output: "<g1>1<g2>2",
			asked: ["g1", "g2"],
		});
	});
});
