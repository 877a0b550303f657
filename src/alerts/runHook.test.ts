import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { runHook } from "./runHook.ts";

const cwd = mkdtempSync(join(tmpdir(), "tfm-hook-"));
afterAll(() => rmSync(cwd, { recursive: true, force: true }));
const run = (command: string, timeoutMs?: number) =>
	runHook({
		command,
		document: { hook: "on_failure" },
		cwd,
		env: process.env,
		...(timeoutMs === undefined ? {} : { timeoutMs }),
	});

describe("a command of alerts", () => {
	it("runs in the project and reads the run as JSON", async () => {
		expect(await run("cat > got.json")).toBeNull();
		expect(JSON.parse(readFileSync(join(cwd, "got.json"), "utf8"))).toEqual({ hook: "on_failure" });
	});

	it("that fails says how, with its last words", async () => {
		expect(await run("echo first >&2; echo no pager >&2; exit 3")).toBe("it ended with 3: no pager");
	});

	it("that does not end is ended, with all that it started", async () => {
		const started = performance.now();
		expect(await run("sleep 20 & sleep 20", 100)).toBe("it took longer than 0.1 s");
		expect(performance.now() - started).toBeLessThan(5_000);
	});

	it("need not read what it is given", async () => {
		expect(await run("exec <&-; true")).toBeNull();
	});
});
