import { nodeId } from "../core/node.ts";
import type { ParsedCode } from "../core/parsed.ts";
import type { Draft, DraftKind } from "./draft.ts";

type Blank = Pick<Draft, "kind" | "name" | "package_name" | "path" | "original_file_path" | "file" | "fqn" | "locate"> &
	Partial<Draft>;

/** Of tens of thousands of tests most have none of most things: one empty value serves them all. */
const NO_LIST: readonly never[] = Object.freeze([]);
const NO_RECORD = Object.freeze({});
const NO_CHECKSUM = Object.freeze({ name: "none", checksum: "" } as const);

/** A draft with nothing resolved. */
export const blankDraft = (given: Blank): Draft => ({
	unique_id: given.unique_id ?? nodeId(`${given.kind}.${given.package_name}.${given.name}`),
	root_path: "",
	raw_code: "",
	language: "sql",
	checksum: NO_CHECKSUM,
	code_line: 1,
	code_column: 1,
	rendered: true,
	calls: NO_LIST,
	written: null,
	firstTags: NO_LIST,
	config: NO_RECORD,
	unrendered: NO_RECORD,
	tags: NO_LIST,
	patch: null,
	description: "",
	descriptionAt: null,
	refs: NO_LIST,
	sources: NO_LIST,
	functions: NO_LIST,
	metrics: NO_LIST,
	macros: NO_LIST,
	test: null,
	index: null,
	depends: NO_LIST,
	unresolved: false,
	layer: null,
	database: "",
	schema: "",
	alias: given.name,
	relation_name: null,
	pointer: null,
	attached: null,
	group: null,
	...given,
});

/** One draft per resource file; singular tests have no generic test's facts. */
export function makeDraft(code: ParsedCode): Draft {
	const kind: DraftKind = code.kind;
	return blankDraft({
		kind,
		name: code.name,
		package_name: code.package_name,
		path: code.path,
		original_file_path: code.original_file_path,
		file: code.file,
		root_path: code.root_path,
		fqn: [code.package_name, ...code.folders, code.name],
		locate: () => ({ file: code.file, line: code.line, column: code.column }),
		raw_code: code.raw_code,
		language: code.language ?? "sql",
		checksum: code.checksum,
		code_line: code.line,
		code_column: code.column,
		rendered: kind !== "model" || code.collected.plain !== true,
		calls: code.collected.configs,
		written: code.collected.writtenConfig ?? null,
		refs: code.collected.refs,
		sources: code.collected.sources,
		functions: code.collected.functions ?? NO_LIST,
		metrics: code.collected.metrics ?? NO_LIST,
		macros: code.collected.macros,
	});
}
