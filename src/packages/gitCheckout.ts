import { spawn } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { fail } from "../core/diagnostic.ts";
import { hideCredentials } from "../core/packageSpec.ts";
import { suggestName } from "../core/suggestName.ts";

export interface GitRequest {
	/** Any address that git takes; it may hold a token. */
	readonly url: string;
	/** How messages call it. */
	readonly label: string;
	/** A tag (which wins over a branch of its name, as in dbt), a branch, a whole commit id; null is the default branch. */
	readonly revision: string | null;
	/** Empty or absent. */
	readonly dir: string;
	readonly env: { readonly [name: string]: string | undefined };
	readonly signal: AbortSignal;
}

const COMMIT = /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/;
/** Set while git runs a hook: the child would work on the outer repository. */
const REPOSITORY_VARIABLES = ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_OBJECT_DIRECTORY"];

/**
 * The files of one revision in `dir`, without history and without `.git` (it would keep the address, and so a token, on
 * disk). Returns the commit. Throws TFM-DEPS-006, 007, 020.
 */
export async function checkOut(request: GitRequest): Promise<string> {
	const { url, revision, dir } = request;
	const git = (what: string, ...words: readonly string[]) => runGit(request, what, words);
	const refs = revision !== null && COMMIT.test(revision) ? null : await readRefs(request);
	await git("make a folder for", "init", "--quiet", "--", dir);
	const inside = ["-C", dir, "-c", "advice.detachedHead=false"];
	const target = refs === null ? revision! : findRef(refs, request);
	if (refs !== null) await git("fetch", ...inside, "fetch", "--quiet", "--depth", "1", "--no-tags", "--", url, target);
	else if (!(await succeeds(request, [...inside, "fetch", "--quiet", "--depth", "1", "--no-tags", "--", url, target])))
		// Some servers hand out commits by name only when asked for everything.
		await git("fetch", ...inside, "fetch", "--quiet", "--tags", "--", url, "+refs/heads/*:refs/remotes/origin/*");
	const commit = refs === null ? target : "FETCH_HEAD";
	if (!(await succeeds(request, [...inside, "checkout", "--quiet", "--detach", commit, "--"])))
		fail("TFM-DEPS-020", { git: request.label, revision: revision ?? "HEAD", suggestion: undefined });
	const sha = (await git("read", ...inside, "rev-parse", "HEAD")).trim();
	rmSync(join(dir, ".git"), { recursive: true, force: true });
	return sha;
}

/** Full names of the remote's refs. */
async function readRefs(request: GitRequest): Promise<readonly string[]> {
	const text = await runGit(request, "read", ["ls-remote", "--", request.url]);
	return text.split("\n").flatMap((line) => line.split("\t")[1] ?? []);
}

function findRef(refs: readonly string[], { revision, label }: GitRequest): string {
	if (revision === null || revision === "HEAD") return "HEAD";
	const found = [`refs/tags/${revision}`, `refs/heads/${revision}`].find((name) => refs.includes(name));
	if (found !== undefined) return found;
	const names = refs.flatMap((ref) => /^refs\/(?:tags|heads)\/(.*?)(?:\^\{\})?$/.exec(ref)?.[1] ?? []);
	return fail("TFM-DEPS-020", { git: label, revision, suggestion: suggestName(revision, names) });
}

interface Outcome {
	readonly code: number | null;
	readonly stdout: string;
	readonly stderr: string;
}

async function runGit(request: GitRequest, what: string, words: readonly string[]): Promise<string> {
	const { code, stdout, stderr } = await outcomeOf(request, words);
	if (code === 0) return stdout;
	const lines = stderr.split("\n").filter((line) => line.trim() !== "");
	const problem = hideCredentials(lines.slice(-3).join("; ").replaceAll(request.url, request.label));
	return fail("TFM-DEPS-006", { git: request.label, what, problem: problem || `exit code ${code}` });
}

const succeeds = async (request: GitRequest, words: readonly string[]): Promise<boolean> =>
	(await outcomeOf(request, words)).code === 0;

/** Without a shell; a question for a password is answered by a refusal, since nobody may be there to answer. */
function outcomeOf({ env, signal, label }: GitRequest, words: readonly string[]): Promise<Outcome> {
	const clean: Record<string, string | undefined> = { ...env, LC_ALL: "C", GIT_TERMINAL_PROMPT: "0" };
	for (const name of REPOSITORY_VARIABLES) delete clean[name];
	return new Promise((resolve, reject) => {
		const child = spawn("git", words, { env: clean, signal, stdio: ["ignore", "pipe", "pipe"] });
		const out: Buffer[] = [];
		const err: Buffer[] = [];
		child.stdout.on("data", (part: Buffer) => out.push(part));
		child.stderr.on("data", (part: Buffer) => err.push(part));
		child.on("error", (error: NodeJS.ErrnoException) => {
			if (error.code !== "ENOENT") return reject(error);
			try {
				fail("TFM-DEPS-007", { git: label });
			} catch (problem) {
				reject(problem);
			}
		});
		child.on("close", (code) =>
			resolve({ code, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() }),
		);
	});
}
