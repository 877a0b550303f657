/** What a project does that dbt calls deprecated and that shows once its nodes and macros are known. */
import type { Config } from "../core/config.ts";
import { type Diagnostic, diagnostic } from "../core/diagnostic.ts";
import type { ExecutableNode, MacroNode } from "../core/node.ts";
import type { ExposureDraft } from "./exposures.ts";

const BUILT_IN: ReadonlySet<string> = new Set(["dbt", "dbt_postgres", "dbt_snowflake"]);
const MATERIALIZATION = /^materialization_(.+)_(?:default|postgres|snowflake)$/;
const ITERTOOLS = /\bmodules\.itertools\.(\w+)/;

export function deprecatedUses(found: {
	/** Enabled ones. */
	readonly nodes: readonly ExecutableNode[];
	readonly macros: ReadonlyMap<string, MacroNode>;
	readonly exposures: readonly ExposureDraft[];
	readonly config: Config;
}): readonly Diagnostic[] {
	return [...exposureNames(found.exposures), ...overriddenMaterializations(found), ...usesOfItertools(found)];
}

const exposureNames = (exposures: readonly ExposureDraft[]): readonly Diagnostic[] =>
	exposures
		.filter(({ name }) => !/^[\p{L}\p{N}_-]+$/u.test(name))
		.map(({ name, entry }) =>
			diagnostic("TFM-DEPR-008", { exposure: name }, { ...entry.at(["name"]), severity: "warning" }),
		);

/** Built-in materializations in use that a package replaces, where dbt's flag lets it. */
function overriddenMaterializations(found: Parameters<typeof deprecatedUses>[0]): readonly Diagnostic[] {
	const { nodes, macros, config } = found;
	if (config.project.flags.require_explicit_package_overrides_for_builtin_materializations !== false) return [];
	const used = new Set(
		nodes.map((node) => (node.resource_type === "model" ? node.config.materialized : node.resource_type)),
	);
	const kinds = [...macros.values()].flatMap((macro) => {
		const kind = MATERIALIZATION.exec(macro.name)?.[1];
		return kind === undefined || !used.has(kind) ? [] : [{ kind, macro }];
	});
	const builtIn = new Set(kinds.flatMap(({ kind, macro }) => (BUILT_IN.has(macro.package_name) ? [kind] : [])));
	const own = new Set(kinds.flatMap(({ kind, macro }) => (macro.package_name === config.project.name ? [kind] : [])));
	return kinds
		.filter(({ kind, macro }) => builtIn.has(kind) && !own.has(kind) && !BUILT_IN.has(macro.package_name))
		.map(({ kind, macro }) =>
			diagnostic(
				"TFM-DEPR-010",
				{ package: macro.package_name, materialization: kind },
				{ at: { file: macro.original_file_path, line: 1, column: 1 }, severity: "warning" },
			),
		);
}

/** Seen in the text: the root project's macros and all nodes. */
function usesOfItertools({ nodes, macros, config }: Parameters<typeof deprecatedUses>[0]): readonly Diagnostic[] {
	const own = [...macros.values()].filter((macro) => macro.package_name === config.project.name);
	const texts = [
		...nodes.map((node) => ({ text: node.raw_code, file: node.original_file_path })),
		...own.map((macro) => ({ text: macro.macro_sql, file: macro.original_file_path })),
	];
	const seen = new Set<string>();
	return texts.flatMap(({ text, file }) => {
		const name = ITERTOOLS.exec(text)?.[1];
		if (name === undefined || seen.has(file)) return [];
		seen.add(file);
		return [diagnostic("TFM-DEPR-012", { function: name }, { at: { file, line: 1, column: 1 }, severity: "warning" })];
	});
}
