/**
 * A template that uses what tfm lacks stops at the first such use. Where that is why a project cannot be read, the
 * macros that its files come to are searched for all the others, so that they are told at once.
 */
import { lackingUses, type MacroDefinition, OVERRIDE, type ProjectFacts } from "../context/context.ts";
import { type Diagnostic, diagnostic } from "../core/diagnostic.ts";
import { sortDiagnostics } from "../core/sortDiagnostics.ts";
import { macroDependencies } from "./macroDependencies.ts";
import type { FileKind, ProjectFile } from "./packageFiles.ts";
import { readText } from "./readText.ts";

/** What reading renders. */
const RENDERED: ReadonlySet<FileKind> = new Set(["model", "snapshot", "analysis", "function", "singular_test"]);

const UNKNOWN_MEMBER = /^'(?:adapter|modules\.\w+)\.\w+' is undefined$/;

const isLacking = ({ code, message }: Diagnostic): boolean =>
	code === "TFM-JINJA-006" || (code === "TFM-JINJA-010" && UNKNOWN_MEMBER.test(message));

const placeOf = ({ at }: Diagnostic): string => `${at?.file}:${at?.line}`;

/**
 * The mistakes, each use of something that tfm lacks once, however many files come to it; and as warnings the uses
 * that reading did not come to, once for each file and feature (TFM-PARSE-070).
 */
export function withLackingUses(
	problems: readonly Diagnostic[],
	files: readonly ProjectFile[],
	definitions: readonly MacroDefinition[],
	facts: ProjectFacts,
): readonly Diagnostic[] {
	if (!problems.some(isLacking)) return problems;
	const told = new Set<string>();
	const kept = problems.flatMap((problem): readonly Diagnostic[] => {
		if (!isLacking(problem)) return [problem];
		const key = `${placeOf(problem)} ${problem.message}`;
		if (told.has(key)) return [];
		told.add(key).add(placeOf(problem));
		const inMacro = problem.related.length > 0;
		return [inMacro ? { ...problem, hint: OVERRIDE } : problem];
	});

	const found = new Map<string, Diagnostic>();
	for (const { node, source } of reachedMacros(files, definitions, facts)) {
		for (const { what, line } of lackingUses(node.macro_sql)) {
			const at = { file: source.file, line: node.line + line, column: 1 };
			const key = `${at.file} ${what}`;
			if (found.has(key) || told.has(`${at.file}:${at.line}`)) continue;
			const uses = { package: node.package_name, what, found: [`the macro ${node.name}`], way: OVERRIDE };
			found.set(key, diagnostic("TFM-PARSE-070", uses, { at, severity: "warning" }));
		}
	}
	return sortDiagnostics([...kept, ...found.values()]);
}

/** Macros of the project and its packages that are named in the files, or in macros that are. */
function reachedMacros(
	files: readonly ProjectFile[],
	definitions: readonly MacroDefinition[],
	facts: ProjectFacts,
): readonly MacroDefinition[] {
	const { config, registry } = facts;
	const byId = new Map(definitions.map((definition) => [definition.node.unique_id, definition]));
	const named = files.flatMap((file) => {
		const text = RENDERED.has(file.kind) ? readText(file) : "";
		if (typeof text !== "string") return [];
		return macroDependencies({ name: "", package_name: file.package_name, macro_sql: text }, registry);
	});
	const reached = new Set(named);
	for (const id of reached) {
		const node = byId.get(id)?.node;
		for (const next of node === undefined ? [] : macroDependencies(node, registry)) reached.add(next);
	}
	const packages = new Set([config.project.name, ...config.packages.map(({ name }) => name)]);
	return [...reached].flatMap((id) => {
		const definition = byId.get(id);
		return definition !== undefined && packages.has(definition.node.package_name) ? [definition] : [];
	});
}
