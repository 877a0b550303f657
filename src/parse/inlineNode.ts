/**
 * A query that stands in no file: `show --inline`, `compile --inline`, a hook. It is read like a model's text and
 * bound to the nodes of a manifest that exists already.
 */
import { createReferences, type Found, type ProjectFacts, refText, sourceText } from "../context/context.ts";
import { codeChecksum } from "../core/codeChecksum.ts";
import { type Diagnostic, diagnostic, TfmError } from "../core/diagnostic.ts";
import type { Manifest } from "../core/manifest.ts";
import { type NodeConfig, type NodeId, nodeId, type OperationNode } from "../core/node.ts";
import { Collector } from "./collect.ts";

export interface InlineText {
	readonly sql: string;
	/** In the unique id and in messages: `inline_query`. */
	readonly name: string;
	/** What messages show as the file: `--inline`. */
	readonly label: string;
}

const CONFIG: NodeConfig = Object.freeze({
	enabled: true,
	materialized: "view",
	alias: null,
	schema: null,
	database: null,
	tags: [],
	meta: {},
	"pre-hook": [],
	"post-hook": [],
});

/** Throws TfmError: the template's own mistakes, and TFM-REF-001, 002, 003, 005 for names that mean nothing. */
export function makeInlineNode(inline: InlineText, manifest: Manifest, facts: ProjectFacts): OperationNode {
	const { config } = facts;
	const package_name = config.project.name;
	const unique_id = nodeId(`operation.${package_name}.${inline.name}`);
	const raw_code = inline.sql.trim();
	const collected = new Collector(facts).collect(
		{ file: inline.label, text: raw_code },
		{ unique_id, name: inline.name, package_name, resource_type: "operation" },
	);
	const own = Object.assign({}, CONFIG, ...collected.configs) as NodeConfig;
	const location = { file: inline.label, line: 1, column: 1 };
	return Object.freeze({
		unique_id,
		name: inline.name,
		resource_type: "operation",
		package_name,
		path: inline.label,
		original_file_path: inline.label,
		fqn: [package_name, inline.name],
		tags: [],
		description: "",
		meta: {},
		layer: null,
		location,
		database: config.target.database,
		schema: config.target.schema,
		alias: inline.name,
		relation_name: null,
		raw_code,
		language: "sql",
		checksum: codeChecksum(raw_code),
		config: Object.freeze(own),
		unrendered_config: {},
		columns: {},
		refs: collected.refs,
		sources: collected.sources,
		depends_on: {
			macros: collected.macros,
			nodes: inputsOf({ label: inline.label, raw_code }, collected, manifest, facts),
		},
		group: null,
		docs: { show: true, node_color: null },
		patch_path: null,
		code_line: 1,
		code_column: 1,
		index: 0,
	});
}

interface InlineCode {
	readonly label: string;
	readonly raw_code: string;
}

/** Where the reference is written as messages write it; the text's start where it is written otherwise or computed. */
function placeOf({ label, raw_code }: InlineCode, reference: string) {
	const plain = raw_code.replaceAll('"', "'").indexOf(reference);
	const before = raw_code.slice(0, Math.max(0, plain));
	const line = before.split("\n").length;
	const column = before.length - (before.lastIndexOf("\n") + 1) + 1;
	const at = { file: label, line, column, ...(plain < 0 ? {} : { endColumn: column + reference.length }) };
	return { at, source: raw_code.split("\n")[line - 1] ?? "" };
}

function inputsOf(
	code: InlineCode,
	collected: ReturnType<Collector["collect"]>,
	manifest: Manifest,
	{ config }: ProjectFacts,
): readonly NodeId[] {
	const from = code.label;
	const rootPackage = config.project.name;
	const ownPackageFirst = config.project.flags.require_ref_searches_node_package_before_root === true;
	const references = createReferences(manifest, { rootPackage, ownPackageFirst });
	const problems: Diagnostic[] = [];
	const ids = new Set<NodeId>();
	const take = (
		found: Found<{ readonly unique_id: NodeId }>,
		reference: string,
		missing: "TFM-REF-001" | "TFM-REF-005",
	) => {
		const place = placeOf(code, reference);
		if (found.kind === "found") ids.add(found.node.unique_id);
		else if (found.kind === "disabled")
			problems.push(diagnostic("TFM-REF-002", { from, reference, target: found.id }, place));
		else if (found.kind === "ambiguous")
			problems.push(diagnostic("TFM-REF-003", { from, reference, candidates: found.candidates }, place));
		else problems.push(diagnostic(missing, { from, reference, suggestion: found.suggestion }, place));
	};
	for (const [source, table] of collected.sources)
		take(references.source(source, table, rootPackage), sourceText(source, table), "TFM-REF-005");
	for (const ref of collected.refs) take(references.ref(ref, rootPackage), refText(ref), "TFM-REF-001");
	// What is read twice is one mistake.
	if (problems.length > 0) throw new TfmError([...new Map(problems.map((p) => [p.message, p])).values()]);
	return [...ids];
}
