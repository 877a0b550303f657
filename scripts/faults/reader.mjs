/**
 * A process of its own that reads all published relations without pause for as long as it lives, as dashboards and
 * analysts would, and says whatever it should not have seen. It knows nothing of tfm. Started by readers.mjs with
 * { host, port, password, features, longMs } in FAULTS_READER; it sends messages:
 * { kind: "anomaly", reader, at, text }, { kind: "error", reader, from, at, code, text }, { kind: "polls", counts, slow }.
 */
import pg from "pg";
import { byName, faultsOfRelation, faultsOfView, lookAt, lookAtAll, relationsFor } from "./relations.mjs";

const { host, port, password, features, longMs, which, seed } = JSON.parse(process.env.FAULTS_READER);
const { seededRandom } = await import("./random.mjs");
const random = seededRandom(seed);
const relations = relationsFor(new Set(features));
const named = (...names) => names.map((name) => relations.find((r) => r.name === name)).filter(Boolean);
const SLOW_MS = 40;
/** A reader that has to wait longer than this is starved. */
const STARVED = "60s";

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const counts = {};
let slow = [];
let stopping = false;
// Whoever asked may be gone already: then there is nobody to tell.
const send = (message) => process.connected && process.send(message, () => {});
setInterval(() => {
	send({ kind: "polls", counts, slow });
	slow = [];
}, 500);
process.on("message", (message) => {
	if (message === "stop") stopping = true;
});
process.on("disconnect", () => process.exit(0));

async function connect(name) {
	for (;;) {
		const client = new pg.Client({ host, port, password, user: "reader", database: "faults", application_name: name });
		// The query that follows says it; it may come much later, when this reader has rested.
		client.on("error", () => (client.brokenAt ??= Date.now()));
		try {
			await client.connect();
			await client.query(`set statement_timeout = '${STARVED}'; set default_statistics_target = 100`);
			return client;
		} catch {
			await client.end().catch(() => {});
			if (stopping) return null;
			await sleep(50);
		}
	}
}

/**
 * Repeats `read(client, report, pause)` until the end; a broken connection is made anew. Between two times it rests for
 * `pauseMs`, or `share` times as long as the last one took: on a busy machine it does not hold its locks all the time.
 */
async function loop(name, { pauseMs = 0, share = 0 }, read) {
	if (which !== null && !which.includes(name)) return;
	counts[name] = 0;
	let client = await connect(name);
	while (!stopping && client !== null) {
		const began = Date.now();
		const report = (problems) => {
			for (const text of problems) send({ kind: "anomaly", reader: name, at: began, text });
		};
		/** Waiting on purpose does not count as waiting for an answer. */
		let idle = 0;
		const pause = async (ms) => {
			const from = Date.now();
			await sleep(ms);
			idle += Date.now() - from;
		};
		try {
			await read(client, report, pause);
			counts[name]++;
			const took = Date.now() - began - idle;
			if (took >= SLOW_MS) slow.push([name, began, took]);
		} catch (error) {
			const from = Math.min(began, client.brokenAt ?? began);
			send({ kind: "error", reader: name, from, at: Date.now(), code: error.code ?? "", text: error.message });
			try {
				await client.query("rollback");
			} catch {
				await client.end().catch(() => {});
				client = await connect(name);
			}
		}
		const rest = Math.max(pauseMs, share * (Date.now() - began));
		if (rest > 0) await sleep(rest);
	}
	await client?.end().catch(() => {});
}

/** One statement over everything: one snapshot, so every family of a layer must be of one generation. */
const everything = async (client, report) => {
	report(faultsOfView(relations, byName((await client.query(lookAtAll(relations))).rows)));
};

/** The same statement prepared once and used for ever, over views of others and of tfm, and tables. */
const prepared = async (client, report) => {
	const chosen = relations.filter((r) => r.way === "foreign" || r.way === "view" || r.name === "orders");
	const { rows } = await client.query({ name: "all_views", text: lookAtAll(chosen) });
	report(faultsOfView(chosen, byName(rows)));
	const one = await client.query({
		name: "one_order",
		text: "select id, gen, payload, bi.newest_order() as newest from staging.orders where id = $1",
		values: [1 + Math.floor(random() * 4000)],
	});
	if (one.rows.length !== 1) report([`staging.orders gave ${one.rows.length} rows for one key`]);
	else if (Number(one.rows[0].newest) !== one.rows[0].gen)
		report([`bi.newest_order() says ${one.rows[0].newest}, staging.orders is of ${one.rows[0].gen}`]);
};

