/** Rows about a change: one file edited, nothing left to build, an edit that a watching command answers, and dbt-core beside them. */
import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { here, median, runNode } from "./measure.mjs";

const TFM = join(here, "../bin/tfm.js");
const must = (fact, message) => {
	if (!fact) throw new Error(message);
};

/** A model's file, the same at every call. */
export function oneModel(project) {
	const [folder] = readdirSync(join(project, "models/transform")).sort();
	const [file] = readdirSync(join(project, "models/transform", folder))
		.filter((name) => name.endsWith(".sql"))
		.sort();
	return join(project, "models/transform", folder, file);
}

/**
 * A floor of reading a project that writes a manifest.json as well. `how`: the arguments of parseFloor.mjs that say what
 * it reads and how it writes what `kept`, a manifest.json that tfm left, holds.
 */
export const writingFloor = (project, { title, how, kept, check }) => ({
	title,
	args: [join(here, "parseFloor.mjs"), project, ...how(`${kept},${kept}.floor`)],
	options: { cwd: project },
	check: (stdout) => {
		const found = JSON.parse(stdout);
		check(found);
		must(found.written > 0.99 * statSync(kept).size, "the floor wrote something else");
	},
	apart: (stdout) => JSON.parse(stdout).preparedMs,
});

/** `tfm parse` after one model's text was edited, manifest.json written; the floors look at every file. */
export function parseEditedOf(project) {
	const file = oneModel(project);
	const text = readFileSync(file, "utf8");
	const manifest = join(project, "target/manifest.json");
	runNode([TFM, "parse"], { cwd: project });
	let round = 0;
	let before = 0n;
	return {
		subject: {
			args: [TFM, "parse"],
			options: { cwd: project },
			before: () => {
				before = statSync(manifest, { bigint: true }).ino;
				writeFileSync(file, `${text}\n-- edit ${++round}\n`);
			},
			check: () => must(statSync(manifest, { bigint: true }).ino !== before, "the manifest was not written"),
		},
		floors: [
			{
				title: "walk, read, hash",
				args: [join(here, "parseFloor.mjs"), project, "--unchanged"],
				options: { cwd: project },
				check: (stdout) => must(JSON.parse(stdout).files > 0, "the floor read nothing"),
			},
			writingFloor(project, {
				title: "the same, and manifest.json copied",
				how: (paths) => ["--unchanged", `--copy=${paths}`],
				kept: manifest,
				check: ({ files }) => must(files > 0, "the floor read nothing"),
			}),
		],
	};
}

/** `tfm run --changed` where nothing changed; the floor is the same run without the flag. */
export function nothingToDo(project, models) {
	runNode([TFM, "seed"], { cwd: project });
	runNode([TFM, "run"], { cwd: project });
	const results = join(project, "target/run_results.json");
	const side = (args, check) => ({
		args: [TFM, ...args],
		options: { cwd: project },
		before: () => rmSync(results, { force: true }),
		check,
	});
	const reused = () => JSON.parse(readFileSync(results, "utf8")).results.filter(({ status }) => status === "reused");
	return {
		subject: side(["run", "--changed"], () => must(reused().length === models, "models were built")),
		floors: [
			{ title: "the same without `--changed`", ...side(["run"], () => must(existsSync(results), "no results")) },
		],
		per: { count: models, unit: "model" },
	};
}

/** A database that all know; none asks it for anything. */
const PEER_PROFILE =
	"bench: {target: dev, outputs: {dev: {type: postgres, host: localhost, port: 5432, user: bench, password: bench, dbname: bench, schema: bench, threads: 1}}}\n";

/**
 * Another program parses the same project, everything anew or nothing changed. `program`: dbt, of dbt-core 1.x or of dbt
 * 2.x, which takes the same words and calls Postgres an experiment.
 */
