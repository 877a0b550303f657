import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fail } from "../../core/diagnostic.ts";
import type { Invocation } from "../../core/invocation.ts";
import { stateBranch } from "../../git/git.ts";
import { writeWhole } from "../writeWhole.ts";
import { isForksChange } from "./baseFunctions.ts";
import type { StateStoreSettings } from "./ciSettings.ts";

/** States of commits, by `<target>/<commit>.json`. */
export interface CommitStates {
	/** How messages call it. */
	readonly where: string;
	/** How messages call the document of a key: `../states/dev/adf7db….json`. */
	nameOf(key: string): string;
	get(key: string): Promise<string | null>;
	/** Null: it is only read. */
	readonly put: ((key: string, text: string) => Promise<void>) | null;
}

/** Null: the project names no store. */
export function commitStates(
	settings: StateStoreSettings,
	root: string,
	invocation: Pick<Invocation, "env" | "signal">,
): CommitStates | null {
	switch (settings.kind) {
		case "none":
			return null;
		case "folder":
			return folderStates(resolve(root, settings.path), settings.path);
		case "branch": {
			const { env, signal } = invocation;
			const branch = stateBranch({ dir: root, env, signal }, settings.branch);
			return {
				where: `the branch ${settings.branch}`,
				nameOf: (key) => `${key} on the branch ${settings.branch}`,
				get: (key) => branch.get(key),
				put: (key, text) => branch.put(key, text, `State of ${key.replace(/\.json$/, "")}`),
			};
		}
		case "commands": {
			const { get, put } = settings;
			const run = (command: string, key: string, input: string | null) =>
				runCommand(command, { key, input, root, ...invocation });
			return {
				where: "the store of ci.state",
				nameOf: (key) => `${key} in the store of ci.state`,
				async get(key) {
					const { code, stdout, stderr } = await run(get, key, null);
					// Object stores' clients end so for an object that is not there.
					if (code === 0) return stdout === "" ? null : stdout;
					if (code === 1) return null;
					return fail("TFM-CI-006", { setting: "get", command: get, key, problem: problemOf(code, stderr) });
				},
				put:
					put === null
						? null
						: async (key, text) => {
								const { code, stderr } = await run(put, key, text);
								const problem = problemOf(code, stderr);
								if (code !== 0) fail("TFM-CI-006", { setting: "put", command: put, key, problem });
							},
			};
		}
	}
}

/** Where `tfm ci` looks for the base's state. Null also for a fork's change: what the fork names it must not have run, nor believed. */
export const statesOfBase = (
	settings: StateStoreSettings,
	root: string,
	invocation: Pick<Invocation, "env" | "signal">,
): CommitStates | null => (isForksChange(invocation.env) ? null : commitStates(settings, root, invocation));

export const folderStates = (dir: string, where: string): CommitStates => ({
	where,
	nameOf: (key) => join(where, key),
	async get(key) {
		const path = join(dir, key);
		return existsSync(path) ? readFileSync(path, "utf8") : null;
	},
	async put(key, text) {
		writeWhole(join(dir, key), [text]);
	},
});

const problemOf = (code: number | null, stderr: string): string =>
	`${stderr.trim().split("\n").at(-1) || "it says nothing"} (exit code ${code})`;

interface Asked extends Pick<Invocation, "env" | "signal"> {
	readonly key: string;
	readonly input: string | null;
	readonly root: string;
}

function runCommand(command: string, { key, input, root, env, signal }: Asked) {
	return new Promise<{ code: number | null; stdout: string; stderr: string }>((answer, reject) => {
		const child = spawn(command, { shell: true, cwd: root, env: { ...env, TFM_STATE_KEY: key }, signal });
		const texts = { stdout: "", stderr: "" };
		child.stdout.setEncoding("utf8").on("data", (text: string) => void (texts.stdout += text));
		child.stderr.setEncoding("utf8").on("data", (text: string) => void (texts.stderr += text));
		child.on("error", (error) => reject(signal.aborted ? signal.reason : error));
		child.on("close", (code) => answer({ code, ...texts }));
		// A command may be done before it has read all.
		child.stdin.on("error", () => {});
		child.stdin.end(input ?? "");
	});
}
