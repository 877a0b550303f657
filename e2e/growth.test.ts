/** No stage of reading and compiling a project may cost more than in proportion to its size, or nearly. */
import { afterAll, expect, it } from "vitest";
import { makeProject } from "../bench/makeProject.mjs";
import { createCompiler } from "../src/compile/compiler.ts";
import { makeSandbox, type Sandbox } from "../src/config/testing/sandbox.ts";
import type { ProjectFacts } from "../src/context/context.ts";
import type { Manifest } from "../src/core/manifest.ts";
import { findCycle } from "../src/graph/cycle.ts";
import { buildGraph } from "../src/graph/graph.ts";
import { buildManifest } from "../src/manifest/buildManifest.ts";
import { createManifestPorts } from "../src/manifest/contextPorts.ts";
import { type ManifestMeta, toManifestJson } from "../src/manifest/manifestJson.ts";
import { PARSE_OPTIONS } from "../src/manifest/testing/readProject.ts";
import { listFiles, parseProject } from "../src/parse/parseProject.ts";

const SIZES = (process.env.TFM_GROWTH_SIZES ?? "500,3000").split(",").map(Number);
/** The power of the size that a stage's cost may grow with. */
const STEEPEST = 1.15;

const META: ManifestMeta = {
	invocationId: "",
	generatedAt: "2026-01-01T00:00:00.000Z",
	startedAt: "2026-01-01T00:00:00.000Z",
	adapterType: "postgres",
	quoting: { database: true, schema: true, identifier: true },
	env: {},
};

const sandboxes: Sandbox[] = [];
afterAll(() => {
	for (const sandbox of sandboxes) sandbox.remove();
});

/** Processor time of this process, milliseconds, which does not count what others do to the machine. */
function spent<T>(costs: Map<string, number>, stage: string, work: () => T): T {
	const before = process.cpuUsage();
	const result = work();
	const { user, system } = process.cpuUsage(before);
	const ms = (user + system) / 1000;
	costs.set(stage, Math.min(ms, costs.get(stage) ?? Number.POSITIVE_INFINITY));
	return result;
}

function lengthOf(texts: Iterable<string>): number {
	let length = 0;
	for (const text of texts) length += text.length;
	return length;
}

function compileAll(manifest: Manifest, facts: ProjectFacts): number {
	const compiler = createCompiler({ ...facts, manifest });
	let done = 0;
	for (const node of manifest.nodes.values()) {
		if (node.resource_type !== "model" && node.resource_type !== "test") continue;
		const journal = { entries: [], append: () => {} };
		if (compiler.compileNode(node.unique_id, journal, { relationOf: () => undefined }).kind === "compiled") done += 1;
	}
	return done;
}

/** What each stage costs with so many models, the least of two tries. */
async function costsOf(models: number): Promise<ReadonlyMap<string, number>> {
	const sandbox = makeSandbox({});
	sandboxes.push(sandbox);
	const { tests } = makeProject({ models, out: sandbox.dir });
	const config = await sandbox.load({ env: { DBT_PROFILES_DIR: sandbox.dir } });
	const costs = new Map<string, number>();
	for (let i = 0; i < 2; i++) {
		const files = spent(costs, "list the files", () => listFiles(config, PARSE_OPTIONS));
		const { parsed, facts } = spent(costs, "read them", () => parseProject(config, PARSE_OPTIONS, files));
		const manifest = spent(costs, "make the manifest", () => buildManifest(parsed, config, createManifestPorts(facts)));
		const cycle = spent(costs, "make the graph", () => findCycle(buildGraph(manifest)));
		expect(cycle).toBeNull();
		const length = spent(costs, "write the manifest", () => lengthOf(toManifestJson(manifest, META)));
		expect(length).toBeGreaterThan(models * 1000);
		const compiled = spent(costs, "compile", () => compileAll(manifest, facts));
		expect(compiled).toBe(models + tests);
	}
	return costs;
}

const least = (one: ReadonlyMap<string, number>, other: ReadonlyMap<string, number>): ReadonlyMap<string, number> =>
	new Map([...one].map(([stage, ms]) => [stage, Math.min(ms, other.get(stage) ?? ms)]));

it(`costs from ${SIZES[0]} to ${SIZES[1]} models at most n^${STEEPEST}, stage by stage`, {
	timeout: 600_000,
}, async () => {
	const [few = 0, many = 0] = SIZES;
	await costsOf(200);
	const powersOf = (small: ReadonlyMap<string, number>, large: ReadonlyMap<string, number>) =>
		[...small].map(([stage, ms]) => {
			// What takes no time worth telling grows as it likes.
			const power = Math.log(large.get(stage)! / Math.max(ms, 20)) / Math.log(many / few);
			const [from, to] = [Math.round(ms), Math.round(large.get(stage)!)];
			return { stage, small: from, large: to, power: Math.round(power * 100) / 100 };
		});
	let small = await costsOf(few);
	let large = await costsOf(many);
	let powers = powersOf(small, large);
	// A neighbour on the machine makes one try dear; a stage that grows too fast does so in each.
	for (let again = 0; again < 2 && powers.some(({ power }) => power > STEEPEST); again++) {
		small = least(small, await costsOf(few));
		large = least(large, await costsOf(many));
		powers = powersOf(small, large);
	}
	if (process.env.TFM_GROWTH_SIZES !== undefined) process.stdout.write(`${JSON.stringify(powers, null, 1)}\n`);
	expect(powers.filter(({ power }) => power > STEEPEST)).toEqual([]);
});
