import { createParseCollector, createParseScope, PARSE_RENDERING } from "../context/context.ts";
import { nodeId, type OperationNode } from "../core/node.ts";
import { compileTemplate } from "../jinja/jinja.ts";
import type { OpenProject } from "./openProject.ts";

/** The name under which inline SQL appears in messages. */
export const INLINE_FILE = "inline";

/** SQL given with --inline as a node of its own, outside the manifest. Throws what its template throws. */
export function inlineNode(project: OpenProject, sql: string): OperationNode {
	const { config, facts } = project;
	const { name: package_name } = config.project;
	const unique_id = nodeId(`sql_operation.${package_name}.inline_query`);
	const collector = createParseCollector();
	const subject = { unique_id, name: "inline_query", package_name, resource_type: "operation" };
	compileTemplate({ file: INLINE_FILE, text: sql }).render(
		createParseScope(facts, subject, collector),
		PARSE_RENDERING,
	);
	return Object.freeze({
		unique_id,
		name: "inline_query",
		resource_type: "operation",
		package_name,
		path: INLINE_FILE,
		original_file_path: INLINE_FILE,
		fqn: [package_name, "inline_query"],
		tags: [],
		description: "",
		meta: {},
		layer: null,
		location: { file: INLINE_FILE, line: 1, column: 1 },
		database: config.target.database,
		schema: config.target.schema,
		alias: "inline_query",
		relation_name: null,
		raw_code: sql,
		language: "sql",
		checksum: { name: "none", checksum: "" },
		config: { enabled: true, materialized: "view", tags: [], meta: {}, "pre-hook": [], "post-hook": [] },
		unrendered_config: {},
		columns: {},
		refs: collector.refs,
		sources: collector.sources,
		// What it reads is not known to the manifest; references are looked up as they are met.
		depends_on: { macros: [...collector.macros], nodes: [] },
		group: null,
		docs: { show: false, node_color: null },
		patch_path: null,
		code_line: 1,
		code_column: 1,
		index: 0,
	} satisfies OperationNode);
}