export function besideDbt(project, program, { again, title }) {
	const target = join(project, "target");
	const manifest = join(target, "manifest.json");
	writeFileSync(join(project, "profiles.yml"), PEER_PROFILE);
	const env = {
		DBT_SEND_ANONYMOUS_USAGE_STATS: "false",
		DBT_ALLOW_EXPERIMENTAL_ADAPTERS: "true",
		DBT_PROFILES_DIR: project,
	};
	const side = (command, args) => ({
		...(command === null ? {} : { command }),
		args,
		options: { cwd: project, env },
		before: () => {
			if (!again) rmSync(target, { recursive: true, force: true });
		},
		check: () => must(existsSync(manifest), "no manifest was written"),
	});
	const own = ["--target-path", join(target, "dbt"), "--log-path", join(target, "logs")];
	const peer = side(program, ["--quiet", "parse", ...own]);
	if (again) runNode([TFM, "parse"], { cwd: project });
	return {
		subject: side(null, [TFM, "parse"]),
		floors: [
			{
				title,
				...peer,
				check: () => must(existsSync(join(target, "dbt/manifest.json")), "dbt wrote no manifest"),
			},
		],
	};
}

/** SQLMesh loads the same project through dbt's files, everything anew; it writes no manifest. */
export function besideSqlmesh(project, program) {
	writeFileSync(join(project, "profiles.yml"), PEER_PROFILE);
	writeFileSync(
		join(project, "config.py"),
		"from pathlib import Path\nfrom sqlmesh.dbt.loader import sqlmesh_config\n\nconfig = sqlmesh_config(Path(__file__).parent)\n",
	);
	const settings = join(project, "dbt_project.yml");
	const text = readFileSync(settings, "utf8");
	// It wants to know since when there are rows.
	if (!text.includes("+start")) writeFileSync(settings, text.replace(/^models:$/m, "models:\n  +start: '2026-01-01'"));
	const side = { options: { cwd: project, env: { DBT_PROFILES_DIR: project } } };
	const before = () => {
		for (const name of ["target", ".cache", "logs"]) rmSync(join(project, name), { recursive: true, force: true });
	};
	const parsed = () => must(existsSync(join(project, "target/manifest.json")), "no manifest was written");
	return {
		subject: { ...side, args: [TFM, "parse"], before, check: parsed },
		floors: [
			{
				...side,
				title: "`sqlmesh info` of the same",
				command: program,
				args: ["info", "--skip-connection"],
				before,
				check: (stdout) => must(/Models: [1-9]/.test(stdout), "SQLMesh loaded nothing"),
			},
		],
	};
}

/** User and system time of a process in ms; null where the system does not say (anything but Linux). */
function processorMs(pid) {
	const path = `/proc/${pid}/stat`;
	if (!existsSync(path)) return null;
	// After the name, which may hold anything: state is the third field of all, user and system time 14 and 15, in hundredths.
	const fields = readFileSync(path, "utf8").split(") ").at(-1).split(" ");
	return (Number(fields[11]) + Number(fields[12])) * 10;
}

/**
 * How long after a model's text was written `tfm compile --watch` has compiled and has checked it, in ms, and what
 * processor time that takes it: medians of `edits`, the last a mean.
 */
export async function watchedEdit(project, edits) {
	const file = oneModel(project);
	const text = readFileSync(file, "utf8");
	const name = file
		.split("/")
		.at(-1)
		.replace(/\.sql$/, "");
	const child = spawn(process.execPath, [TFM, "compile", "--watch", "--select", name], { cwd: project });
	let said = "";
	let heard = () => {};
	child.stdout.on("data", (data) => {
		said += data;
		heard();
	});
	const ended = new Promise((resolve) => child.on("close", resolve));
	/** Resolves when it has said this so often. */
	const says = (what, times) =>
		new Promise((resolve, reject) => {
			heard = () => {
				if (said.split(what).length > times) resolve();
			};
			heard();
			ended.then(() => reject(new Error(`the watching command ended:\n${said}`)));
		});
	const edit = async (i, suffix) => {
		const started = performance.now();
		writeFileSync(file, `${text}\n${suffix}\n`);
		await says("compiled ", i + 1);
		const compiled = performance.now() - started;
		await says("checked ", i + 1);
		return { compiled, checked: performance.now() - started };
	};
	try {
		await says("checked ", 1);
		// The first one starts the thread that parses.
		await edit(1, "-- first");
		const before = processorMs(child.pid);
		const times = [];
		for (let i = 2; i <= edits + 1; i++) times.push(await edit(i, `-- watched ${i}`));
		const after = processorMs(child.pid);
		return {
			compiledMs: median(times.map(({ compiled }) => compiled)),
			checkedMs: median(times.map(({ checked }) => checked)),
			processorMs: before === null || after === null ? null : (after - before) / edits,
		};
	} finally {
		child.kill("SIGINT");
		await ended;
		writeFileSync(file, text);
	}
}
