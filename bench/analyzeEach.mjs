/**
 * node bench/analyzeEach.mjs PROJECT: analyses each compiled model alone, in this process, with the columns of what it
 * reads as target/lineage.columns.json has them. Prints {models, medianMs, p95Ms}.
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
		contents: `export { analyzeQuery } from "./src/sql/analyzeQuery.ts"; export { loadParser } from "./src/sql/loadParser.ts";`,
		resolveDir: root,
	},
	outfile: bundle,
	bundle: true,
	format: "esm",
	platform: "node",
	external: ["@guanmingchiu/sqlparser-ts"],
});
const { analyzeQuery, loadParser } = await import(bundle);
const parse = await loadParser();
const json = (file) => JSON.parse(readFileSync(join(target, file), "utf8"));
const lineage = json("lineage.columns.json").nodes;
const manifest = json("manifest.json");
const known = { ...manifest.nodes, ...manifest.sources };
const relation = (id) => ({
	id,
	name: [known[id].database, known[id].schema, known[id].identifier ?? known[id].alias],
	columns: lineage[id].columns.map(({ name, type }) => ({ name, type })),
	open: !lineage[id].complete,
});
const times = [];
for (const node of Object.values(manifest.nodes)) {
	if (node.resource_type !== "model") continue;
	const sql = readFileSync(join(target, "compiled", node.package_name, node.original_file_path), "utf8");
	const request = { sql, dialect: "postgres", relations: lineage[node.unique_id].reads.map(relation) };
	const started = performance.now();
	const { columns } = analyzeQuery(request, parse);
	times.push(performance.now() - started);
	if (columns.length !== lineage[node.unique_id].columns.length) throw new Error(`${node.name} was read differently`);
}
const sorted = times.toSorted((a, b) => a - b);
const result = { models: times.length, medianMs: median(times), p95Ms: sorted[Math.floor(times.length * 0.95)] };
console.log(JSON.stringify(result));
