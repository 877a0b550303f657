import { type ChildProcess, spawn } from "node:child_process";
import { kill } from "node:process";

const HOOK_MS = 30_000;
const LONGEST_WORDS = 500;

export interface HookCall {
	readonly command: string;
	/** Written to its standard input as JSON. */
	readonly document: object;
	readonly cwd: string;
	readonly env: Readonly<Record<string, string | undefined>>;
	readonly timeoutMs?: number;
}

/** Runs a shell command of `on_failure`, `on_success`, `on_layer_done`. Null: it ended well; else why not, in words. */
export function runHook({ command, document, cwd, env, timeoutMs = HOOK_MS }: HookCall): Promise<string | null> {
	return new Promise((done) => {
		// A group of its own, so that what the command has started ends with it.
		const child = spawn(command, {
			cwd,
			env: { ...env },
			shell: true,
			detached: true,
			stdio: ["pipe", "ignore", "pipe"],
		});
		let words = "";
		child.stderr.setEncoding("utf8").on("data", (text: string) => {
			words = (words + text).slice(-LONGEST_WORDS);
		});
		const timer = setTimeout(() => {
			stop(child);
			done(`it took longer than ${timeoutMs / 1000} s`);
		}, timeoutMs);
		child.on("error", (error) => {
			clearTimeout(timer);
			done(error.message);
		});
		child.on("close", (code, signal) => {
			clearTimeout(timer);
			const last = words.trim().split("\n").at(-1) ?? "";
			done(code === 0 ? null : `it ended with ${code ?? signal}${last === "" ? "" : `: ${last}`}`);
		});
		// A command that does not read its input is none the worse for it.
		child.stdin.on("error", () => {});
		child.stdin.end(`${JSON.stringify(document)}\n`);
	});
}

/** The command and all that it started; where there are no process groups, the command. */
function stop(child: ChildProcess): void {
	try {
		if (child.pid !== undefined) kill(-child.pid, "SIGKILL");
	} catch {
		child.kill("SIGKILL");
	}
}
