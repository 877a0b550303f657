/**
 * Kills `tfm run` on the embedded database with SIGKILL at random instants, half of them aimed at its loads, a publish or
 * its end, and looks at what a reader would see. Every published table must be wholly of one generation, every layer of
 * one generation, and no layer newer than the one before it; a landing file is loaded whole with its rejects and ledger
 * entry or not at all, and once in the end; the next run must converge to the rows of an undisturbed run; and the history
 * tells of each run once and truly.
 */
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createHistoryJudge } from "./history.mjs";
import { createLanding, faultsOfLanded, faultsOfLanding, lookAtLanding } from "./landing.mjs";
import { choose, seededRandom } from "./random.mjs";
import { byName } from "./relations.mjs";
import { createTally } from "./tally.mjs";
import { startTfm, TFM } from "./tfmProcess.mjs";

const LAYERS = ["landing", "staging", "transform", "reporting"];
const ARRIVALS = 3000;
const PROJECT = "faults";
/** Where a kill is aimed, and how often. */
const AIMS = { time: 50, load: 20, publish: 18, end: 12 };
/** How often the run after a kill is killed too. */
const KILLED_AGAIN = 0.5;

/** Resolves to { passed, failed }. `rows`: of each table. */
export async function embeddedFaults({ kills, seed, rows }) {
	const random = seededRandom(seed);
	const tally = createTally("embedded");
	const { root, models, landing } = writeEmbeddedProject(rows);
	const history = createHistoryJudge();
	/** Milliseconds of an undisturbed run, and where in it the loads begin, a layer's gate is decided, the last is published. */
	const usual = { run: 0, load: 0, gates: new Map(), end: 0 };

	async function tfm(args, { watch = () => {}, killAfterMs } = {}) {
		const began = Date.now();
		const run = startTfm({
			root,
			args,
			lastLayer: LAYERS.at(-1),
			onEvent: (event) => watch(event, run, Date.now() - began),
		});
		const timer = killAfterMs === undefined ? undefined : setTimeout(() => run.kill(), killAfterMs);
		const result = await run.finished;
		clearTimeout(timer);
		return result;
	}

	async function run(gen, options) {
		landing.arrive(gen);
		const result = await tfm(["run", "--vars", JSON.stringify({ gen })], options);
		history.ended(result);
		return result;
	}

	/** A run that goes to its end and says when what happens. */
	const timedRun = async (gen) => {
		const result = await run(gen, {
			watch: (event, _, at) => {
				if (event.event === "layer.started" && event.layer === LAYERS[0]) usual.load = at;
				if (event.event.startsWith("gate.")) usual.gates.set(event.layer, at);
				if (event.event === "publish.finished" && event.unit === LAYERS.at(-1)) usual.end = at;
			},
		});
		usual.run = result.ms;
		return result;
	};

	/** A run that is killed at an instant of what it is aimed at, if it lives so long. */
	function killedRun(gen) {
		const aim = choose(random, AIMS);
		const share = random();
		// Most kills where most happens: a run begins with reading the project and opening the database.
		if (aim === "time")
			return run(gen, {
				killAfterMs: Math.round(usual.run * (share < 0.25 ? 0.1 + 1.6 * share : 0.5 + 0.64 * (share - 0.25))),
			});
		const layer = LAYERS[Math.floor(random() * LAYERS.length)];
		const next = usual.gates.get(LAYERS[LAYERS.indexOf(layer) + 1]) ?? usual.end;
		const aims = {
			load: [
				(event) => event.event === "layer.started" && event.layer === LAYERS[0],
				usual.gates.get("landing") - usual.load,
			],
			publish: [
				(event) => event.event.startsWith("gate.") && event.layer === layer,
				(next - usual.gates.get(layer)) * 0.5,
			],
			end: [(event) => event.event === "publish.finished" && event.unit === LAYERS.at(-1), usual.run - usual.end],
		};
		const [begins, typical] = aims[aim];
		return run(gen, { watch: (event, started) => begins(event) && setTimeout(() => started.kill(), typical * share) });
	}

	/** Rows of a query, as a user gets them. */
	async function ask(sql) {
		const shown = await showRows(root, sql);
		if (shown.code !== 0) throw new Error(`show failed (${shown.code}): ${shown.stderr}${shown.stdout}`);
		const parsed = JSON.parse(shown.stdout);
		return Array.isArray(parsed) ? parsed : parsed.show;
	}

	const tables = models.map(
		(m) =>
			`select '${m.name}' as name, count(*) as n, min(gen) as low, max(gen) as high, count(*) - count(distinct id) as wrong, 0 as extra from ${m.layer}.${m.name}`,
	);
	const published = [...tables, ...lookAtLanding(PROJECT, ARRIVALS)].join("\nunion all\n");
	const look = async () => byName(await ask(published));

	/** What is published, and what is wrong with the history of the runs since it was asked last: each question is a process. */
	async function lookAtAllOf() {
		let rows;
		const asked = async (sql) => {
			const both = [published, sql].map((one) => `(select json_agg(a) from (${one}) a)`);
			[rows] = await ask(`select ${both[0]}::text as published, ${both[1]}::text as history`);
			return JSON.parse(rows.history) ?? [];
		};
		const wrong = await history.faults(asked, { lost: false });
		return { seen: byName(JSON.parse(rows.published)), wrong };
	}

	/** What is wrong with what readers see, where views show the rows of the layer below as soon as it is published. */
	function faultsOf(seen, old, fresh, whole = old === fresh) {
		const wrong = [];
		const generations = new Map();
		for (const m of models) {
			const row = seen.get(m.name);
			if (!row) {
				wrong.push(`${m.name} is missing`);
				continue;
			}
			if (row.wrong !== 0) wrong.push(`${m.name} has ${row.wrong} rows twice`);
			if (row.n !== rows) wrong.push(`${m.name} has ${row.n} rows of ${rows}`);
			if (row.low !== row.high) wrong.push(`${m.name} mixes generations ${row.low} and ${row.high}`);
			if (row.high !== old && row.high !== fresh)
				wrong.push(`${m.name} is of generation ${row.high}, neither ${old} nor ${fresh}`);
			generations.set(m.layer, [...(generations.get(m.layer) ?? []), row.high]);
		}
		wrong.push(...faultsOfLanding(seen, ARRIVALS));
		if (whole) wrong.push(...faultsOfLanded(seen, fresh));
		let below = fresh;
		for (const layer of LAYERS) {
			const found = new Set(generations.get(layer) ?? []);
			if (found.size > 1) wrong.push(`${layer} is half published: ${[...found].join(", ")}`);
			const gen = Math.max(...found);
			if (gen === fresh && below !== fresh) wrong.push(`${layer} is newer than the layer before it`);
			below = gen;
		}
		return wrong;
	}

	const started = Date.now();
	const first = await run(1);
	if (first.code !== 0)
		throw new Error(`the undisturbed run failed with ${first.code}:\n${first.tail}\n${first.stderr}`);
	await timedRun(2);
	let old = 2;
	let killed = 0;
	let runs = 0;
	const instants = { none: 0, some: 0, all: 0 };
	while (killed < kills && runs < kills * 4) {
		const fresh = old + 1;
		let result;
		// Every second killed run is followed by another that finds what it left, and is killed as well.
		do {
			result = await killedRun(fresh);
			runs++;
			if (result.signal === "SIGKILL") {
				killed++;
				const seen = await look();
				tally.judge(`after kill ${killed}`, faultsOf(seen, old, fresh));
				const layersNew = new Set(models.filter((m) => seen.get(m.name)?.high === fresh).map((m) => m.layer)).size;
				instants[layersNew === 0 ? "none" : layersNew === LAYERS.length ? "all" : "some"]++;
			} else if (result.code !== 0)
				tally.judge(`run ${fresh}`, [`ended by itself with ${result.code}: ${result.stderr}`]);
		} while (result.signal === "SIGKILL" && killed < kills && random() < KILLED_AGAIN);
		// It ended before its kill: the machine is faster now than when it was measured.
		const again = await timedRun(fresh);
		const converged = again.code === 0 ? [] : [`rerun ended with ${again.code}: ${again.stderr}${again.tail}`];
		if (again.code === 0) {
			const { seen, wrong } = await lookAtAllOf();
			converged.push(...faultsOf(seen, fresh, fresh), ...wrong);
		}
		tally.judge(`rerun after kill ${killed}`, converged);
		old = fresh;
	}
	tally.judge("as many kills as asked for", killed === kills ? [] : [`${killed} of ${kills} runs could be killed`]);
	rmSync(root, { recursive: true, force: true });
	console.log(
		`Embedded, seed ${seed}: ${runs} runs, ${killed} killed (undisturbed ${usual.run} ms); layers published when killed: none ${instants.none}, some ${instants.some}, all ${instants.all}; ${((Date.now() - started) / 1000).toFixed(0)} s`,
	);
	return tally.result();
}

