/** Artifacts as dbt and tfm write them, as small as a test allows. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { SiteSource } from "../siteSource.ts";

type Fields = Readonly<Record<string, unknown>>;

export const MANIFEST_VERSION = "https://schemas.getdbt.com/dbt/manifest/v12.json";

/** A model in the folder `staging` unless `fqn` says otherwise. */
export function model(name: string, fields: Fields = {}): Fields {
	return {
		resource_type: "model",
		package_name: "shop",
		name,
		fqn: ["shop", "staging", name],
		description: "",
		raw_code: `select '${name}' as id`,
		compiled_code: `select '${name}' as id`,
		config: { materialized: "table", meta: {} },
		columns: {},
		tags: [],
		depends_on: { nodes: [] },
		original_file_path: `models/staging/${name}.sql`,
		relation_name: `"db"."s"."${name}"`,
		access: "protected",
		...fields,
	};
}

export function test(name: string, tested: string, fields: Fields = {}): Fields {
	return {
		resource_type: "test",
		package_name: "shop",
		name,
		fqn: ["shop", name],
		attached_node: tested,
		depends_on: { nodes: [tested] },
		test_metadata: { name: "not_null" },
		column_name: "id",
		compiled_code: "select * from s where id is null",
		config: { severity: "ERROR" },
		original_file_path: "models/staging/_staging.yml",
		...fields,
	};
}

/** Writes manifest.json, and what else is given, into the folder. */
export function writeArtifacts(
	folder: string,
	nodes: Readonly<Record<string, Fields>>,
	{
		manifest = {},
		files = {},
	}: { readonly manifest?: Fields; readonly files?: Readonly<Record<string, unknown>> } = {},
): string {
	mkdirSync(folder, { recursive: true });
	const document = {
		metadata: {
			dbt_schema_version: MANIFEST_VERSION,
			project_name: "shop",
			generated_at: "2026-11-21T06:00:00Z",
			dbt_version: "1.12.6",
		},
		nodes,
		sources: {},
		exposures: {},
		unit_tests: {},
		docs: {},
		...manifest,
	};
	writeFileSync(join(folder, "manifest.json"), JSON.stringify(document));
	for (const [name, content] of Object.entries(files))
		writeFileSync(join(folder, name), typeof content === "string" ? content : JSON.stringify(content));
	return folder;
}

export const siteSource = (target: string, fields: Partial<SiteSource> = {}): SiteSource => ({
	target,
	layers: null,
	results: new Map(),
	runs: [],
	landed: new Map(),
	state: null,
	samples: new Map(),
	findings: new Map(),
	excludeCode: false,
	baseUrl: "",
	singleFile: false,
	writtenBy: "tfm 0.1.0",
	links: { repository: "", editor: "" },
	assets: [],
	...fields,
});

/** In place of the built program, which is there only after a build. */
export function writeProgram(folder: string): string {
	mkdirSync(folder, { recursive: true });
	const files = {
		entry: "app.AAAAAAAA.js",
		worker: "layout.CCCCCCCC.js",
		style: "style.BBBBBBBB.css",
		scripts: ["app.AAAAAAAA.js", "layout.CCCCCCCC.js"],
		styles: ["style.BBBBBBBB.css"],
	};
	writeFileSync(join(folder, "files.json"), JSON.stringify(files));
	writeFileSync(join(folder, "app.AAAAAAAA.js"), "export {};");
	writeFileSync(join(folder, "layout.CCCCCCCC.js"), "");
	for (const name of ["single.js", "single.layout.js"]) writeFileSync(join(folder, name), "(() => {})();");
	writeFileSync(join(folder, "style.BBBBBBBB.css"), ":root{}");
	return folder;
}
