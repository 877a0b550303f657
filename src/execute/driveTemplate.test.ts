import { describe, expect, it } from "vitest";
import type { Session } from "../core/adapter.ts";
import { DatabaseError } from "../core/databaseError.ts";
import type { DbAnswer, DbRequest, Journal, Suspended } from "../core/request.ts";
import { driveTemplate } from "./driveTemplate.ts";
import type { Run } from "./run.ts";

const query = (sql: string): DbRequest => ({ kind: "query", sql, fetch: true });

/** A template that asks the given questions one after the other and renders the answers. */
function template(requests: readonly DbRequest[]) {
	let passes = 0;
	const render = (journal: Journal): { kind: "rendered"; answers: readonly DbAnswer[] } | Suspended => {
		passes += 1;
		const missing = requests[journal.entries.length];
		if (missing !== undefined) return { kind: "suspended", request: missing };
		return { kind: "rendered", answers: journal.entries.flatMap((e) => (e.kind === "exchange" ? [e.answer] : [])) };
	};
	return { render, passes: () => passes };
}

function drive(session: Partial<Session>, options: { inTransaction?: boolean; signal?: AbortSignal } = {}) {
	const run = {
		signal: options.signal ?? new AbortController().signal,
		job: { flags: { statementTimeoutMs: null } },
		counts: { retried: 0 },
		toPublished: (text: string) => text.replaceAll("tfm_c_0_s", "s"),
		ports: {
			clock: () => new Date(0),
			emit: () => {},
			leaveUnrecorded: () => {},
			sleep: async () => {},
			adapter: {
				dialect: {
					quote: (x: string) => `"${x}"`,
					render: (r: { schema: string; identifier: string }) => `"${r.schema}"."${r.identifier}"`,
					landing: { definesInside: true },
				},
			},
		},
	} as unknown as Run;
	return { run, session: session as Session, node: null, inTransaction: options.inTransaction ?? false };
}

const table = (cell: string) => ({ columns: [], rows: [[cell]], rowCount: 1, status: "SELECT 1" });
const relation = { database: "d", schema: "s", identifier: "t" };

describe("driveTemplate", () => {
	it("answers each request once and renders again from the start", async () => {
		const asked: string[] = [];
		const session = {
			query: async (sql: string) => {
				asked.push(sql);
				return table(`answer to ${sql}`);
			},
		};
		const { render, passes } = template([query("one"), query("two")]);
		const { answers } = await driveTemplate(drive(session), render);
		expect(answers).toEqual([
			{ kind: "table", table: table("answer to one") },
			{ kind: "table", table: table("answer to two") },
		]);
		expect([asked, passes()]).toEqual([["one", "two"], 3]);
	});

	it("gives a refusal to the template, with published names in it", async () => {
		const session = {
			query: async () => {
				throw new DatabaseError('relation "tfm_c_0_s.x" does not exist', { sqlstate: "42P01" });
			},
		};
		const { answers } = await driveTemplate(drive(session), template([query("q")]).render);
		expect(answers).toEqual([{ kind: "error", message: 'relation "s.x" does not exist', sqlstate: "42P01" }]);
	});

	it("sends again what certainly had no effect, but not inside a transaction", async () => {
		const flaky = () => {
			let calls = 0;
			return {
				query: async () => {
					if (++calls < 3) throw new DatabaseError("deadlock detected", { sqlstate: "40P01", retryable: true });
					return table("at last");
				},
			};
		};
		const { answers } = await driveTemplate(drive(flaky()), template([query("q")]).render);
		expect(answers).toEqual([{ kind: "table", table: table("at last") }]);
		const inside = driveTemplate(drive(flaky(), { inTransaction: true }), template([query("q")]).render);
		await expect(inside).rejects.toThrow("deadlock detected");
	});

	it("ends with the error where the connection is lost, whatever the template would do about it", async () => {
		const session = {
			query: async () => {
				throw new DatabaseError("server closed the connection", { kind: "connection" });
			},
		};
		await expect(driveTemplate(drive(session), template([query("q")]).render)).rejects.toThrow("server closed");
	});

	it("asks nothing more once the run is stopped", async () => {
		const signal = AbortSignal.abort(new Error("stop"));
		await expect(driveTemplate(drive({}, { signal }), template([query("q")]).render)).rejects.toThrow("stop");
	});

	it("spells small DDL by what the relation really is, and never cascades", async () => {
		const sent: string[] = [];
		const session = {
			execute: async (sql: string) => {
				sent.push(sql);
				return { status: "", rowCount: null, notices: [] };
			},
			listRelations: async () => [{ ...relation, kind: "view" as const }],
		};
		const ddl = (action: "create_schema" | "drop_relation", identifier = "t"): DbRequest => ({
			kind: "ddl",
			action,
			relation: { ...relation, identifier },
		});
		const requests = [ddl("create_schema"), ddl("drop_relation"), ddl("drop_relation", "gone")];
		await driveTemplate(drive(session), template(requests).render);
		expect(sent).toEqual(['create schema if not exists "s"', 'drop view if exists "s"."t"']);
	});
});
