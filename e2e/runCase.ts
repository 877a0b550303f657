/**
 * A case is a folder: `case.yml` says what is done, `project/` is what it is done to (or a template named in
 * case.yml), `expected.txt` is the exact transcript: every command with its stdout, stderr and exit code. The clock
 * stands still and ids are fixed, so a transcript is the same on every machine.
 */
import {
	cpSync,
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	realpathSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import yaml from "js-yaml";
import { keptEngine } from "../src/adapters/pglite/testing/testAdapter.ts";
import type { TestDatabase } from "../src/adapters/postgres/testing/testDatabase.ts";
import { main } from "../src/cli/main.ts";
import type { World } from "../src/cli/world.ts";

const HERE = dirname(fileURLToPath(import.meta.url));
const REPOSITORY = dirname(HERE);
export const CASES = join(HERE, "cases");

export interface Step {
	/** The words after `tfm`, split at blanks; quotes keep words together. */
	readonly tfm?: string;
	/** Files to write before the command; null removes one. */
	readonly write?: Readonly<Record<string, string | null>>;
	/** Bytes in base64, for files that are not text. */
	readonly bytes?: Readonly<Record<string, string>>;
	/** Files to write gzipped. */
	readonly gzip?: Readonly<Record<string, string>>;
	/** Files, and how many of their last bytes to cut off. */
	readonly cut?: Readonly<Record<string, number>>;
	readonly env?: Readonly<Record<string, string>>;
	/** Where the command runs, relative to the project. */
	readonly in?: string;
	/** Shows a file of the project in the transcript. */
	readonly show?: string;
	/** Lists all files under a folder of the project. */
	readonly files?: string;
}

export interface CaseFile {
	readonly title: string;
	/** A folder under e2e/projects to begin with; `project/` of the case is laid over it. */
	readonly project?: string;
	readonly steps: readonly Step[];
}

export const readCase = (name: string): CaseFile =>
	yaml.load(readFileSync(join(CASES, name, "case.yml"), "utf8")) as CaseFile;

/** A profile for another database than the embedded one, for a project that names none. */
function profileOn({ host, port, user, password, database }: TestDatabase, work: string): Step["env"] {
	const dev = { type: "postgres", host, port, user, password, database, schema: "dev", threads: 1 };
	put(join(work, "profiles/profiles.yml"), JSON.stringify({ server: { target: "dev", outputs: { dev } } }));
	return { TFM_PROFILES_DIR: join(work, "profiles"), TFM_PROFILE: "server" };
}

/** What a server is called in a transcript, as the embedded database is. */
const asEmbedded = (text: string, database: string): string =>
	text.replaceAll(/\(PostgreSQL [\d.]+\)/g, "(PostgreSQL 18.6 (embedded))").replaceAll(`"${database}".`, '"postgres".');

/** Runs all steps in a fresh copy and returns the transcript. `server`: there, and told as if it were embedded. */
export async function transcriptOf(name: string, server?: TestDatabase): Promise<string> {
	const spec = readCase(name);
	const work = realpathSync(mkdtempSync(join(tmpdir(), "tfm-case-")));
	const root = join(work, "project");
	mkdirSync(root);
	if (spec.project !== undefined) cpSync(join(HERE, "projects", spec.project), root, { recursive: true });
	const own = join(CASES, name, "project");
	if (existsSync(own)) cpSync(own, root, { recursive: true });
	const parts: string[] = [];
	commands = 0;
	await keptEngine;
	try {
		const env = server === undefined ? {} : profileOn(server, work);
		for (const step of spec.steps) parts.push(await runStep({ ...step, env: { ...env, ...step.env } }, root, work));
	} finally {
		rmSync(work, { recursive: true, force: true });
	}
	return server === undefined ? parts.join("\n") : asEmbedded(parts.join("\n"), server.database);
}

async function runStep(step: Step, root: string, work: string): Promise<string> {
	for (const [path, text] of Object.entries(step.write ?? {})) {
		if (text === null) rmSync(join(root, path), { recursive: true, force: true });
		else put(join(root, path), text);
	}
	for (const [path, base64] of Object.entries(step.bytes ?? {})) put(join(root, path), Buffer.from(base64, "base64"));
	for (const [path, plain] of Object.entries(step.gzip ?? {})) put(join(root, path), gzipSync(plain));
	for (const [path, bytes] of Object.entries(step.cut ?? {}))
		writeFileSync(join(root, path), readFileSync(join(root, path)).subarray(0, -bytes));
	let text = "";
	if (step.tfm !== undefined) {
		const { code, stdout, stderr } = await tfm(splitWords(step.tfm), join(root, step.in ?? "."), step.env ?? {});
		text += `$ tfm ${step.tfm}\n${stdout}`;
		if (stderr !== "") text += `[stderr]\n${stderr}`;
		text += `[exit ${code}]\n`;
	}
	if (step.show !== undefined)
		text += `$ cat ${step.show}\n${readFileSync(join(root, step.show), "utf8").replace(/\n?$/, "\n")}`;
	if (step.files !== undefined) text += `$ find ${step.files} -type f\n${filesUnder(root, step.files).join("\n")}\n`;
	return maskTimes(text.replaceAll(root, "<project>").replaceAll(work, "<work>"));
}

/** The publisher measures its waits with a clock that no test can stop; processes and shipped macros vary, too. */
const maskTimes = (text: string): string =>
	text
		.replace(/waited \d+ ms, locked \d+ ms/g, "waited <n> ms, locked <n> ms")
		.replace(/"(locked|waited)_ms":\d+/g, '"$1_ms":"<n>"')
		.replace(/"pid":\d+/g, '"pid":"<n>"')
		.replace(/\b\d+ macros\b/g, "<n> macros");

function filesUnder(root: string, folder: string): string[] {
	if (!existsSync(join(root, folder))) return ["(no such folder)"];
	const found = readdirSync(join(root, folder), { recursive: true, withFileTypes: true });
	return found
		.filter((entry) => entry.isFile())
		.map((entry) => relative(root, join(entry.parentPath, entry.name)))
		.sort();
}

function put(path: string, data: string | Buffer): void {
	mkdirSync(dirname(path), { recursive: true });
	writeFileSync(path, data);
}

export interface Called {
	readonly code: number;
	readonly stdout: string;
	readonly stderr: string;
}

let commands = 0;

/** Each command has an id of its own, as in life, and the same one whenever the case is run. */
const runIdOf = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;

/** One command in this process, in a world of its own: no terminal, a clock that stands still, no environment. */
export async function tfm(
	argv: readonly string[],
	cwd: string,
	env: Readonly<Record<string, string>> = {},
	clock: () => Date = () => new Date("2026-11-21T06:00:00.000Z"),
): Promise<Called> {
	let stdout = "";
	let stderr = "";
	const world: World = {
		argv,
		cwd,
		env: {
			HOME: join(cwd, ".home"),
			LANG: "en_US.UTF-8",
			TFM_INVOCATION_ID: runIdOf(++commands),
			...env,
		},
		stdout: { write: (text) => void (stdout += text), isTTY: false, columns: 120 },
		stderr: { write: (text) => void (stderr += text), isTTY: false, columns: 120 },
		clock,
		ask: null,
		assetsDir: assets(),
		host: { name: "host", pid: process.pid, user: "someone" },
		onSignal: () => () => {},
		exit: (code) => {
			throw new Error(`the process was asked to end with ${code}`);
		},
	};
	const code = await main(world);
	return { code, stdout, stderr };
}

/** A command that goes on until it is stopped, in this process; `said` is all that it has printed. */
export function startTfm(argv: readonly string[], cwd: string) {
	let said = "";
	let interrupt = (): void => {};
	const write = (text: string): void => void (said += text);
	const ended = main({
		argv,
		cwd,
		env: { HOME: join(cwd, ".home"), LANG: "en_US.UTF-8", TFM_INVOCATION_ID: runIdOf(++commands) },
		stdout: { write, isTTY: false, columns: 120 },
		stderr: { write, isTTY: false, columns: 120 },
		clock: () => new Date(),
		ask: null,
		assetsDir: assets(),
		host: { name: "host", pid: process.pid, user: "someone" },
		onSignal: (heard) => {
			interrupt = () => heard("SIGINT");
			return () => {};
		},
		exit: (code) => {
			throw new Error(`the process was asked to end with ${code}`);
		},
	});
	return { said: () => said, stop: () => interrupt(), ended };
}

let assetsDir: string | undefined;

/** The layout of dist/, with the macros of the sources, so that a case sees what was just edited. */
function assets(): string {
	if (assetsDir !== undefined) return assetsDir;
	assetsDir = mkdtempSync(join(tmpdir(), "tfm-assets-"));
	mkdirSync(join(assetsDir, "macros"));
	symlinkSync(join(REPOSITORY, "src/context/macros"), join(assetsDir, "macros/dbt"));
	symlinkSync(join(REPOSITORY, "src/adapters/postgresFamily/macros"), join(assetsDir, "macros/dbt_postgres"));
	symlinkSync(join(REPOSITORY, "src/adapters/snowflake/macros"), join(assetsDir, "macros/dbt_snowflake"));
	for (const file of ["pglite-template.gz", "site"])
		if (existsSync(join(REPOSITORY, "dist", file))) symlinkSync(join(REPOSITORY, "dist", file), join(assetsDir, file));
	return assetsDir;
}

function splitWords(line: string): string[] {
	return [...line.matchAll(/(?:[^\s"']+|"[^"]*"|'[^']*')+/g)].map(([word]) =>
		word.replace(/"([^"]*)"|'([^']*)'/g, (_, a, b) => a ?? b),
	);
}
