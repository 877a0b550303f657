import { type ChildProcess, fork } from "node:child_process";
import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

export interface CommandProcess {
	/** One command, when those before it are done. `said`: all that the process printed meanwhile, whoever wrote it. */
	call(argv: readonly string[], cwd: string, env?: Environment): Promise<CommandOutcome>;
	stop(): Promise<void>;
}

export interface CommandOutcome {
	readonly code: number | string;
	readonly said: string;
}

type Environment = Readonly<Record<string, string>>;

/** Drivers and login libraries read the process's own environment, so each command has it for itself. */
const SCRIPT = `import { main } from "./dist/cli/main.js";
const own = { ...process.env };
let said = "";
for (const stream of [process.stdout, process.stderr])
	stream.write = (text) => {
		said += text;
		return true;
	};
process.on("message", async ({ argv, cwd, env }) => {
	for (const name of Object.keys(process.env)) delete process.env[name];
	Object.assign(process.env, own, env);
	process.chdir(cwd);
	said = "";
	const stream = { write: (text) => void process.stdout.write(text), isTTY: false, columns: 80 };
	const code = await main({
		argv, cwd, env: { ...process.env }, stdout: stream, stderr: stream, clock: () => new Date(), ask: null,
		assetsDir: new URL("dist", import.meta.url).pathname, host: { name: "host", pid: process.pid, user: "someone" },
		onSignal: () => () => {}, exit: (code) => process.exit(code),
	});
	process.send({ code, said });
});
`;

/**
 * One process that carries out command after command: starting node and loading a driver costs more than most of them.
 * `script`: of openTfmProcesses, whose build it uses; `env`: what node reads when it starts, such as its certificates.
 */
export function openCommandProcess(script: string, env: Environment): CommandProcess {
	const file = join(dirname(script), "commands.mjs");
	writeFileSync(file, SCRIPT);
	const child = fork(file, { env: { ...process.env, NO_COLOR: "1", ...env } });
	const ended = new Promise<CommandOutcome>((resolve) =>
		child.once("exit", (code, signal) => resolve({ code: code ?? signal ?? "unknown", said: "the process is gone" })),
	);
	let last: Promise<unknown> = Promise.resolve();
	const next = async (argv: readonly string[], cwd: string, more: Environment): Promise<CommandOutcome> => {
		child.send({ argv, cwd, env: more });
		return Promise.race([answerOf(child), ended]);
	};
	return {
		call(argv, cwd, more = {}) {
			const outcome = last.then(() => next(argv, cwd, more));
			last = outcome.catch(() => undefined);
			return outcome;
		},
		async stop() {
			child.kill("SIGKILL");
			await ended;
		},
	};
}

const answerOf = (child: ChildProcess): Promise<CommandOutcome> =>
	new Promise((resolve) => child.once("message", (outcome: CommandOutcome) => resolve(outcome)));
