import { describe, expect, it } from "vitest";
import type { Diagnostic } from "../core/diagnostic.ts";
import { type NodeId, nodeId } from "../core/node.ts";
import type { NodeResult, RunResult } from "../core/result.ts";
import { alertItems, createPassed, withoutValues } from "./alertItems.ts";
import { itemText } from "./alertMessage.ts";

const result = (id: string, status: NodeResult["status"], rest: Partial<NodeResult> = {}): NodeResult =>
	({
		unique_id: nodeId(id),
		resource_type: id.split(".", 1)[0],
		layer: null,
		status,
		held: null,
		diagnostic: null,
		...rest,
	}) as NodeResult;
const run = (...results: NodeResult[]): RunResult => ({ results, exitCode: 1 }) as unknown as RunResult;
const wording = {
	lookup: (id: NodeId) =>
		id === "model.p.gone" ? undefined : { label: id, layer: null, owner: null, file: "models/a.yml", line: 3 },
	describe: ({ status }: NodeResult) => status,
};

describe("what failed in a run", () => {
	it("is listed with the failure that blocks most at its head; what is blocked is counted and not listed", () => {
		const upstream = (id: string) => ({ held: { kind: "upstream", node: nodeId(id) } }) as const;
		const failed = run(
			result("model.p.a", "error"),
			result("model.p.b", "error", {
				diagnostic: { code: "TFM-RUN-001", at: { file: "models/b.sql", line: 9, column: 1 } } as Diagnostic,
			}),
			result("model.p.c", "skipped", upstream("model.p.b")),
			result("model.p.d", "skipped", upstream("model.p.c")),
			result("test.p.t", "skipped", upstream("model.p.c")),
			result("test.p.w", "warn"),
			result("model.p.ok", "success"),
		);
		expect(alertItems(failed, wording).map(({ key, at, blocks }) => [key, at, blocks])).toEqual([
			["node.fail/model.p.b", "models/b.sql:9", 2],
			["node.fail/model.p.a", "models/a.yml:3", 0],
			["test.warn/test.p.w", "models/a.yml:3", 0],
		]);
	});

	it("counts what a closed gate holds back and what it blocks for the failures of its layer, as the run's summary does", () => {
		const gate = { kind: "gate", layer: "silver" } as const;
		const closed = run(
			result("test.p.t", "fail", { layer: "silver" }),
			result("model.p.h", "success", { published: "held", held: { kind: "test", test: nodeId("test.p.t") } }),
			result("model.p.x", "skipped", { held: gate }),
			result("test.p.x", "skipped", { held: gate }),
			result("exposure.p.x", "skipped", { resource_type: "exposure", held: gate }),
		);
		const found = alertItems(closed, wording);
		expect(found.map(({ event, holds, blocks }) => [event, holds, blocks])).toEqual([["test.fail", 1, 1]]);
		expect(itemText(found[0]!)).toBe("test.p.t: fail, holds back 1, blocks 1");
	});

	it("is over when it ran again and is well, and when it is no longer in the project", () => {
		const passed = createPassed(
			run(
				result("model.p.a", "success"),
				result("model.p.b", "error"),
				result("test.p.w", "warn"),
				result("model.p.s", "skipped"),
			),
			wording,
		);
		const over = ["node.fail/model.p.a", "node.fail/model.p.b", "node.fail/model.p.s", "node.fail/model.p.unselected"];
		expect(over.filter(passed)).toEqual(["node.fail/model.p.a"]);
		expect(["test.fail/test.p.w", "test.warn/test.p.w", "node.fail/model.p.gone"].map(passed)).toEqual([
			true,
			false,
			true,
		]);
	});
});

describe("a message of the database", () => {
	it.each([
		['invalid input syntax for type integer: "anna@shop.test"', 'invalid input syntax for type integer: "…"'],
		['value "99999999999" is out of range for type integer', 'value "…" is out of range for type integer'],
		["duplicate key (Key (email)=(anna@shop.test) already exists.)", "duplicate key (Key (email)=(…)"],
		['column "email" does not exist', 'column "email" does not exist'],
	])("%s shows no value of a row", (text, shown) => {
		expect(withoutValues(text)).toBe(shown);
	});
});
