import { once } from "node:events";
import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join, posix } from "node:path";
import { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { Parser, type ReadEntry, Unpack } from "tar";
import { fail } from "../core/diagnostic.ts";

/** What an archive may hold at most; packages of SQL hold a few hundred files. */
const MOST_FILES = 50_000;
const MOST_BYTES = 1024 ** 3;

const KINDS: ReadonlySet<string> = new Set(["File", "OldFile", "ContiguousFile", "Directory", "SymbolicLink", "Link"]);

/**
 * Unpacks a .tar.gz of one folder into `dir` (made anew) and returns that folder's path. All entries are looked at
 * before the first is written. Throws TFM-DEPS-008 for what must not be unpacked; an archive that is damaged throws
 * what zlib or tar say, since another download may help.
 */
export async function unpackArchive(body: Uint8Array, dir: string, label: string): Promise<string> {
	const refuse = (problem: string): never => fail("TFM-DEPS-008", { url: label, problem });
	let files = 0;
	const problems: string[] = [];
	const look = new Parser({
		strict: true,
		onReadEntry: (entry) => {
			files++;
			const problem = problemOf(entry);
			if (problem !== undefined) problems.push(problem);
			entry.resume();
		},
	});
	await feed(
		body,
		look,
		() => {
			if (files > MOST_FILES) refuse(`more than ${MOST_FILES} files`);
			if (problems[0] !== undefined) refuse(problems[0]);
		},
		refuse,
	);
	if (problems[0] !== undefined) refuse(problems[0]);

	rmSync(dir, { recursive: true, force: true });
	mkdirSync(dir, { recursive: true });
	await feed(body, new Unpack({ cwd: dir, strict: true, preserveOwner: false }), () => {}, refuse);
	const [folder, second] = readdirSync(dir, { withFileTypes: true });
	if (folder === undefined || second !== undefined || !folder.isDirectory())
		return refuse("it does not hold one folder");
	return join(dir, folder.name);
}

/** Gunzips into the parser; bounds are kept while it flows, so that a small archive cannot fill memory or disk. */
async function feed(
	body: Uint8Array,
	parser: Parser | Unpack,
	check: () => void,
	refuse: (problem: string) => never,
): Promise<void> {
	const closed = once(parser, "close");
	// A failure is reported by the loop below, or by the await at its end.
	closed.catch(() => {});
	let failure: unknown;
	parser.on("error", (error) => {
		failure ??= error;
	});
	let size = 0;
	for await (const part of Readable.from([body]).pipe(createGunzip()) as AsyncIterable<Buffer>) {
		size += part.length;
		if (size > MOST_BYTES) refuse(`it unpacks to more than ${MOST_BYTES / 1024 ** 3} GiB`);
		if (failure !== undefined) throw failure;
		if (!parser.write(part)) await Promise.race([once(parser, "drain"), closed]);
		check();
	}
	parser.end();
	await closed;
	if (failure !== undefined) throw failure;
}

/** Why an entry may not be unpacked. Paths inside an archive use `/`. */
function problemOf(entry: ReadEntry): string | undefined {
	const path = String(entry.path);
	if (!KINDS.has(entry.type)) return `"${path}" is a ${entry.type}`;
	if (leaves(path)) return `"${path}" lies outside of the archive's folder`;
	const target = String(entry.linkpath ?? "");
	const top = path.split("/")[0] ?? "";
	// A hard link names a path of the archive, a symbolic link one relative to itself.
	const linked =
		entry.type === "Link" ? target : entry.type === "SymbolicLink" ? posix.join(posix.dirname(path), target) : path;
	if (leaves(target.startsWith("/") ? target : linked) || linked.split("/")[0] !== top)
		return `the link "${path}" leads outside of the archive's folder, to "${target}"`;
	return undefined;
}

function leaves(path: string): boolean {
	const plain = posix.normalize(path.replaceAll("\\", "/"));
	return plain.startsWith("/") || /^[A-Za-z]:/.test(plain) || plain === ".." || plain.startsWith("../");
}
