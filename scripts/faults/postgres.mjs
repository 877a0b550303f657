/**
 * Runs of a layered project against a throw-away Postgres server while readers poll everything that is published: runs
 * killed by SIGKILL at random instants (half of them aimed at a publish), interrupted, cut off by a crash of the server,
 * with a closed gate, two at once, with low timeouts. After each, and without end in the readers, it looks for what must
 * never be seen (relations.mjs); then a further run must converge to the rows of an undisturbed one, leave no
 * candidates but those of a closed gate, no lease, and all that others have hung on the relations (foreign.mjs).
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { startPostgresServer } from "../postgresServer.mjs";
import { createFigures } from "./figures.mjs";
import { BEFORE_FIRST_RUN, FINGERPRINT, faultsOfFingerprint, hangForeignObjects, ROLES, SHADOWS } from "./foreign.mjs";
import { createHistoryJudge } from "./history.mjs";
import { faultsOfLanded } from "./landing.mjs";
import { writeProject } from "./postgresProject.mjs";
import { choose, seededRandom } from "./random.mjs";
import { startReaders } from "./readers.mjs";
import { byName, faultsOfView, isBroken, LAYERS, lookAtAll, relationsFor, unitsOf } from "./relations.mjs";
import { createRounds } from "./rounds.mjs";
import { createTally } from "./tally.mjs";
import { startTfm } from "./tfmProcess.mjs";

const LAST_LAYER = LAYERS.at(-1);
/** How often the run after a kill is killed too. */
const KILLED_AGAIN = 0.5;
const KILLS = ["killRandom", "killAimed", "killLoad", "killEnd"];

/** `longMs`: a snapshot of that age stands now and then; 0: none. Resolves to { passed, failed }. */
export async function postgresFaults({ kills, seed, minutes, longMs, features, actions, which, verbose, keep }) {
	const random = seededRandom(seed);
	const tally = createTally("postgres");
	const figures = createFigures();
	const root = mkdtempSync(join(tmpdir(), "tfm-faults-postgres-"));
	const server = await startPostgresServer({ settings: { max_connections: 80 } });
	const began = Date.now();
	const again = Object.fromEntries(Object.entries(actions).filter(([name]) => KILLS.includes(name)));
	const fault = await startWarehouse({ server, root, features, random, tally, figures, kills, again });
	const readers = startReaders({
		host: server.host,
		port: server.port,
		password: server.password,
		features: [...features],
		longMs,
		which,
		seed: seed + 1,
	});
	try {
		fault.readers = readers;
		const deadline = began + minutes * 60_000;
		while (figures.kills() < kills && Date.now() < deadline) {
			const action = choose(random, actions);
			const from = Date.now();
			await fault.round(action);
			if (verbose)
				console.log(
					`${new Date().toISOString()} round ${fault.rounds}, ${action}: ${Date.now() - from} ms, ${figures.kills()} kills`,
				);

			const problems = readers.problemsSince();
			if (problems.length > 0) problems.push(...fault.crashed);
			tally.judge(`readers, round ${fault.rounds}`, withServerLog(server, problems));
		}
		if (Date.now() >= deadline)
			console.log(`stopped after ${minutes} minutes with ${figures.kills()} of ${kills} kills`);
	} finally {
		await readers.stop();
		tally.judge("readers at the end", readers.problemsSince());
		await fault.close();
		await server.dispose();
		if (!keep) rmSync(root, { recursive: true, force: true });
	}
	const polls = Object.values(readers.polls());
	tally.judge(
		"every reader read",
		polls.length > 0 && polls.every((n) => n > 0) ? [] : [JSON.stringify(readers.polls())],
	);
	console.log(`Postgres, ${kills} kills, seed ${seed}:\n${figures.table(readers, (Date.now() - began) / 1000)}`);
	return tally.result();
}

/** Where a reader was the victim of a deadlock, what the server says of it. */
function withServerLog(server, problems) {
	if (!problems.some((p) => p.includes("40P01"))) return problems;
	const log = server.log();
	const at = log.lastIndexOf("deadlock detected");
	return [...problems, at < 0 ? "the server's log has no more of it" : log.slice(at, at + 3000)];
}

/**
 * The project published twice by undisturbed runs, with all that others hang on it. `again`: how often which kill comes
 * after a kill, until there were `kills`.
 */
