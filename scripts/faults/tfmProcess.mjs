import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const TFM = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "bin", "tfm.js");
const KEPT_CHARACTERS = 20_000;

/**
 * Starts `tfm` and follows its events (`--log-format events`). `onEvent` sees each with what was known before it.
 * `finished` resolves to { id, code, signal, stderr, tail, phase, layer, publishes, results, ms }; `phase` is where the run
 * stood at the last event: before (no gate decided yet), during (a gate is decided, its publish not finished), between
 * (a publish finished, more to come), after (the last layer is published). `unpublished`: names of the nodes that the
 * run says it did not publish, as soon as it says so.
 */
export function startTfm({ root, args, env, lastLayer, onEvent = () => {} }) {
	const id = randomUUID();
	const child = spawn(process.execPath, [TFM, ...args, "--log-format", "events"], {
		cwd: root,
		env: { ...process.env, NO_COLOR: "1", TFM_INVOCATION_ID: id, ...env },
		stdio: ["ignore", "pipe", "pipe"],
	});
	const began = Date.now();
	const seen = {
		phase: "before",
		layer: null,
		publishes: [],
		diagnostics: [],
		/** Whether it had begun to write, and what it said of its nodes and tests in the end. */
		wrote: false,
		results: null,
		closed: false,
		unpublished: [],
	};
	let pending = "";
	let tail = "";
	let stderr = "";
	const take = (line) => {
		let event;
		try {
			event = JSON.parse(line);
		} catch {
			return; // Cut off by the kill, or not an event.
		}
		follow(seen, event, lastLayer);
		onEvent(event, seen);
	};
	child.stdout.on("data", (data) => {
		tail = (tail + data).slice(-KEPT_CHARACTERS);
		const lines = (pending + data).split("\n");
		pending = lines.pop();
		lines.forEach(take);
	});
	child.stderr.on("data", (data) => (stderr = (stderr + data).slice(-KEPT_CHARACTERS)));
	const finished = new Promise((resolve) => {
		child.on("close", (code, signal) => resolve({ ...seen, id, code, signal, stderr, tail, ms: Date.now() - began }));
	});
	return { child, finished, seen, kill: (signal = "SIGKILL") => child.kill(signal) };
}

function follow(seen, event, lastLayer) {
	switch (event.event) {
		case "gate.passed":
		case "gate.closed":
		case "gate.warned":
			seen.phase = "during";
			seen.layer = event.layer;
			seen.closed ||= event.event === "gate.closed";
			break;
		case "publish.finished":
			seen.phase = event.unit === lastLayer ? "after" : "between";
			seen.publishes.push({
				unit: event.unit,
				at: Date.parse(event.ts),
				duration: event.duration_ms,
				locked: event.locked_ms,
				waited: event.waited_ms,
				ways: event.ways,
			});
			break;
		case "publish.failed":
			seen.phase = "between";
			seen.diagnostics.push(`${event.diagnostic.code} ${event.diagnostic.message}`);
			break;
		case "layer.started":
			seen.wrote = true;
			break;
		case "run.finished":
			seen.results = event.run.results;
			break;
		case "diagnostic":
			seen.diagnostics.push(`${event.diagnostic.code} ${event.diagnostic.message}`);
			break;
		case "node.held":
			seen.unpublished.push(event.node_id.split(".").at(-1));
			if (event.reason.kind === "publish") seen.diagnostics.push(`${event.reason.code} ${event.reason.reason}`);
			break;
		default:
			if (event.event === "node.finished" && event.result.status !== "success")
				seen.unpublished.push(event.result.unique_id.split(".").at(-1));
			if (event.result?.diagnostic)
				seen.diagnostics.push(`${event.result.diagnostic.code} ${event.result.diagnostic.message}`);
	}
}
