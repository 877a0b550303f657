/** Macros: compiled on first call, bound to a scope, called like any function. */
import { type BlockKind, findBlocks, type MacroBlock } from "./blocks.ts";
import { generateMacro } from "./codegen.ts";
import type { MacroFunction } from "./macroFunction.ts";
import { Origin, type TemplateSource } from "./origin.ts";
import { TemplateParser } from "./parser.ts";
import { RenderState } from "./renderState.ts";
import type { RenderOptions, Scope } from "./scope.ts";
import { guarded, instantiate } from "./template.ts";
import { HostFunction } from "./values.ts";

export { type BlockKind, findBlocks, type MacroBlock };

export interface Macro {
	readonly name: string;
	/**
	 * A function that renders the macro with the scope's names as globals and gives its text, or the value of a
	 * return() in it. Calling it throws what rendering throws; compiling errors appear at the first call.
	 */
	bind(scope: Scope | (() => Scope), options: RenderOptions): HostFunction;
	/** Compiles now; errors are thrown. For checks that must see every macro. */
	check(): void;
}

/** A macro, test or materialization of a file. The macro's own name is looked up in its scope, as in dbt. */
export function compileMacro(source: TemplateSource, block: MacroBlock): Macro {
	let compiled: ((scope: Scope, state: RenderState) => MacroFunction) | null = null;
	const compile = () => {
		compiled ??= guarded(source.file, () => {
			const part = { file: source.file, text: block.text, line: block.line, column: block.column };
			const origin = new Origin(part, source);
			const [node] = new TemplateParser(block.text, origin).parseTemplate().children;
			if (node?.typename !== "Macro")
				throw new Error(`the block ${block.name} is a ${block.kind}, which is not called`);
			return instantiate<MacroFunction>(generateMacro(node, origin));
		});
		return compiled;
	};
	return Object.freeze({
		name: block.macroName,
		check: () => void compile(),
		bind(scope: Scope | (() => Scope), options: RenderOptions): HostFunction {
			if (typeof scope === "function")
				return new HostFunction(block.macroName, (args) => compile()(scope(), new RenderState(options)).call(args));
			let bound: MacroFunction | null = null;
			return new HostFunction(block.macroName, (args) => {
				bound ??= compile()(scope, new RenderState(options));
				return bound.call(args);
			});
		},
	});
}
