import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import type { Plain } from "../core/node.ts";
import { WHOLE_LOAD } from "../core/ports.ts";
import { createFetcher } from "./fetchFiles.ts";
import { landingSource } from "./testing/landingBench.ts";
import { wholeText } from "./utf8Blocks.ts";

const root = mkdtempSync(join(tmpdir(), "tfm-fetch-"));
afterAll(() => rmSync(root, { recursive: true }));

async function fetch(before: Plain, signal = new AbortController().signal, more: Record<string, Plain> = {}) {
	const lines: string[] = [];
	const window = { ...WHOLE_LOAD, from: "2026-01-01" };
	const env = { PATH: process.env.PATH, INHERITED: "yes" };
	const watermark = async () => "2026-01-31 10:00:00";
	const run = createFetcher({ root, env, window, watermark, log: (line) => lines.push(line) });
	const problem = await run(landingSource({ files: "*.jsonl", before, ...more }), signal).then(
		() => null,
		(error: Error) => error.message,
	);
	return { lines, problem };
}

test("the command runs in the project without a shell, with its window, and its words are kept", async () => {
	const script = "echo $TFM_SOURCE $TFM_FROM $INHERITED $OWN '*'; echo late >&2; echo '{}' > out.jsonl";
	const { lines, problem } = await fetch({ run: ["sh", "-c", script], env: { OWN: "x" } });
	expect(problem).toBeNull();
	expect(lines.sort()).toEqual(["late", "raw.t 2026-01-01 yes x *"]);
	expect(readFileSync(join(root, "out.jsonl"), "utf8")).toBe("{}\n");
	expect((await fetch(["printf", "%s", "$TFM_FROM; ls"])).lines).toEqual(["$TFM_FROM; ls"]);
});

test("the command knows how far a table with a watermark is loaded", async () => {
	const ask = ["sh", "-c", "echo since $TFM_WATERMARK"];
	const columns = [{ name: "at", type: "timestamp" }];
	const signal = new AbortController().signal;
	expect((await fetch(ask, signal, { columns, watermark: "at" })).lines).toEqual(["since 2026-01-31 10:00:00"]);
	expect((await fetch(ask, signal, { columns })).lines).toEqual(["since"]);
});

test("a command that fails, is not there or takes too long stops the load", async () => {
	expect((await fetch(["sh", "-c", "echo no network; exit 3"])).problem).toBe(
		"TFM-LOAD-029: the before: command of raw.t (sh) failed with exit code 3\n  no network",
	);
	expect((await fetch(["no-such-command"])).problem).toMatch(/\(no-such-command\) could not be started \(ENOENT\)/);
	// What the command has started ends with it.
	const slow = await fetch({ run: ["sh", "-c", "sleep 30 & sleep 30"], timeout: "100ms" });
	expect(slow.problem).toMatch(/took longer than 0.1 s/);
	const abort = new AbortController();
	setTimeout(() => abort.abort(new Error("stop")), 50);
	expect((await fetch(["sleep", "30"], abort.signal)).problem).toBe("stop");
	expect((await fetch("curl x")).problem).toMatch(/before must be a list: the command and its arguments/);
});

test("a page that is too large to be read whole is refused", async () => {
	const stored = { absolute: join(root, "out.jsonl"), file: "out.jsonl" };
	expect((await wholeText(stored, "utf-8")).text).toBe("{}\n");
	await expect(wholeText(stored, "utf-8", 2)).rejects.toThrow(/TFM-LOAD-025/);
});
