/**
 * For tests that need other processes: the adapter bundled as the build bundles it, since node cannot start TypeScript.
 * The driver stays outside, found through a link to this project's packages.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { TEMPLATE } from "./testAdapter.ts";

const PROJECT = fileURLToPath(new URL("../../../../", import.meta.url));

export interface Workshop {
	readonly root: string;
	/** Starts a script that may use `openAdapter(dataDir)` and `lockDirectory`; its lines arrive one by one. */
	run(script: string, ...args: string[]): Run;
	dispose(): void;
}

export interface Run {
	readonly process: ChildProcess;
	/** What it has printed so far. */
	readonly lines: string[];
	/** Exit code, or the signal that ended it. */
	readonly ended: Promise<number | string>;
}

export async function openWorkshop(): Promise<Workshop> {
	const root = mkdtempSync(join(tmpdir(), "tfm-processes-"));
	symlinkSync(join(PROJECT, "node_modules"), join(root, "node_modules"));
	const here = join(PROJECT, "src/adapters/pglite");
	await build({
		entryPoints: ["adapter.ts", "directoryLock.ts", "pgliteWorker.js"].map((name) => join(here, name)),
		outdir: join(root, "built"),
		bundle: true,
		splitting: true,
		format: "esm",
		platform: "node",
		target: "node20",
		external: ["@electric-sql/pglite"],
		logLevel: "error",
	});
	const prelude = `
		import { createPgliteAdapter } from "./built/adapter.js";
		import { lockDirectory } from "./built/directoryLock.js";
		const host = { name: "here", pid: process.pid };
		const say = (line) => process.stdout.write(line + "\\n");
		const openAdapter = async (dataDir) => {
			const adapter = createPgliteAdapter({ dataDir, host, templateFile: ${JSON.stringify(TEMPLATE)} });
			await adapter.open();
			return adapter;
		};
		const [, , ...args] = process.argv;
	`;
	let scripts = 0;
	const children: ChildProcess[] = [];
	return {
		root,
		run(script, ...args) {
			const file = join(root, `script${++scripts}.mjs`);
			writeFileSync(file, prelude + script);
			const child = spawn(process.execPath, [file, ...args], { stdio: ["ignore", "pipe", "inherit"] });
			children.push(child);
			const lines: string[] = [];
			let rest = "";
			child.stdout.setEncoding("utf8").on("data", (text: string) => {
				const parts = (rest + text).split("\n");
				rest = parts.pop() ?? "";
				lines.push(...parts);
			});
			const ended = new Promise<number | string>((resolve) =>
				child.on("close", (code, signal) => resolve(code ?? signal ?? "unknown")),
			);
			return { process: child, lines, ended };
		},
		dispose() {
			for (const child of children) child.kill("SIGKILL");
			rmSync(root, { recursive: true, force: true });
		},
	};
}
