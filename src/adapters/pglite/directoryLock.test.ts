import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { TfmError } from "../../core/diagnostic.ts";
import { lockDirectory } from "./directoryLock.ts";

const host = { name: "here", pid: process.pid };
/** Beyond what any system numbers its processes with. */
const NOBODY = 2 ** 30;

let root: string;
let dataDir: string;
beforeEach(() => {
	root = mkdtempSync(join(tmpdir(), "tfm-lock-"));
	dataDir = join(root, "db");
});
afterEach(() => rmSync(root, { recursive: true }));

const put = (name: string, holder: object): void =>
	writeFileSync(
		join(root, name),
		JSON.stringify({ born: null, host: "here", since: "2026-01-01T00:00:00Z", ...holder }),
	);
const token = (letter: string): string => letter.repeat(32);

function refused(): string {
	try {
		lockDirectory(dataDir, host);
	} catch (error) {
		if (error instanceof TfmError)
			return `${error.diagnostics[0]?.code} ${error.diagnostics[0]?.message.replace(root, "")}`;
		throw error;
	}
	return "not refused";
}

test("a lock is a file beside the directory, gone after release", () => {
	const lock = lockDirectory(dataDir, host);
	expect(readdirSync(root)).toEqual(["db.lock"]);
	expect(JSON.parse(readFileSync(`${dataDir}.lock`, "utf8"))).toMatchObject(
		process.platform === "linux" ? { pid: process.pid, host: "here", born: expect.any(String) } : { pid: process.pid },
	);
	lock.release();
	expect(readdirSync(root)).toEqual([]);
});

test("the same process cannot take it twice", () => {
	const lock = lockDirectory(dataDir, host);
	expect(refused()).toBe(
		`TFM-DB-001 the embedded database in /db is already open in this very process (pid ${process.pid})`,
	);
	lock.release();
	lockDirectory(dataDir, host).release();
});

test("a dead process's lock is taken over", () => {
	put("db.lock", { token: token("a"), pid: NOBODY });
	lockDirectory(dataDir, host);
	expect(readdirSync(root)).toEqual(["db.lock"]);
	expect(JSON.parse(readFileSync(`${dataDir}.lock`, "utf8")).pid).toBe(process.pid);
});

test.runIf(process.platform === "linux")("a number that another process has by now does not keep it", () => {
	put("db.lock", { token: token("a"), pid: process.ppid, born: "another-boot:1" });
	lockDirectory(dataDir, host).release();
});

test("a live process's lock is respected", () => {
	put("db.lock", { token: token("a"), pid: process.ppid });
	expect(refused()).toMatch(new RegExp(`^TFM-DB-001 .* is in use by process ${process.ppid}, for `));
});

test("a lock from another host is respected, since nobody here can see that process", () => {
	put("db.lock", { token: token("a"), pid: NOBODY, host: "elsewhere" });
	expect(refused()).toMatch(/^TFM-DB-001 .* in use by host elsewhere, process \d+, for /);
});

test("successors that died on their way are passed over and swept up", () => {
	put("db.lock", { token: token("a"), pid: NOBODY });
	put(`db.lock.after-${token("a")}`, { token: token("b"), pid: NOBODY });
	put(`db.lock.after-${token("b")}`, { token: token("c"), pid: NOBODY });
	lockDirectory(dataDir, host);
	expect(readdirSync(root)).toEqual(["db.lock"]);
});

test("a live successor holds the lock even before it has renamed its claim", () => {
	put("db.lock", { token: token("a"), pid: NOBODY });
	put(`db.lock.after-${token("a")}`, { token: token("b"), pid: process.ppid });
	expect(refused()).toMatch(/^TFM-DB-001 /);
});

test.each([
	"",
	"hello",
	"[]",
	"null",
	'{"token": "../../x", "pid": 1}',
	'{"token": "aaaaaaaa", "pid": -1, "host": "h", "since": ""}',
])("a lock file holding %j is nobody's, and stays", (text) => {
	writeFileSync(`${dataDir}.lock`, text);
	expect(refused()).toBe("TFM-DB-007 the lock file /db.lock is not one that tfm wrote");
	expect(readdirSync(root)).toEqual(["db.lock"]);
});

test("a lock that somebody else has by now is not released", () => {
	const lock = lockDirectory(dataDir, host);
	put("db.lock", { token: token("a"), pid: process.ppid });
	lock.release();
	expect(existsSync(`${dataDir}.lock`)).toBe(true);
});

test("drafts of processes that were killed while they took the lock go with the next start, others stay", () => {
	const hash = (name: string): string => createHash("sha256").update(name).digest("hex").slice(0, 8);
	const draft = (name: string, pid: number, letter: string): string =>
		`db.lock.draft-${hash(name)}-${pid}-${token(letter)}`;
	const dead = [draft(host.name, NOBODY, "a"), draft(host.name, NOBODY, "b")];
	const alive = [
		draft(host.name, process.pid, "c"),
		draft(host.name, process.pid, "d"),
		draft("elsewhere", NOBODY, "e"),
	];
	put(dead[0] ?? "", { token: token("a"), pid: NOBODY });
	put(alive[0] ?? "", { token: token("c"), pid: process.pid });
	put(alive[2] ?? "", { token: token("e"), pid: NOBODY, host: "elsewhere" });
	// Killed before the first byte, or just being written: the name tells them apart.
	for (const name of [dead[1], alive[1]]) writeFileSync(join(root, name ?? ""), "");
	lockDirectory(dataDir, host).release();
	expect(readdirSync(root).sort()).toEqual(alive.toSorted());
});
