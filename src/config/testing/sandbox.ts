import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Config } from "../../core/config.ts";
import { type Diagnostic, TfmError } from "../../core/diagnostic.ts";
import type { Flags } from "../../core/invocation.ts";
import { type ConfigRequest, loadConfig } from "../loadConfig.ts";

/** No flag given. */
export const NO_FLAGS: Flags = {
	select: [],
	exclude: [],
	resourceTypes: [],
	excludeResourceTypes: [],
	layers: [],
	fullRefresh: false,
	failFast: false,
	gates: true,
	warnError: false,
	lockTimeoutMs: 600_000,
	showRows: 0,
	writeJson: true,
	empty: false,
	defer: false,
	favorState: false,
	extra: {},
};

export interface Sandbox {
	readonly dir: string;
	/** An empty folder that stands for the user's home. */
	readonly home: string;
	write(files: Readonly<Record<string, string>>): void;
	load(request?: Partial<Omit<ConfigRequest, "flags">> & { readonly flags?: Partial<Flags> }): Promise<Config>;
	/** What is wrong with the configuration: `CODE file:line:col message`. */
	mistakes(request?: Parameters<Sandbox["load"]>[0]): Promise<string[]>;
	remove(): void;
}

export const brief = (d: Diagnostic): string =>
	`${d.code}${d.at === undefined ? "" : ` ${d.at.file}:${d.at.line}:${d.at.column}`} ${d.message}${d.hint === undefined ? "" : ` | ${d.hint}`}`;

/** A folder with files to load a configuration from. Secret commands answer with the command's last word. */
export function makeSandbox(files: Readonly<Record<string, string>> = {}): Sandbox {
	const base = mkdtempSync(join(tmpdir(), "tfm-config-"));
	const dir = join(base, "project");
	const home = join(base, "home");
	for (const folder of [dir, home]) mkdirSync(folder);
	const sandbox: Sandbox = {
		dir,
		home,
		write(more) {
			for (const [path, text] of Object.entries(more)) {
				const file = join(dir, path);
				mkdirSync(dirname(file), { recursive: true });
				writeFileSync(file, text);
			}
		},
		load: (request = {}) =>
			loadConfig({
				cwd: dir,
				env: {},
				command: "run",
				home,
				readSecretCommand: async (command) => command.split(" ").at(-1) ?? "",
				...request,
				flags: { ...NO_FLAGS, ...request.flags },
			}),
		async mistakes(request) {
			try {
				await sandbox.load(request);
				return [];
			} catch (error) {
				if (error instanceof TfmError) return error.diagnostics.map(brief);
				throw error;
			}
		},
		remove: () => rmSync(base, { recursive: true, force: true }),
	};
	sandbox.write(files);
	return sandbox;
}
