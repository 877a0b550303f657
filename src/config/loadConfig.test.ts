import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { brief, makeSandbox, type Sandbox } from "./testing/sandbox.ts";

const boxes: Sandbox[] = [];
const sandbox = (files: Record<string, string> = {}): Sandbox => {
	const box = makeSandbox(files);
	boxes.push(box);
	return box;
};
afterEach(() => {
	for (const box of boxes.splice(0)) box.remove();
});

const PROFILES = `
shop:
  target: dev
  outputs:
    dev: {type: pglite, path: db, schema: me}
    prod: {type: postgres, host: h, user: u, password: s3cret, dbname: d, schema: s, threads: 8}
`;

describe("the project", () => {
	it("has dbt's defaults where the file says nothing", async () => {
		const { project, targetDir, logDir } = await sandbox({ "dbt_project.yml": "name: shop\n" }).load();
		expect(project).toMatchObject({
			name: "shop",
			version: null,
			file: "dbt_project.yml",
			modelPaths: ["models"],
			seedPaths: ["seeds"],
			testPaths: ["tests"],
			snapshotPaths: ["snapshots"],
			macroPaths: ["macros"],
			analysisPaths: ["analyses"],
			docsPaths: ["models", "seeds", "snapshots", "analyses", "macros", "tests", "functions"],
			assetPaths: [],
			checksum: { name: "sha256", checksum: expect.stringMatching(/^[0-9a-f]{64}$/) },
			cleanTargets: ["target"],
			layering: null,
			schemaNaming: "prefix",
			onRunStart: [],
		});
		expect([targetDir, logDir]).toEqual([join(project.root, "target"), join(project.root, "logs")]);
	});

	it("is found above the current folder, and tfm_project.yml goes before dbt_project.yml", async () => {
		const box = sandbox({
			"tfm_project.yml": "name: mine\n",
			"dbt_project.yml": "name: theirs\n",
			"models/deep/x.sql": "",
		});
		const { project } = await box.load({ cwd: join(box.dir, "models/deep") });
		expect([project.name, project.root]).toEqual(["mine", box.dir]);
	});

	it("keeps trees, vars and hooks as written", async () => {
		const { project } = await sandbox({
			"dbt_project.yml": `
name: shop
version: 1.10
models: {shop: {+materialized: table, staging: {+tags: [a, b]}}}
tests: {+severity: warn}
vars: {start: 2024-01-01, shop: {n: 1}}
on-run-start: "create schema {{ target.schema }}"
on-run-end: ["a", "b"]
dispatch: [{macro_namespace: dbt_utils, search_order: [shop, dbt_utils]}]
quoting: {database: false, identifier: yes}
`,
		}).load();
		expect(project.version).toBe("1.10");
		expect(project.trees.models).toEqual({ shop: { "+materialized": "table", staging: { "+tags": ["a", "b"] } } });
		expect(project.trees.data_tests).toEqual({ "+severity": "warn" });
		expect(project.vars).toEqual({ start: "2024-01-01", shop: { n: 1 } });
		expect(project.onRunStart).toEqual(["create schema {{ target.schema }}"]);
		expect(project.onRunEnd).toEqual(["a", "b"]);
		expect(project.dispatch).toEqual([{ macro_namespace: "dbt_utils", search_order: ["shop", "dbt_utils"] }]);
		expect(project.quoting).toEqual({ database: false, identifier: true });
		expect(project.places.get("vars")).toEqual({ file: "dbt_project.yml", line: 6, column: 1, endColumn: 5 });
	});

	it("reads variables from vars.yml, and not from two places", async () => {
		const box = sandbox({ "dbt_project.yml": "name: shop\n", "vars.yml": "vars: {a: 1}\n" });
		expect((await box.load()).project.vars).toEqual({ a: 1 });
		box.write({ "dbt_project.yml": "name: shop\nvars: {b: 2}\n" });
		expect(await box.mistakes()).toEqual([
			"TFM-CONFIG-006 dbt_project.yml:2:1 variables stand both in vars.yml and under `vars:` in dbt_project.yml | keep them in one place",
		]);
	});

	it("lets templates of the project file read vars.yml, below --vars, modules and the pure functions", async () => {
		const text = "name: shop\non-run-end: \"{{ var('a') }}{{ var('b') }}{{ modules.re.sub('x', 'y', 'x') }}\"\n";
		const box = sandbox({
			"dbt_project.yml": `${text}model-paths: ["{{ var('a') }}{{ modules.re.sub('x', 'y', 'x') }}{{ fromjson('[2]')[0] }}"]\n`,
		});
		box.write({ "vars.yml": "vars: {a: 1, b: 2}\nother: kept out\n" });
		expect((await box.load({ flags: { vars: { b: 3 } } })).project.modelPaths).toEqual(["1y2"]);
	});

	it("takes the old names of paths with a remark", async () => {
		const box = sandbox({ "dbt_project.yml": "name: shop\nsource-paths: [m]\ndata-paths: [d/]\n" });
		const { project, warnings } = await box.load();
		expect([project.modelPaths, project.seedPaths]).toEqual([["m"], ["d"]]);
		expect(warnings.map(brief)).toEqual([
			"TFM-CONFIG-008 dbt_project.yml:2:1 `source-paths:` is an old name of `model-paths:` | write `model-paths:`",
			"TFM-CONFIG-008 dbt_project.yml:3:1 `data-paths:` is an old name of `seed-paths:` | write `seed-paths:`",
		]);
	});

	it("takes as a version of the project what dbt takes, and a mapping for dbt-cloud", async () => {
		const mistakes = (text: string) => sandbox({ "dbt_project.yml": `name: shop\nprofile: shop\n${text}` }).mistakes();
		expect(await mistakes("version: invalid\ndbt-cloud: x\n")).toEqual(
			expect.arrayContaining([
				'TFM-YAML-013 dbt_project.yml:3:10 version must be a version such as 1.0.0, but it is the text "invalid"',
				'TFM-YAML-013 dbt_project.yml:4:12 dbt-cloud must be a mapping (key: value), but it is the text "x"',
			]),
		);
		for (const version of ["1.0", "2", "'1.0.0-rc1+x'"])
			expect(await mistakes(`version: ${version}\n`)).not.toContainEqual(expect.stringContaining("YAML-013"));
	});

	it("reports all mistakes of all files at once, in order", async () => {
		const box = sandbox({
			"dbt_project.yml": `name: 1shop
model-path: [x]
seed-paths: seeds
tests: {a: 1}
data_tests: {a: 1}
test-paths: ["../elsewhere"]
dispatch: [{macro_namespace: a, serch_order: []}]
layers: [a]
flags: 3
require-dbt-version: ">=2.0.0"
`,
			"tfm.yml": "layers: [a, {name: b, gate: maybe}, a]\ngatescope: layer\n",
		});
		expect(await box.mistakes()).toEqual([
			'TFM-CONFIG-004 dbt_project.yml:1:7 a project cannot be called "1shop": it is not an identifier | letters, digits and underscores, not starting with a digit',
			'TFM-YAML-012 dbt_project.yml:2:1 unknown key "model-path" in dbt_project.yml | did you mean "model-paths"?',
			'TFM-YAML-013 dbt_project.yml:3:13 seed-paths must be a list, but it is the text "seeds"',
			"TFM-CONFIG-005 dbt_project.yml:4:1 both `tests:` and `data_tests:` are given | they mean the same: keep `data_tests:`",
			'TFM-CONFIG-013 dbt_project.yml:6:14 test-paths: "../elsewhere" leads out of the project | name a folder inside the project, relative to its root',
			'TFM-YAML-014 dbt_project.yml:7:12 dispatch[0] needs the key "search_order"',
			'TFM-YAML-012 dbt_project.yml:7:33 unknown key "serch_order" in dispatch[0] | did you mean "search_order"?',
			"TFM-CONFIG-007 dbt_project.yml:8:1 `layers:` is not a key of dbt_project.yml | put it into a file tfm.yml beside dbt_project.yml, where dbt does not read it",
			"TFM-YAML-013 dbt_project.yml:9:8 flags must be a mapping (key: value), but it is the number 3",
			'TFM-CONFIG-010 dbt_project.yml:10:22 project "1shop" requires dbt >=2.0.0; tfm behaves as dbt 1.12.6 | --no-version-check runs it all the same',
			'TFM-YAML-015 tfm.yml:1:29 layers[1].gate cannot be "maybe" | one of: error, warn, off',
			'TFM-CONFIG-011 tfm.yml:1:37 two layers have the name "a"',
			'TFM-YAML-012 tfm.yml:2:1 unknown key "gatescope" in tfm.yml | did you mean "gate_scope"?',
		]);
	});

	it("reports files that are not YAML together with nothing else", async () => {
		const box = sandbox({ "dbt_project.yml": "name: shop\n\tversion: 1\n", "vars.yml": "vars: [\n" });
		expect((await box.mistakes()).map((m) => m.slice(0, 30))).toEqual([
			"TFM-YAML-002 dbt_project.yml:2",
			"TFM-YAML-007 vars.yml:1:7 the ",
		]);
	});

	it("says what is missing where there is no project, or an empty one", async () => {
		expect((await sandbox().mistakes()).map((m) => m.replace(/in .*? or the/, "in … or the"))).toEqual([
			"TFM-CONFIG-001 no tfm_project.yml or dbt_project.yml in … or the folders above it | go to a project's folder, or name it with --project-dir",
		]);
		expect(await sandbox({ "dbt_project.yml": "# soon\n" }).mistakes()).toEqual([
			"TFM-CONFIG-003 dbt_project.yml:1:1 dbt_project.yml is empty | a project needs at least a line `name: my_project`",
		]);
	});

	it("names files that cannot be read", async () => {
		const box = sandbox({ "dbt_project.yml": "name: shop\n", "vars.yml/x": "" });
		expect(await box.mistakes()).toEqual(["TFM-CONFIG-002 vars.yml:1:1 cannot read vars.yml: it is a folder"]);
		writeFileSync(join(box.dir, "dbt_project.yml"), Buffer.from([0x6e, 0xff, 0xfe]));
		expect((await box.mistakes())[0]).toBe(
			"TFM-CONFIG-002 dbt_project.yml:1:1 cannot read dbt_project.yml: it is not UTF-8 text",
		);
	});

	it("carries selectors.yml with the places of its entries", async () => {
		const box = sandbox({
			"dbt_project.yml": "name: shop\n",
			"selectors.yml": "selectors:\n  - name: a\n    definition: {tag: x}\n",
		});
		const { selectors } = await box.load();
		expect(selectors?.entries).toEqual([{ name: "a", definition: { tag: "x" } }]);
		expect(selectors?.at([0, "definition", "tag"])).toMatchObject({
			at: { file: "selectors.yml", line: 3, column: 23 },
		});
		box.write({ "selectors.yml": "selector: []\n" });
		expect(await box.mistakes()).toEqual([
			'TFM-YAML-012 selectors.yml:1:1 unknown key "selector" in selectors.yml | did you mean "selectors"?',
		]);
	});

	it("accepts the dbt version it requires, or --no-version-check", async () => {
		const box = sandbox({ "dbt_project.yml": 'name: shop\nrequire-dbt-version: [">=1.3.0", "<2.0.0"]\n' });
		expect(await box.mistakes()).toEqual([]);
		box.write({ "dbt_project.yml": 'name: shop\nrequire-dbt-version: "<1.0.0"\n' });
		expect((await box.mistakes()).length).toBe(1);
		expect(await box.mistakes({ flags: { extra: { versionCheck: false } } })).toEqual([]);
		expect(await box.mistakes({ env: { DBT_VERSION_CHECK: "false" } })).toEqual([]);
		box.write({ "dbt_project.yml": 'name: shop\nrequire-dbt-version: ">=1.0.0, soon"\n' });
		expect(await box.mistakes()).toEqual([
			'TFM-CONFIG-009 dbt_project.yml:2:22 "soon" is not a version requirement | write something like ">=1.5.0" or [">=1.5.0", "<2.0.0"]',
		]);
	});
});

