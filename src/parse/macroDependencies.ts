import type { MacroRegistry } from "../context/context.ts";
import type { MacroNode } from "../core/node.ts";

/** `name(` and `package.name(`, and the literal name that dispatch is given with its namespace. */
const CALL = /(?:\b([A-Za-z_]\w*)\s*\.\s*)?\b([A-Za-z_]\w*)\s*\(/g;
const DISPATCH =
	/\badapter\s*\.\s*dispatch\s*\(\s*(?:macro_name\s*=\s*)?(['"])(\w+)\1(?:\s*,\s*(?:macro_namespace\s*=\s*)?(['"])(\w+)\3)?/g;
const TAGS = /\{\{[\s\S]*?\}\}|\{%[\s\S]*?%\}/g;

/**
 * Unique ids of the macros that a macro calls by name, in order of appearance. Read from the text, as dbt does: what
 * `state:modified.macros` compares, never what decides which macro runs.
 */
export function macroDependencies(macro: MacroNode, registry: MacroRegistry): readonly string[] {
	const found = new Set<string>();
	const add = (id: string | undefined): void => {
		if (id !== undefined && id !== macro.unique_id) found.add(id);
	};
	for (const [tag] of macro.macro_sql.matchAll(TAGS)) {
		if (!tag.includes("(")) continue;
		for (const [, owner, name] of tag.matchAll(CALL)) {
			if (name === undefined) continue;
			if (owner === undefined) add(registry.find(name, macro.package_name)?.node.unique_id);
			else if (registry.hasPackage(owner)) add(registry.findIn(owner, name)?.node.unique_id);
		}
		if (tag.includes("dispatch"))
			for (const [, , name, , namespace] of tag.matchAll(DISPATCH))
				if (name !== undefined)
					add(registry.dispatch(name, namespace ?? null, macro.package_name).entry?.node.unique_id);
	}
	return [...found];
}
