import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { createPostgresDialect } from "../../adapters/postgresFamily/dialect.ts";
import { brief, makeSandbox, type Sandbox } from "../../config/testing/sandbox.ts";
import type { Config } from "../../core/config.ts";
import { TfmError } from "../../core/diagnostic.ts";
import type { Manifest } from "../../core/manifest.ts";
import { type ParseOptions, type ParseResult, parseProject } from "../../parse/parseProject.ts";
import { buildManifest } from "../buildManifest.ts";
import { createManifestPorts } from "../contextPorts.ts";

const SRC = join(dirname(fileURLToPath(import.meta.url)), "../..");

export const PARSE_OPTIONS: ParseOptions = {
	builtinMacroDirs: [
		{ package: "dbt_postgres", dir: join(SRC, "adapters/postgresFamily/macros") },
		{ package: "dbt", dir: join(SRC, "context/macros") },
	],
	dialect: createPostgresDialect(),
	adapterType: "postgres",
	invocation: { id: "test", startedAt: new Date(0), flags: {}, env: {} },
};

export interface ReadProject extends ParseResult {
	readonly config: Config;
	readonly manifest: Manifest;
}

/** Reads the project of a configuration with tfm's own macros. Throws TfmError. */
export function readWith(config: Config): ReadProject {
	const result = parseProject(config, PARSE_OPTIONS);
	return { ...result, config, manifest: buildManifest(result.parsed, config, createManifestPorts(result.facts)) };
}

const PROJECT = "name: shop\nversion: '1.0'\n";

/** A project of these files; `tfm_project.yml` is the smallest one unless given. */
export function shop(files: Readonly<Record<string, string>>): Sandbox {
	return makeSandbox({ "tfm_project.yml": PROJECT, ...files });
}

/** The manifest of a project of these files. */
export async function manifestOf(files: Readonly<Record<string, string>>): Promise<Manifest> {
	const sandbox = shop(files);
	try {
		return readWith(await sandbox.load()).manifest;
	} finally {
		sandbox.remove();
	}
}

/** What is wrong with a project of these files: `CODE file:line:col message | hint`. */
export async function mistakesIn(
	files: Readonly<Record<string, string>>,
	prepare: (dir: string) => void = () => {},
): Promise<readonly string[]> {
	const sandbox = shop(files);
	try {
		prepare(sandbox.dir);
		readWith(await sandbox.load());
		return [];
	} catch (error) {
		if (error instanceof TfmError) return error.diagnostics.map(brief);
		throw error;
	} finally {
		sandbox.remove();
	}
}

/** Warnings of a project that is otherwise right. */
export const warningsIn = async (files: Readonly<Record<string, string>>): Promise<readonly string[]> =>
	(await manifestOf(files)).warnings.map(brief);
