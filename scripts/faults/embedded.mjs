/**
 * Kills `tfm run` on the embedded database with SIGKILL at random instants and looks at what a reader would see. Every
 * published table must be wholly of one generation, every layer of one generation, and no layer newer than the one
 * before it; a landing file is loaded whole or not at all, and once in the end; the next run must converge to the rows
 * of an undisturbed run.
 */
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { seededRandom } from "./random.mjs";
import { createTally } from "./tally.mjs";

const TFM = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "bin", "tfm.js");
const LAYERS = ["landing", "staging", "transform", "reporting"];
const ARRIVALS = 3000;

/** Resolves to { passed, failed }. `rows`: of each table. */
export async function embeddedFaults({ kills, seed, rows }) {
	const random = seededRandom(seed);
	const tally = createTally("embedded");
	const { root, models, arrive, fileOf } = writeEmbeddedProject(rows);

	const childEnv = { ...process.env, NO_COLOR: "1" };
	function tfm(args, killAfterMs) {
		return new Promise((done) => {
			const child = spawn(process.execPath, [TFM, ...args], {
				cwd: root,
				env: childEnv,
				stdio: ["ignore", "pipe", "pipe"],
			});
			let stdout = "";
			let stderr = "";
			child.stdout.on("data", (d) => (stdout += d));
			child.stderr.on("data", (d) => (stderr += d));
			const timer = killAfterMs === undefined ? undefined : setTimeout(() => child.kill("SIGKILL"), killAfterMs);
			child.on("exit", (code, signal) => {
				clearTimeout(timer);
				done({ code, signal, stdout, stderr });
			});
		});
	}
	const run = (gen, killAfterMs) => {
		arrive(gen);
		return tfm(["run", "--vars", JSON.stringify({ gen })], killAfterMs);
	};

	async function look() {
		const tables = models.map(
			(m) =>
				`select '${m.name}' as name, count(*)::int as n, min(gen) as low, max(gen) as high from ${m.layer}.${m.name}`,
		);
		const files = "select _tfm_file, count(*)::int, count(distinct _tfm_row)::int, 0 from landing.arrivals group by 1";
		const sql = `${[...tables, files].join(" union all ")} order by 1`;
		const vars = ["--vars", '{"gen": 0}'];
		const shown = await tfm(["show", "--inline", sql, "--limit", "-1", "--output", "json", ...vars]);
		if (shown.code !== 0) throw new Error(`show failed (${shown.code}): ${shown.stderr}${shown.stdout}`);
		const parsed = JSON.parse(shown.stdout);
		return new Map((Array.isArray(parsed) ? parsed : parsed.show).map((r) => [r.name, r]));
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
			if (row.n !== rows) wrong.push(`${m.name} has ${row.n} rows of ${rows}`);
			if (row.low !== row.high) wrong.push(`${m.name} mixes generations ${row.low} and ${row.high}`);
			if (row.high !== old && row.high !== fresh)
				wrong.push(`${m.name} is of generation ${row.high}, neither ${old} nor ${fresh}`);
			generations.set(m.layer, [...(generations.get(m.layer) ?? []), row.high]);
		}
		for (const [name, row] of seen)
			if (name.startsWith("data/") && (row.n !== ARRIVALS || row.low !== ARRIVALS))
				wrong.push(`${name} was loaded as ${row.n} rows, ${row.low} of them different, of ${ARRIVALS}`);
		for (let gen = 1; gen <= (whole ? fresh : old); gen++)
			if (!seen.has(fileOf(gen))) wrong.push(`${fileOf(gen)} is lost`);
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
		throw new Error(`the undisturbed run failed with ${first.code}:\n${first.stdout}\n${first.stderr}`);
	const timed = Date.now();
	await run(2);
	let usual = Date.now() - timed;
	let old = 2;
	let killed = 0;
	let runs = 0;
	const instants = { none: 0, some: 0, all: 0 };
	while (killed < kills && runs < kills * 4) {
		const fresh = old + 1;
		const began = Date.now();
		// Most kills where most happens: a run begins with reading the project and opening the database.
		const instant = random() < 0.25 ? 0.1 + 0.4 * random() : 0.5 + 0.48 * random();
		const result = await run(fresh, Math.round(usual * instant));
		runs++;
		if (result.signal === "SIGKILL") {
			killed++;
			const seen = await look();
			tally.judge(`after kill ${killed}`, faultsOf(seen, old, fresh));
			const layersNew = new Set(models.filter((m) => seen.get(m.name)?.high === fresh).map((m) => m.layer)).size;
			instants[layersNew === 0 ? "none" : layersNew === LAYERS.length ? "all" : "some"]++;
			const again = await run(fresh);
			const converged =
				again.code === 0
					? faultsOf(await look(), fresh, fresh)
					: [`rerun ended with ${again.code}: ${again.stderr}${again.stdout}`];
			tally.judge(`rerun after kill ${killed}`, converged);
		} else {
			// It ended before its kill: the machine is faster now than when it was measured.
			usual = Date.now() - began;
			if (result.code !== 0) tally.judge(`run ${fresh}`, [`ended by itself with ${result.code}: ${result.stderr}`]);
		}
		old = fresh;
	}
	tally.judge("as many kills as asked for", killed === kills ? [] : [`${killed} of ${kills} runs could be killed`]);
	rmSync(root, { recursive: true, force: true });
	console.log(
		`Embedded, seed ${seed}: ${runs} runs, ${killed} killed (undisturbed ${usual} ms); layers published when killed: none ${instants.none}, some ${instants.some}, all ${instants.all}; ${((Date.now() - started) / 1000).toFixed(0)} s`,
	);
	return tally.result();
}

