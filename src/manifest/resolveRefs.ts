/**
 * References become edges (spec 2.8). A node that reads something missing, disabled or private is an error; a test
 * that does so is left out with a warning, as in dbt. All of them are reported together.
 */
import { functionText, refText, sourceText } from "../context/context.ts";
import { type Diagnostic, diagnostic } from "../core/diagnostic.ts";
import { type NodeId, nodeId, type RefArgs } from "../core/node.ts";
import type { FilePlace } from "../core/parsed.ts";
import type { Draft } from "./draft.ts";
import type { NodeIndex } from "./nodeIndex.ts";

/** Whoever refers to nodes: a draft, or an exposure. */
export interface Reader {
	readonly unique_id: string;
	readonly kind: string;
	readonly package_name: string;
	readonly original_file_path?: string;
	readonly group: string | null;
	readonly refs: readonly RefArgs[];
	readonly sources: readonly (readonly [string, string])[];
	readonly functions?: readonly (readonly string[])[];
	readonly findFunction?: (names: readonly string[]) => FilePlace;
	readonly findRef: (ref: RefArgs) => FilePlace;
	readonly findSource: (source: readonly [string, string]) => FilePlace;
}

export interface Resolution {
	readonly depends: readonly NodeId[];
	/** A test that reads something disabled or missing. */
	readonly dropped: boolean;
}

export interface ResolveReport {
	readonly problems: Diagnostic[];
	readonly warnings: Diagnostic[];
	/** Whose package is the root. */
	readonly config: { readonly project: { readonly name: string } };
}

/** What is read twice is one edge, and one mistake. */
const distinct = <T>(calls: readonly T[]): readonly T[] =>
	calls.length < 2 ? calls : [...new Map(calls.map((call) => [JSON.stringify(call), call])).values()];

const idOf = (target: { readonly unique_id: string }): string => target.unique_id;

export function resolveReader(
	reader: Reader,
	index: NodeIndex,
	report: ResolveReport,
	restricted: ReadonlySet<string>,
): Resolution {
	const depends = new Set<NodeId>();
	let dropped = false;
	const isTest = reader.kind === "test";
	const { unique_id: from } = reader;

	// dbt lists sources before nodes.
	for (const call of distinct(reader.sources)) {
		const [source, table] = call;
		const found = index.findSource(source, table, reader.package_name);
		const reference = sourceText(source, table);
		if (found.kind === "found") depends.add(nodeId(found.target.unique_id));
		else if (found.kind === "ambiguous")
			report.problems.push(
				diagnostic(
					"TFM-REF-003",
					{ from, reference, candidates: found.candidates.map(idOf).sort() },
					reader.findSource(call),
				),
			);
		else if (isTest) {
			dropped = true;
			report.warnings.push(
				droppedTest(reader, {
					disabled: found.kind === "disabled" ? idOf(found.target) : null,
					reference,
					target: { target_name: `${source}.${table}`, target_kind: "source", target_package: "" },
					place: reader.findSource(call),
					suggest: () => index.suggestSource(source, table),
				}),
			);
		} else if (found.kind === "disabled")
			report.problems.push(
				diagnostic("TFM-REF-002", { from, reference, target: idOf(found.target) }, reader.findSource(call)),
			);
		else
			report.problems.push(
				diagnostic(
					"TFM-REF-005",
					{ from, reference, suggestion: index.suggestSource(source, table) },
					reader.findSource(call),
				),
			);
	}
	for (const ref of distinct(reader.refs)) {
		const found = index.findRef(ref, reader.package_name);
		const reference = refText(ref);
		if (found.kind === "found") {
			const refused = refusal(reader, found.target, restricted);
			if (refused === null) {
				depends.add(found.target.unique_id);
				report.warnings.push(...readsRoot(reader, ref, found.target, report.config.project.name));
			} else
				report.problems.push(
					diagnostic(
						"TFM-REF-016",
						{ from, reference, target: found.target.unique_id, access: refused, scope: scopeOf(found.target, refused) },
						reader.findRef(ref),
					),
				);
		} else if (found.kind === "ambiguous")
			report.problems.push(
				diagnostic(
					"TFM-REF-003",
					{ from, reference, candidates: found.candidates.map(idOf).sort() },
					reader.findRef(ref),
				),
			);
		else if (isTest) {
			dropped = true;
			report.warnings.push(
				droppedTest(reader, {
					disabled: found.kind === "disabled" ? idOf(found.target) : null,
					reference,
					target: { target_name: ref.name, target_kind: "node", target_package: ref.package ?? "" },
					place: reader.findRef(ref),
					suggest: () => index.suggestRef(ref, from),
				}),
			);
		} else if (found.kind === "disabled")
			report.problems.push(
				diagnostic("TFM-REF-002", { from, reference, target: idOf(found.target) }, reader.findRef(ref)),
			);
		else
			report.problems.push(
				diagnostic("TFM-REF-001", { from, reference, suggestion: index.suggestRef(ref, from) }, reader.findRef(ref)),
			);
	}
	for (const names of reader.functions ?? []) {
		const found = index.findFunction(names, reader.package_name);
		const reference = functionText(names);
		const place = reader.findFunction?.(names) ?? {};
		if (found.kind === "found") depends.add(found.target.unique_id);
		else if (found.kind === "disabled")
			report.problems.push(diagnostic("TFM-REF-002", { from, reference, target: idOf(found.target) }, place));
		else if (found.kind === "ambiguous")
			report.problems.push(
				diagnostic("TFM-REF-003", { from, reference, candidates: found.candidates.map(idOf).sort() }, place),
			);
		else
			report.problems.push(
				diagnostic("TFM-REF-001", { from, reference, suggestion: index.suggestFunction(names) }, place),
			);
	}
	return { depends: [...depends], dropped };
}

