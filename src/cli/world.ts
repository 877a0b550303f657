import type { Invocation, OutputStream } from "../core/invocation.ts";

export type StopSignal = "SIGINT" | "SIGTERM";

/** What `main` needs from the machine, so that tests can call it in process with a world of their own. */
export interface World
	extends Pick<Invocation, "cwd" | "env" | "stdout" | "stderr" | "clock" | "ask" | "assetsDir" | "host"> {
	/** The words after `tfm`. */
	readonly argv: readonly string[];
	/** Calls back on each SIGINT and SIGTERM; the returned function stops that. */
	readonly onSignal: (heard: (signal: StopSignal) => void) => () => void;
	/** Ends the process at once: the second Ctrl-C. */
	readonly exit: (code: number) => void;
}

const FALLBACK_COLUMNS = 80;

/** A reader that went away, or a terminal that was closed: not our trouble. */
const READER_GONE = new Set(["EPIPE", "EIO", "ERR_STREAM_DESTROYED"]);

/**
 * The real machine. A closed pipe (`tfm ls | head`) is no error: what is written to it afterwards is dropped, and the
 * command goes on, because a run must not die with its reader. Output that is lost for another reason (a full disk
 * behind `>`) is told to `onLost`; the command goes on then, too.
 */
export function processWorld(assetsDir: string, onLost: (error: NodeJS.ErrnoException) => void): World {
	return {
		argv: process.argv.slice(2),
		cwd: process.cwd(),
		env: process.env,
		stdout: outputStream(process.stdout, onLost),
		stderr: outputStream(process.stderr, () => {}),
		clock: () => new Date(),
		ask: process.stdin.isTTY && process.stderr.isTTY ? askLine : null,
		assetsDir,
		// Only commands need the names of machine and user, and asking for them costs an import.
		host: {
			get name() {
				return process.getBuiltinModule("node:os").hostname();
			},
			get user() {
				return userName();
			},
			pid: process.pid,
		},
		onSignal: (heard) => {
			process.on("SIGINT", heard).on("SIGTERM", heard);
			return () => void process.off("SIGINT", heard).off("SIGTERM", heard);
		},
		exit: (code) => process.exit(code),
	};
}

/** Resolves when everything written so far has left the process. */
export async function flush(): Promise<void> {
	const drained = (stream: NodeJS.WriteStream) =>
		new Promise<void>((done) => {
			if (stream.destroyed || stream.writableEnded) done();
			else stream.write("", () => done());
		});
	await Promise.all([drained(process.stdout), drained(process.stderr)]);
}

function outputStream(stream: NodeJS.WriteStream, onLost: (error: NodeJS.ErrnoException) => void): OutputStream {
	let closed = false;
	stream.on("error", (error: NodeJS.ErrnoException) => {
		if (!closed && !READER_GONE.has(error.code ?? "")) onLost(error);
		closed = true;
	});
	return {
		write: (text) => {
			if (!closed) stream.write(text);
		},
		get isTTY() {
			return stream.isTTY === true;
		},
		get columns() {
			return stream.columns ?? FALLBACK_COLUMNS;
		},
	};
}

async function askLine(question: string): Promise<string> {
	const { createInterface } = await import("node:readline/promises");
	const lines = createInterface({ input: process.stdin, output: process.stderr });
	try {
		return await lines.question(question);
	} finally {
		lines.close();
	}
}

/** A container may run as a user id without a name. */
function userName(): string {
	try {
		return process.getBuiltinModule("node:os").userInfo().username;
	} catch {
		return process.env.USER ?? "unknown";
	}
}