describe("layers", () => {
	it("have a folder and a schema of their own name in the short form", async () => {
		const { project } = await sandbox({
			"tfm_project.yml": "name: shop\nlayers: [landing, staging]\nschema_naming: exact_in_prod\n",
		}).load();
		expect(project.schemaNaming).toBe("exact_in_prod");
		expect(project.layering).toEqual({
			gateScope: "lineage",
			publishScope: "layer",
			publishMethod: "swap",
			skipLayers: "allowed",
			layers: ["landing", "staging"].map((name, index) => ({
				name,
				path: name,
				schema: name,
				database: null,
				gate: "error",
				contract: "optional",
				warehouse: null,
				index,
			})),
		});
	});

	it("say everything in the long form; `off` is no boolean there", async () => {
		const { project } = await sandbox({
			"dbt_project.yml": "name: shop\n",
			"tfm.yml": `
layers:
  - {name: raw, path: models/landing/, schema: raw_data, gate: off}
  - {name: mart, database: dw, contract: required, gate: warn, warehouse: big}
gate_scope: layer
publish_scope: run
publish_method: dml
skip_layers: error
`,
		}).load();
		expect(project.layering).toMatchObject({
			gateScope: "layer",
			publishScope: "run",
			publishMethod: "dml",
			skipLayers: "error",
			layers: [
				{ name: "raw", path: "landing", schema: "raw_data", gate: "off" },
				{
					name: "mart",
					path: "mart",
					database: "dw",
					contract: "required",
					gate: "warn",
					warehouse: "big",
				},
			],
		});
	});

	it("need names that can be folders and schemas, and each its own", async () => {
		const box = sandbox({ "tfm_project.yml": "name: shop\nlayers: [1st, {name: b, path: c}, {path: d}, c, [e]]\n" });
		expect(await box.mistakes()).toEqual([
			'TFM-CONFIG-012 tfm_project.yml:2:10 a layer cannot be called "1st" | letters, digits, underscores and dashes, starting with a letter',
			'TFM-YAML-014 tfm_project.yml:2:35 layers[2] needs the key "name"',
			'TFM-CONFIG-011 tfm_project.yml:2:46 two layers have the path "c"',
			"TFM-YAML-013 tfm_project.yml:2:49 layers[4] must be text (put it in quotes), but it is a list",
		]);
	});

	it("have no role of their own: a run has that of its target", async () => {
		const box = sandbox({ "tfm_project.yml": "name: shop\nlayers: [{name: a, role: builder}]\n" });
		expect(await box.mistakes()).toEqual([
			"TFM-CONFIG-014 tfm_project.yml:2:26 the layer a asks for a role of its own, builder | the target's role builds and publishes all layers; `grants:` says who may read what it made",
		]);
	});

	it("are told twice the same where two take the rest of the project", async () => {
		const box = sandbox({ "tfm_project.yml": "name: shop\nlayers: [{name: a, path: .}, {name: b, path: models}]\n" });
		expect(await box.mistakes()).toEqual(['TFM-CONFIG-011 tfm_project.yml:2:30 two layers have the path "."']);
	});

	it("keep the blocks that other parts read", async () => {
		const { project } = await sandbox({
			"tfm_project.yml": "name: shop\nhistory: {keep: 30d}\nci: {blocking: false}\n",
		}).load();
		expect(project.tfm).toEqual({ history: { keep: "30d" }, ci: { blocking: false } });
	});
});

