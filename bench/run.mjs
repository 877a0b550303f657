/**
 * Measures tfm against floors taken in the same minutes: npm run bench, or for a quick check that the benchmarks
 * themselves work: npm run bench -- --smoke. Prints a table and keeps each row that was measured (results.mjs); a smoke
 * run keeps nothing.
 *
 * A time is never judged here: how fast is fast enough depends on the machine. The exit code is 1 only when a measured
 * command failed or did not do the work it is measured for.
 *
 * Longer than 500 lines because all rows of the table stand here in its order; what a row needs is in files beside it.
 */
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { cpus, loadavg, totalmem } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ciOf } from "./ciRow.mjs";
import { besideDbt, besideSqlmesh, nothingToDo, parseEditedOf, watchedEdit, writingFloor } from "./editRows.mjs";
import { makeCsvLandingProject, makeLandingProject, makeParquetLandingProject, makeSeedProject } from "./makeLoad.mjs";
import { makeManifest } from "./makeManifest.mjs";
import { makeProject } from "./makeProject.mjs";
import { makeQueryProject } from "./makeQueries.mjs";
import { compare, here, peakMemory, runNode } from "./measure.mjs";
import { openResults } from "./results.mjs";
import { rowDiff } from "./rowDiffRow.mjs";
import { firstRunMemory, serverLoad, serverProfile, serverRun, startBenchServer } from "./serverRows.mjs";
import { programSize, siteInBrowser } from "./siteInBrowser.mjs";

/** Mistyped options are refused: a whole benchmark takes most of an hour. */
const { values: asked } = parseArgs({
	options: {
		smoke: { type: "boolean", default: false },
		only: { type: "string" },
		rows: { type: "string" },
		rounds: { type: "string" },
		dbt: { type: "string" },
		dbt2: { type: "string" },
		sqlmesh: { type: "string" },
		help: { type: "boolean", default: false },
	},
});
const { smoke } = asked;
const only = asked.only?.split(",");
const sized = smoke
	? {
			repeats: 1,
			runsBefore: 1,
			parse: [60],
			run: 15,
			serverRun: 15,
			rows: 500,
			largeRows: 500,
			readings: 2800,
			queries: 20,
			site: 60,
			diff: 2000,
		}
	: {
			repeats: 5,
			startRepeats: 15,
			runsBefore: 2,
			parse: [1000, 10_000],
			run: 200,
			serverRun: 1000,
			rows: 500_000,
			largeRows: 5_000_000,
			readings: 1_000_000,
			queries: 300,
			site: 10_000,
			diff: 10_000_000,
		};
const sizes = {
	...sized,
	...(asked.rows === undefined ? {} : { rows: Number(asked.rows) }),
	...(asked.rounds === undefined ? {} : { repeats: Number(asked.rounds) }),
};
const root = join(here, "..");
/** Its own, so that two benchmarks of one checkout do not remove each other's projects. */
const work = join(here, ".work", String(process.pid));
const TFM = join(root, "bin/tfm.js");
if (!existsSync(join(root, "dist/cli/main.js"))) {
	console.error("dist/ is missing: npm run build");
	process.exit(2);
}
rmSync(work, { recursive: true, force: true });
mkdirSync(work, { recursive: true });

const must = (fact, message) => {
	if (!fact) throw new Error(message);
};

const bareNode = () => {
	const empty = join(work, "empty.cjs");
	writeFileSync(empty, "");
	return { args: [empty], options: { cwd: work } };
};

const WAREHOUSE = ["models", "seeds", "macros", "tests", "data", "tfm_project.yml"];

/** A copy, so that the database and the artifacts of whoever works here stay as they are. */
function warehouse() {
	const cwd = join(work, "warehouse");
	if (!existsSync(cwd)) for (const entry of WAREHOUSE) cpSync(join(root, entry), join(cwd, entry), { recursive: true });
	return cwd;
}

function generated(name, options) {
	const out = join(work, name);
	if (!existsSync(out)) makeProject({ ...options, out });
	return out;
}

const start = (args, options, check) => ({
	subject: { args: [TFM, ...args], options, check },
	floors: [{ title: "bare node", ...bareNode() }],
	repeats: sizes.startRepeats ?? sizes.repeats,
});

