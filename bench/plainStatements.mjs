/** What a run built, as the plainest SQL for the same result: of the folder with its manifest.json and run_results.json. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Gives [{id, sql, reads}] in the order of the run. Of each table a new version is made, the old one dropped and the
 * new one renamed, in one message; a view is replaced in place; new rows of an incremental model replace those of their
 * keys; a test or unit test is counted.
 */
export function plainStatements(target) {
	const read = (name) => JSON.parse(readFileSync(join(target, name), "utf8"));
	const { nodes, parent_map: parents } = read("manifest.json");
	const startOf = (result) => result.timing[0]?.started_at ?? "";
	const results = read("run_results.json")
		.results.filter((result) => result.compiled_code)
		.toSorted((a, b) => (startOf(a) < startOf(b) ? -1 : startOf(a) > startOf(b) ? 1 : 0));
	return results.map((result) => ({
		id: result.unique_id,
		sql: statementOf(result, nodes),
		reads: parents[result.unique_id] ?? [],
	}));
}

function statementOf({ unique_id: id, compiled_code: sql, relation_name: relation }, nodes) {
	if (/^(unit_)?test\./.test(id)) return `select count(*) from (${sql}\n) t`;
	const { materialized, unique_key: key } = nodes[id].config;
	if (materialized === "view") return `create or replace view ${relation} as ${sql}`;
	if (materialized === "incremental") {
		const keys = [key ?? []].flat().join(", ");
		const replaced = keys === "" ? "" : `delete from ${relation} where (${keys}) in (select ${keys} from new_rows); `;
		return `begin; create temporary table new_rows on commit drop as ${sql}\n; ${replaced}insert into ${relation} select * from new_rows; commit`;
	}
	if (materialized !== "table") throw new Error(`${id} is neither a table nor a view`);
	const next = relation.replace(/"$/, '__next"');
	const name = relation.slice(relation.lastIndexOf('."') + 1);
	return `begin; create table ${next} as ${sql}\n; drop table ${relation}; alter table ${next} rename to ${name}; commit`;
}
