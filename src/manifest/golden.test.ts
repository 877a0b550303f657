import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeSandbox } from "../config/testing/sandbox.ts";
import type { Manifest } from "../core/manifest.ts";
import { toManifestJson } from "./manifestJson.ts";
import { nodeDifferences, sorted } from "./testing/nodeDifferences.ts";
import { readWith } from "./testing/readProject.ts";

const HERE = dirname(fileURLToPath(import.meta.url));

const project = JSON.parse(readFileSync(join(HERE, "golden/project.golden.json"), "utf8"));
/** What dbt-core 1.12.6 with dbt-postgres 1.11 wrote for the files of project.golden.json (`dbt parse`), without times and paths. */
const expected = JSON.parse(readFileSync(join(HERE, "golden/expected.golden.json"), "utf8"));

const META = {
	invocationId: "00000000-0000-0000-0000-000000000000",
	generatedAt: "2026-01-01T00:00:00Z",
	startedAt: "2026-01-01T00:00:00Z",
	adapterType: "postgres",
	quoting: { database: true, schema: true, identifier: true },
	env: {},
} as const;

/** dbt takes a YAML snapshot's checksum from its whole property file. */
const NOT_OURS: Record<string, readonly string[]> = {
	"snapshot.gold.cust_snap": ["checksum"],
};

type Record_ = Record<string, unknown>;
let manifest: Manifest;
let text: string;
let ours: Record<string, Record<string, Record_>>;
const sandbox = makeSandbox(project);

beforeAll(async () => {
	({ manifest } = readWith(await sandbox.load()));
	text = [...toManifestJson(manifest, META)].join("");
	ours = JSON.parse(text);
});
afterAll(() => sandbox.remove());

const differences = (section: string, fields: (id: string) => readonly string[]): readonly unknown[] =>
	nodeDifferences(expected[section], ours[section] ?? {}, fields);

/** What dbt itself brings is left out of the golden file. */
const isProjects = (id: string): boolean => !/^\w+\.dbt\./.test(id);

describe("the manifest of a project with all kinds of features, beside dbt's", () => {
	it("has the same nodes, sources, exposures and docs, and leaves out the same", () => {
		for (const section of ["nodes", "sources", "exposures", "docs"])
			expect(
				Object.keys(ours[section] ?? {})
					.filter(isProjects)
					.sort(),
			).toEqual(Object.keys(expected[section]).sort());
		expect([...manifest.disabled.keys()].sort()).toEqual(expected.disabled);
	});

	it("gives every node the same names, configuration, tests, references and edges", () => {
		// Hooks carry the checksum of the project file in dbt.
		const notOurs = (id: string): readonly string[] =>
			NOT_OURS[id] ?? (id.startsWith("operation.") ? ["checksum"] : []);
		expect(differences("nodes", notOurs)).toEqual([]);
	});

	it("gives every source the same names, freshness and configuration", () => {
		expect(differences("sources", () => [])).toEqual([]);
	});

	it("gives exposures the same inputs; dbt takes a tag of the project file apart into letters", () => {
		expect(differences("exposures", () => ["tags", "config"])).toEqual([]);
		expect(ours.exposures?.["exposure.gold.weekly"]?.tags).toEqual(["board", "exposed"]);
	});

	it("has the same edges in both directions", () => {
		expect(ours.parent_map).toEqual(expected.parent_map);
		const children = Object.entries(expected.child_map as Record<string, string[]>);
		expect(ours.child_map).toEqual(Object.fromEntries(children.map(([id, ids]) => [id, [...ids].sort()])));
	});

	it("has the same macros with their text, description and dependencies", () => {
		const fields = [
			"name",
			"package_name",
			"original_file_path",
			"macro_sql",
			"depends_on",
			"description",
			"patch_path",
		];
		for (const [id, macro] of Object.entries(expected.macros as Record<string, Record_>))
			expect(Object.fromEntries(fields.map((field) => [field, ours.macros?.[id]?.[field]]))).toEqual(macro);
	});

	it("writes the same bytes each time, keys sorted", () => {
		expect([...toManifestJson(manifest, META)].join("")).toBe(text);
		expect(JSON.stringify(sorted(JSON.parse(text)))).toBe(text.trimEnd());
	});
});
