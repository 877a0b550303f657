import { diagnostic } from "../core/diagnostic.ts";
import type { MacroNode } from "../core/node.ts";
import type { ParsedProject, YamlEntry } from "../core/parsed.ts";
import type { Descriptions } from "./descriptions.ts";
import { checkMacroArguments } from "./macroArguments.ts";
import type { ManifestWork } from "./manifestWork.ts";
import { listOf, textOf } from "./patches.ts";
import { recordOr } from "./resolveConfig.ts";

/** Macros with the descriptions of property files, sorted by id. */
export function describeMacros(
	parsed: ParsedProject,
	descriptions: Descriptions,
	{ config: { project }, warnings }: Pick<ManifestWork, "config" | "warnings">,
): readonly MacroNode[] {
	// dbt's flag, on unless it is switched off: arguments are taken from the code, and those described compared with it.
	const validates = project.flags.validate_macro_args !== false;
	const patches = new Map<string, YamlEntry>();
	const known = new Set(parsed.macros.map(({ unique_id }) => unique_id));
	for (const entry of parsed.properties) {
		if (entry.section !== "macros") continue;
		const id = `macro.${entry.package_name}.${entry.name}`;
		if (known.has(id)) patches.set(id, entry);
		else
			warnings.push(
				diagnostic(
					"TFM-PARSE-008",
					{ section: "macro", name: entry.name, key: entry.section, file: entry.original_file_path },
					{ ...entry.at(["name"]), severity: "warning" },
				),
			);
	}
	return [...parsed.macros]
		.sort((a, b) => (a.unique_id < b.unique_id ? -1 : 1))
		.map((macro) => {
			const entry = patches.get(macro.unique_id);
			if (entry === undefined) return Object.freeze(validates ? macro : { ...macro, arguments: [] });
			if (validates) warnings.push(...checkMacroArguments(macro, entry));
			const label = `macro "${macro.name}"`;
			const config = recordOr(entry.value.config);
			const docs = recordOr(config.docs ?? entry.value.docs);
			const describe = (text: string, path: readonly (string | number)[]): string =>
				descriptions.render(text, { package_name: macro.package_name, label, place: () => entry.at(path) }).text;
			const described = listOf(entry.value.arguments).map((argument, i) => {
				const { name, type, description } = recordOr(argument);
				return {
					name: textOf(name),
					type: textOf(type) || null,
					description: describe(textOf(description), ["arguments", i, "description"]),
				};
			});
			return Object.freeze({
				...macro,
				description: describe(textOf(entry.value.description), ["description"]),
				meta: { ...recordOr(entry.value.meta), ...recordOr(config.meta) },
				docs: { show: docs.show !== false, node_color: textOf(docs.node_color) || null },
				patch_path: `${entry.package_name}://${entry.original_file_path}`,
				...(described.length > 0 || !validates ? { arguments: described } : {}),
			});
		});
}
