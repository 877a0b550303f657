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
import type { Plain } from "../../core/node.ts";
import type { FileDigest } from "../../parse/digestFiles.ts";
import type { ParseOptions } from "../../parse/parseProject.ts";
import { type KnownProject, packProject, type Rereading, type UnpackedProject, unpackProject } from "./packProject.ts";
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
	| {
			readonly kind: "known";
			readonly project: UnpackedProject;
			/** What this reading, with the files of now, is known by; the same without them. */
			readonly sum: string;
			readonly base: string;
			/** Files of which only the text may be another one: by name as in `Origin`, and what is so about the first. */
			readonly edited: readonly string[];
			readonly because: string;
			close(): void;
	  }
	| { readonly kind: "unknown"; readonly because: string };

export const cachePath = (config: Config): string => join(config.targetDir, "partial_parse.tfm");

const digest = (value: unknown): string => hash("sha1", serialize(value), "base64");

/** All of it but the files. */
export function originOf(config: Config, options: ParseOptions, build: string): Omit<Origin, "files"> {
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
	return { build, settings };
}

const envDigest = (value: string | undefined): string | null => (value === undefined ? null : digest(value));

/** More than these are read faster with all the others. */
const MOST_EDITED = 200;
/** Files of which one node is made. */
const ONE_NODE = /^(?:model|analysis|singular_test) /;

/** The first thing that is not as it was, null when all is; `edited`: it is nothing but the content of these files. */
function difference(
	was: Header,
	is: Origin,
	{ env, flags }: InvocationFacts,
): { readonly because: string | null; readonly edited: readonly string[] } {
	const because = (reason: string) => ({ because: reason, edited: [] });
	if (was.build !== is.build) return because("it was read by another build of tfm");
	if (was.settings !== is.settings) return because("the project's settings, variables or target changed");
	const before = new Map(was.files);
	const edited: string[] = [];
	let changed: string | null = null;
	for (const [file, content] of is.files) {
		const known = before.get(file);
		if (known === content) continue;
		changed ??= `${file} ${known === undefined ? "is new" : "changed"}`;
		edited.push(file);
		if (known === undefined || !ONE_NODE.test(file) || edited.length > MOST_EDITED) return because(changed);
	}
	if (was.files.length !== is.files.length) return because(changed ?? "a file is gone");
	if (was.files.some(([file], i) => file !== is.files[i]![0])) return because(changed ?? "files are in another order");
	for (const [name, value] of was.env)
		if (envDigest(Object.hasOwn(env, name) ? env[name] : undefined) !== value)
			return because(`the environment variable ${name} changed`);
	for (const [name, value] of was.flags) if (digest(flags[name]) !== value) return because(`the flag ${name} changed`);
	return { because: changed, edited };
}

/** One manifest may come from two sets of settings, and what is made of it be another thing: a variable in the SQL. */
const keyOf = (header: Header, sum: string): string => hash("sha1", `${JSON.stringify(header)}${sum}`);

/** `again` finds what is not kept, and what is damaged. The file stays open until all of it was read, or `close`. */
export function readParseCache(
	path: string,
	now: { readonly origin: Origin; readonly invocation: InvocationFacts },
	again: Rereading,
): CacheAnswer {
	let problem = "nothing is known of it yet";
	const file = readCacheFile<Header>(path, (why) => {
		problem = `what was known cannot be read: ${why}`;
	});
	if (file === null) return { kind: "unknown", because: problem };
	const { because, edited } = difference(file.header, now.origin, now.invocation);
	const project = because === null || edited.length > 0 ? unpackProject(file.part, again) : null;
	if (project === null) {
		file.close();
		return { kind: "unknown", because: because ?? "what was known cannot be read: its content is damaged" };
	}
	const { header, sum, close } = file;
	const base = keyOf(header, sum);
	const known = edited.length === 0 ? base : keyOf({ ...header, files: now.origin.files }, sum);
	return { kind: "known", project, sum: known, base, edited, because: because ?? "", close };
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