function writeEmbeddedProject(rows) {
	const root = mkdtempSync(join(tmpdir(), "tfm-faults-"));
	const write = (path, text) => {
		mkdirSync(dirname(join(root, path)), { recursive: true });
		writeFileSync(join(root, path), text);
	};
	write(
		"tfm_project.yml",
		`name: faults\nversion: "1.0.0"\nlayers: [${LAYERS.join(", ")}]\nschema_naming: exact\nmodels: { +materialized: table }\n`,
	);
	const models = [];
	LAYERS.forEach((layer, depth) => {
		for (const n of [1, 2, 3]) {
			const name = `${layer}_${n}`;
			const from = depth === 0 ? `generate_series(1, ${rows}) as s(id)` : `{{ ref('${LAYERS[depth - 1]}_${n}') }}`;
			const view = n === 3 && depth > 0;
			const body = `${view ? "{{ config(materialized='view') }}\n" : ""}select id, {{ var('gen') }}::int as gen${depth === 0 ? "" : ", gen as gen_below"} from ${from}\n`;
			write(`models/${layer}/${name}.sql`, body);
			models.push({ name, layer, depth });
		}
		write(
			`models/${layer}/_${layer}.yml`,
			`version: 2\nmodels:\n${[1, 2].map((n) => `  - name: ${layer}_${n}\n    columns: [{name: id, data_tests: [unique, not_null]}]\n`).join("")}`,
		);
	});
	write(
		"models/landing/_arrivals.yml",
		"version: 2\nsources:\n  - name: raw\n    tables:\n      - name: arrivals\n        load: { files: data/arrivals/*.jsonl }\n",
	);
	write(
		"models/reporting/arrivals_by_file.sql",
		"select _tfm_file, count(*) as n from {{ source('raw', 'arrivals') }} group by 1\n",
	);
	const fileOf = (gen) => `data/arrivals/${String(gen).padStart(5, "0")}.jsonl`;
	const arrive = (gen) =>
		write(fileOf(gen), Array.from({ length: ARRIVALS }, (_, i) => `{"id": ${i}, "gen": ${gen}}\n`).join(""));
	return { root, models, arrive, fileOf };
}
