import { createHash, randomUUID } from "node:crypto";
import { linkSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { kill } from "node:process";
import { fail } from "../../core/diagnostic.ts";
import { bornAt, isAlive, type ProcessMark } from "../../core/processMark.ts";

/**
 * One process per data directory, by a file beside it: two servers on one directory both report success and destroy
 * each other's tables, and PGlite itself does not look.
 *
 * A lock is a file made by `link`, so it appears whole or not at all. The lock of a dead process must be taken over by
 * exactly one of those who find it, and removing it first would let a slow third one remove its successor's. So nobody
 * removes it: the successor of the lock with token T is whoever creates `<lock>.after-T`. The holder is the end of
 * that chain, and a claim counts only if, once made, the chain still leads from the lock to it. The winner then
 * renames its claim over the lock, which cuts the chain for all who still stand on the old one: their claims lead
 * from nowhere, and they start again.
 */
export interface DirectoryLock {
	release(): void;
}

export interface LockHost {
	readonly name: string;
	readonly pid: number;
}

interface Holder extends ProcessMark {
	readonly token: string;
	readonly since: string;
}

const isHeld = (holder: ProcessMark, here: string): boolean =>
	// What runs on another machine cannot be seen from here; the lock is respected.
	holder.host !== here || isAlive(holder, { readFileSync, kill });

function parseHolder(text: string): Holder | undefined {
	try {
		const value = JSON.parse(text) as Partial<Holder> | null;
		if (value === null || typeof value !== "object") return undefined;
		const { token, pid, born, host, since } = value;
		if (typeof token !== "string" || !/^[0-9a-f-]{8,64}$/.test(token)) return undefined;
		if (typeof pid !== "number" || !Number.isInteger(pid) || pid <= 0) return undefined;
		if (typeof host !== "string" || typeof since !== "string") return undefined;
		return { token, pid, born: typeof born === "string" ? born : null, host, since };
	} catch {
		return undefined;
	}
}

/** The holder named by a lock file; undefined when there is no file. */
function readHolder(path: string, lock: string): Holder | undefined {
	let text: string;
	try {
		text = readFileSync(path, "utf8");
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
		throw error;
	}
	return parseHolder(text) ?? fail("TFM-DB-007", { path: lock });
}

/** Puts `draft` at `path` whole, unless something is there. File systems without hard links get an exclusive write. */
function create(draft: string, path: string): boolean {
	try {
		linkSync(draft, path);
		return true;
	} catch (error) {
		const code = (error as NodeJS.ErrnoException).code ?? "";
		if (code === "EEXIST") return false;
		if (!["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK"].includes(code)) throw error;
	}
	try {
		writeFileSync(path, readFileSync(draft), { flag: "wx" });
		return true;
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
		throw error;
	}
}

const successorOf = (lock: string, token: string): string => `${lock}.after-${token}`;

/** Follows the chain from the lock to its end. */
function walk(lock: string): { readonly files: readonly string[]; readonly last: Holder | undefined } {
	const files: string[] = [];
	let last: Holder | undefined;
	for (let path = lock; ; path = successorOf(lock, (last as Holder).token)) {
		const holder = readHolder(path, lock);
		if (holder === undefined) return { files, last };
		if (files.includes(path)) fail("TFM-DB-007", { path });
		files.push(path);
		last = holder;
	}
}

/**
 * Takes the lock of `dataDir` (an absolute path, links resolved) or fails with TFM-DB-001 naming the holder.
 * The directory's parent must exist. Errors of the file system are thrown as they are.
 */
export function lockDirectory(dataDir: string, host: LockHost): DirectoryLock {
	const lock = join(dirname(dataDir), `${basename(dataDir)}.lock`);
	const me: Holder = {
		token: randomUUID(),
		pid: host.pid,
		born: bornAt(host.pid, { readFileSync }),
		host: host.name,
		since: new Date().toISOString(),
	};
	const draft = `${lock}.${draftPrefix(host.name)}${me.pid}-${me.token}`;
	try {
		writeFileSync(draft, `${JSON.stringify(me)}\n`, { flag: "wx" });
		for (;;) {
			const { files, last } = walk(lock);
			if (last !== undefined && isHeld(last, host.name)) failLocked(dataDir, last, host);
			const claim = last === undefined ? lock : successorOf(lock, last.token);
			if (!create(draft, claim)) continue;
			if (last === undefined) break;
			if (walk(lock).last?.token === me.token) {
				renameSync(claim, lock);
				for (const file of files.slice(1)) rmSync(file, { force: true });
				break;
			}
			rmSync(claim, { force: true });
		}
	} finally {
		rmSync(draft, { force: true });
	}
	removeDraftsOfTheDead(lock, host.name);
	return {
		release() {
			// A lock that is no longer ours (deleted by hand and taken by another) is not ours to remove.
			if (parseHolder(readOrEmpty(lock))?.token === me.token) rmSync(lock, { force: true });
		},
	};
}

/** A draft names the machine (as a hash, host names may be long) and process that write it: killed before the first byte, it says no more. */
const draftPrefix = (here: string): string => `draft-${createHash("sha256").update(here).digest("hex").slice(0, 8)}-`;

/** A process that is killed while it takes the lock leaves its draft. */
function removeDraftsOfTheDead(lock: string, here: string): void {
	const folder = dirname(lock);
	const prefix = `${basename(lock)}.${draftPrefix(here)}`;
	for (const name of readdirSync(folder)) {
		const pid = Number(name.startsWith(prefix) ? /^\d+(?=-)/.exec(name.slice(prefix.length))?.[0] : Number.NaN);
		if (!(pid > 0)) continue;
		const path = join(folder, name);
		const holder = parseHolder(readOrEmpty(path)) ?? { pid, born: null, host: here };
		if (!isHeld(holder, here)) rmSync(path, { force: true });
	}
}

function readOrEmpty(path: string): string {
	try {
		return readFileSync(path, "utf8");
	} catch {
		return "";
	}
}

function failLocked(dataDir: string, holder: Holder, host: LockHost): never {
	const here = holder.host === host.name;
	return fail("TFM-DB-001", {
		dataDir,
		pid: holder.pid,
		host: holder.host,
		here,
		own: here && holder.pid === host.pid,
		seconds: (Date.now() - Date.parse(holder.since)) / 1000,
	});
}
