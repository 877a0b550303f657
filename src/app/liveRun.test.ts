import { spawn } from "node:child_process";
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { NodeId } from "../core/node.ts";
import { bornAt } from "../core/processMark.ts";
import { removeBegun, writeBegun } from "./begunRun.ts";
import { createRunReader, foldEvents } from "./liveRun.ts";
import { endOfLog } from "./logTail.ts";

const work = mkdtempSync(join(tmpdir(), "live-run-"));
afterAll(() => rmSync(work, { recursive: true }));

const line = (event: string, more: object, run_id = "run-1"): string =>
	JSON.stringify({ v: 1, ts: "2026-11-22T00:00:00.000Z", level: "info", event, run_id, seq: 1, ...more });
const finished = (node_id: string, status: string): string =>
	line("node.finished", { node_id, result: { status, message: "secret", compiled_code: "select 1" } });

const here = { pid: process.pid, born: bornAt(process.pid, { readFileSync }), host: "here" };

/** A target folder in which a run has begun that keeps its log beside it. */
function begin(name: string, of = here): { readonly target: string; readonly log: string } {
	const [target, log] = [join(work, name), join(work, `${name}.log`)];
	mkdirSync(target);
	writeFileSync(log, `${finished("model.shop.before", "error")}\n`);
	writeBegun(target, {
		invocationId: "run-1",
		startedAt: "2026-11-22T00:00:00Z",
		command: "run",
		gates: true,
		args: {},
		selected: ["model.shop.a", "model.shop.b"] as NodeId[],
		process: of,
		log: endOfLog(log),
	});
	return { target, log };
}

describe("the run that goes on", () => {
	it("is what its log says, node by node, and is over when it has ended", () => {
		const { target, log } = begin("goes-on");
		const reader = createRunReader(target, "here");
		expect(reader.read()).toEqual({ id: "run-1", of: 2, done: 0, failed: 0, states: new Map() });
		appendFileSync(
			log,
			`${line("run.started", { counts: { model: 2, test: 1 } })}\n${line("node.started", { node_id: "model.shop.a" })}\n`,
		);
		expect(reader.read()).toMatchObject({ of: 3, done: 0, states: new Map([["model.shop.a", "running"]]) });
		appendFileSync(log, `${finished("model.shop.a", "error")}\n${finished("model.shop.b", "skipped")}\n`);
		expect(reader.read()).toMatchObject({ of: 3, done: 2, failed: 1 });
		removeBegun(target, "run-1");
		expect(reader.read()).toBeNull();
		reader.close();
	});

	it("is none when its process is gone, is another with the same number, or is another machine's", async () => {
		const gone = spawn(process.execPath, ["-e", ""]);
		await new Promise((ended) => gone.once("close", ended));
		const marks = {
			killed: { ...here, pid: gone.pid! },
			later: { ...here, born: "boot:1" },
			far: { ...here, host: "far" },
		};
		for (const [name, mark] of Object.entries(marks)) {
			const reader = createRunReader(begin(name, mark).target, "here");
			expect(reader.read(), name).toBeNull();
			reader.close();
		}
	});

	it.each([
		"{",
		"null",
		'{"results": []}',
		'{"metadata": {"invocation_id": "x"}, "results": [], "process": {"pid": "1"}}',
	])("is none when tfm_begun.json holds %j", (text) => {
		const target = mkdtempSync(join(work, "edited-"));
		writeFileSync(join(target, "tfm_begun.json"), text);
		expect(createRunReader(target, "here").read()).toBeNull();
	});

	it("takes nothing from damaged lines and those of other runs, and keeps ids and statuses alone", () => {
		const fold = foldEvents({ id: "run-1", of: 1 });
		const whole = finished("model.shop.a", "success");
		const run = fold([
			whole.slice(0, 150),
			`x${whole}`,
			line("node.finished", { node_id: "model.shop.other", result: { status: "error" } }, "run-2"),
			line("statement", { node_id: "model.shop.b", sql: '"event":"node.started"' }),
			line("node.started", { node_id: 7 }),
			line("node.finished", { node_id: "model.shop.c", result: {} }),
			line("run.started", { counts: { model: "many" } }),
			whole,
			line("node.held", { node_id: "model.shop.b", reason: { kind: "test", test: "test.shop.t" } }),
		]);
		expect(run).toEqual({
			id: "run-1",
			of: 1,
			done: 1,
			failed: 0,
			states: new Map([
				["model.shop.a", "done"],
				["model.shop.b", "fail"],
			]),
		});
	});
});
