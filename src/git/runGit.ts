/** The room's door to git: one call of the program, without a shell and without questions. */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { diagnostic, TfmError } from "../core/diagnostic.ts";

export interface GitPlace {
	/** Any folder of the working tree. */
	readonly dir: string;
	readonly env: { readonly [name: string]: string | undefined };
	readonly signal: AbortSignal;
}

export interface GitAnswer {
	readonly code: number | null;
	readonly stdout: string;
	readonly stderr: string;
}

/** Set while git runs a hook: the child would work on the outer repository. */
const REPOSITORY_VARIABLES = ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_OBJECT_DIRECTORY"];

/** Throws TFM-CI-001 where there is no git; any answer of git's own is returned. `input` goes to its standard input. */
export function askGit(
	{ dir, env, signal }: GitPlace,
	words: readonly string[],
	input: string | null = null,
): Promise<GitAnswer> {
	const clean: NodeJS.ProcessEnv = { ...env, GIT_TERMINAL_PROMPT: "0", LC_ALL: "C" };
	for (const name of REPOSITORY_VARIABLES) delete clean[name];
	signal.throwIfAborted();
	return new Promise((resolve, reject) => {
		const child = spawn("git", ["-C", dir, ...words], { env: clean, stdio: ["pipe", "pipe", "pipe"], signal });
		const texts = { stdout: "", stderr: "" };
		child.stdout.setEncoding("utf8").on("data", (text: string) => void (texts.stdout += text));
		child.stderr.setEncoding("utf8").on("data", (text: string) => void (texts.stderr += text));
		child.on("error", (error: NodeJS.ErrnoException) => {
			// The child ends later than it is told to, and may be writing until then.
			if (signal.aborted && child.pid !== undefined) return void child.once("close", () => reject(signal.reason));
			const missing = error.code === "ENOENT" && existsSync(dir);
			const facts = missing ? { problem: "git is not installed", next: "install git" } : { problem: error.message };
			reject(new TfmError(diagnostic("TFM-CI-001", facts), { cause: error }));
		});
		child.on("close", (code) => {
			if (!signal.aborted) resolve({ code, ...texts });
		});
		// git may be done before it has read all.
		child.stdin.on("error", () => {});
		child.stdin.end(input ?? "");
	});
}

/** What git prints; throws TFM-CI-001 with its words where it refuses. */
export async function runGit(place: GitPlace, words: readonly string[], input: string | null = null): Promise<string> {
	const { code, stdout, stderr } = await askGit(place, words, input);
	if (code === 0) return stdout;
	const said = stderr.trim().split("\n").slice(-2).join("; ");
	const problem = `git ${words[0]}: ${said || `exit code ${code}`}`;
	const next = wayOut(stderr, place.dir);
	throw new TfmError(diagnostic("TFM-CI-001", { problem, ...(next === undefined ? {} : { next }) }));
}

/** What helps against the two refusals that a first call meets; git's words are the same in every language (LC_ALL). */
function wayOut(said: string, dir: string): string | undefined {
	if (said.includes("not a git repository")) return "git init && git add --all && git commit, or run it in a clone";
	if (!said.includes("dubious ownership")) return undefined;
	const repository = /repository at '([^']+)'/.exec(said)?.[1] ?? dir;
	return `git config --global --add safe.directory ${repository}`;
}