/**
 * A run of the project in `cwd` on the embedded database. Floors: its own statements sent again, and, where everything
 * stands already, the same tables, views and tests made plainly.
 */
function embeddedRun(cwd, { first = false, commands = [] } = {}) {
	const args = [TFM, "run"];
	const database = join(cwd, ".tfm/database");
	const [kept, scratch, record, target] = ["kept", "scratch", "record", "target"].map((name) => join(work, name));
	for (const path of [kept, scratch, record, target, join(cwd, ".tfm")]) rmSync(path, { recursive: true, force: true });
	// `debug` leaves a database in which nothing was built yet; further runs leave one that is used to being run on.
	runNode([TFM, "debug"], { cwd });
	for (const command of commands) runNode([TFM, command], { cwd });
	for (let i = 0; i < (first ? 0 : sizes.runsBefore); i++) runNode(args, { cwd });
	cpSync(database, kept, { recursive: true });
	const recorder = new URL("./recordStatements.mjs", import.meta.url).href;
	runNode(["--import", recorder, ...args], { cwd, env: { BENCH_RECORD_FILE: record } });
	cpSync(join(cwd, "target"), target, { recursive: true });
	const restore = (path) => {
		rmSync(path, { recursive: true, force: true });
		cpSync(kept, path, { recursive: true });
	};
	const loop = (title, script, input, done) => ({
		title,
		args: [join(here, script), scratch, input],
		options: { cwd: work },
		before: () => restore(scratch),
		check: (stdout) => must(done.test(stdout), `${script} did nothing`),
	});
	const replay = loop("the run's statements, replayed", "replay.mjs", record, /^[1-9]\d+ requests/);
	const plain = loop("the same SQL, plainly", "plainBuild.mjs", target, /^[1-9]\d* results/);
	const results = join(cwd, "target/run_results.json");
	return {
		subject: {
			args,
			options: { cwd },
			before: () => {
				rmSync(results, { force: true });
				if (first) rmSync(join(cwd, ".tfm"), { recursive: true, force: true });
				else restore(database);
			},
			check: () => must(existsSync(results), "the run left no results"),
		},
		floors: first ? [replay] : [replay, plain],
	};
}

/**
 * `again`: nothing has changed since; `gone`: but the manifest, which has to be written anew, is not there. Where it is
 * written the second floor writes one as well, of the same content.
 */
function parseOf(project, models, { again = false, gone = false } = {}) {
	const target = join(project, "target");
	const manifest = join(target, "manifest.json");
	const writes = !again || gone;
	const kept = join(work, `manifest-${models}.json`);
	if (again || !existsSync(kept)) runNode([TFM, "parse"], { cwd: project });
	if (writes) cpSync(manifest, kept);
	const removed = again ? (gone ? [manifest] : []) : [target];
	const reads = again ? "walk, read, hash" : "walk, read, hash, js-yaml, refs by regex";
	const how = again ? ["--unchanged"] : [];
	const readAll = (found) => must(found[again ? "hashed" : "entries"] >= models, "the floor read something else");
	return {
		subject: {
			args: [TFM, "parse"],
			options: { cwd: project },
			before: () => {
				for (const path of removed) rmSync(path, { recursive: true, force: true });
			},
			check: () => must(statSync(manifest).size > models * 1000, "the manifest was not written"),
		},
		floors: [
			{
				title: reads,
				args: [join(here, "parseFloor.mjs"), project, ...how],
				options: { cwd: work },
				check: (stdout) => readAll(JSON.parse(stdout)),
			},
			...(writes
				? [
						writingFloor(project, {
							title: "the same, and an object of the manifest's content written by JSON.stringify",
							how: (paths) => [...how, `--write=${paths}`],
							kept,
							check: readAll,
						}),
					]
				: []),
		],
	};
}

/**
 * What rendering adds: every model and test compiled, over the same project read and resolved. Making thousands of files
 * costs what the disk takes for it, so that the first floor makes as many, with the same texts. `again`: once more, with
 * nothing changed.
 */
