/** Templates: compiled on first render, rendered any number of times. */
import { diagnostic, TfmError } from "../core/diagnostic.ts";
import { type CallShape, withLiterals } from "./callShape.ts";
import { type Generated, generateTemplate, type Target } from "./codegen.ts";
import { type Library, library } from "./library.ts";
import { concatNative } from "./native.ts";
import { Origin, type TemplateSource } from "./origin.ts";
import { TemplateParser } from "./parser.ts";
import { plainTemplate } from "./plainTemplate.ts";
import { RenderState } from "./renderState.ts";
import type { Resumable } from "./replay.ts";
import type { RenderOptions, Scope } from "./scope.ts";
import { mentions } from "./syntaxQueries.ts";
import { codedRangeError, type Unit } from "./trace.ts";
import type { Value } from "./values.ts";
import { writtenKeywords } from "./writtenCall.ts";

export interface Template {
	readonly source: TemplateSource;
	render(scope: Scope, options: RenderOptions): string;
	/** As render, by code that can be resumed; `options.replay` is the pass that it belongs to. */
	renderResumable(scope: Scope, options: RenderOptions): Resumable<string>;
	/** dbt's native rendering of YAML values: a lone expression keeps its type, as_bool and as_number convert. */
	renderNative(scope: Scope, options: RenderOptions): Value;
	/** Whether the text reads or writes a variable of this name, as far as can be seen without rendering it. */
	mentions(name: string): boolean;
	/**
	 * The keywords of the first call of that name as the text writes them (`config(alias=var('a'))` has alias
	 * `var('a')`), without rendering anything; null where there is none.
	 */
	writtenKeywords(callee: string): Readonly<Record<string, string>> | null;
}

type Compiled<T> = (scope: Scope, state: RenderState) => T;

/** Generated code, which knows positions in its text but not where the text stands. */
interface Code {
	readonly instantiate: (library: Library, unit: Unit, literals: readonly string[]) => unknown;
	readonly operations: Unit["operations"];
}

/** The code of one text, or of all texts of one shape, by what it renders to, as far as it was asked for. */
export type SharedCode = { [target in Target]?: Code };

const codeOf = ({ code, unit }: Generated): Code => ({
	instantiate: new Function("L", "U", "K", code) as Code["instantiate"],
	operations: unit.operations,
});

/** Runs generated source; `L` and `U` are all it can reach besides JavaScript's own globals, which it never names. */
export const instantiate = <T>(generated: Generated): Compiled<T> =>
	codeOf(generated).instantiate(library, generated.unit, []) as Compiled<T>;

/** Runs a step of compilation; nesting too deep for the stack is a coded error at the top of the file. */
export function guarded<T>(source: Pick<TemplateSource, "file">, step: () => T): T {
	try {
		return step();
	} catch (error) {
		if (codedRangeError(error) === null) throw error;
		const at = { file: source.file, line: 1, column: 1 };
		throw new TfmError(diagnostic("TFM-JINJA-021", { what: "the nesting of this template" }, { at }));
	}
}

/**
 * A template that compiles when first rendered and keeps what it compiled. Rendering throws TfmError with the place
 * in the file (and the callers' places in `related`), or lets Suspend through.
 */
export const compileTemplate = (source: TemplateSource): Template => templateSharing({}, source);

/** The same by code that other templates may have compiled: those of the same text or, where one is given, of the same shape. */
export function templateSharing(codes: SharedCode, source: TemplateSource, shape?: CallShape): Template {
	const origin = new Origin(source);
	const parse = () => new TemplateParser(source.text, origin).parseTemplate();
	const generate = (target: Target): Generated => {
		if (shape === undefined) return generateTemplate(tree ?? parse(), origin, target);
		return withLiterals(
			generateTemplate(new TemplateParser(shape.text, origin).parseTemplate(), origin, target),
			shape,
		);
	};
	// Kept between a question and the first rendering, which is when it is let go: trees are larger than functions.
	let tree: ReturnType<typeof parse> | null = null;
	const compileText = (): Compiled<string> => {
		if (shape !== undefined || codes.text !== undefined) return compile<string>("text");
		return guarded(source, () => {
			tree ??= parse();
			const plain = plainTemplate(tree, origin);
			if (plain !== null) tree = null;
			return plain ?? compile<string>("text");
		});
	};
	const compile = <T>(target: Target): Compiled<T> =>
		guarded(source, () => {
			codes[target] ??= codeOf(generate(target));
			tree = null;
			const { instantiate: make, operations } = codes[target];
			return make(library, { origin, operations }, shape?.literals ?? []) as Compiled<T>;
		});
	let text: Compiled<string> | null = null;
	let resumable: Compiled<Resumable<string>> | null = null;
	let values: Compiled<Value[]> | null = null;
	return Object.freeze({
		source,
		render(scope: Scope, options: RenderOptions): string {
			text ??= compileText();
			return text(scope, new RenderState(options));
		},
		renderResumable(scope: Scope, options: RenderOptions): Resumable<string> {
			resumable ??= compile<Resumable<string>>("resumable");
			return resumable(scope, new RenderState(options));
		},
		renderNative(scope: Scope, options: RenderOptions): Value {
			values ??= compile<Value[]>("values");
			return concatNative(values(scope, new RenderState(options, true)));
		},
		mentions: (name: string) => guarded(source, () => mentions(parse(), name)),
		writtenKeywords: (callee: string) =>
			guarded(source, () => {
				tree ??= parse();
				return writtenKeywords(tree, callee);
			}),
	});
}
