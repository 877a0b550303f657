/** Macros and dbt's other blocks: found without compiling, compiled on first call. */
import type { TemplateSource } from "./origin.ts";
import type { RenderOptions, Scope } from "./scope.ts";
import type { HostFunction } from "./values.ts";

export type BlockKind = "macro" | "test" | "data_test" | "materialization" | "snapshot" | "docs";

export interface MacroBlock {
	readonly kind: BlockKind;
	/** The name as written. */
	readonly name: string;
	/** As dbt renames it: `test_<name>`, `materialization_<name>_<adapter>`; the name itself for the others. */
	readonly macroName: string;
	readonly parameters: readonly string[];
	/** The adapter of a materialization, `default` where it names none. */
	readonly adapter?: string;
	readonly supportedLanguages?: readonly string[];
	/** The whole block as written, from its opening tag to its closing one. */
	readonly text: string;
	/** What stands between the tags, and where it begins. */
	readonly body: TemplateSource;
	readonly line: number;
	readonly column: number;
	readonly endLine: number;
}

export interface Macro {
	readonly name: string;
	/** A function that renders the macro with the scope's names as globals: its text, or what it returns with return(). */
	bind(scope: Scope | (() => Scope), options: RenderOptions): HostFunction;
}

export function findBlocks(source: TemplateSource, _kinds?: readonly BlockKind[]): MacroBlock[] {
	throw new Error(`finding blocks in ${source.file} is not built yet`);
}

export function compileMacro(source: TemplateSource, block: MacroBlock): Macro {
	throw new Error(`compiling ${block.name} of ${source.file} is not built yet`);
}
