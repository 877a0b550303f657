import { describe, expect, test } from "vitest";
import { createWaitingStatements } from "./waitingStatements.ts";
import type { WireRequest } from "./wire.ts";

const execute = (sql: string): WireRequest => ({ kind: "execute", sql });
const query = (sql: string, ...binds: string[]): WireRequest => ({ kind: "query", sql, binds });
const refusal = (position: number) => ({ message: "no", position: String(position) });

describe("statements that wait for the next message", () => {
	test("go before it in one text, and a refusal's position counts from its own beginning", () => {
		const waiting = createWaitingStatements();
		waiting.add("begin");
		waiting.add("select 'ä'");
		const joined = waiting.join(execute("select nope"))!;
		expect(joined.request).toEqual(execute("begin;\nselect 'ä';\nselect nope"));
		const before = [..."begin;\nselect 'ä';\n"].length;
		expect(joined.inRequest(refusal(before + 8))).toEqual(refusal(8));
		expect(joined.inRequest(refusal(3))).toEqual({ message: "no" });
		expect(waiting.begins).toBe(true);
	});

	test("go as messages of their own where binds are sent, and no position is told", () => {
		const waiting = createWaitingStatements();
		waiting.add("insert into t values ($1)", ["a"]);
		expect(waiting.bound).toBe(true);
		const joined = waiting.join(query("select $1", "x"))!;
		expect(joined.request).toMatchObject({ ahead: [{ sql: "insert into t values ($1)", binds: ["a"] }] });
		expect(joined.inRequest(refusal(5))).toEqual({ message: "no" });
		expect(waiting.join(execute("commit"))!.request).toMatchObject({ kind: "query", sql: "commit" });
		expect(waiting.join(execute("select 1"))).toBeUndefined();
	});

	test("cannot go with a portal, nor a savepoint with a text that is read before it is made", () => {
		const waiting = createWaitingStatements();
		waiting.add("savepoint tfm_1");
		expect(waiting.join({ kind: "openPortal", portal: "p", sql: "select 1", rows: 1 })).toBeUndefined();
		expect(waiting.join(execute("select 1"))).toBeUndefined();
		expect(waiting.alone()).toEqual(execute("savepoint tfm_1"));
	});

	test("go alone as one text, or the last of them with the others ahead where one has binds", () => {
		const waiting = createWaitingStatements();
		expect(waiting.alone()).toBeUndefined();
		expect(waiting.join(execute("x"))!.request).toEqual(execute("x"));
		waiting.add("begin");
		waiting.add("set a");
		expect(waiting.alone()).toEqual(execute("begin;\nset a"));
		waiting.add("select $1", ["1"]);
		expect(waiting.alone()).toMatchObject({ kind: "query", sql: "select $1", binds: ["1"], ahead: [{}, {}] });
	});

	test("are dropped from a mark on; once that has gone, all are", () => {
		const waiting = createWaitingStatements();
		waiting.add("begin");
		const mark = waiting.add("savepoint tfm_1");
		expect(waiting.dropFrom(mark, { ifNothingElse: true })).toBe(true);
		expect(waiting.alone()).toEqual(execute("begin"));
		const second = waiting.add("savepoint tfm_2");
		waiting.add("update t");
		expect(waiting.dropFrom(second, { ifNothingElse: true })).toBe(false);
		waiting.clear();
		waiting.add("set a");
		expect(waiting.dropFrom(second)).toBe(false);
		expect(waiting.alone()).toBeUndefined();
	});
});
