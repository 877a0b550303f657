/** Child processes for measuring: each run is a process of its own, as a user starts it. */
import { spawnSync } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const here = fileURLToPath(new URL(".", import.meta.url));

/** The caller's own settings must not change what is measured. */
function environment(extra) {
	const kept = Object.entries(process.env).filter(([name]) => !/^(TFM|DBT|NODE)_/.test(name));
	return { ...Object.fromEntries(kept), ...extra };
}

/** Runs a program; a benchmark whose child does not end with `exitCode` is broken and throws. Gives ms and stdout. */
export function run(command, args, { cwd, env = {}, exitCode = 0 }) {
	const started = performance.now();
	const child = spawnSync(command, args, { cwd, env: environment(env), encoding: "utf8", maxBuffer: 1 << 28 });
	const ms = performance.now() - started;
	if (child.status !== exitCode)
		throw new Error(
			`${command} ${args.join(" ")} ended with ${child.status ?? child.signal}:\n${child.stdout}${child.stderr}`,
		);
	return { ms, stdout: child.stdout };
}

export const runNode = (args, options) => run(process.execPath, args, options);

/** Peak resident memory of one further run in MB; apart from the timed ones, since the probe has to be loaded. */
export function peakMemory(args, options, workDir) {
	const file = join(workDir, "peak");
	rmSync(file, { force: true });
	const probe = ["--import", new URL("./peakMemory.mjs", import.meta.url).href];
	runNode([...probe, ...args], { ...options, env: { ...options.env, BENCH_PEAK_FILE: file } });
	return Number(readFileSync(file, "utf8")) / 1024;
}

export function median(values) {
	const sorted = values.toSorted((a, b) => a - b);
	const middle = sorted.length >> 1;
	return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * `subject` and its `floors` in turns, every other round backwards, so that a busy moment of the machine meets all. A
 * side is {before?, command?, args, options, check?, apart?}: node's arguments, or another program's; `before` is not
 * timed, and `apart` tells of what the process printed how many ms of it were spent getting ready. Gives {ms, peak, floors: [{ms, ratio, extraMs}]}.
 */
export function compare({ subject, floors, repeats, workDir }) {
	const sides = [subject, ...floors];
	const times = sides.map(() => []);
	for (let i = 0; i < repeats; i++) {
		const turns = [...sides.entries()];
		for (const [at, side] of i % 2 === 0 ? turns : turns.reverse()) {
			side.before?.();
			const { ms, stdout } = run(side.command ?? process.execPath, side.args, side.options);
			side.check?.(stdout);
			times[at].push(ms - (side.apart?.(stdout) ?? 0));
		}
	}
	subject.before?.();
	const peak = peakMemory(subject.args, subject.options, workDir);
	const [own, ...others] = times;
	return {
		ms: median(own),
		peak,
		floors: others.map((floor) => ({
			ms: median(floor),
			ratio: median(own.map((ms, i) => ms / floor[i])),
			extraMs: median(own.map((ms, i) => ms - floor[i])),
		})),
	};
}
