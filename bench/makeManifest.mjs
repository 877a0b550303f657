/** The artifact of a large project, as dbt or tfm leaves it, without the project: manifest.json of many models. */
import { closeSync, mkdirSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";

const LAYERS = ["landing", "staging", "transform", "analytics", "reporting"];
const COLUMNS = 12;
const TESTS = 4;
const SQL = 'select a.id, b.amount\nfrom "db"."s"."t" a\njoin x b using (id)\nwhere a.id > 10 -- why\n'.repeat(25);

/** Models read two or three others each; every one has 12 described columns, 4 tests and 2 kB of SQL, twice. */
export function makeManifest({ out, models }) {
	mkdirSync(out, { recursive: true });
	const file = openSync(join(out, "manifest.json"), "w");
	const write = (text) => writeSync(file, text);
	const metadata = { dbt_schema_version: "https://schemas.getdbt.com/dbt/manifest/v12.json", project_name: "big" };
	const empty = { sources: {}, exposures: {}, unit_tests: {}, docs: {}, macros: {} };
	write(`${JSON.stringify({ metadata, ...empty }).slice(0, -1)},"nodes":{`);
	for (let i = 0; i < models; i++) {
		if (i > 0) write(",");
		write(
			entriesOf(i, models)
				.map(([id, node]) => `${JSON.stringify(id)}:${JSON.stringify(node)}`)
				.join(","),
		);
	}
	write("}}");
	closeSync(file);
}

function entriesOf(i, models) {
	const layer = LAYERS[Math.floor((i * LAYERS.length) / models)];
	const near = Math.max(1, Math.floor(models / 20));
	const parents =
		i < near
			? []
			: [...new Set([i - 1 - ((i * 7919) % (near - 1 || 1)), (i * 104_729) % i, i - near])].slice(0, 2 + (i % 2));
	const column = (c) => ({
		name: `column_${c}`,
		description: `The ${c} of m${i}.`,
		meta: {},
		tags: [],
		constraints: [],
	});
	const shared = { package_name: "big", compiled_code: SQL };
	const model = {
		...shared,
		resource_type: "model",
		name: `m${i}`,
		fqn: ["big", layer, `f${i % 100}`, `m${i}`],
		description: `About m${i}.`,
		raw_code: SQL,
		config: { materialized: "table", meta: { owner: `team${i % 9}` } },
		columns: Object.fromEntries(Array.from({ length: COLUMNS }, (_, c) => [`column_${c}`, column(c)])),
		tags: [],
		depends_on: { nodes: parents.map((parent) => `model.big.m${parent}`) },
		original_file_path: `models/${layer}/m${i}.sql`,
		relation_name: `"db"."${layer}"."m${i}"`,
		access: "protected",
	};
	const test = (t) => ({
		...shared,
		resource_type: "test",
		name: `not_null_m${i}_column_${t}`,
		attached_node: `model.big.m${i}`,
		depends_on: { nodes: [`model.big.m${i}`] },
		test_metadata: { name: "not_null" },
		column_name: `column_${t}`,
		compiled_code: SQL.slice(0, 400),
		config: { severity: "ERROR" },
		original_file_path: `models/${layer}/_.yml`,
	});
	return [
		[`model.big.m${i}`, model],
		...Array.from({ length: TESTS }, (_, t) => [`test.big.not_null_m${i}_column_${t}.${t}`, test(t)]),
	];
}
