import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join, posix } from "node:path";
import { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { Parser, type ReadEntry, UnpackSync } from "tar";
import { fail } from "../core/diagnostic.ts";

/** What an archive may hold at most; packages of SQL hold a few hundred files. */
const BOUNDS = { files: 50_000, bytes: 1024 ** 3 };

const KINDS: ReadonlySet<string> = new Set(["File", "OldFile", "ContiguousFile", "Directory", "SymbolicLink", "Link"]);

/**
 * Unpacks a .tar.gz of one folder into `dir` (made anew) and returns that folder's path. All entries are looked at
 * before the first is written. Throws TFM-DEPS-008 for what must not be unpacked; an archive that is damaged throws
 * what zlib or tar say, since another download may help.
 */
export async function unpackArchive(
	body: Uint8Array,
	dir: string,
	label: string,
	bounds: { readonly files: number; readonly bytes: number } = BOUNDS,
): Promise<string> {
	const refuse = (problem: string): never => fail("TFM-DEPS-008", { url: label, problem });
	let files = 0;
	let problem: string | undefined;
	const look = new Parser({
		strict: true,
		onReadEntry: (entry) => {
			files++;
			problem ??= problemOf(entry);
			entry.resume();
		},
	});
	let size = 0;
	await feed(body, look, (part) => {
		size += part.length;
		if (size > bounds.bytes) refuse(`it unpacks to more than ${Math.round(bounds.bytes / 1024 ** 2)} MiB`);
		if (files > bounds.files) refuse(`it holds more than ${bounds.files} files`);
		if (problem !== undefined) refuse(problem);
	});
	if (problem !== undefined) refuse(problem);

	rmSync(dir, { recursive: true, force: true });
	mkdirSync(dir, { recursive: true });
	await feed(body, new UnpackSync({ cwd: dir, strict: true, preserveOwner: false }), () => {});
	const [folder, second] = readdirSync(dir, { withFileTypes: true });
	if (folder === undefined || second !== undefined || !folder.isDirectory())
		return refuse("it does not hold one folder");
	return join(dir, folder.name);
}

/** Gunzips into the parser part by part; `check` throws in time, so that a small archive cannot fill memory or disk. */
async function feed(body: Uint8Array, parser: Parser | UnpackSync, check: (part: Buffer) => void): Promise<void> {
	let failure: unknown;
	parser.on("error", (error) => {
		failure ??= error;
	});
	const closed = new Promise<void>((done) => parser.on("close", done));
	for await (const part of Readable.from([body]).pipe(createGunzip()) as AsyncIterable<Buffer>) {
		parser.write(part);
		check(part);
		if (failure !== undefined) throw failure;
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
