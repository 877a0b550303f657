/**
 * A text of which nothing but the node made of it knows: its old and its new form are asked what they want of the
 * project, by the code that reads a project. Where both say the same, the node with the new text is what reading all
 * files again would give (docs/adr/0051).
 */
import { isDeepStrictEqual } from "node:util";
import type { ProjectFacts } from "../context/context.ts";
import type { Location } from "../core/location.ts";
import type { Manifest } from "../core/manifest.ts";
import type { ExecutableNode, NodeId } from "../core/node.ts";
import { Collector } from "../parse/collect.ts";
import type { ProjectFile } from "../parse/packageFiles.ts";
import { readCode } from "../parse/readCode.ts";

/** By which a node's file is read again; of all other files more than one node is made, or more than a text hangs on them. */
const KINDS: { readonly [type: string]: "model" | "analysis" | "singular_test" } = {
	model: "model",
	analysis: "analysis",
	test: "singular_test",
};

export const kindOfText = (node: ExecutableNode): "model" | "analysis" | "singular_test" | undefined =>
	KINDS[node.resource_type];

/** Nodes of the root project by `original_file_path`; `several`: others than one, or one that hangs on more than its text. */
export type NodesByText = ReadonlyMap<string, NodeId | "several">;

export function nodesByText({ nodes, disabled }: Manifest, packageName: string): NodesByText {
	const known = new Map<string, NodeId | "several">();
	for (const node of [...nodes.values(), ...[...disabled.values()].flat()]) {
		if (!("original_file_path" in node) || node.package_name !== packageName) continue;
		const path = node.original_file_path;
		const alone = "raw_code" in node && KINDS[node.resource_type] !== undefined && node.language === "sql";
		known.set(path, known.has(path) || !alone || disabled.has(node.unique_id) ? "several" : node.unique_id);
	}
	return known;
}

/** What is looked for in texts themselves, for a remark (manifest/deprecatedUses.ts). */
const REMARKED = /\bmodules\.itertools\b/;

/** The node with its file's text of now; the same node where that is the same, null where more than the text changed. */
export function editText(
	facts: ProjectFacts,
	node: ExecutableNode,
	file: ProjectFile,
	warnings: Manifest["warnings"],
): ExecutableNode | null {
	const collector = new Collector(facts);
	const { code, problems } = readCode(file, collector);
	const [now, ...more] = code;
	if (problems.length > 0 || now === undefined || more.length > 0) return null;
	if (now.raw_code === node.raw_code && now.line === node.code_line && now.column === node.code_column) return node;
	if (
		REMARKED.test(now.raw_code) ||
		warnings.some(({ at, related }) => [at, ...related.map((one) => one.at)].some((place) => place?.file === file.file))
	)
		return null;
	const subject = {
		unique_id: node.unique_id,
		name: node.name,
		package_name: node.package_name,
		resource_type: node.resource_type,
		path: node.path,
		original_file_path: node.original_file_path,
	};
	const text = { file: file.file, text: node.raw_code, line: node.code_line, column: node.code_column };
	// What the old text writes with log() was said when it was read.
	const { watch: _done, ...quiet } = facts;
	const before = new Collector(quiet).collect(text, subject as Parameters<Collector["collect"]>[1]);
	if (!isDeepStrictEqual(before, now.collected)) return null;
	const changed = {
		raw_code: now.raw_code,
		checksum: now.checksum,
		code_line: now.line,
		code_column: now.column,
	};
	// A test finds its place when it is asked for it, in the files as they are then.
	if (node.resource_type === "test" && !Object.hasOwn(node, "location"))
		return Object.freeze(Object.assign(Object.create(Object.getPrototypeOf(node) as object), node, changed));
	// Beside the fields, as in every node.
	const location = { value: placeOf(node, changed) };
	return Object.freeze(Object.defineProperty({ ...node, ...changed }, "location", location));
}

function placeOf(
	node: ExecutableNode,
	{ code_line, code_column }: Pick<ExecutableNode, "code_line" | "code_column">,
): Location {
	const { location: at } = node;
	const own = at.line === node.code_line && at.column === node.code_column;
	return own ? { ...at, line: code_line, column: code_column } : at;
}
