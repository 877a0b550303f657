import { isLackingMember } from "./modules/modules.ts";
import { REFUSED_METHODS } from "./objects/refusedMethods.ts";
import { isAdapterMember } from "./objects/runAdapter.ts";

export interface LackingUse {
	/** As messages name it: `adapter.copy_table()`, `the tag "include"`. */
	readonly what: string;
	/** Lines of the text that stand before it. */
	readonly line: number;
}

/** The nearest way round what a macro of a package needs: dispatch and calls by name find the project's own first. */
export const OVERRIDE = "write a macro of the same name in your project that does without it";

const COMMENT = /\{#[\s\S]*?#\}/g;
const ADAPTER_CALL = /(?<![\w.])adapter\s*\.\s*([A-Za-z_]\w*)\s*\(/g;
const FILE_TAG = /\{%[-+]?\s*(include|import|from|extends|block)\b/g;
const MODULE_MEMBER = /(?<![\w.])modules\s*\.\s*([A-Za-z_]\w*)\s*\.\s*([A-Za-z_]\w*)/g;
const ANSWER = /\b(?:run_query|load_result|load_agate_table)\s*\(/;
/** A variable that holds what a query answered. */
const TABLE_VARIABLE = /\bset\s+([A-Za-z_]\w*)\s*=[^%]{0,1000}?\b(?:run_query|load_result|load_agate_table)\s*\(/g;
/** A method of such a variable, of its table, or of the answer itself; what the name stands for is seen by the caller. */
const METHOD_CALL = /(?:([A-Za-z_]\w*)|\))(?:\s*\.\s*table|\s*\[\s*['"]table['"]\s*\])?\s*\.\s*([a-z]\w*)\s*\(/g;

/**
 * What a template uses and tfm does not have: names of `adapter` and of Python's modules, methods of tables, and tags that
 * read other files. Read from the text, so that what stands behind another mistake or behind `execute` is found as well.
 */
export function lackingUses(text: string): readonly LackingUse[] {
	const code = text.replace(COMMENT, (comment) => comment.replace(/[^\n]/g, " "));
	const found: { readonly what: string; readonly index: number }[] = [];
	if (code.includes("adapter"))
		for (const { 1: name = "", index } of code.matchAll(ADAPTER_CALL))
			if (!isAdapterMember(name)) found.push({ what: `adapter.${name}()`, index });
	for (const { 1: name, index } of code.matchAll(FILE_TAG)) found.push({ what: `the tag "${name}"`, index });
	if (code.includes("modules"))
		for (const { 1: module = "", 2: name = "", index } of code.matchAll(MODULE_MEMBER))
			if (isLackingMember(module, name)) found.push({ what: `modules.${module}.${name}`, index });
	found.push(...refusedMethods(code));
	return found.map(({ what, index }) => ({ what, line: code.slice(0, index).split("\n").length - 1 }));
}

/** Only of what is plainly a table: a macro of a package may have any of these names. */
function refusedMethods(code: string): readonly { readonly what: string; readonly index: number }[] {
	if (!ANSWER.test(code)) return [];
	const tables = new Set([...code.matchAll(TABLE_VARIABLE)].map(({ 1: name }) => name));
	return [...code.matchAll(METHOD_CALL)].flatMap(({ 1: variable, 2: method = "", index }) => {
		if (!REFUSED_METHODS.has(method) || (variable !== undefined && !tables.has(variable))) return [];
		return [{ what: `${method}() of tables`, index }];
	});
}
