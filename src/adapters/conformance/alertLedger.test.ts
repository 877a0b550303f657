import { expect, test } from "vitest";
import { item } from "../../alerts/testing/messages.ts";
import type { AlertLedger } from "../../core/state.ts";
import { createStateStore } from "../../history/stateStore.ts";
import { onBothEngines } from "./publishEngines.ts";

const PLACE = { route: "all", channel: "data" };
const PROD = { project: "shop", target: "prod", schema: "public" };
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

	test("an incident is open as long as one of those who were told has not heard its end", () =>
		bench.on(async (session) => {
			const store = await createStateStore();
			await store.migrate(session);
			const book = store.alerts.ledger((ask) => ask(session), { project: "shop", target: "prod" });
			await claim(book, 0, [A]);
			await book.claim({ route: "all", channel: "page", runId: "r1", at: at(1), items: [A], remindBefore: at(-24) });
			const incident = async () => {
				const { rows } = await session.query(
					"select incident, state, opened_by, last_run, extract(hour from resolved_at at time zone 'UTC')::int from tfm_state.incidents",
				);
				return rows;
			};
			await book.resolve({ ...PLACE, runId: "r2", at: at(2), keys: [A.key] });
			expect(await incident()).toEqual([[A.key, "open", "r0", "r2", null]]);
			await book.resolve({ route: "all", channel: "page", runId: "r3", at: at(3), keys: [A.key] });
			expect(await incident()).toEqual([[A.key, "over", "r0", "r3", 3]]);
			for (const { sql, binds } of store.purgeHistory("shop", at(4))) await session.query(sql, binds);
			expect(await incident()).toEqual([]);
		}));

	test("a promise looks at the layer's publishes and at the runs with the same words", () =>
		bench.on(async (session) => {
			const store = await createStateStore();
			await store.migrate(session);
			for (const hour of [1, 5, 9])
				await session.execute(`insert into tfm_state.publishes (run_id, project, unit, published_at)
					values ('r${hour}', 'shop', 'mart', '${at(hour)}'), ('x${hour}', 'other', 'mart', '${at(20)}')`);
			const published = (layer: string, since: number) =>
				store.alerts.layerPublishes(session, { ...PROD, layer, since: at(since) });
			expect(await published("mart", 4)).toEqual({ last: at(9), firstSince: at(5) });
			expect(await published("mart", 10)).toEqual({ last: at(9), firstSince: null });
			expect(await published("staging", 0)).toEqual({ last: null, firstSince: null });

			const run = (id: string, args: string, status: string, hour: number, minutes: number | null) =>
				session.execute(`insert into tfm_state.runs (run_id, project, command, host, pid, started_at, ended_at, status, args)
					values ('${id}', 'shop', 'run', 'h', 1, '${at(hour)}', '${at(hour)}'::timestamptz + ${minutes ?? "null"} * interval '1 minute', '${status}', '${args}')`);
			await run("a", "tfm run", "success", 1, 10);
			await run("b", "tfm run", "success", 2, 12);
			await run("c", "tfm run", "failed", 3, 1);
			await run("d", "tfm test", "success", 4, 2);
			await run("e", "tfm run", "success", 5, null);
			const seconds = (limit: number) => store.alerts.runSeconds(session, { ...PROD, args: "tfm run", limit });
			expect(await seconds(10)).toEqual([720, 600]);
			expect(await seconds(1)).toEqual([720]);
			await session.execute("update tfm_state.runs set target = 'dev', target_schema = 'public' where run_id = 'b'");
			expect(await seconds(1)).toEqual([600]);
		}));
});