describe("the database", () => {
	it("is embedded where no profile says otherwise", async () => {
		const { target, warnings } = await sandbox({ "tfm_project.yml": "name: shop\n" }).load();
		expect(target).toEqual({
			profileName: "embedded",
			targetName: "dev",
			type: "pglite",
			threads: 4,
			database: "postgres",
			schema: "dev",
			fields: { type: "pglite", path: ".tfm/database" },
			shown: ["path"],
			file: null,
		});
		expect(warnings).toEqual([]);
	});

	it("must be there where it is named, by the project, a flag or a variable", async () => {
		const first = (texts: readonly string[]) => texts.map((text) => text.split(" | ")[0]);
		const named = sandbox({ "dbt_project.yml": "name: shop\nprofile: shop\n" });
		const missing = 'names the profile "shop", but there is no profiles.yml';
		expect(first(await named.mistakes())).toEqual([`TFM-CONFIG-025 the project ${missing}`]);
		expect((await named.load({ command: "deps" })).target.type).toBe("pglite");
		const bare = sandbox({ "dbt_project.yml": "name: shop\n" });
		expect(first(await bare.mistakes({ flags: { profile: "shop" } }))).toEqual([`TFM-CONFIG-025 --profile ${missing}`]);
		expect(first(await bare.mistakes({ env: { DBT_PROFILE: "shop" } }))).toEqual([
			`TFM-CONFIG-025 DBT_PROFILE / TFM_PROFILE ${missing}`,
		]);
	});

	it("is not needed by a project that names none; the embedded database has one target", async () => {
		const bare = sandbox({ "dbt_project.yml": "name: shop\n" });
		expect((await bare.load({ flags: { target: "dev" } })).target).toMatchObject({ type: "pglite", targetName: "dev" });
		const wrong =
			'TFM-CONFIG-035 there is no target "prod": no profile is named, and the embedded database has the target dev';
		for (const request of [{ flags: { target: "prod" } }, { env: { DBT_TARGET: "prod" } }])
			expect((await bare.mistakes(request))[0]).toMatch(wrong);
	});

	it("comes from the profile's default target, --target, or the environment", async () => {
		const box = sandbox({ "dbt_project.yml": "name: shop\nprofile: shop\n", "profiles.yml": PROFILES });
		expect((await box.load()).target).toMatchObject({
			targetName: "dev",
			type: "pglite",
			schema: "me",
			database: "postgres",
		});
		const { target, secrets } = await box.load({ flags: { target: "prod" } });
		expect(target).toMatchObject({ targetName: "prod", type: "postgres", database: "d", schema: "s", threads: 8 });
		expect(target.file).toBe("profiles.yml");
		expect(secrets).toEqual(["s3cret"]);
		expect((await box.load({ env: { DBT_TARGET: "prod" } })).target.targetName).toBe("prod");
		expect((await box.load({ env: { DBT_TARGET: "prod", TFM_TARGET: "dev" } })).target.targetName).toBe("dev");
		expect((await box.load({ flags: { threads: 3 } })).target.threads).toBe(3);
	});

	it("values under secret names are hidden, also those given with --vars", async () => {
		const box = sandbox({ "dbt_project.yml": "name: shop\nprofile: shop\n", "profiles.yml": PROFILES });
		const vars = { DBT_ENV_SECRET_token: "abc", plain: "shown" };
		const { secrets } = await box.load({ flags: { target: "prod", vars } });
		expect(secrets).toContain("abc");
		expect(secrets).not.toContain("shown");
	});

	it("suggests names for a profile and a target that do not exist", async () => {
		const box = sandbox({ "dbt_project.yml": "name: shop\nprofile: shp\n", "profiles.yml": PROFILES });
		expect(await box.mistakes()).toEqual([
			'TFM-CONFIG-021 profiles.yml:2:1 profiles.yml has no profile "shp" | did you mean "shop"?',
		]);
		expect(await box.mistakes({ flags: { profile: "shop", target: "prd" } })).toEqual([
			'TFM-CONFIG-022 profiles.yml:4:3 profile "shop" has no target "prd" | did you mean "prod"?',
		]);
	});

	it("looks for profiles.yml where it is told, and does not make up another", async () => {
		const box = sandbox({
			"dbt_project.yml": "name: shop\nprofile: shop\n",
			"conf/profiles.yml": PROFILES,
			"empty/x": "",
		});
		expect((await box.load({ flags: { profilesDir: "conf" } })).target.file).toBe("conf/profiles.yml");
		expect((await box.load({ env: { DBT_PROFILES_DIR: join(box.dir, "conf") } })).target.targetName).toBe("dev");
		expect((await box.mistakes({ flags: { profilesDir: "empty" } }))[0]).toContain(
			"TFM-CONFIG-020 there is no profiles.yml in",
		);
	});
});

