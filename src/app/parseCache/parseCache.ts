/**
 * A project that was read once is known until something changes that it was read from (docs/adr/0028).
 *
 * What it holds for: the content of every file, in order; the project's and the packages' settings, variables, what
 * templates see of the target; the build of tfm; and the answers to what templates asked of the environment and of the
 * flags. Texts that asked for the time, for the run's id or for all of the environment are rendered again and have to
 * say the same of themselves; a project that asked for them anywhere else (in a property, for a name) is not kept.
 */
import { hash } from "node:crypto";
import { join } from "node:path";
import { serialize } from "node:v8";
import type { InvocationFacts } from "../../context/context.ts";
import type { Config } from "../../core/config.ts";
import type { NodeId, Plain } from "../../core/node.ts";
import type { FileDigest } from "../../parse/digestFiles.ts";
import type { ParseOptions } from "../../parse/parseProject.ts";
import { type KnownProject, packProject, unpackProject } from "./packProject.ts";
import { readCacheFile, writeCacheFile } from "./parseCacheFile.ts";
import type { Reads } from "./recordReads.ts";

/** What a project was read from, less what templates asked. */
export interface Origin {
	readonly build: string;
	readonly settings: string;
	readonly files: readonly FileDigest[];
}

interface Header extends Origin {
	/** Values are digests: an environment may hold what nobody should read in a file. */
	readonly env: readonly (readonly [name: string, digest: string | null])[];
	readonly flags: readonly (readonly [name: string, digest: string])[];
}

/** `because`: why the project has to be read, for those who ask at debug level. */
export type CacheAnswer =
	| { readonly kind: "known"; readonly project: KnownProject; readonly sum: string }
	| { readonly kind: "unknown"; readonly because: string };

export const cachePath = (config: Config): string => join(config.targetDir, "partial_parse.tfm");

const digest = (value: unknown): string => hash("sha1", serialize(value), "base64");

export function originOf(
	config: Config,
	options: ParseOptions,
	facts: { readonly build: string; readonly files: readonly FileDigest[] },
): Origin {
	const { project, packages, target, cliVars, selectors, checkVersion } = config;
	const { profileName, targetName, type, threads, database, schema, shown } = target;
	const settings = digest([
		{ project, packages, cliVars, checkVersion, targetDir: config.targetDir, selectors: selectors?.entries },
		{ profileName, targetName, type, threads, database, schema },
		// Nothing else of a profile reaches a template.
		shown.map((name) => [name, target.fields[name]]),
		options.adapterType,
		options.builtinMacroDirs,
	]);
	return { ...facts, settings };
}

const envDigest = (value: string | undefined): string | null => (value === undefined ? null : digest(value));

/** The first thing that is not as it was; null when all is. */
function difference(was: Header, is: Origin, { env, flags }: InvocationFacts): string | null {
	if (was.build !== is.build) return "it was read by another build of tfm";
	if (was.settings !== is.settings) return "the project's settings, variables or target changed";
	const before = new Map(was.files);
	for (const [file, content] of is.files)
		if (before.get(file) !== content) return `${file} ${before.has(file) ? "changed" : "is new"}`;
	if (was.files.length !== is.files.length) return "a file is gone";
	if (was.files.some(([file], i) => file !== is.files[i]![0])) return "files are in another order";
	for (const [name, value] of was.env)
		if (envDigest(Object.hasOwn(env, name) ? env[name] : undefined) !== value)
			return `the environment variable ${name} changed`;
	for (const [name, value] of was.flags) if (digest(flags[name]) !== value) return `the flag ${name} changed`;
	return null;
}

/** One manifest may come from two sets of settings, and what is made of it be another thing: a variable in the SQL. */
const keyOf = (header: Header, sum: string): string => hash("sha1", `${JSON.stringify(header)}${sum}`);

/** `locate` finds the place of a test, which is not kept. */
export function readParseCache(
	path: string,
	now: { readonly origin: Origin; readonly invocation: InvocationFacts },
	locate: (id: NodeId) => ReturnType<Parameters<typeof unpackProject>[1]>,
): CacheAnswer {
	let because = "nothing is known of it yet";
	const file = readCacheFile<Header>(path, (why) => {
		because = `what was known cannot be read: ${why}`;
	});
	if (file === null) return { kind: "unknown", because };
	const changed = difference(file.header, now.origin, now.invocation);
	if (changed !== null) return { kind: "unknown", because: changed };
	const parts = file.parts();
	if (parts === null) return { kind: "unknown", because };
	return { kind: "known", project: unpackProject(parts.values, locate), sum: keyOf(file.header, parts.sum) };
}

/** What the reading is known by; null when it is not kept. Throws what the file system throws. */
export function writeParseCache(path: string, origin: Origin, reads: Reads, project: KnownProject): string | null {
	if (!reads.repeatable) return null;
	const header: Header = {
		...origin,
		env: [...reads.env].map(([name, value]) => [name, envDigest(value)] as const),
		flags: [...reads.flags].map(([name, value]) => [name, digest(value as Plain)] as const),
	};
	return keyOf(header, writeCacheFile(path, header, packProject(project)));
}
