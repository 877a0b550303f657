import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeSandbox } from "../config/testing/sandbox.ts";
import { toManifestJson } from "./manifestJson.ts";
import { nodeDifferences } from "./testing/nodeDifferences.ts";
import { readWith } from "./testing/readProject.ts";

const read = (name: string) => JSON.parse(readFileSync(new URL(`golden/${name}`, import.meta.url), "utf8"));

/** What dbt-core 1.12.6 with dbt-postgres 1.11 wrote (`dbt parse --no-partial-parse`) for the project beside it. */
const expected = read("configs.expected.golden.json");
const sandbox = makeSandbox(read("configs.project.golden.json"));

type Nodes = Record<string, Record<string, unknown>>;
let ours: Record<string, Nodes>;

beforeAll(async () => {
	const { manifest } = readWith(await sandbox.load());
	const text = toManifestJson(manifest, {
		invocationId: "",
		generatedAt: "",
		startedAt: "",
		adapterType: "postgres",
		quoting: { database: true, schema: true, identifier: true },
		env: {},
	});
	ours = JSON.parse([...text].join(""));
});
afterAll(() => sandbox.remove());

/** What dbt itself brings is left out of the golden file. */
const isProjects = (id: string): boolean => !/^\w+\.dbt\./.test(id);

describe("configuration set on every level, in the project and in a package, beside dbt's", () => {
	it("is merged to the same values in every node, and what was written is kept as dbt keeps it", () => {
		// dbt takes a YAML snapshot's checksum from its whole property file.
		const fields = (id: string) => (id === "snapshot.root.sn_yml" ? ["checksum"] : []);
		expect(nodeDifferences(expected.nodes, ours.nodes ?? {}, fields)).toEqual([]);
		expect(nodeDifferences(expected.sources, ours.sources ?? {}, () => [])).toEqual([]);
		expect(nodeDifferences(expected.exposures, ours.exposures ?? {}, () => [])).toEqual([]);
		expect(nodeDifferences(expected.functions, ours.functions ?? {}, () => [])).toEqual([]);
	});

	it("leaves the same nodes, the same disabled ones and the same edges", () => {
		for (const section of ["nodes", "sources", "functions", "docs"])
			expect(
				Object.keys(ours[section] ?? {})
					.filter(isProjects)
					.sort(),
			).toEqual(Object.keys(expected[section]).sort());
		expect(Object.keys(ours.disabled ?? {}).sort()).toEqual(expected.disabled);
		expect(ours.parent_map).toEqual(expected.parent_map);
	});
});