async function startWarehouse({ server, root, features, random, tally, figures, kills, again }) {
	const relations = relationsFor(features);
	const project = writeProject(root, features);
	const connect = async (database) => {
		const client = new pg.Client({ ...server, database });
		client.on("error", () => {}); // A crash of the server: the next query connects anew.
		await client.connect();
		return client;
	};
	const first = await connect("postgres");
	for (const sql of ROLES(server.password)
		.split(";")
		.filter((s) => s.trim() !== ""))
		await first.query(sql);
	await first.end();
	let admin = await connect("faults");
	const ask = async (sql) => {
		try {
			return (await admin.query(sql)).rows;
		} catch (error) {
			if (error.code !== undefined && !/^(57P|08)/.test(error.code)) throw error;
			await admin.end().catch(() => {});
			admin = await connect("faults");
			return (await admin.query(sql)).rows;
		}
	};
	await ask(BEFORE_FIRST_RUN);

	const env = { FAULTS_HOST: server.host, FAULTS_PORT: String(server.port), TFM_ENV_SECRET_FAULTS: server.password };
	const model = { gen: 0, standing: new Map(), slices: new Map(), log: new Set(), maybe: new Set() };
	const history = createHistoryJudge();
	/** Milliseconds of a run, of its loads together, and of what it does after its last publish: those of the runs that went through. */
	const usual = { run: 3000, loads: 250, end: 120 };
	let fingerprint = [];

	/** Starts tfm for a generation; the publish windows and the publishes of it go into the figures. */
	function start(command, gen, { args = [], vars = {}, onEvent = () => {}, folder = "target" } = {}) {
		let gateAt = null;
		let loadsAt = null;
		let lastAt = null;
		let loads = null;
		const run = startTfm({
			root,
			env,
			lastLayer: LAST_LAYER,
			args: [
				command,
				"--vars",
				JSON.stringify({ gen, ...vars }),
				"--target-path",
				folder,
				"--log-path",
				`logs-${folder}`,
				...args,
			],
			onEvent: (event, seen) => {
				if (event.event === "layer.started" && event.layer === LAYERS[0]) loadsAt ??= Date.now();
				if (event.event.startsWith("gate.")) {
					gateAt = Date.now();
					loads ??= loadsAt === null ? null : gateAt - loadsAt;
				}
				if (event.event === "publish.finished" && event.unit === LAST_LAYER) lastAt = Date.now();
				if (event.event === "publish.finished" || event.event === "publish.failed") {
					if (gateAt !== null) figures.publishing(gateAt, Date.now());
					gateAt = null;
				}
				onEvent(event, seen);
			},
		});
		const finished = run.finished.then((result) => {
			if (gateAt !== null) figures.publishing(gateAt, Date.now());
			for (const publish of result.publishes) figures.publish(publish);
			history.ended(result);
			if (command === "run" && args.length === 0 && result.code === 0 && loads !== null && lastAt !== null) {
				usual.loads = 0.7 * usual.loads + 0.3 * loads;
				usual.end = 0.7 * usual.end + 0.3 * (Date.now() - lastAt);
			}
			return result;
		});
		return { ...run, finished };
	}

	/** What a run that ended by itself may not have done. */
	function faultsOfEnd(result, allowed) {
		const wrong = [];
		const output = `${result.stderr}\n${result.tail}`;
		if (result.signal === null && !allowed.includes(result.code))
			wrong.push(
				`ended with ${result.code}, not ${allowed.join(" or ")}: ${[...new Set(result.diagnostics)].slice(0, 6).join(" | ")} ${result.stderr.slice(-600)}`,
			);
		if (result.code === 1 && !result.closed && result.diagnostics.length === 0 && !/TFM-[A-Z]+-\d{3}/.test(output))
			wrong.push(`failed without a code: ${result.stderr.slice(-600)}`);
		if (/\n\s+at .+\.(ts|js|mjs):\d+:\d+/.test(result.stderr))
			wrong.push(`printed a stack trace: ${result.stderr.slice(-1200)}`);
		if (output.includes(server.password)) wrong.push("printed the password");
		return wrong;
	}
	const codeOf = (gen) => (isBroken(gen) ? 1 : 0);

	const look = async () => byName(await ask(lookAtAll(relations)));

	/** After a disturbance: everything wholly of an old run or of one of `fresh`. */
	async function faultsInBetween(fresh, ordered) {
		const seen = await look();
		const wrong = faultsOfView(relations, seen);
		const units = unitsOf(relations, seen);
		for (const [unit, gens] of units) {
			const broken = unit.endsWith("/B");
			const allowed = new Set([
				...(model.standing.get(unit) ?? []),
				...fresh.filter((gen) => !(broken && isBroken(gen))),
			]);
			for (const gen of gens.keys())
				if (!allowed.has(gen)) wrong.push(`${unit} is of generation ${gen}, none of ${[...allowed].join(", ")}`);
		}
		if (ordered) {
			const [gen] = fresh;
			for (const family of ["A", "B", "S"]) {
				let below = gen;
				for (const layer of LAYERS) {
					const [found] = units.get(`${layer}/${family}`)?.keys() ?? [];
					if (found === undefined) continue;
					if (found === gen && below !== gen) wrong.push(`${layer}/${family} is newer than the layer before it`);
					below = found;
				}
			}
		}
		const leftover = (await ask(SHADOWS)).filter((s) => s.schema.startsWith("tfm_o_"));
		for (const { schema } of leftover) wrong.push(`${schema} is there outside a publish`);
		return wrong;
	}

	/** After a run that went through: all of its generation but what a closed gate holds, and nothing lies about. */
	async function faultsOfConverged(gen, before, { corrected = false, units: which = null } = {}) {
		const seen = await look();
		const wrong = faultsOfView(relations, seen);
		const held = isBroken(gen) && !corrected;
		for (const [unit, gens] of unitsOf(relations, seen)) {
			const wanted = held && unit.endsWith("/B") ? [...(before.get(unit) ?? [])] : [gen];
			if (which !== null && !which(unit)) continue;
			for (const found of gens.keys())
				if (!wanted.includes(found)) wrong.push(`${unit} is of generation ${found}, not ${wanted.join(" or ")}`);
		}
		wrong.push(...faultsOfLanded(seen, gen));
		wrong.push(...(await faultsOfIncrementals(gen)));
		for (const { schema, name } of await ask(SHADOWS))
			if (schema.startsWith("tfm_o_")) wrong.push(`${schema} is there outside a publish`);
			else if (!(held && name === "arrived")) wrong.push(`the candidate ${schema}.${name} was left behind`);
		const now = (await ask(FINGERPRINT)).map((r) => Object.values(r)[0]);
		wrong.push(...faultsOfFingerprint(fingerprint, now));
		wrong.push(...(await faultsOfState()));
		return wrong;
	}

	/** The rows that all generations until now must have left in what is only added to. */
	async function faultsOfIncrementals(gen) {
		if (!features.has("incremental")) return [];
		const wrong = [];
		const log = new Set((await ask("select distinct gen from transform.log")).map((r) => Number(r.gen)));
		for (const applied of [...model.log, gen])
			if (!log.has(applied)) wrong.push(`transform.log has no rows of ${applied}`);
		for (const found of log)
			if (found !== gen && !model.log.has(found) && !model.maybe.has(found))
				wrong.push(`transform.log has rows of ${found}, which nobody ran`);
		for (const name of ["slices", "merged"]) {
			const rows = await ask(
				`select id % 10 as r, min(gen) as low, max(gen) as high from transform.${name} where id <> 1 group by 1`,
			);
			for (const { r, low, high } of rows) {
				const wanted = Math.max(...[...log].filter((g) => g % 10 === r || g === firstGen));
				if (low !== high || high !== wanted)
					wrong.push(`transform.${name} has generations ${low} to ${high} in slice ${r}, not ${wanted}`);
			}
		}
		if (features.has("snapshots")) {
			const [{ n }] = await ask("select count(distinct gen) as n from transform.history");
			if (Number(n) !== log.size) wrong.push(`transform.history has ${n} generations, transform.log ${log.size}`);
		}
		model.log = log;
		model.maybe = new Set();
		return wrong;
	}

	/** No lease is held, no run stands as running, and each is told once and as it was, by the state tables. */
	async function faultsOfState() {
		const wrong = [];
		const [{ leases }] = await ask("select to_regclass('tfm_state.leases') is not null as leases");
		if (!leases) return wrong;
		const [{ n }] = await ask("select count(*) as n from tfm_state.leases");
		if (Number(n) !== 0) wrong.push(`${n} leases are left`);
		const open = await ask("select run_id, pid from tfm_state.runs where status is null");
		for (const { run_id, pid } of open) wrong.push(`run ${run_id} of process ${pid} has no end in tfm_state.runs`);
		wrong.push(...(await history.faults(ask, { lost: fault.lossy })));
		fault.lossy = false;
		return wrong;
	}

	const remember = async () => {
		const seen = await look();
		model.standing = new Map([...unitsOf(relations, seen)].map(([unit, gens]) => [unit, new Set(gens.keys())]));
	};

	/** A plain run of this generation, which must converge. */
	async function converge(title, gen) {
		await remember();
		project.arrive(gen);
		const result = await start("run", gen).finished;
		figures.count("undisturbed");
		const wrong = [...faultsOfEnd(result, [codeOf(gen)]), ...(await faultsOfConverged(gen, model.standing))];
		if (tally.judge(title, wrong)) usual.run = 0.7 * usual.run + 0.3 * result.ms;
		model.gen = gen;
		await remember();
		if (isBroken(gen) && random() < 0.6) await correct(gen);
	}

	/** The broken rows are mended and `retry` lets the held ones through. */
	async function correct(gen) {
		const before = model.standing;
		const result = await start("retry", gen, { vars: { corrected: true } }).finished;
		figures.count("retry of a closed gate");
		const wrong = [...faultsOfEnd(result, [0]), ...(await faultsOfConverged(gen, before, { corrected: true }))];
		tally.judge(`retry of what generation ${gen} held`, wrong);
		await remember();
	}

	const firstGen = 1;
	const fault = {
		rounds: 0,
		readers: null,
		/** What the run that lived through this round's crash said of itself: told beside what was found wrong. */
		crashed: [],
		/** The server went away or refused in this round: a run may have had to do without its history. */
		lossy: false,
		async round(action) {
			fault.rounds++;
			fault.crashed = [];
			fault.lossy = action === "crash" || action === "low";
			const gen = model.gen + 1;
			project.arrive(gen);
			model.gen = gen;
			model.maybe.add(gen);
			const title = `round ${fault.rounds}, ${action} in generation ${gen}`;
			// A file of the next generation comes in the middle of this run, which takes it or leaves it.
			const early =
				random() < 0.3 ? setTimeout(() => project.arriveEarly(gen + 1), usual.run * random() * 0.6) : undefined;
			let fresh;
			let killsBefore;
			// Every second killed run is followed by another that finds what it left, and is killed as well.
			for (let next = action; ; next = choose(random, again)) {
				killsBefore = figures.kills();
				const ended = await rounds[next](gen);
				clearTimeout(early);
				fresh = model.gen === gen ? [gen] : [gen, model.gen];
				const wrong = [...ended, ...(await faultsInBetween(fresh, fresh.length === 1))];
				tally.judge(title, wrong.length === 0 ? wrong : [...wrong, ...fault.crashed]);
				const wasKilled = next in again && figures.kills() > killsBefore;
				if (!wasKilled || figures.kills() >= kills || random() >= KILLED_AGAIN) break;
			}
			if (random() < 0.15) await retryFirst(title, model.gen, fresh);
			await converge(`${title}, the run after`, fresh.length === 1 ? gen : model.gen + 1);
		},
		async close() {
			await admin.end().catch(() => {});
		},
	};

	const rounds = createRounds({
		start,
		faultsOfEnd,
		codeOf,
		usual,
		model,
		fault,
		ask,
		server,
		project,
		figures,
		random,
	});

	/** `retry` before the plain run: it may find nothing or fail with a code, and changes nothing for the worse. */
	async function retryFirst(title, gen, fresh) {
		const result = await start("retry", gen).finished;
		figures.count("retry after a disturbance");
		tally.judge(`${title}, retried`, [...faultsOfEnd(result, [0, 1, 2]), ...(await faultsInBetween(fresh, false))]);
	}

	project.arrive(1);
	const undisturbed = await start("run", 1).finished;
	if (undisturbed.code !== 0)
		throw new Error(
			`the undisturbed run ended with ${undisturbed.code}:\n${undisturbed.stderr}\n${undisturbed.diagnostics.join("\n")}\n${undisturbed.tail.slice(-3000)}`,
		);
	await ask(hangForeignObjects(features));
	fingerprint = (await ask(FINGERPRINT)).map((r) => Object.values(r)[0]);
	model.log.add(1);
	await converge("undisturbed, generation 2", 2);
	await converge("undisturbed, generation 3", 3);
	return fault;
}
