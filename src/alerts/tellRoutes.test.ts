import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import type { AlertItem, AlertMessage, AlertRoute, AlertSettings } from "../core/alerts.ts";
import { createFileLedger } from "./fileLedger.ts";
import { tellRoutes } from "./tellRoutes.ts";
import { item, RUN } from "./testing/messages.ts";

const folder = mkdtempSync(join(tmpdir(), "tfm-tell-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const MATCH = { layer: [], owner: [], severity: [], event: [], target: [] };
const route = (rest: Partial<AlertRoute> = {}): AlertRoute => ({
	name: "all",
	match: MATCH,
	to: ["data"],
	remindMs: 86_400_000,
	quiet: null,
	...rest,
});
const [A, B] = [
	item({ key: "node.fail/a", label: "a" }),
	item({ key: "test.fail/b", label: "b", layer: "gold", owner: "@Finance" }),
];

let file = 0;
let sent: string[] = [];
let refuses = false;
beforeEach(() => {
	file++;
	sent = [];
	refuses = false;
});

/** One run: what fails, at an hour of the day, and what is sent for it. */
async function run(items: readonly AlertItem[], hour: number, routes = [route()], over: readonly string[] = []) {
	const now = new Date(Date.UTC(2026, 10, 21, hour));
	sent = [];
	await tellRoutes({
		settings: { routes } as unknown as AlertSettings,
		run: { ...RUN, runId: `run at ${hour}`, at: now.toISOString() },
		now,
		items,
		passed: (key) => over.includes(key),
		ledger: createFileLedger(join(folder, `${file}.json`)),
		send: async (message: AlertMessage, channel) => {
			if (refuses) return "no";
			sent.push(`${channel} ${message.kind} ${message.items.map(({ label }) => label).join("+")} open ${message.open}`);
			return null;
		},
		onFailure: () => {},
	});
	return sent;
}

describe("a route", () => {
	it("hears of a failure once, of a new one beside it, again after a day, and when each is over", async () => {
		expect(await run([A], 0)).toEqual(["data alert a open 1"]);
		expect(await run([A], 1)).toEqual([]);
		expect(await run([A, B], 2)).toEqual(["data alert b open 2"]);
		expect(await run([A], 25, undefined, [B.key])).toEqual(["data alert a open 1", "data resolved b open 1"]);
		expect(await run([], 26, undefined, [A.key, B.key])).toEqual(["data resolved a open 0"]);
		expect(await run([A], 27)).toEqual(["data alert a open 1"]);
	});

	it("hears of it from the next run where the channel did not take it", async () => {
		refuses = true;
		expect(await run([A], 0)).toEqual([]);
		refuses = false;
		expect(await run([A], 1)).toEqual(["data alert a open 1"]);
	});

	it("hears that it is over from the next run where the channel did not take that", async () => {
		await run([A, B], 0);
		refuses = true;
		expect(await run([B], 1, undefined, [A.key])).toEqual([]);
		refuses = false;
		expect(await run([], 2)).toEqual([]);
		expect(await run([B], 3, undefined, [A.key])).toEqual(["data resolved a open 1"]);
		expect(await run([B], 4, undefined, [A.key])).toEqual([]);
	});

	it("takes what it matches: layer, owner, severity, event, target", async () => {
		const take = (match: Partial<AlertRoute["match"]>) =>
			run([A, B], 0, [route({ name: JSON.stringify(match), match: { ...MATCH, ...match } })]);
		expect(await take({ layer: ["gold"] })).toEqual(["data alert b open 1"]);
		expect(await take({ owner: ["finance"] })).toEqual(["data alert b open 1"]);
		expect(await take({ event: ["node.fail"], target: ["prod"] })).toEqual([]);
		expect(await take({ event: ["test.fail"], target: ["prod"] })).toEqual(["data alert a+b open 2"]);
		expect(await take({ severity: ["warn"] })).toEqual([]);
		expect(await take({ target: ["dev"] })).toEqual([]);
	});

	it("sends one message to each of its channels, and a second route its own", async () => {
		const routes = [
			route({ to: ["data", "page"] }),
			route({ name: "gold", match: { ...MATCH, layer: ["gold"] }, to: ["page"] }),
		];
		expect(await run([A, B], 0, routes)).toEqual([
			"data alert a+b open 2",
			"page alert a+b open 2",
			"page alert b open 1",
		]);
	});

	it("is silent in its quiet hours, and told afterwards what is still wrong", async () => {
		const quiet = [route({ quiet: { from: 22 * 60, to: 7 * 60, zone: "Europe/Prague" } })];
		expect(await run([A, B], 22, quiet)).toEqual([]);
		expect(await run([A], 29, quiet)).toEqual([]);
		expect(await run([A], 30, quiet)).toEqual(["data alert a open 1"]);
	});
});
