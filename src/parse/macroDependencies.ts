import type { MacroRegistry } from "../context/context.ts";
import type { MacroNode } from "../core/node.ts";

/** A comment, a raw block, or the start of a tag. */
const MARK = /\{#[\s\S]*?#\}|\{%[-+]?\s*raw\s*[-+]?%\}[\s\S]*?\{%[-+]?\s*endraw\s*[-+]?%\}|\{[{%]/g;
/** A string, or the end of a tag. */
const STEP = /'(?:\\[\s\S]|[^'\\])*'|"(?:\\[\s\S]|[^"\\])*"|[%}]\}/g;
/** `name(` and `owner.name(`; neither a filter, nor a test, nor a method of something longer. */
const CALL = /(?<!\w|[.|]\s*|\bis\s+|\bis\s+not\s+)(?:([A-Za-z_]\w*)\s*\.\s*)?([A-Za-z_]\w*)\s*\(/g;
/** The definition of a generic test, up to its name, which is no call of a macro of that name. */
const TEST_HEAD = /^\{%[-+]?\s*(?:data_)?test\s+/;
/** What dispatch is given: a literal name, then a literal namespace. */
const DISPATCH = /\s*(?:macro_name\s*=\s*)?(['"])(\w+)\1(?:\s*,\s*(?:macro_namespace\s*=\s*)?(['"])(\w+)\3)?/y;
/** dbt's own, whatever a project makes of the names. */
const NOT_MACROS: ReadonlySet<string> = new Set(["ref", "source", "config"]);

/**
 * Unique ids of the macros that a macro calls by name, in order of appearance. Read from the text, as dbt does: what
 * `state:modified.macros` compares, never what decides which macro runs.
 */
export function macroDependencies(
	macro: Pick<MacroNode, "name" | "package_name" | "macro_sql">,
	registry: MacroRegistry,
): readonly string[] {
	const found = new Set<string>();
	const add = (packageName: string, name: string): void => {
		const id = registry.findWritten(packageName, name)?.node.unique_id;
		if (id !== undefined) found.add(id);
	};
	for (const { from, text } of tagsOf(macro.macro_sql)) {
		const defined = TEST_HEAD.exec(text)?.[0].length ?? -1;
		for (const call of text.matchAll(CALL)) {
			if (call.index === defined) continue;
			const [whole, owner, name = ""] = call;
			if (owner === "adapter") {
				if (name !== "dispatch") continue;
				// Strings are blank in `text`; the name is read where it stands.
				DISPATCH.lastIndex = from + call.index + whole.length;
				const [, , dispatched, , namespace] = DISPATCH.exec(macro.macro_sql) ?? [];
				if (dispatched === undefined) continue;
				if (dispatched !== macro.name) add(macro.package_name, dispatched);
				const target = registry.dispatch(dispatched, namespace ?? null, macro.package_name).entry?.node;
				if (target !== undefined) found.add(target.unique_id);
			} else if (owner !== undefined) add(owner, name);
			else if (name !== macro.name && !NOT_MACROS.has(name)) add(macro.package_name, name);
		}
	}
	return [...found];
}

/** The tags of a template with what their strings hold blanked out, and where each begins. */
function* tagsOf(template: string): Generator<{ readonly from: number; readonly text: string }> {
	MARK.lastIndex = 0;
	for (;;) {
		const mark = MARK.exec(template);
		if (mark === null) return;
		if (mark[0].length > 2) continue;
		const from = mark.index;
		const close = template.charAt(from + 1) === "%" ? "%}" : "}}";
		let text = "";
		let at = from;
		STEP.lastIndex = from + 2;
		for (;;) {
			const step = STEP.exec(template);
			if (step === null) return;
			if (step[0] === close) break;
			if (step[0].length === 2 && !/['"]/.test(step[0])) continue;
			text += template.slice(at, step.index) + " ".repeat(step[0].length);
			at = step.index + step[0].length;
		}
		yield { from, text: text + template.slice(at, STEP.lastIndex) };
		MARK.lastIndex = STEP.lastIndex;
	}
}
