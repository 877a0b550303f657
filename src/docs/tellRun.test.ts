import { describe, expect, it } from "vitest";
import type { NodeState } from "./siteData.ts";
import { createRunTeller, type RunNow } from "./tellRun.ts";

function page() {
	const heard: string[] = [];
	const listener = { writableNeedDrain: false, write: (text: string) => heard.push(text) > 0 };
	/** What it heard since it was asked last: of a run, done and statuses. */
	const news = () =>
		heard.splice(0).flatMap((text) =>
			text
				.split("\n\n")
				.filter(Boolean)
				.map((event) => {
					const [name, data] = event.split("\ndata: ");
					if (name === "event: end") return "end";
					const { done, running, status } = JSON.parse(data!);
					return { done, running, status };
				}),
		);
	return { listener, news };
}

const run = (states: Readonly<Record<string, NodeState>>, id = "run-1"): RunNow => {
	const all = new Map(Object.entries(states));
	return { id, of: 3, done: [...all.values()].filter((s) => s !== "running").length, failed: 0, states: all };
};

describe("what pages are told of a run", () => {
	it("is all of it at first, then what has changed, nothing while nothing does, and its end", () => {
		let now: RunNow | null = run({ a: "done", b: "running" });
		const teller = createRunTeller(() => now);
		const first = page();
		const late = page();
		teller.tell([first.listener]);
		expect(first.news()).toEqual([{ done: 1, running: ["b"], status: { a: "done", b: "running" } }]);
		teller.tell([first.listener]);
		expect(first.news()).toEqual([]);
		now = run({ a: "done", b: "fail" });
		teller.tell([first.listener, late.listener]);
		expect(first.news()).toEqual([{ done: 2, running: [], status: { b: "fail" } }]);
		expect(late.news()).toEqual([{ done: 2, running: [], status: { a: "done", b: "fail" } }]);
		now = null;
		teller.tell([first.listener, late.listener]);
		teller.tell([first.listener, page().listener]);
		expect([first.news(), late.news()]).toEqual([["end"], ["end"]]);
	});

	it("is the end of one run and all of the next where one follows at once", () => {
		let now = run({ a: "done" });
		const teller = createRunTeller(() => now);
		const { listener, news } = page();
		teller.tell([listener]);
		now = run({ b: "running" }, "run-2");
		teller.tell([listener]);
		expect(news().slice(1)).toEqual(["end", { done: 0, running: ["b"], status: { b: "running" } }]);
	});

	it("waits for a page that does not read, and is all of it then", () => {
		let now = run({ a: "running" });
		const teller = createRunTeller(() => now);
		const { listener, news } = page();
		teller.tell([listener]);
		listener.writableNeedDrain = true;
		now = run({ a: "done" });
		teller.tell([listener]);
		expect(news()).toHaveLength(1);
		listener.writableNeedDrain = false;
		teller.tell([listener]);
		expect(news()).toEqual(["end", { done: 1, running: [], status: { a: "done" } }]);
	});
});