function renderOf(project, models, { again = false } = {}) {
	const target = join(project, "target");
	const kept = join(work, "compiled");
	runNode([TFM, "compile"], { cwd: project });
	rmSync(kept, { recursive: true, force: true });
	cpSync(join(target, "compiled"), kept, { recursive: true });
	const before = () => again || rmSync(target, { recursive: true, force: true });
	const side = (args, check) => ({ args, options: { cwd: project }, before, check });
	const parsed = () => must(existsSync(join(target, "manifest.json")), "nothing was parsed");
	const parse = { title: "`tfm parse` of the same", ...side([TFM, "parse"], parsed) };
	const written = {
		title: "the same, and the files of SQL written plainly",
		...side([join(here, "writeSqlFloor.mjs"), TFM, kept, join(target, "plain")], parsed),
	};
	return {
		subject: side([TFM, "compile"], () => must(existsSync(join(target, "compiled")), "nothing was compiled")),
		floors: again ? [parse] : [written, parse],
		per: { count: models, unit: "model" },
	};
}

/**
 * One template that asks the embedded database `queries` times, over the same template that asks once: what is over it
 * is the price of the queries, the database's own time included. Second floor: all that the first sent, replayed.
 */
function queriesOf(name, queries) {
	const cwd = join(work, name);
	makeQueryProject({ out: cwd, queries });
	const [kept, scratch, record] = ["kept", "scratch", "record"].map((folder) => join(work, `${name}-${folder}`));
	const database = join(cwd, ".tfm/database");
	runNode([TFM, "debug"], { cwd });
	cpSync(database, kept, { recursive: true });
	const recorder = new URL("./recordStatements.mjs", import.meta.url).href;
	runNode(["--import", recorder, TFM, "compile", "-s", "many"], { cwd, env: { BENCH_RECORD_FILE: record } });
	const restore = (path) => {
		rmSync(path, { recursive: true, force: true });
		cpSync(kept, path, { recursive: true });
	};
	const compile = (model, answers) => ({
		args: [TFM, "compile", "-s", model],
		options: { cwd },
		before: () => restore(database),
		check: (stdout) => must(stdout.includes(`-- ${answers} answers`), `${model} asked something else`),
	});
	return {
		subject: compile("many", queries),
		floors: [
			{ title: "the same with one query", ...compile("one", 1) },
			{
				title: "its statements, replayed",
				args: [join(here, "replay.mjs"), scratch, record],
				options: { cwd: work },
				before: () => restore(scratch),
				check: (stdout) => must(Number.parseInt(stdout, 10) > queries, "replay.mjs did nothing"),
			},
		],
		per: { count: queries - 1, unit: "query" },
	};
}

let server;

/** The server of this benchmark, started when the first row needs it. */
async function theServer() {
	if (server === undefined) server = await startBenchServer();
	if (server === null) throw new Skipped("no Postgres server is installed");
	return server;
}

class Skipped extends Error {}
/** Rows of larger files: a smoke has shown with the smaller ones that they work. */
const SAME_AS_SMALL = "with few rows it is the row of the smaller file";

async function onServer(cwd, options = {}) {
	const postgres = await theServer();
	serverProfile(cwd, postgres);
	return serverRun(postgres, cwd, { workDir: work, runsBefore: sizes.runsBefore, ...options });
}

async function loadOf(name, make, { rows = sizes.rows, ...options }) {
	const postgres = await theServer();
	const cwd = join(work, name);
	await make({ out: cwd, rows });
	serverProfile(cwd, postgres);
	return serverLoad(postgres, cwd, { workDir: work, rows, ...options });
}

/** The warehouse's robots alone, with so many readings, and nothing built. One round: it takes its time. */
async function robotsRun() {
	const cwd = join(work, "robots");
	const parts = ["macros", "tests/generic", "seeds/robots_corrections.csv", "tfm_project.yml"];
	const layers = ["landing", "staging", "transform", "analytics", "reporting"].map((layer) => `models/${layer}/robots`);
	for (const part of [...parts, ...layers]) cpSync(join(root, part), join(cwd, part), { recursive: true });
	const scale = smoke ? 0.02 : 1;
	runNode([join(root, "scripts/data.mjs"), "--scale", String(scale), "--out", join(cwd, "data")], { cwd: root });
	return { ...(await onServer(cwd, { first: true })), repeats: 1 };
}

/**
 * Column lineage of a project that was parsed before: rendering, analysis, the artifact. `again`: every answer is known.
 */
