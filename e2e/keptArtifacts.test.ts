/**
 * What a command leaves behind says the same whatever commands ran before it: what it takes over of earlier files is
 * what it would have written, but for times and ids.
 */
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { makeProject } from "../bench/makeProject.mjs";
import { openTfmProcesses, type TfmProcesses } from "./tfmProcess.ts";

let tfm: TfmProcesses;
let root: string;
beforeAll(async () => {
	tfm = await openTfmProcesses({ build: "kept-artifacts" });
	root = mkdtempSync(join(tmpdir(), "tfm-kept-artifacts-"));
	makeProject({ models: 60, out: root });
}, 60_000);
afterAll(() => {
	tfm.dispose();
	rmSync(root, { recursive: true, force: true });
});

const run = async (argv: readonly string[], target: string): Promise<void> => {
	const started = tfm.start([...argv, "--quiet", "--target-path", target], root);
	expect([await started.ended, started.said()]).toEqual([0, expect.any(String)]);
};

const TIMES =
	/"(generated_at|invocation_started_at|run_started_at|invocation_id|_invocation_id|invocation_command)":"[^"]*"|"(created_at|elapsed_time)":[0-9.]+/g;

/** Artifacts and SQL of a target folder; paths in them begin with its name. Answers of the analysis stand as they came. */
function left(target: string): Readonly<Record<string, string>> {
	const files = readdirSync(join(root, target), { recursive: true, withFileTypes: true }).filter(
		(entry) => entry.isFile() && /(?<!\.tfm)\.(json|sql)$/.test(entry.name),
	);
	const texts = files.map((entry) => {
		const path = join(entry.parentPath, entry.name);
		return [
			path.slice(join(root, target).length),
			readFileSync(path, "utf8").replace(TIMES, "").replaceAll(target, ""),
		];
	});
	return Object.fromEntries(texts.sort(([a = ""], [b = ""]) => (a < b ? -1 : 1)));
}

it("artifacts after many commands are those of the last one alone", async () => {
	const model = "landing_orders_0";
	const edit = () => appendFileSync(join(root, `models/landing/orders_0/${model}.sql`), "-- edited\n");
	const steps: readonly (readonly string[] | (() => void))[] = [
		["parse"],
		["lineage"],
		["compile", "-s", model],
		["compile"],
		["check"],
		["compile"],
		edit,
		["compile", "-s", model],
		["ls"],
		["compile"],
		["lineage", model],
		edit,
		["parse"],
		["compile", "-s", `${model}+1`],
	];
	let n = 0;
	for (const step of steps) {
		if (typeof step === "function") {
			step();
			continue;
		}
		await run(step, "warm");
		await run(step, `cold${n}`);
		const [warm, cold] = [left("warm"), left(`cold${n++}`)];
		for (const [path, text] of Object.entries(cold))
			expect([step, path, warm[path] === text]).toEqual([step, path, true]);
	}
}, 300_000);
