import { deserialize, serialize } from "node:v8";
import { describe, expect, it } from "vitest";
import { manifestOf } from "../../manifest/testing/readProject.ts";
import { packOutlines, unpackOutlines } from "./packOutlines.ts";

const PROPERTIES = `
models:
  - name: orders
    latest_version: 2
    columns: [{name: id, data_tests: [unique, {accepted_values: {arguments: {values: [1.5, a]}}}]}]
    versions: [{v: 1}, {v: 2}, {v: "1.1"}]
  - name: a.b
    config: {tags: ["null", x]}
  - name: c
    data_tests: [{unique: {arguments: {column_name: id}, name: own.name}}, volume_anomaly]
    columns: [{name: id, data_tests: [null_rate_anomaly]}]
    config: {tags: [x, "null"], schema: apart}
`;

describe("outlines of nodes", () => {
	it("say after packing what the nodes say: versions, names with dots, tests, tags and who describes them", async () => {
		const { nodes } = await manifestOf({
			"models/orders_v1.sql": "select 1 as id",
			"models/orders_v2.sql": "select 1 as id",
			"models/orders_v1.1.sql": "select 1 as id",
			"models/deep/a.b.sql": "select 1 as id",
			"models/c.sql": "select 1 as id",
			"tests/one.sql": "select * from {{ ref('c') }}",
			"seeds/s.csv": "id\n1\n",
			"models/p.yml": PROPERTIES,
		});
		const all = [...nodes.values()];
		const packed = deserialize(serialize(packOutlines(all))) as ReturnType<typeof packOutlines>;
		const said = unpackOutlines(packed, [...nodes.keys()]);
		expect(said).toEqual(
			all.map((node) => ({
				unique_id: node.unique_id,
				name: node.name,
				resource_type: node.resource_type,
				package_name: node.package_name,
				original_file_path: node.original_file_path,
				fqn: node.fqn,
				tags: node.tags,
				layer: node.layer,
				patch_path: node.patch_path,
				version: node.resource_type === "model" ? node.version : null,
				database: node.database,
				schema: node.schema,
				checksum: node.checksum.checksum,
				test_metadata: node.resource_type === "test" && node.test_metadata ? { name: node.test_metadata.name } : null,
			})),
		);
		const versions = said.filter(({ version }) => version !== null).map(({ version }) => version);
		expect([all.length, versions]).toEqual([16, [1, "1.1", 2]]);
		const tests = said.flatMap(({ test_metadata: generic }) => generic?.name ?? []);
		expect(tests).toEqual(expect.arrayContaining(["null_rate_anomaly", "volume_anomaly", "unique"]));
		expect(said.filter(({ checksum }) => checksum !== "").length).toBe(7);
	});
});
