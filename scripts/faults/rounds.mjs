/**
 * What is done to one run of the project: it is killed, interrupted, cut off by a crash of the server, given low
 * timeouts, or run beside another one. Each round resolves to what was wrong about how its runs ended.
 */
import { LAYERS } from "./relations.mjs";

const LAST_LAYER = LAYERS.at(-1);
const LOW_SETTINGS = [
	{ idle_in_transaction_session_timeout: "300ms" },
	{ lock_timeout: "50ms" },
	{ statement_timeout: "1500ms" },
	{ idle_in_transaction_session_timeout: "300ms", lock_timeout: "20ms", statement_timeout: "2s" },
];
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * The rounds by name, each of a generation. `start` starts tfm; `faultsOfEnd` judges how it ended; `codeOf` is the exit
 * code of a generation's run; `usual`: milliseconds of a run, of its loads, and of what follows its last publish; `model`
 * is what may stand in the warehouse; `fault` has the readers and keeps what a run says of the crash that it lived through.
 */
export function createRounds({
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
}) {
	/** Kills after a part of the usual time, or at a random moment of a random layer's publish, of the loads, of the run's end. */
	function aim(kind, gen, more = {}) {
		if (kind === "random") {
			const run = start("run", gen, more);
			const timer = setTimeout(() => run.kill(), usual.run * (0.1 + 1.0 * random()));
			return { ...run, finished: run.finished.finally(() => clearTimeout(timer)) };
		}
		const layer = LAYERS[1 + Math.floor(random() * 3)];
		const share = random();
		const moments = {
			publish: {
				begins: (event) => event.event.startsWith("gate.") && event.layer === layer,
				typical: publishOf(layer),
			},
			load: {
				begins: (event) => event.event === "layer.started" && event.layer === LAYERS[0],
				typical: usual.loads,
			},
			end: { begins: (event) => event.event === "publish.finished" && event.unit === LAST_LAYER, typical: usual.end },
		};
		const { begins, typical } = moments[kind];
		const run = start("run", gen, {
			...more,
			onEvent: (event) => {
				if (begins(event)) setTimeout(() => run.kill(), typical * 1.15 * share);
			},
		});
		return run;
	}
	const recent = new Map();
	const publishOf = (layer) => recent.get(layer) ?? 150;
	const learn = (result) => {
		for (const { unit, duration } of result.publishes)
			recent.set(unit, 0.7 * (recent.get(unit) ?? duration) + 0.3 * duration);
	};

	async function killed(result, what) {
		learn(result);
		if (result.signal === "SIGKILL") {
			figures.kill(result.phase);
			figures.count(what);
			return [];
		}
		return null;
	}

	return {
		async killRandom(gen) {
			const result = await aim("random", gen).finished;
			return (await killed(result, "killed at a random instant")) ?? faultsOfEnd(result, [codeOf(gen)]);
		},
		async killAimed(gen) {
			const result = await aim("publish", gen).finished;
			return (await killed(result, "killed at a publish")) ?? faultsOfEnd(result, [codeOf(gen)]);
		},
		async killLoad(gen) {
			const result = await aim("load", gen).finished;
			return (await killed(result, "killed in its loads")) ?? faultsOfEnd(result, [codeOf(gen)]);
		},
		async killEnd(gen) {
			const result = await aim("end", gen).finished;
			return (await killed(result, "killed at its end")) ?? faultsOfEnd(result, [codeOf(gen)]);
		},
		async interrupt(gen) {
			const run = start("run", gen);
			const timer = setTimeout(() => run.kill("SIGINT"), usual.run * (0.2 + 0.7 * random()));
			const result = await run.finished;
			clearTimeout(timer);
			figures.count("interrupted");
			learn(result);
			// Before it listens for signals, node ends by itself.
			return result.signal === "SIGINT" ? [] : faultsOfEnd(result, [130, codeOf(gen)]);
		},
		async plain(gen) {
			const result = await start("run", gen).finished;
			figures.count("plain");
			learn(result);
			return faultsOfEnd(result, [codeOf(gen)]);
		},
		async low(gen) {
			const settings = LOW_SETTINGS[Math.floor(random() * LOW_SETTINGS.length)];
			for (const [name, value] of Object.entries(settings)) await ask(`alter role runner set ${name} = '${value}'`);
			const result = await start("run", gen).finished;
			await ask("alter role runner reset all");
			figures.count(result.code === codeOf(gen) ? "low timeouts, went through" : "low timeouts, failed");
			return faultsOfEnd(result, [0, 1]);
		},
		/** Half of the crashes at a publish or in the loads. */
		async crash(gen) {
			let crashing = null;
			const crash = () => {
				crashing ??= (async () => {
					fault.readers?.down();
					await server.stop("immediate");
					await sleep(random() * 1500);
					await server.start();
					fault.readers?.up();
				})();
			};
			let run;
			if (random() < 0.5) {
				run = start("run", gen);
				setTimeout(crash, usual.run * (0.2 + 0.7 * random()));
			} else {
				const layer = LAYERS[Math.floor(random() * 4)];
				run = start("run", gen, {
					onEvent: (event) => {
						if (layer === LAYERS[0] && event.event === "layer.started" && event.layer === LAYERS[0])
							setTimeout(crash, usual.loads * random());
						else if (event.event.startsWith("gate.") && event.layer === layer && layer !== LAYERS[0])
							setTimeout(crash, publishOf(layer) * 1.15 * random());
					},
				});
			}
			const result = await run.finished;
			if (crashing === null) crash();
			await crashing;
			figures.count("server crashes");
			figures.count(result.code === codeOf(gen) ? "went on after the crash" : "failed by the crash");
			fault.crashed = [
				`the run of the crash ended with ${result.code}; unpublished by its own words: ${result.unpublished.join(", ") || "nothing"}; publishes: ${result.publishes.map((p) => `${p.unit} ${p.ways.length}`).join(", ") || "none"}; ${[...new Set(result.diagnostics)].slice(0, 6).join(" | ")}`,
			];
			// 2: the server was gone before the first node.
			return faultsOfEnd(result, [0, 1, 2]);
		},
		async disjoint(gen) {
			const which = random();
			const main =
				which < 0.3
					? aim("publish", gen, { args: ["--exclude", "tag:side"] })
					: start("run", gen, { args: ["--exclude", "tag:side"] });
			await sleep(random() * 400);
			const side = start("run", gen, { args: ["--select", "tag:side"], folder: "target-side" });
			if (which > 0.7) setTimeout(() => side.kill(), usual.run * random());
			const [one, two] = await Promise.all([main.finished, side.finished]);
			figures.count("two at once, disjoint");
			return [
				...((await killed(one, "killed beside another run")) ?? faultsOfEnd(one, [codeOf(gen)])),
				...((await killed(two, "killed beside another run")) ?? faultsOfEnd(two, [0])),
			];
		},
		async overlapping(gen) {
			const next = gen + 1;
			project.arrive(next);
			const which = random();
			const first = which < 0.4 ? aim(which < 0.2 ? "publish" : "random", gen) : start("run", gen);
			await sleep(random() * usual.run);
			const second = start("run", next, { folder: "target-side" });
			const [one, two] = await Promise.all([first.finished, second.finished]);
			figures.count("two at once, overlapping");
			model.maybe.add(next);
			model.gen = next;
			return [
				...((await killed(one, "killed beside another run")) ?? faultsOfEnd(one, [codeOf(gen)])),
				...faultsOfEnd(two, [codeOf(next)]),
			];
		},
	};
}
