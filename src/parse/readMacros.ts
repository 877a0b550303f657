import type { MacroDefinition } from "../context/context.ts";
import { type Diagnostic, diagnostic, TfmError } from "../core/diagnostic.ts";
import type { MacroNode } from "../core/node.ts";
import { type BlockKind, findBlocks, type MacroBlock } from "../jinja/jinja.ts";
import type { ProjectFile } from "./packageFiles.ts";
import { readText } from "./readText.ts";
import { walkFolder } from "./walkFolder.ts";

const MACRO_KINDS: readonly BlockKind[] = ["macro", "test", "data_test", "materialization"];
const TEST_KINDS: readonly BlockKind[] = ["test", "data_test"];

export interface MacroResult {
	readonly macros: readonly MacroDefinition[];
	readonly problems: readonly Diagnostic[];
}

/** The macros of a file; of a file in tests/generic only the tests. */
export function readMacros(file: ProjectFile): MacroResult {
	const text = readText(file);
	if (typeof text !== "string") return { macros: [], problems: [text] };
	const source = { file: file.file, text };
	try {
		const blocks = findBlocks(source, file.kind === "generic_test" ? TEST_KINDS : MACRO_KINDS);
		return { macros: blocks.map((block) => ({ node: macroNode(file, block), source, block })), problems: [] };
	} catch (error) {
		if (error instanceof TfmError) return { macros: [], problems: error.diagnostics };
		throw error;
	}
}

function macroNode(file: ProjectFile, block: MacroBlock): MacroNode {
	return {
		unique_id: `macro.${file.package_name}.${block.macroName}`,
		name: block.macroName,
		resource_type: "macro",
		package_name: file.package_name,
		path: file.original_file_path,
		original_file_path: file.original_file_path,
		macro_sql: block.spaced,
		parameters: block.parameters,
		description: "",
		line: block.line,
		column: block.column,
		// dbt names the arguments of what stands in macros/ alone.
		...(file.kind === "generic_test" ? { arguments: [] } : {}),
		...(block.supportedLanguages === undefined ? {} : { supported_languages: block.supportedLanguages }),
	};
}

/** The macros that ship with tfm: a folder of .sql files for each internal package. */
export function builtinMacroFiles(dirs: readonly { readonly package: string; readonly dir: string }[]): ProjectFile[] {
	return dirs.flatMap(({ package: package_name, dir }) =>
		walkFolder(dir)
			.filter(({ path }) => path.endsWith(".sql"))
			.map(({ path, absolute }) => ({
				kind: "macro" as const,
				package_name,
				root_path: dir,
				absolute,
				path,
				original_file_path: `macros/${path}`,
				file: `${package_name}/macros/${path}`,
			})),
	);
}

/** Two macros of one name in one package: templates could not say which they mean. */
export function duplicateMacros(macros: readonly MacroDefinition[]): readonly Diagnostic[] {
	const seen = new Map<string, MacroDefinition>();
	const problems: Diagnostic[] = [];
	for (const macro of macros) {
		const first = seen.get(macro.node.unique_id);
		if (first === undefined) seen.set(macro.node.unique_id, macro);
		else
			problems.push(
				diagnostic(
					"TFM-PARSE-017",
					{ kind: "macros", name: macro.node.name },
					{ at: placeOf(macro), related: [{ label: "the other one", at: placeOf(first) }] },
				),
			);
	}
	return problems;
}

const placeOf = ({ source, node }: MacroDefinition) => ({ file: source.file, line: node.line, column: node.column });