function lineageOf(project, models, { again = false } = {}) {
	const target = join(project, "target");
	const written = join(target, "lineage.columns.json");
	// The SQL as files, for the floor.
	runNode([TFM, "compile"], { cwd: project });
	if (again) runNode([TFM, "lineage"], { cwd: project });
	return {
		subject: {
			args: [TFM, "lineage"],
			options: { cwd: project },
			before: () => {
				if (!again) for (const file of [written, join(target, "analysis.tfm.json")]) rmSync(file, { force: true });
			},
			check(stdout) {
				must(stdout.includes(`${count(models)} ok`) || stdout.includes(`${models} ok`), stdout);
				must(existsSync(written), "no lineage was written");
			},
		},
		floors: [
			{
				title: "reading the compiled SQL and parsing it",
				args: [join(here, "parseSqlFloor.mjs"), join(target, "compiled")],
				options: { cwd: work },
				check: (stdout) => must(Number(stdout) >= models, "the floor parsed something else"),
			},
			{
				title: "`tfm compile` of the same",
				args: [TFM, "compile"],
				options: { cwd: project },
				check: () => must(existsSync(join(target, "compiled")), "nothing was compiled"),
			},
		],
		per: { count: models, unit: "model" },
	};
}

/** What one model costs, of the project that lineageOf left; null: it was not measured. */
function lineageFacts(models) {
	const project = join(work, `parse-${models}`);
	if (!existsSync(join(project, "target/lineage.columns.json"))) return null;
	const { stdout } = runNode([join(here, "analyzeEach.mjs"), project], { cwd: root });
	const { medianMs, p95Ms, coldCpuMs, answersCpuMs, describeCpuMs, writeCpuMs } = JSON.parse(stdout);
	const each = `Analysis of one of the ${whole(models)} models, parsing included: ${medianMs.toFixed(2)} ms median, ${p95Ms.toFixed(2)} ms for the largest twentieth.`;
	return `${each} All of them take ${whole(coldCpuMs)} ms of processor time the first time, and ${whole(answersCpuMs)} ms when all answers are kept; to describe them takes ${whole(describeCpuMs)} ms, their text ${whole(writeCpuMs)} ms.`;
}

/** The site of a manifest alone: reading, layout, pages, files. */
function siteOf(models) {
	const [target, out] = [join(work, "site-target"), join(work, "site")];
	makeManifest({ out: target, models });
	return {
		subject: {
			args: [TFM, "docs", "generate", "--from", target, "--out", out],
			options: { cwd: work },
			before: () => rmSync(out, { recursive: true, force: true }),
			check: () => must(existsSync(join(out, "index.html")), "no site was made"),
		},
		floors: [
			{
				title: "reading and parsing the manifest",
				args: [join(here, "readManifest.mjs"), join(target, "manifest.json")],
				options: { cwd: work },
				check: (stdout) => must(Number(stdout) === models * 5, "the floor read something else"),
			},
		],
	};
}

/** What a reader meets in the site that siteOf left; null: it was not made. */
async function siteFacts(models) {
	const out = join(work, "site");
	if (!existsSync(join(out, "index.html"))) return null;
	const size = `${(programSize(join(root, "dist/site")) / 1000).toFixed(1)} kB of scripts and styles, packed`;
	const seen = await siteInBrowser(out, sizes.repeats);
	if (seen === null) return `The site: ${size}. No Chromium was found to open it in.`;
	const { openMs, openCpuMs, memoryMb } = seen;
	const [frame, key, worst, arrow, worstArrow] = ["frameMs", "keyMs", "worstKeyMs", "arrowMs", "worstArrowMs"].map(
		(name) => seen[name].toFixed(1),
	);
	return `The site of ${count(models)} models: ${size}. In headless Chromium without a graphics card the whole graph was drawn after ${whole(openMs)} ms (${whole(openCpuMs)} ms of the page's processor time), a key in the catalog's filter took ${key} ms of it (the worst ${worst}), an arrow key in the drawing ${arrow} (the worst ${worstArrow}), a frame without a key ${frame}, and the page held ${whole(memoryMb)} MB.`;
}

