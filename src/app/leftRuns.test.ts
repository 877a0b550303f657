import { expect, test } from "vitest";
import { LEFT_STATUSES, leftBefore, newestLeft, targetsLeft } from "./leftRuns.ts";
import type { RunNotes } from "./runNotes.ts";

const run = (id: string, results: Readonly<Record<string, string>>, target = "dev"): RunNotes => ({
	v: 1,
	invocation_id: id,
	command: "run",
	gates: true,
	checksums: {},
	args: { target },
	results: Object.entries(results).map(([node, status]) => ({ id: node, status })),
});
const after = (previous: RunNotes, own: RunNotes, takesUp?: string): RunNotes => ({
	...own,
	earlier: leftBefore(previous, own, takesUp),
});
const leftOf = (notes: RunNotes, target?: string) => newestLeft(notes, LEFT_STATUSES, target)?.invocation_id;

const held = run("held", { a: "success", "test.a": "fail", b: "skipped" });

test("a run that did something else leaves the closed gate to be retried", () => {
	expect(leftOf(after(held, run("seed", { s: "success" })))).toBe("held");
});

test("a run that dealt with all of it, well or not, has taken its place", () => {
	expect(leftOf(after(held, run("all", { a: "success", "test.a": "pass", b: "success" })))).toBeUndefined();
	const failed = after(held, run("again", { a: "success", "test.a": "fail", b: "skipped" }));
	expect([leftOf(failed), failed.earlier]).toEqual(["again", []]);
});

test("what a later run left comes first, then what is still left of the one before", () => {
	const later = after(held, run("later", { a: "error" }));
	expect(leftOf(later)).toBe("later");
	expect(leftOf(after(later, run("retried", { a: "success" }), "later"))).toBe("held");
});

test("a run that was taken up is settled, also what it left and a person has let through", () => {
	expect(leftOf(after(held, run("retried", { b: "success" }), "held"))).toBeUndefined();
});

test("another target has its own", () => {
	const prod = after(held, run("prod", { a: "success", "test.a": "pass", b: "success" }, "prod"));
	expect([leftOf(prod, "prod"), leftOf(prod, "dev")]).toEqual([undefined, "held"]);
	expect(targetsLeft(prod, LEFT_STATUSES, "prod")).toEqual(["dev"]);
});

test("no more than three earlier runs are kept", () => {
	let notes = held;
	for (const id of ["1", "2", "3", "4", "5"]) notes = after(notes, run(id, { [id]: "error" }));
	expect(notes.earlier?.map((r) => r.invocation_id)).toEqual(["4", "3", "2"]);
});
