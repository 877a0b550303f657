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

/**
 * Names that `adapter` does not have, and tags that read other files. Read from the text, so that what stands behind
 * another mistake or behind `execute` is found as well.
 */
export function lackingUses(text: string): readonly LackingUse[] {
	const code = text.replace(COMMENT, (comment) => comment.replace(/[^\n]/g, " "));
	const lineOf = (index: number): number => code.slice(0, index).split("\n").length - 1;
	const calls = code.includes("adapter") ? [...code.matchAll(ADAPTER_CALL)] : [];
	return [
		...calls.flatMap(({ 1: name = "", index }) =>
			isAdapterMember(name) ? [] : [{ what: `adapter.${name}()`, line: lineOf(index) }],
		),
		...[...code.matchAll(FILE_TAG)].map(({ 1: name, index }) => ({ what: `the tag "${name}"`, line: lineOf(index) })),
	];
}