const count = (n) => n.toLocaleString("en");
const smallLayers = (name) => generated(name, { models: sizes.run, layered: true, tests: 1 });
const ROWS = [
	["version", "`tfm --version`", () => start(["--version"], { cwd: work })],
	["help", "`tfm --help`", () => start(["--help"], { cwd: work })],
	["completion", "`tfm completion bash`", () => start(["completion", "bash"], { cwd: work })],
	[
		"ls",
		"`tfm ls`, the warehouse",
		() => start(["ls"], { cwd: warehouse() }, (stdout) => must(stdout.includes("trf_persons"), "ls lists nothing")),
	],
	// The smoke runs the warehouse on a server, where it takes a fifth of the time; on the embedded database a small project.
	...(smoke
		? [
				[
					"first-run",
					`\`tfm run\`, ${count(sizes.run)} tiny models in 5 layers, first run`,
					() => embeddedRun(smallLayers("layered-first"), { first: true }),
				],
				["run", "the same, again", () => embeddedRun(smallLayers("layered"))],
			]
		: [
				["first-run", "`tfm run`, the warehouse, first run", () => embeddedRun(warehouse(), { first: true })],
				["run", "`tfm run`, the warehouse, again", () => embeddedRun(warehouse())],
			]),
	[
		"run-many",
		`\`tfm run\`, ${count(sizes.run)} tiny models without layers, again`,
		// Without layers `run` builds models only, as dbt's does.
		() => embeddedRun(generated("many", { models: sizes.run }), { commands: ["seed"] }),
	],
	...sizes.parse.flatMap((models) => [
		[
			"parse",
			`\`tfm parse\`, ${count(models)} models, ${count(models * 4)} tests, manifest written`,
			() => parseOf(generated(`parse-${models}`, { models }), models),
		],
		[
			"parse-again",
			"the same, nothing changed",
			() => parseOf(generated(`parse-${models}`, { models }), models, { again: true }),
		],
		[
			"parse-gone",
			"the same, nothing changed, manifest.json gone",
			() => parseOf(generated(`parse-${models}`, { models }), models, { again: true, gone: true }),
		],
	]),
	[
		"parse-edited",
		`the same of ${count(sizes.parse.at(-1))}, one model's text edited`,
		() => parseEditedOf(generated(`parse-${sizes.parse.at(-1)}`, { models: sizes.parse.at(-1) })),
	],
	...[
		["dbt", "dbt-core"],
		["dbt2", "dbt 2.x"],
	].flatMap(([option, peer]) =>
		[false, true].map((again) => [
			again ? `${option}-again` : option,
			again ? "the same, nothing changed" : `\`tfm parse\`, ${count(sizes.parse[0])} models, beside ${peer}`,
			() => {
				if (asked[option] === undefined) throw new Skipped(`--${option}=PROGRAM was not given`);
				const project = generated(`${option}-${sizes.parse[0]}`, { models: sizes.parse[0] });
				return besideDbt(project, asked[option], { again, title: `\`dbt parse\` of ${peer}` });
			},
		]),
	),
	[
		"sqlmesh",
		`\`tfm parse\`, ${count(sizes.parse[0])} models, beside SQLMesh`,
		() => {
			if (asked.sqlmesh === undefined) throw new Skipped("--sqlmesh=PROGRAM was not given");
			return besideSqlmesh(generated(`sqlmesh-${sizes.parse[0]}`, { models: sizes.parse[0] }), asked.sqlmesh);
		},
	],
	[
		"changed",
		`\`tfm run --changed\`, ${count(sizes.run)} tiny models, nothing to do`,
		() => nothingToDo(generated("changed", { models: sizes.run }), sizes.run),
	],
	[
		"render",
		`\`tfm compile\`, ${count(sizes.parse[0])} models`,
		() => renderOf(generated(`parse-${sizes.parse[0]}`, { models: sizes.parse[0] }), sizes.parse[0]),
	],
	[
		"render",
		"the same, nothing changed",
		() => renderOf(generated(`parse-${sizes.parse[0]}`, { models: sizes.parse[0] }), sizes.parse[0], { again: true }),
	],
	...sizes.parse.slice(-1).flatMap((models) => [
		[
			"lineage",
			`\`tfm lineage\`, ${count(models)} models, nothing analysed before`,
			() => lineageOf(generated(`parse-${models}`, { models }), models),
		],
		[
			"lineage-again",
			"the same, nothing changed",
			() => lineageOf(generated(`parse-${models}`, { models }), models, { again: true }),
		],
	]),
	...sizes.parse.slice(-1).flatMap((models) => [
		[
			"ci-again",
			`\`tfm ci\` without a target, ${count(models)} models, nothing changed`,
			() => ciOf(generated(`ci-${models}`, { models }), models, { edit: false }),
		],
		[
			"ci",
			"the same, one file changed each time",
			() => ciOf(generated(`ci-${models}`, { models }), models, { edit: true }),
		],
	]),
	["queries", `${count(sizes.queries)} \`run_query\` in one render`, () => queriesOf("queries", sizes.queries)],
	["server-first-run", "`tfm run`, the warehouse on Postgres, first run", () => onServer(warehouse(), { first: true })],
	[
		"server-run",
		"`tfm run`, the warehouse on Postgres, again",
		() => {
			if (smoke) throw new Skipped("its first run was a row before, and the rows below run again");
			return onServer(warehouse());
		},
	],
	[
		"server-many",
		`\`tfm run\`, ${count(sizes.serverRun)} tiny models on Postgres, 4 connections, again`,
		() => onServer(generated("server-many", { models: sizes.serverRun }), { commands: ["seed"] }),
	],
	[
		"server-layers",
		`the same in 5 layers with ${count(sizes.serverRun)} tests`,
		() => onServer(generated("server-layers", { models: sizes.serverRun, layered: true, tests: 1 })),
	],
	[
		"seed",
		`\`tfm seed\`, a CSV of ${count(sizes.rows)} rows, Postgres`,
		() => loadOf("seed", makeSeedProject, { command: "seed", table: "bench.big" }),
	],
	[
		"seed-million",
		`\`tfm seed\`, a CSV of ${count(sizes.rows * 2)} rows, Postgres`,
		() => {
			if (smoke) throw new Skipped(SAME_AS_SMALL);
			return loadOf("seed-million", makeSeedProject, { command: "seed", table: "bench.big", rows: sizes.rows * 2 });
		},
	],
	[
		"load",
		`\`tfm load\`, ${count(sizes.rows)} lines of JSON, Postgres`,
		() => loadOf("landing", makeLandingProject, { command: "load", table: "bench.big" }),
	],
	[
		"load-csv",
		`\`tfm load\`, a CSV of ${count(sizes.rows)} rows, Postgres`,
		() => loadOf("landing-csv", makeCsvLandingProject, { command: "load", table: "bench.big" }),
	],
	[
		"load-parquet",
		`\`tfm load\`, a Parquet file of ${count(sizes.rows)} rows and 6 columns, Postgres`,
		() => loadOf("landing-parquet", makeParquetLandingProject, { command: "load", table: "bench.big" }),
	],
	...[
		["a CSV of", "rows", "large-csv", makeCsvLandingProject],
		["", "lines of JSON", "large-json", makeLandingProject],
	].map(([what, of, name, make]) => [
		"load-large",
		`\`tfm load\`, ${what === "" ? "" : `${what} `}${count(sizes.largeRows)} ${of}, Postgres`,
		() => {
			if (smoke) throw new Skipped(SAME_AS_SMALL);
			return loadOf(name, make, { command: "load", table: "bench.big", rows: sizes.largeRows });
		},
	]),
	[
		"diff",
		`\`tfm diff\`, ${count(sizes.diff)} rows beside as many, 1,000 changed, Postgres`,
		async () => rowDiff(await theServer(), join(work, "diff"), { rows: sizes.diff }),
	],
	[
		"site",
		`\`tfm docs generate\`, ${count(sizes.site)} models, ${count(sizes.site * 4)} tests`,
		() => siteOf(sizes.site),
	],
	["robots", `\`tfm run\`, robots from ${count(sizes.readings)} readings to the report, Postgres`, robotsRun],
];
/** What is measured without a floor stands below the table. */
const NAMES = [...new Set(ROWS.map(([name]) => name)), "run-memory"];
if (asked.help) {
	console.log(`node bench/run.mjs [--smoke] [--only=ROW,…] [--rounds=N] [--rows=N of the loads] [--dbt=PROGRAM of dbt-core] [--dbt2=PROGRAM of dbt 2.x] [--sqlmesh=PROGRAM]

ROW: ${NAMES.join(", ")}`);
	process.exit(0);
}
if (only?.some((name) => !NAMES.includes(name))) {
	console.error(`--only takes one or more of ${NAMES.join(", ")}`);
	process.exit(2);
}

