import { fork } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const READER = join(dirname(fileURLToPath(import.meta.url)), "reader.mjs");
/** Errors of a connection that ended because the server did. */
const SERVER_GONE = /^(57P0[123]|08|E(PIPE|CONNRESET|CONNREFUSED))|terminated|closed|not queryable/i;

/** Starts the process that reads. `problemsSince()` hands out what it saw since the last call, apart from a crash's broken connections. */
export function startReaders(options) {
	const child = fork(READER, [], { env: { ...process.env, FAULTS_READER: JSON.stringify(options) } });
	let counts = {};
	let found = [];
	const slow = [];
	const outages = [];
	const state = { exited: false };
	child.on("exit", (code) => {
		state.exited = true;
		if (code !== 0) found.push({ at: Date.now(), text: `the reader process ended with ${code}`, error: false });
	});
	child.on("message", (message) => {
		switch (message.kind) {
			case "polls":
				counts = message.counts;
				slow.push(...message.slow);
				break;
			case "anomaly":
				found.push({ at: message.at, text: `${message.reader}: ${message.text}`, gone: false });
				break;
			case "error":
				found.push({
					from: message.from,
					at: message.at,
					text: `${message.reader}: ${message.code} ${message.text}`,
					gone: SERVER_GONE.test(message.code) || SERVER_GONE.test(message.text),
				});
				break;
		}
	});
	/** A reader that was thinking during the crash learns of it with its next statement. */
	const inOutage = ({ from, at }) =>
		outages.some((o) => at >= o.from - 200 && (from ?? at) <= (o.to ?? Infinity) + 1500);
	return {
		down: () => outages.push({ from: Date.now(), to: null }),
		up: () => {
			outages[outages.length - 1].to = Date.now();
		},
		problemsSince() {
			const now = found.filter((one) => !(one.gone && inOutage(one)));
			found = [];
			return [...new Set(now.map(({ at, text }) => `${new Date(at).toISOString()} ${text}`))].slice(0, 20);
		},
		polls: () => ({ ...counts }),
		/** Slow polls: { reader, from, to, ms }, without those during an outage. */
		slow: () =>
			slow
				.map(([reader, from, ms]) => ({ reader, from, to: from + ms, ms }))
				.filter(({ from, to }) => !outages.some((o) => to >= o.from - 200 && from <= (o.to ?? Infinity) + 1500)),
		async stop() {
			if (state.exited) return;
			const gone = new Promise((resolve) => child.once("exit", resolve));
			child.send("stop");
			const timer = setTimeout(() => child.kill("SIGKILL"), 90_000);
			await gone;
			clearTimeout(timer);
		},
	};
}