/** A package that reads a node of the root project without naming it (dbt: PackageNodeDependsOnRootProjectNode). */
function readsRoot(reader: Reader, ref: RefArgs, target: Draft, root: string): readonly Diagnostic[] {
	if (reader.package_name === root || target.package_name !== root || ref.package === root) return [];
	const name = reader.unique_id.split(".").slice(2).join(".");
	const facts = { from: reader.unique_id, name, package: reader.package_name, target: target.unique_id };
	return [diagnostic("TFM-REF-033", facts, { ...reader.findRef(ref), severity: "warning" })];
}

/** Why the reader may not read the model; null when it may. */
function refusal(reader: Reader, target: Draft, restricted: ReadonlySet<string>): "private" | "protected" | null {
	if (target.kind !== "model") return null;
	const isForeign = reader.package_name !== target.package_name && restricted.has(target.package_name);
	const group = typeof target.config.group === "string" ? target.config.group : null;
	if (target.config.access === "private")
		return reader.group === null || reader.group !== group || isForeign ? "private" : null;
	return target.config.access === "protected" && isForeign ? "protected" : null;
}

/** What dbt names of the target: the group that a private model is kept to, or the package. */
const scopeOf = (target: Draft, access: "private" | "protected"): string =>
	access === "protected" ? target.package_name : String(("group" in target.config && target.config.group) || "");

interface Wanted {
	/** The disabled node that is read; null: there is none. */
	readonly disabled: string | null;
	readonly reference: string;
	/** What is read, in the fields of dbt's event. */
	readonly target: { readonly target_name: string; readonly target_kind: string; readonly target_package: string };
	readonly place: FilePlace;
	readonly suggest: () => string | undefined;
}

function droppedTest(reader: Reader, { disabled, reference, target, place, suggest }: Wanted): Diagnostic {
	const warning = { ...place, severity: "warning" as const };
	const test = reader.unique_id;
	const wanted = {
		original_file_path: reader.original_file_path ?? "",
		unique_id: test,
		resource_type_title: "Test",
		...target,
	};
	return disabled === null
		? diagnostic("TFM-PARSE-031", { test, reference, wanted, suggestion: suggest() }, warning)
		: diagnostic("TFM-PARSE-030", { test, reads: disabled, wanted }, warning);
}