const whole = (n) => count(Math.round(n));
const git = (...args) => execFileSync("git", args, { cwd: root, encoding: "utf8" }).trim();
const commit = `${git("rev-parse", "--short", "HEAD")}${git("status", "--porcelain", "src", "bench/*.mjs") === "" ? "" : " with changes"}`;
/** Told when something is about to be measured: what it is measured at is what was there before. */
const circumstances = () => `${new Date().toISOString().slice(0, 10)}, ${commit}, load ${loadavg()[0].toFixed(1)}`;
const results = openResults({
	rows: ROWS,
	facts: ["run-memory", "watch", "one model's lineage", "site in the browser", "package"],
	machine: `Node ${process.versions.node}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GB`,
	keep: !smoke && asked.rows === undefined,
});
const broken = [];
/** What cannot be measured here is said; what is broken does not keep the rest from being measured. */
async function attempt(name, measure) {
	try {
		await measure();
	} catch (error) {
		if (error instanceof Skipped) {
			console.error(`${name}: skipped, ${error.message}`);
			return;
		}
		broken.push(name);
		console.error(`the benchmark "${name}" is broken: ${error.message}`);
	}
}

for (const [position, [name, , prepare]] of ROWS.entries()) {
	if (only !== undefined && !only.includes(name)) continue;
	await attempt(name, async () => {
		const { repeats = sizes.repeats, per, ...sides } = await prepare();
		const at = circumstances();
		const { ms, peak, floors } = compare({ ...sides, repeats, workDir: work });
		const titled = floors.map((floor, i) => ({ title: sides.floors[i].title, ...floor }));
		results.row(position, { ms, peak, floors: titled, ...(per === undefined ? {} : { per }), rounds: repeats, at });
		for (const floor of titled)
			console.error(`${name}: ${whole(ms)} ms; ${floor.title}: ${whole(floor.ms)} ms, ratio ${floor.ratio.toFixed(2)}`);
	});
}

