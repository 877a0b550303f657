import type { AlertItem, AlertMessage, AlertRoute, AlertSettings } from "../core/alerts.ts";
import type { AlertLedger } from "../core/state.ts";
import { alertMessage, type RunWords } from "./alertMessage.ts";
import { isQuiet, matches } from "./alertRoutes.ts";

export interface Telling {
	readonly settings: AlertSettings;
	readonly run: RunWords;
	readonly now: Date;
	/** What failed or warned. */
	readonly items: readonly AlertItem[];
	/** Whether an incident of an earlier run is over. */
	readonly passed: (key: string) => boolean;
	readonly ledger: AlertLedger;
	/** Null: it was taken. */
	readonly send: (message: AlertMessage, channel: string) => Promise<string | null>;
	/** Hears of each message that could not be sent. */
	readonly onFailure: (channel: string, reason: string) => void;
}

/**
 * Tells every route what it does not know yet: one message per route and channel for what failed, one for what is well
 * again. Each failure is written down as told before it is sent, so that a crash in between sends nothing twice; what
 * no channel took is taken out again, and the next run that finds it tells it. So it is with the word that it is over.
 */
export async function tellRoutes(telling: Telling): Promise<void> {
	const { settings, now, run } = telling;
	const routes = settings.routes.filter((route) => !isQuiet(route, now));
	if (routes.length === 0) return;
	const open = await telling.ledger.open();
	for (const route of routes) {
		const items = telling.items.filter((item) => matches(route.match, item, run.target));
		for (const channel of new Set(route.to)) {
			const place = { route: route.name, channel };
			const known = open.filter((row) => row.route === route.name && row.channel === channel);
			const failing = new Set(items.map((item) => item.key));
			const over = known
				.filter(({ item }) => !failing.has(item.key) && telling.passed(item.key))
				.map(({ item }) => item);
			await tellOne(telling, { ...place, items, over, known: new Set(known.map(({ item }) => item.key)), route });
		}
	}
}

interface Told {
	readonly channel: string;
	readonly route: AlertRoute;
	readonly items: readonly AlertItem[];
	readonly over: readonly AlertItem[];
	/** Keys that were open before. */
	readonly known: ReadonlySet<string>;
}

async function tellOne(telling: Telling, { channel, route, items, over, known }: Told): Promise<void> {
	const { ledger, run, now, send, onFailure } = telling;
	const place = { route: route.name, channel };
	const remindBefore = new Date(now.getTime() - route.remindMs).toISOString();
	const about = { ...place, runId: run.runId, at: run.at };
	const claimed = items.length === 0 ? new Set<string>() : await ledger.claim({ ...about, items, remindBefore });
	const resolved =
		over.length === 0 ? new Set<string>() : await ledger.resolve({ ...about, keys: over.map((item) => item.key) });
	const openNow = new Set([...known, ...items.map((item) => item.key)]);
	for (const item of over) openNow.delete(item.key);
	const news = items.filter((item) => claimed.has(item.key));
	if (news.length > 0) {
		const message = alertMessage(run, { kind: "alert", route: route.name, items: news, open: openNow.size });
		const reason = await send(message, channel);
		if (reason !== null) {
			onFailure(channel, reason);
			await ledger.release({ ...place, keys: news.map((item) => item.key) });
		}
	}
	const gone = over.filter((item) => resolved.has(item.key));
	if (gone.length > 0) {
		const message = alertMessage(run, { kind: "resolved", route: route.name, items: gone, open: openNow.size });
		const reason = await send(message, channel);
		if (reason !== null) {
			onFailure(channel, reason);
			await ledger.reopen({ ...about, items: gone });
		}
	}
}

/** News that no later run takes back (a layer is done, a run went well): to all routes that ask for it. */
export async function tellNews(
	telling: Pick<Telling, "settings" | "run" | "now" | "send" | "onFailure">,
	item: AlertItem,
): Promise<void> {
	const { settings, run, now, send, onFailure } = telling;
	for (const route of settings.routes) {
		if (isQuiet(route, now) || !matches(route.match, item, run.target)) continue;
		const message = alertMessage(run, { kind: "info", route: route.name, items: [item], open: 0 });
		for (const channel of new Set(route.to)) {
			const reason = await send(message, channel);
			if (reason !== null) onFailure(channel, reason);
		}
	}
}