/**
 * A transaction that reads a layer's relations one after the other, thinking in between. The first one that it reads is
 * swapped by a publish, which must wait for it; so all of them are of one generation.
 */
const transaction = (backwards) => async (client, report, pause) => {
	for (const [first, ...others] of [
		named("orders", "lines", "first_orders", "retyped", "nested", "reordered_top"),
		named("joined", "kept", "mixed_view", "slices", "merged", "slices_view", "history"),
		named("totals", "totals_view"),
	]) {
		const order = backwards
			? [others.at(-1).way === "view" ? others.at(-1) : first, ...others.toReversed(), first]
			: [first, ...others];
		await client.query("begin");
		const seen = new Map();
		for (const r of order) {
			const { rows } = await client.query(lookAt(r));
			for (const [name, row] of byName(rows)) {
				if (seen.has(name) && seen.get(name).high !== row.high)
					report([`${name} changed from ${seen.get(name).high} to ${row.high} within a transaction`]);
				seen.set(name, row);
			}
			if (random() < 0.3) await pause(random() * 15);
		}
		await client.query("commit");
		report(faultsOfView([...new Set(order)], seen));
	}
};

/**
 * A snapshot that grows old before it reads. Swapped relations may then be newer than kept ones (a documented limit),
 * but each is whole, and all swapped ones of a family are of one generation.
 */
const oldSnapshot = (durationMs) => async (client, report, pause) => {
	const apart = relations.filter((r) => !r.mixes && (r.way === "swap" || r.way === "keep" || r.way === "apply"));
	await client.query("begin isolation level repeatable read");
	await client.query("select 1 from pg_class limit 1");
	await pause(durationMs() * 0.7);
	const first = byName((await client.query(lookAtAll(apart))).rows);
	await pause(durationMs() * 0.3);
	const second = byName((await client.query(lookAtAll(apart))).rows);
	await client.query("commit");
	for (const seen of [first, second]) {
		report(apart.flatMap((r) => faultsOfRelation(r, seen.get(r.name))));
		report(
			faultsOfView(
				apart.filter((r) => r.way === "swap"),
				seen,
			).filter((text) => text.includes("half published")),
		);
		report(
			faultsOfView(
				apart.filter((r) => r.way !== "swap"),
				seen,
			).filter((text) => text.includes("half published")),
		);
	}
	for (const r of apart)
		if (first.get(r.name)?.high !== second.get(r.name)?.high)
			report([`${r.name} changed within a repeatable read transaction`]);
};

/** A cursor that is opened, left, and read on. */
const cursor = async (client, report, pause) => {
	await client.query("begin");
	await client.query("declare rows cursor for select gen from staging.lines");
	const head = (await client.query("fetch 10 from rows")).rows;
	await pause(random() * 40);
	const rest = (await client.query("fetch all from rows")).rows;
	await client.query("commit");
	const gens = new Set([...head, ...rest].map((r) => r.gen));
	if (head.length + rest.length !== 1500 || gens.size !== 1)
		report([`a cursor on staging.lines gave ${head.length + rest.length} rows of generations ${[...gens].join(", ")}`]);
};

/** One relation after the other, almost without pause. */
let next = 0;
const each = async (client, report) => {
	const r = relations[next++ % relations.length];
	report(faultsOfRelation(r, byName((await client.query(lookAt(r))).rows).get(r.name)));
};

/**
 * Statements and transactions over several relations leave pauses, as dashboards do: where somebody holds a lock of a
 * layer at every moment, its publish waits, as it must.
 */
await Promise.all([
	loop("each", { pauseMs: 1, share: 0.5 }, each),
	loop("everything", { pauseMs: 40, share: 2 }, everything),
	loop("prepared", { pauseMs: 40, share: 2 }, prepared),
	loop("forwards", { pauseMs: 200, share: 3 }, transaction(false)),
	loop("backwards", { pauseMs: 200, share: 3 }, transaction(true)),
	loop("cursor", { pauseMs: 100, share: 1 }, cursor),
	loop(
		"old snapshot",
		{ pauseMs: 400, share: 2 },
		oldSnapshot(() => random() * 250),
	),
	...(longMs > 0
		? [
				loop(
					"long snapshot",
					{ pauseMs: 60_000, share: 4 },
					oldSnapshot(() => longMs),
				),
			]
		: []),
]);
send({ kind: "polls", counts, slow });
process.disconnect?.();
process.exit(0);
