/**
 * Runs a command that prints a secret; resolves with its output without the line break at its end. Rejects with an
 * Error whose message says what went wrong and never contains what the command printed on stdout.
 */
export type ReadSecretCommand = (command: string) => Promise<string>;

const TIMEOUT_MS = 30_000;

/** The port as the program uses it: the command goes to the shell, with the given environment and folder. */
export function shellSecretCommand(options: {
	readonly env: { readonly [name: string]: string | undefined };
	readonly cwd: string;
	readonly timeoutMs?: number;
}): ReadSecretCommand {
	const timeout = options.timeoutMs ?? TIMEOUT_MS;
	const [shell, flag] = process.platform === "win32" ? ["cmd.exe", "/d/s/c"] : ["/bin/sh", "-c"];
	return async (command) => {
		// Few profiles ask for it, and it takes a millisecond of every start.
		const { execFile } = await import("node:child_process");
		return await new Promise((resolve, reject) => {
			const run = { env: { ...options.env }, cwd: options.cwd, timeout, maxBuffer: 1 << 20, windowsHide: true };
			const child = execFile(shell, [flag, command], run, (error, stdout) => {
				if (error === null) {
					const secret = stdout.replace(/(?:\r?\n)+$/, "");
					return secret === "" ? reject(new Error("it printed nothing")) : resolve(secret);
				}
				if (error.killed === true) return reject(new Error(`it did not end within ${timeout / 1000} seconds`));
				return reject(
					new Error(typeof error.code === "number" ? `it ended with exit code ${error.code}` : "it could not be run"),
				);
			});
			// A command that waits for a password on its input would hang until the timeout.
			child.stdin?.end();
		});
	};
}
