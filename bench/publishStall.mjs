/**
 * How long do readers stall while a layer is published on a Postgres server? `node bench/publishStall.mjs`
 *
 *   --tables 50 --dependents 10   what is published: tables, each with a view of the layer's own and views and functions of others
 *   --publishes 6                 how often; during the second one, somebody holds a transaction open
 *   --hold 30                     for so many seconds
 *   --rows 1000                   per table
 *   --pause 0                     milliseconds between two rounds of a reader
 *
 * A throw-away server (scripts/postgresServer.mjs); the readers are a process of their own on bare pg. Every row carries
 * the number of its publish: a reader that sees two of them at once, no rows, or an error is an anomaly. Exit 1 if there
 * is one. The stall of a reader is its longest statement; the first seconds, without a publish, give the floor.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { build } from "esbuild";
import pg from "pg";
import { startPostgresServer } from "../scripts/postgresServer.mjs";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const { values } = parseArgs({
	options: {
		tables: { type: "string", default: "50" },
		dependents: { type: "string", default: "10" },
		publishes: { type: "string", default: "6" },
		hold: { type: "string", default: "30" },
		rows: { type: "string", default: "1000" },
		pause: { type: "string", default: "0" },
		floor: { type: "string", default: "4" },
		reader: { type: "string" },
	},
});
const TABLES = Number(values.tables);
const DEPENDENTS = Number(values.dependents);
const PUBLISHES = Number(values.publishes);
const ROWS = Number(values.rows);
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const pick = (n) => Math.floor(Math.random() * n);

/** Each kind of reader: one round, as statements; answers are one row of numbers that must all be equal. */
const READERS = {
	tables: async (q) => {
		await q(`select min(gen), max(gen) from s.t${pick(TABLES)}`);
	},
	views: async (q) => {
		await q(`select min(gen), max(gen) from s.v${pick(TABLES)}`);
	},
	"nested views of others": async (q) => {
		await q(`select min(gen), max(gen) from bi.above${pick(TABLES)}`);
	},
	"several tables": async (q) => {
		const [a, b] = [pick(TABLES), pick(TABLES)];
		await q(
			`select a.gen, b.gen from (select max(gen) as gen from s.t${a}) a, (select max(gen) as gen from s.v${b}) b`,
		);
	},
	"prepared statement": async (q) => {
		await q({
			name: "p",
			text: "select a.gen, b.gen from (select max(gen) as gen from s.t0) a, (select max(gen) as gen from bi.above1) b",
		});
	},
	"transaction, forth": (q) => transaction(q, [0, 1, 2, 3]),
	"transaction, back": (q) => transaction(q, [3, 2, 1, 0]),
	"repeatable read, 3 s": async (q) => {
		await q("begin isolation level repeatable read");
		const seen = [];
		for (let i = 0; i < 6; i++) {
			seen.push(...(await q(`select min(gen), max(gen) from s.t${pick(TABLES)}`)));
			await sleep(500);
		}
		await q("commit");
		if (new Set(seen.map(String)).size !== 1) throw new Error(`one snapshot saw ${[...new Set(seen)]}`);
		await sleep(pick(1500));
	},
};

async function transaction(q, order) {
	await q("begin");
	const seen = [];
	for (const i of order) {
		seen.push(...(await q(`select min(gen), max(gen) from s.${i % 2 ? "v" : "t"}${i}`)));
		await sleep(pick(10));
	}
	await q("commit");
	await sleep(20);
}

async function runReaders(url) {
	const stalls = {};
	const anomalies = [];
	let polls = 0;
	let on = true;
	const loops = Object.entries(READERS).map(async ([name, round]) => {
		const client = new pg.Client({ connectionString: url, application_name: `reader: ${name}` });
		await client.connect();
		stalls[name] = 0;
		const query = async (text) => {
			const from = performance.now();
			const { rows } = await client.query(
				typeof text === "string" ? { text, rowMode: "array" } : { ...text, rowMode: "array" },
			);
			stalls[name] = Math.max(stalls[name], performance.now() - from);
			polls++;
			for (const row of rows)
				if (row.some((v) => v === null) || new Set(row.map(String)).size !== 1) anomalies.push(`${name}: saw ${row}`);
			return rows.flat();
		};
		while (on)
			try {
				await round(query);
				await sleep(Number(values.pause));
			} catch (error) {
				anomalies.push(`${name}: ${error.code ?? ""} ${error.message}`);
				await client.query("rollback").catch(() => {});
			}
		await client.end();
	});
	process.on("message", async (message) => {
		if (message === "stop") {
			on = false;
			await Promise.all(loops);
		}
		process.send({ stalls: { ...stalls }, polls, anomalies });
		for (const name of Object.keys(stalls)) stalls[name] = 0;
		if (message === "stop") process.disconnect();
	});
}

/** The adapter from the sources, as one file. */
async function loadAdapter(folder) {
	const outfile = join(folder, "adapter.cjs");
	await build({
		entryPoints: [join(ROOT, "src/adapters/postgres/adapter.ts")],
		bundle: true,
		platform: "node",
		format: "cjs",
		external: ["pg-native"],
		outfile,
		logLevel: "error",
	});
	return createRequire(import.meta.url)(outfile).createPostgresAdapter;
}

const project = "stall";
const target = (identifier) => ({ database: "", schema: "s", identifier });