/** What is measured without a floor: a sentence, or null where there is nothing to tell. */
const told = (name, measure) =>
	attempt(name, async () => {
		const at = circumstances();
		const text = await measure();
		if (text === null) return;
		console.error(text);
		results.fact(name, text, at);
	});

await told("one model's lineage", () => lineageFacts(sizes.parse.at(-1)));
if (only === undefined || only.includes("run-memory"))
	await told("run-memory", async () => {
		const models = sizes.parse.at(-1);
		const postgres = await theServer();
		const cwd = generated(`memory-${models}`, { models });
		serverProfile(cwd, postgres);
		const mb = firstRunMemory(postgres, cwd, (args, options) => peakMemory(args, options, work));
		return `\`tfm run\` of ${count(models)} models on Postgres held ${whole(mb)} MB at its peak (goal: 600).`;
	});
await told("watch", async () => {
	const models = sizes.parse.at(-1);
	const project = join(work, `parse-${models}`);
	if (!existsSync(project)) return null;
	const { compiledMs, checkedMs, processorMs } = await watchedEdit(project, smoke ? 2 : 20);
	const took = processorMs === null ? "" : `, ${whole(processorMs)} ms of processor time`;
	return `\`tfm compile --watch\`, ${count(models)} models: ${whole(compiledMs)} ms from writing a model's file to its compiled SQL, 10 of them for the editor to finish, ${whole(checkedMs)} ms until it was checked as well (goal: 50)${took}.`;
});
await told("site in the browser", () => siteFacts(sizes.site));
await told("package", () => {
	const npm = ["pack", "--dry-run", "--json", "--ignore-scripts"];
	const [packed] = JSON.parse(
		execFileSync("npm", npm, { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }),
	);
	const megabytes = (bytes) => (bytes / 1e6).toFixed(1);
	return `The package: ${packed.entryCount} files, ${megabytes(packed.size)} MB packed, ${megabytes(packed.unpackedSize)} MB unpacked.`;
});
console.log(results.page());
await server?.dispose();
rmSync(work, { recursive: true, force: true });
if (broken.length > 0) {
	console.error(`broken: ${broken.join(", ")}`);
	process.exitCode = 1;
}
