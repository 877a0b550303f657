import { expect, test } from "vitest";
import golden from "./golden/unitTests.json" with { type: "json" };
import { toManifestJson } from "./manifestJson.ts";
import { manifestOf, mistakesIn } from "./testing/readProject.ts";

const META = {
	invocationId: "test",
	generatedAt: "2026-01-01T00:00:00Z",
	startedAt: "2026-01-01T00:00:00Z",
	adapterType: "postgres",
	quoting: { database: true, schema: true, identifier: true },
	env: {},
};
const { "dbt_project.yml": project, ...files } = golden.files;
const PROFILES = "shop: {target: dev, outputs: {dev: {type: pglite, schema: main}}}";

test("unit tests in the manifest are dbt's, field by field, checksums included", async () => {
	const manifest = await manifestOf({ ...files, "tfm_project.yml": project, "profiles.yml": PROFILES });
	const json = JSON.parse([...toManifestJson(manifest, META)].join(""));
	// The schema is that of dbt's profile, the time that of the run.
	const bare = ({ schema: _schema, created_at: _time, ...node }: { schema?: unknown; created_at?: unknown }) => node;
	const all = (nodes: Record<string, object>) =>
		Object.fromEntries(Object.entries(nodes).map(([id, node]) => [id, bare(node)]));
	expect(all(json.unit_tests)).toEqual(all(golden.unit_tests));
	for (const [id, [node]] of Object.entries(golden.disabled)) expect(bare(json.disabled[id][0])).toEqual(bare(node!));
	expect(json.parent_map["unit_test.shop.v.but_one_v2"]).toEqual(["model.shop.v.v2"]);
	expect(json.child_map["model.shop.from_eph"]).toEqual([
		"unit_test.shop.from_eph.eph_dict",
		"unit_test.shop.from_eph.eph_sql",
	]);
});

const withTests = (yaml: string) => ({
	"models/a.sql": "select 1 as id",
	"models/b.sql": "select id from {{ ref('a') }} {% if is_incremental() %} where true {% endif %}",
	"models/v_v1.sql": "select 1 as id",
	"models/v.yml": "models: [{name: v, latest_version: 1, versions: [{v: 1}]}]",
	"models/unit.yml": `unit_tests:\n${yaml}`,
});

test("all mistakes of unit tests are told at once, each where it stands", async () => {
	const mistakes = await mistakesIn(
		withTests(`
  - {name: nowhere, model: bb, given: [], expect: {rows: []}}
  - {name: undecided, model: b, given: [{input: ref('a'), rows: []}], expect: {rows: []}}
  - {name: blind, model: b, overrides: {macros: {is_incremental: true}}, given: [{input: ref('a'), rows: []}], expect: {rows: []}}
  - {name: rowless, model: a, given: [{input: ref('b')}], expect: {format: csv, rows: [{id: 1}]}}
  - {name: strange, model: a, given: [{input: ref('b'), row: []}], expect: {format: xml, rows: []}}
  - {name: fileless, model: a, given: [], expect: {format: csv, fixture: gone}}
  - {name: versioned, model: a, versions: {include: [1]}, given: [], expect: {rows: []}}
  - {name: later, model: v, versions: {include: [2]}, given: [], expect: {rows: []}}
  - {name: torn, model: a, versions: {include: [1], exclude: [2]}, given: [], expect: {rows: []}}
  - {name: twice, model: a, given: [], expect: {rows: []}}
  - {name: twice, model: a, given: [], expect: {rows: []}}
`),
	);
	expect(mistakes).toMatchInlineSnapshot(`
		[
		  "TFM-UNIT-001 models/unit.yml:3:28 unit test "nowhere" tests model "bb", which does not exist | did you mean "b"?",
		  "TFM-UNIT-006 models/unit.yml:4:5 unit test "undecided" must say whether the incremental model "b" runs incrementally | overrides: {macros: {is_incremental: true}}, or false",
		  "TFM-UNIT-007 models/unit.yml:5:81 unit test "blind" runs the incremental model "b" incrementally without rows for it | add "- input: this" with the rows that the model has already",
		  "TFM-UNIT-005 models/unit.yml:6:39 unit test "rowless" gives no rows for ref('b'), which is no seed | write rows: [] for no rows at all",
		  "TFM-UNIT-003 models/unit.yml:6:87 the rows of expect of unit test "rowless" do not fit the format csv: it needs a text of CSV | write a text under "rows: |", or name a file with "fixture:"",
		  "TFM-UNIT-005 models/unit.yml:7:39 unit test "strange" gives no rows for ref('b'), which is no seed | write rows: [] for no rows at all",
		  "TFM-UNIT-012 models/unit.yml:7:57 unit test "strange": "row" has no meaning in an input | did you mean "rows"?",
		  "TFM-UNIT-002 models/unit.yml:7:85 expect of unit test "strange" has the format "xml" | rows are written as dict (the default), csv or sql",
		  "TFM-UNIT-004 models/unit.yml:8:74 unit test "fileless" uses the fixture "gone", for which there is no file | it would be fixtures/gone.csv or .sql under a folder of test-paths; write it without the ending",
		  "TFM-UNIT-008 models/unit.yml:9:43 unit test "versioned" chooses among versions of "a", which has none | leave out versions:",
		  "TFM-UNIT-009 models/unit.yml:10:39 unit test "later" chooses no version of "v" that exists",
		  "TFM-UNIT-010 models/unit.yml:11:38 unit test "torn" both includes and excludes versions | use one of the two",
		  "TFM-UNIT-011 models/unit.yml:13:5 model "a" has two unit tests named "twice"",
		]
	`);
});

test("a unit test that gives rows for something that does not exist can be read: dbt fails it when it runs", async () => {
	const manifest = await manifestOf(
		withTests("  - {name: t, model: a, given: [{input: ref('gone'), rows: []}], expect: {rows: []}}"),
	);
	expect([...manifest.unitTests.values()][0]?.given[0]?.node).toBeNull();
});

test("a number written with a point stays one in the code of its row", async () => {
	const manifest = await manifestOf(
		withTests('  - {name: t, model: a, given: [], expect: {rows: [{id: 1.0, n: 1, big: 1e3, text: "it\'s"}]}}'),
	);
	expect([...manifest.unitTests.values()][0]?.expect.code).toBe(`[{'id': 1.0, 'n': 1, 'big': '1e3', 'text': "it's"}]`);
});