/** Resolves to { code, stdout, stderr }. */
function showRows(root, sql) {
	const args = ["show", "--inline", sql, "--limit", "-1", "--output", "json", "--vars", '{"gen": 0}'];
	return new Promise((resolve) => {
		const options = { cwd: root, env: { ...process.env, NO_COLOR: "1" }, maxBuffer: 64 << 20 };
		execFile(process.execPath, [TFM, ...args], options, (error, stdout, stderr) =>
			resolve({ code: error === null ? 0 : error.code, stdout, stderr }),
		);
	});
}

function writeEmbeddedProject(rows) {
	const root = mkdtempSync(join(tmpdir(), "tfm-faults-"));
	const write = (path, text) => {
		mkdirSync(dirname(join(root, path)), { recursive: true });
		writeFileSync(join(root, path), text);
	};
	write(
		"tfm_project.yml",
		`name: ${PROJECT}\nversion: "1.0.0"\nlayers: [${LAYERS.join(", ")}]\nschema_naming: exact\nmodels: { +materialized: table }\n`,
	);
	const models = [];
	LAYERS.forEach((layer, depth) => {
		for (const n of [1, 2, 3]) {
			const name = `${layer}_${n}`;
			const from = depth === 0 ? `generate_series(1, ${rows}) as s(id)` : `{{ ref('${LAYERS[depth - 1]}_${n}') }}`;
			const view = n === 3 && depth > 0 ? "{{ config(materialized='view') }}\n" : "";
			const merged = n === 2 && depth > 1 ? "{{ config(materialized='incremental', unique_key='id') }}\n" : "";
			const body = `${view}${merged}select id, {{ var('gen') }}::int as gen${depth === 0 ? "" : ", gen as gen_below"} from ${from}\n`;
			write(`models/${layer}/${name}.sql`, body);
			models.push({ name, layer, depth });
		}
		write(
			`models/${layer}/_${layer}.yml`,
			`version: 2\nmodels:\n${[1, 2].map((n) => `  - name: ${layer}_${n}\n    columns: [{name: id, data_tests: [unique, not_null]}]\n`).join("")}`,
		);
	});
	const landing = createLanding({ root, arrivals: ARRIVALS });
	for (const [path, text] of Object.entries(landing.files)) write(path, text);
	return { root, models, landing };
}