function candidatesOf(publisher) {
	return Array.from({ length: TABLES }, (_, i) => i).flatMap((i) => [
		{
			node: `model.stall.t${i}`,
			kind: "table",
			candidate: publisher.candidateOf(project, target(`t${i}`)),
			target: target(`t${i}`),
			publish: "swap",
			inputs: [],
		},
		{
			node: `model.stall.v${i}`,
			kind: "view",
			candidate: publisher.candidateOf(project, target(`v${i}`)),
			target: target(`v${i}`),
			publish: "swap",
			finalSql: `select id, gen from s.t${i}`,
			inputs: [`model.stall.t${i}`],
		},
	]);
}

async function buildAll(session, { publisher, dialect }, gen) {
	await publisher.ensureSchemas(session, project, [target("x")]);
	for (const candidate of candidatesOf(publisher)) {
		const name = dialect.render(candidate.candidate);
		const from =
			candidate.kind === "view"
				? dialect.render(publisher.candidateOf(project, target(candidate.target.identifier.replace("v", "t"))))
				: "";
		await session.execute(
			candidate.kind === "view"
				? `create view ${name} as select id, gen from ${from}`
				: `create table ${name} as select g as id, ${gen} as gen, md5(g::text) as note from generate_series(1, ${ROWS}) g`,
		);
		await publisher.dress(session, candidate);
	}
}

/** Of the dependents of a table one is the layer's own view; the rest are others': one nested, one function, one rule. */
async function others(session) {
	for (let i = 0; i < TABLES; i++) {
		const sql = [
			`create index on s.t${i} (id)`,
			`grant select on s.t${i} to reader`,
			`create view bi.above${i} as select id, gen from s.v${i}`,
		];
		for (let d = 0; d < DEPENDENTS - 3; d++)
			sql.push(`create view bi.d${i}_${d} as select id, gen from s.t${i} where id % ${d + 2} = 0`);
		sql.push(
			`create function bi.f${i}() returns bigint language sql stable begin atomic select max(gen) from s.t${i}; end`,
		);
		await session.execute(sql.join(";\n"));
	}
}

const ask = (child, message) =>
	new Promise((resolve) => {
		child.once("message", resolve);
		child.send(message);
	});
const longest = (stalls) => Math.round(Math.max(...Object.values(stalls)));

async function main() {
	const folder = mkdtempSync(join(tmpdir(), "tfm-stall-"));
	const server = await startPostgresServer({ settings: { max_locks_per_transaction: 256 } });
	let child;
	let adapter;
	try {
		const { host, port, user, password, database } = server;
		const fields = { host, port, user, password, database };
		const create = await loadAdapter(folder);
		adapter = create({ fields, env: {}, threads: 2 });
		await adapter.open();
		const { publisher } = adapter;
		const request = { project, runId: "r", unit: "layer", record: [], lockTimeoutMs: 120_000 };
		const publish = (gen) =>
			adapter.withSession(async (session) => {
				await buildAll(session, adapter, gen);
				const from = performance.now();
				const report = await publisher.publish(session, { ...request, candidates: candidatesOf(publisher) });
				if (report.refused.length > 0) throw new Error(JSON.stringify(report.refused.slice(0, 2)));
				return { ...report, ms: Math.round(performance.now() - from) };
			});
		await adapter.withSession((s) => s.execute("create role reader; create schema s; create schema bi"));
		await publish(0);
		await adapter.withSession(others);
		child = spawn(
			process.execPath,
			[fileURLToPath(import.meta.url), ...process.argv.slice(2), "--reader", server.url],
			{
				stdio: ["ignore", "inherit", "inherit", "ipc"],
			},
		);
		await sleep(1000);
		await ask(child, "reset");
		await sleep(Number(values.floor) * 1000);
		const floor = await ask(child, "reset");
		console.log(
			`${TABLES} tables, ${TABLES} views, ${TABLES * (DEPENDENTS - 1)} dependents of others; floor: longest statement ${longest(floor.stalls)} ms`,
		);
		const worst = {};
		const anomalies = [];
		let polls = 0;
		for (let gen = 1; gen <= PUBLISHES; gen++) {
			let holding;
			if (gen === 2) {
				const holder = new pg.Client({ connectionString: server.url, application_name: "holder" });
				await holder.connect();
				await holder.query("begin; select count(*) from s.t7");
				holding = sleep(Number(values.hold) * 1000)
					.then(() => holder.query("commit"))
					.then(() => holder.end());
			}
			const report = await publish(gen);
			await holding;
			const seen = await ask(child, gen === PUBLISHES ? "stop" : "reset");
			for (const [name, ms] of Object.entries(seen.stalls)) worst[name] = Math.max(worst[name] ?? 0, ms);
			anomalies.push(...seen.anomalies.slice(anomalies.length));
			polls = seen.polls;
			console.log(
				`publish ${gen}${gen === 2 ? ` (a transaction held ${values.hold} s)` : ""}: ${report.ms} ms, of it waiting ${report.waitedMs}, locks held ${report.lockedMs}; longest statement of a reader ${longest(seen.stalls)} ms`,
			);
		}
		console.log("\nlongest statement, ms      floor   publishing");
		for (const [name, ms] of Object.entries(worst))
			console.log(
				`${name.padEnd(24)} ${String(Math.round(floor.stalls[name])).padStart(7)} ${String(Math.round(ms)).padStart(12)}`,
			);
		console.log(
			`\n${polls} polls, ${anomalies.length} anomalies${anomalies
				.slice(0, 10)
				.map((a) => `\n  ${a}`)
				.join("")}`,
		);
		process.exitCode = anomalies.length === 0 ? 0 : 1;
	} finally {
		if (child?.connected) child.kill();
		await adapter?.close();
		await server.dispose();
		rmSync(folder, { recursive: true, force: true });
	}
}

await (values.reader === undefined ? main() : runReaders(values.reader));
