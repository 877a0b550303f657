import { appendFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { endOfLog, openLogTail } from "./logTail.ts";

const work = mkdtempSync(join(tmpdir(), "log-tail-"));
afterAll(() => rmSync(work, { recursive: true }));

describe("the tail of a log", () => {
	it("is what was written after its place, each line once and whole", () => {
		const path = join(work, "a.log");
		writeFileSync(path, "before\n");
		const tail = openLogTail(endOfLog(path)!);
		expect(tail.lines()).toEqual([]);
		appendFileSync(path, Buffer.from("one\ntwö\nthr").subarray(0, 7));
		expect(tail.lines()).toEqual(["one"]);
		appendFileSync(path, Buffer.from("one\ntwö\nthr").subarray(7));
		expect(tail.lines()).toEqual(["twö"]);
		appendFileSync(path, "ee\n");
		expect(tail.lines()).toEqual(["three"]);
		tail.close();
	});

	it("goes on in the file that is put aside, and in the new one", () => {
		const path = join(work, "b.log");
		writeFileSync(path, "before\n");
		const place = endOfLog(path)!;
		const tail = openLogTail(place);
		renameSync(path, `${path}.1`);
		writeFileSync(path, "another's\n");
		appendFileSync(`${path}.1`, "its own\n");
		expect(tail.lines()).toEqual(["its own", "another's"]);
		const late = openLogTail(place);
		expect(late.lines()).toEqual(["its own", "another's"]);
		for (const each of [tail, late]) each.close();
	});

	it("gives a long log in parts, and leaves out a line that has no end", () => {
		const path = join(work, "c.log");
		writeFileSync(path, "");
		const tail = openLogTail(endOfLog(path)!);
		writeFileSync(path, `short\n${"x".repeat(9_000_000)}\nlast\n`);
		expect([tail.lines(), tail.lines(), tail.lines()]).toEqual([["short"], [], ["last"]]);
		tail.close();
	});

	it("of a log that is gone is empty until there is one", () => {
		const path = join(work, "d.log");
		expect(endOfLog(path)).toBeNull();
		const tail = openLogTail({ path, ino: 1, from: 0 });
		expect(tail.lines()).toEqual([]);
		writeFileSync(path, "first\n");
		expect(tail.lines()).toEqual(["first"]);
		tail.close();
	});
});
