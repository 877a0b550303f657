import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const REPOSITORY = dirname(dirname(fileURLToPath(import.meta.url)));

export interface TfmProcess {
	readonly process: ChildProcess;
	/** Everything it has printed so far, stdout and stderr. */
	readonly said: () => string;
	/** Exit code, or the signal that ended it. */
	readonly ended: Promise<number | string>;
}

export interface TfmProcesses {
	/** What node is given to run it. */
	readonly script: string;
	start(argv: readonly string[], cwd: string, env?: Readonly<Record<string, string>>): TfmProcess;
	dispose(): void;
}

/**
 * tfm of these sources as processes of their own, to be killed; bundled, since node cannot start TypeScript. `build`: what
 * they call themselves, so that one knows what another has read; absent: each reads the project for itself.
 */
export async function openTfmProcesses({ build: name }: { readonly build?: string } = {}): Promise<TfmProcesses> {
	const root = mkdtempSync(join(tmpdir(), "tfm-commands-"));
	symlinkSync(join(REPOSITORY, "node_modules"), join(root, "node_modules"));
	await build({
		entryPoints: { "cli/main": join(REPOSITORY, "src/cli/main.ts") },
		outdir: join(root, "dist"),
		bundle: true,
		splitting: true,
		format: "esm",
		platform: "node",
		target: "node20",
		packages: "external",
		...(name === undefined ? {} : { define: { TFM_BUILD: JSON.stringify(name) } }),
		logLevel: "error",
	});
	mkdirSync(join(root, "dist/macros"));
	symlinkSync(join(REPOSITORY, "src/context/macros"), join(root, "dist/macros/dbt"));
	symlinkSync(join(REPOSITORY, "src/adapters/postgresFamily/macros"), join(root, "dist/macros/dbt_postgres"));
	symlinkSync(join(REPOSITORY, "src/adapters/snowflake/macros"), join(root, "dist/macros/dbt_snowflake"));
	symlinkSync(join(REPOSITORY, "src/adapters/pglite/pgliteWorker.js"), join(root, "dist/pgliteWorker.js"));
	const template = join(REPOSITORY, "dist/pglite-template.gz");
	if (existsSync(template)) symlinkSync(template, join(root, "dist/pglite-template.gz"));
	const site = join(REPOSITORY, "dist/site");
	if (existsSync(site)) symlinkSync(site, join(root, "dist/site"));
	const script = join(root, "tfm.mjs");
	writeFileSync(script, 'import { runProcess } from "./dist/cli/main.js";\nawait runProcess();\n');
	const children: ChildProcess[] = [];
	return {
		script,
		start(argv, cwd, more = {}) {
			const env = { ...process.env, NO_COLOR: "1", ...more };
			const child = spawn(process.execPath, [script, ...argv], {
				cwd,
				env,
				stdio: ["ignore", "pipe", "pipe"],
			});
			children.push(child);
			let said = "";
			for (const stream of [child.stdout, child.stderr])
				stream.setEncoding("utf8").on("data", (text) => (said += text));
			const ended = new Promise<number | string>((resolve) =>
				child.on("close", (code, signal) => resolve(code ?? signal ?? "unknown")),
			);
			return { process: child, said: () => said, ended };
		},
		dispose() {
			for (const child of children) child.kill("SIGKILL");
			rmSync(root, { recursive: true, force: true });
		},
	};
}
