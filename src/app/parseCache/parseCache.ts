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

/** What a project was read from, less its files and what templates asked. */
export interface Origin {
	readonly build: string;
	readonly settings: string;
}

interface Header extends Origin {
	readonly files: readonly FileDigest[];
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
			readonly key: string;
			readonly base: string;
			/** Files of which only the text may be another one, as they are now, and what is so about the first. */
			readonly edited: readonly FileDigest[];
			readonly because: string;
			close(): void;
	  }
	| { readonly kind: "unknown"; readonly because: string };

export const cachePath = (config: Config): string => join(config.targetDir, "partial_parse.tfm");

const digest = (value: unknown): string => hash("sha1", serialize(value), "base64");

export function originOf(config: Config, options: ParseOptions, build: string): Origin {
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

type Difference = { readonly because: string | null; readonly edited: readonly FileDigest[] };
const because = (reason: string): Difference => ({ because: reason, edited: [] });

/** The first answer to what templates asked that is another one now; null: none is. */
function otherAnswer(was: Header, { env, flags }: InvocationFacts): string | null {
	for (const [name, value] of was.env)
		if (envDigest(Object.hasOwn(env, name) ? env[name] : undefined) !== value)
			return `the environment variable ${name} changed`;
	for (const [name, value] of was.flags) if (digest(flags[name]) !== value) return `the flag ${name} changed`;
	return null;
}

/** The first file that is not as it was, null when all are; `edited`: nothing is but the content of these. */
function otherFiles(was: readonly FileDigest[], is: readonly FileDigest[]): Difference {
	// What did not change is mostly the pair of before, at its place.
	let before: ReadonlyMap<string, string> | undefined;
	const edited: FileDigest[] = [];
	let changed: string | null = null;
	for (const [at, pair] of is.entries()) {
		if (pair === was[at]) continue;
		const [file, content] = pair;
		before ??= new Map(was);
		const known = before.get(file);
		if (known === content) continue;
		changed ??= `${file} ${known === undefined ? "is new" : "changed"}`;
		edited.push(pair);
		if (known === undefined || !ONE_NODE.test(file) || edited.length > MOST_EDITED) return because(changed);
	}
	if (was.length !== is.length) return because(changed ?? "a file is gone");
	if (was.some((pair, at) => pair !== is[at] && pair[0] !== is[at]![0]))
		return because(changed ?? "files are in another order");
	return { because: changed, edited };
}

/** What is kept of a project's files: the name of all that is kept, and what the files were. */
export interface KeptFiles {
	readonly of: string;
	readonly digests: readonly FileDigest[];
}

/** What there is now. */
export interface Present {
	readonly origin: Origin;
	readonly invocation: InvocationFacts;
	/** What the files are. Asked where the settings are what they were. */
	digests(kept: KeptFiles): readonly FileDigest[];
}

/** The first thing that is not as it was, null when all is. */
function difference(was: Header, of: string, { origin, invocation, digests }: Present): Difference {
	if (was.build !== origin.build) return because("it was read by another build of tfm");
	if (was.settings !== origin.settings) return because("the project's settings, variables or target changed");
	const files = otherFiles(was.files, digests({ of, digests: was.files }));
	if (files.because !== null && files.edited.length === 0) return files;
	const other = otherAnswer(was, invocation);
	return other === null ? files : because(other);
}

/** `again` finds what is not kept, and what is damaged. The file stays open until all of it was read, or `close`. */
export function readParseCache(path: string, now: Present, again: Rereading): CacheAnswer {
	let problem = "nothing is known of it yet";
	const file = readCacheFile<Header>(path, (why) => {
		problem = `what was known cannot be read: ${why}`;
	});
	if (file === null) return { kind: "unknown", because: problem };
	const { header, digest: base, close } = file;
	const { because: reason, edited } = difference(header, base, now);
	const project = reason === null || edited.length > 0 ? unpackProject(file.part, again) : null;
	if (project === null) {
		close();
		return { kind: "unknown", because: reason ?? "what was known cannot be read: its content is damaged" };
	}
	const key = edited.length === 0 ? base : hash("sha1", `${base}${JSON.stringify(edited)}`);
	return { kind: "known", project, key, base, edited, because: reason ?? "", close };
}

/** What the reading is known by; null when it is not kept. Throws what the file system throws. */
export function writeParseCache(
	path: string,
	{
		origin,
		digests,
		reads,
	}: { readonly origin: Origin; readonly digests: readonly FileDigest[]; readonly reads: Reads },
	project: KnownProject,
): string | null {
	if (!reads.repeatable) return null;
	const header: Header = {
		...origin,
		files: digests,
		env: [...reads.env].map(([name, value]) => [name, envDigest(value)] as const),
		flags: [...reads.flags].map(([name, value]) => [name, digest(value as Plain)] as const),
	};
	return writeCacheFile(path, header, packProject(project));
}
