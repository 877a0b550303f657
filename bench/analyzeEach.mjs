/**
 * node bench/analyzeEach.mjs PROJECT: analyses the compiled models of a project in the order of its graph, in this
 * process, first with nothing known and then with all answers kept. Prints {models, medianMs, p95Ms, coldCpuMs,
 * answersCpuMs, describeCpuMs, writeCpuMs}: of one model; of all models the first time; of all models again: reading the
 * answers and finding each, describing the columns, and their text. Processor time, but for the first two.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { median } from "./measure.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const target = join(process.argv[2], "target");
const bundle = join(root, "bench/.work/analyze.mjs");
await build({
	stdin: {
		contents: `export { analyzeQuery } from "./src/sql/analyzeQuery.ts"; export { loadParser } from "./src/sql/loadParser.ts"; export { analyzeGraph } from "./src/sql/analyzeGraph.ts"; export { openAnalysisCache } from "./src/sql/analysisCache.ts"; export { describeLineage } from "./src/sql/describeLineage.ts";`,
		resolveDir: root,
	},
	outfile: bundle,
	bundle: true,
	format: "esm",
	platform: "node",
	external: ["@guanmingchiu/sqlparser-ts"],
});
const { analyzeQuery, analyzeGraph, describeLineage, loadParser, openAnalysisCache } = await import(bundle);
const parse = await loadParser();
const json = (file) => JSON.parse(readFileSync(join(target, file), "utf8"));
const lineage = json("lineage.columns.json").nodes;
const manifest = json("manifest.json");
const relation = (node) => ({
	id: node.unique_id,
	name: [node.database, node.schema, node.identifier ?? node.alias],
	columns: lineage[node.unique_id].columns.map(({ name, type }) => ({ name, type })),
	open: !lineage[node.unique_id].complete,
});
const nodes = Object.values(manifest.nodes);
const models = nodes
	.filter((node) => node.resource_type === "model")
	.map((node) => ({
		id: node.unique_id,
		name: relation(node).name,
		sql: readFileSync(join(target, "compiled", node.package_name, node.original_file_path), "utf8"),
		inputs: node.depends_on.nodes,
	}));
const declared = [...Object.values(manifest.sources), ...nodes.filter((node) => node.resource_type === "seed")];
const job = {
	dialect: "postgres",
	declared: new Map(declared.map((node) => [node.unique_id, relation(node)])),
	models: new Map(models.map((model) => [model.id, model])),
};

const cpuMs = async (act) => {
	const before = process.cpuUsage();
	const result = await act();
	const { user, system } = process.cpuUsage(before);
	return [(user + system) / 1000, result];
};
const times = [];
const analyze = async (requests) =>
	requests.map((request) => {
		const started = performance.now();
		const analysis = analyzeQuery(request, parse);
		times.push(performance.now() - started);
		return analysis;
	});
const cache = openAnalysisCache(null);
const [coldCpuMs] = await cpuMs(() => analyzeGraph(job, cache, analyze));
const kept = cache.text();
const none = () => Promise.reject(new Error("an answer was not kept"));
/** Of five times the median, as everything else; the first of them also compiles. */
const again = { answers: [], describe: [], write: [] };
for (let round = 0; round < 5; round++) {
	const [answersMs, analyses] = await cpuMs(() => analyzeGraph(job, openAnalysisCache(kept), none));
	const inputs = new Map(models.map((model) => [model.id, model.inputs]));
	const facts = { inputs, added: new Map(), facts: new Map(), marks: new Map(), writes: new Map() };
	const [describeMs, described] = await cpuMs(() => describeLineage({ declared: job.declared, analyses, ...facts }));
	const [writeMs] = await cpuMs(() =>
		[...described].map(([id, node]) => `${JSON.stringify(id)}: ${JSON.stringify(node)}`),
	);
	for (const [id, { columns }] of described)
		if (columns.length !== lineage[id]?.columns.length) throw new Error(`${id} was read differently`);
	again.answers.push(answersMs);
	again.describe.push(describeMs);
	again.write.push(writeMs);
}
const sorted = times.toSorted((a, b) => a - b);
const result = {
	models: times.length,
	medianMs: median(times),
	p95Ms: sorted[Math.floor(times.length * 0.95)],
	coldCpuMs,
	answersCpuMs: median(again.answers),
	describeCpuMs: median(again.describe),
	writeCpuMs: median(again.write),
};
console.log(JSON.stringify(result));
