/**
 * The other floor of a run: the same tables and views from the same SQL and the same tests, by a loop without a plan,
 * a candidate, an audit or a record of what it did: node bench/plainBuild.mjs DATA_DIR TARGET_FOLDER
 *
 * Of each table a new version is made, the old one dropped and the new one renamed, in one message; a view is replaced
 * in place. The order is that of the run whose manifest.json and run_results.json are in the folder.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { startEngine } from "./engine.mjs";

const [dataDir, target] = process.argv.slice(2);
const read = (name) => JSON.parse(readFileSync(join(target, name), "utf8"));
const { nodes } = read("manifest.json");
const startOf = (result) => result.timing[0]?.started_at ?? "";
const results = read("run_results.json")
	.results.filter((result) => result.compiled_code)
	.toSorted((a, b) => (startOf(a) < startOf(b) ? -1 : startOf(a) > startOf(b) ? 1 : 0));

function statementOf({ unique_id: id, compiled_code: sql, relation_name: relation }) {
	if (id.startsWith("test.")) return `select count(*) from (${sql}\n) t`;
	const { materialized } = nodes[id].config;
	if (materialized === "view") return `create or replace view ${relation} as ${sql}`;
	if (materialized !== "table") throw new Error(`${id} is neither a table nor a view`);
	const next = relation.replace(/"$/, '__next"');
	const name = relation.slice(relation.lastIndexOf('."') + 1);
	return `begin; create table ${next} as ${sql}\n; drop table ${relation}; alter table ${next} rename to ${name}; commit`;
}

const engine = startEngine();
await engine.send({ kind: "open", dataDir, engine: undefined });
for (const result of results) {
	const sql = statementOf(result);
	const { error } = await engine.send({ kind: "execute", sql });
	if (error) throw new Error(`${error.message}: ${sql}`);
}
await engine.send({ kind: "close" });
await engine.stop();
console.log(`${results.length} results`);
