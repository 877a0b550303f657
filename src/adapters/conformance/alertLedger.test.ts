import { expect, test } from "vitest";
import { item } from "../../alerts/testing/messages.ts";
import type { AlertLedger } from "../../core/state.ts";
import { createStateStore } from "../../history/stateStore.ts";
import { onBothEngines } from "./publishEngines.ts";

const PLACE = { route: "all", channel: "data" };
const at = (hour: number) => new Date(Date.UTC(2026, 10, 21, hour)).toISOString();
const [A, B] = [item({ key: "node.fail/a" }), item({ key: "test.fail/b" })];

onBothEngines((bench) => {
	const withLedgers = (work: (prod: AlertLedger, dev: AlertLedger) => Promise<void>): Promise<void> =>
		bench.on(async (session) => {
			const store = await createStateStore();
			await store.migrate(session);
			const of = (target: string) => store.alerts.ledger((ask) => ask(session), { project: "shop", target });
			await work(of("prod"), of("dev"));
		});
	const claim = (book: AlertLedger, hour: number, items = [A, B]) =>
		book
			.claim({ ...PLACE, runId: `r${hour}`, at: at(hour), items, remindBefore: at(hour - 24) })
			.then((keys) => [...keys].sort());

	test("a claim is given once, again after the reminder's time, and after the incident was over", () =>
		withLedgers(async (book) => {
			expect(await claim(book, 0, [A])).toEqual([A.key]);
			expect(await claim(book, 1)).toEqual([B.key]);
			expect(await claim(book, 2)).toEqual([]);
			expect((await book.open()).map((row) => row.item.key)).toEqual([A.key, B.key]);
			expect(await claim(book, 25)).toEqual([A.key]);
			const over = await book.resolve({ ...PLACE, runId: "r26", at: at(26), keys: [A.key, "node.fail/unknown"] });
			expect([...over]).toEqual([A.key]);
			expect((await book.open()).map((row) => row.item)).toEqual([B]);
			expect(await claim(book, 26, [A])).toEqual([A.key]);
		}));

	test("a claim that was given back is given again, and its end is no news to anybody", () =>
		withLedgers(async (book) => {
			await claim(book, 0, [A]);
			await book.release({ ...PLACE, keys: [A.key] });
			expect([...(await book.resolve({ ...PLACE, runId: "r1", at: at(1), keys: [A.key] }))]).toEqual([]);
			await claim(book, 2, [B]);
			await book.release({ ...PLACE, keys: [B.key] });
			expect(await claim(book, 3, [B])).toEqual([B.key]);
		}));

	test("channels, routes, targets and projects remember each for itself", () =>
		withLedgers(async (book, elsewhere) => {
			await claim(book, 0, [A]);
			expect(await elsewhere.open()).toEqual([]);
			expect(await claim(elsewhere, 0, [A])).toEqual([A.key]);
			const other = { route: "all", channel: "page", runId: "r", at: at(0), items: [A], remindBefore: at(-24) };
			expect([...(await book.claim(other))]).toEqual([A.key]);
		}));
});
