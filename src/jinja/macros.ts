/** Macros: compiled on first call, bound to a scope, called like any function. */
import { type BlockKind, findBlocks, type MacroBlock } from "./blocks.ts";
import { generateMacro } from "./codegen.ts";
import type { MacroFunction, ResumableMacro } from "./macroFunction.ts";
import { Origin, type TemplateSource } from "./origin.ts";
import { TemplateParser } from "./parser.ts";
import { RenderState } from "./renderState.ts";
import type { Resumable } from "./replay.ts";
import type { RenderOptions, Scope } from "./scope.ts";
import { guarded, instantiate } from "./template.ts";
import { type Arguments, HostFunction, type Value } from "./values.ts";

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

type CompiledMacro<M> = (scope: Scope, state: RenderState) => M;

class BoundMacro extends HostFunction {
	readonly #bind: () => ResumableMacro;
	#resumable: ResumableMacro | null = null;

	constructor(name: string, bind: { readonly text: () => MacroFunction; readonly resumable: () => ResumableMacro }) {
		let bound: MacroFunction | null = null;
		super(name, (args) => {
			bound ??= bind.text();
			return bound.call(args);
		});
		this.#bind = bind.resumable;
	}

	/** Code that can be resumed calls macros by their resumable code; all else calls the plain one. */
	override resumable(args: Arguments): Resumable<Value> {
		this.#resumable ??= this.#bind();
		return this.#resumable.resumable(args);
	}
}

/** A macro, test or materialization of a file. The macro's own name is looked up in its scope, as in dbt. */
export function compileMacro(source: TemplateSource, block: MacroBlock): Macro {
	const generate = <M>(target: "text" | "resumable"): CompiledMacro<M> =>
		guarded(source, () => {
			const part = { file: source.file, text: block.text, line: block.line, column: block.column };
			const origin = new Origin(part, source);
			const [node] = new TemplateParser(block.text, origin).parseTemplate().children;
			if (node?.typename !== "Macro")
				throw new Error(`the block ${block.name} is a ${block.kind}, which is not called`);
			return instantiate<M>(generateMacro(node, origin, target));
		});
	let text: CompiledMacro<MacroFunction> | null = null;
	let resumable: CompiledMacro<ResumableMacro> | null = null;
	const compile = (): CompiledMacro<MacroFunction> => {
		text ??= generate("text");
		return text;
	};
	const compileResumable = (): CompiledMacro<ResumableMacro> => {
		resumable ??= generate("resumable");
		return resumable;
	};
	return Object.freeze({
		name: block.macroName,
		check: () => void compile(),
		bind(scope: Scope | (() => Scope), options: RenderOptions): HostFunction {
			if (typeof scope === "function")
				return new HostFunction(block.macroName, (args) => compile()(scope(), new RenderState(options)).call(args));
			return new BoundMacro(block.macroName, {
				text: () => compile()(scope, new RenderState(options)),
				resumable: () => compileResumable()(scope, new RenderState(options)),
			});
		},
	});
}