describe("packages", () => {
	const files = {
		"dbt_project.yml": "name: shop\n",
		"packages.yml": "packages:\n  - {package: a/utils, version: 1.0.0}\n  - {local: ../shared}\n",
		"../shared/dbt_project.yml": "name: shared\nmodels: {shared: {+enabled: false}}\n",
		"dbt_packages/utils/dbt_project.yml": 'name: utils\nrequire-dbt-version: [">=1.0.0", "<2.0.0"]\n',
		"dbt_packages/.cache/x": "",
	};

	it("are those installed, and local ones where they are", async () => {
		const { packages } = await sandbox(files).load();
		expect(packages.map((p) => [p.name, p.file.replace(/^.*\/(?=shared)/, "")])).toEqual([
			["shared", "shared/dbt_project.yml"],
			["utils", "dbt_packages/utils/dbt_project.yml"],
		]);
	});

	it("are missed when they are listed and not installed", async () => {
		const { "dbt_packages/utils/dbt_project.yml": _, ...without } = files;
		expect(await sandbox(without).mistakes()).toEqual([
			"TFM-CONFIG-030 packages.yml:1:1 packages are not installed: a/utils | they belong into dbt_packages",
		]);
		expect(
			await sandbox({ "dbt_project.yml": "name: s\n", "packages.yml": "packages:\n  - local: nope\n" }).mistakes(),
		).toEqual(["TFM-CONFIG-032 packages.yml:2:5 the local package nope does not exist or has no project file"]);
	});

	it("are used as installed where the folder of a local one is gone", async () => {
		const installed = { ...files, "dbt_packages/shared/dbt_project.yml": "name: shared\n" };
		const { "../shared/dbt_project.yml": _, ...gone } = installed;
		expect((await sandbox(gone).load()).packages.map((p) => p.file.replace(/^.*\/(?=dbt_packages)/, ""))).toEqual([
			"dbt_packages/shared/dbt_project.yml",
			"dbt_packages/utils/dbt_project.yml",
		]);
	});

	it("are refused, in dbt's words too, where the lock file does not name what is installed", async () => {
		const lock =
			"packages:\n  - {local: ../shared, name: shared}\n  - {package: a/utils, version: 1.0.0, name: utils}\n";
		const box = { ...files, "package-lock.yml": lock, "dbt_packages/old/dbt_project.yml": "name: old\n" };
		expect(await sandbox(box).mistakes()).toEqual([
			"TFM-CONFIG-038 packages.yml:1:1 packages are installed that package-lock.yml does not name: old | remove them from dbt_packages",
		]);
		const { "dbt_packages/utils/dbt_project.yml": _, "dbt_packages/old/dbt_project.yml": __, ...without } = box;
		await expect(sandbox(without).load()).rejects.toMatchObject({
			diagnostics: [
				{
					dbt: 'dbt expects 2 package(s) based on packages specified in packages.yml, but found only 0 package(s) installed in dbt_packages. Following packages were not found: shared, utils. Run "dbt deps" to install package dependencies.',
				},
			],
		});
	});

	it("may not share a name", async () => {
		const box = sandbox({ ...files, "dbt_packages/again/dbt_project.yml": "name: utils\n" });
		expect(await box.mistakes()).toEqual([
			'TFM-CONFIG-031 dbt_packages/utils/dbt_project.yml:1:1 two packages are called "utils": dbt_packages/again/dbt_project.yml and dbt_packages/utils/dbt_project.yml | remove one of them; a package\'s name is the `name:` in its project file',
		]);
	});
});
