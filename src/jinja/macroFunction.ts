/** A macro, or the body of a call block, as a value that can be called. Arguments bind as Jinja2's macros bind. */
import { wrongCall } from "./builtin.ts";
import type { Resumable } from "./replay.ts";
import { runThrough } from "./resumable.ts";
import { ReturnSignal } from "./trace.ts";
import { type Arguments, HostObject, PyDict, PyTuple, type Value } from "./values.ts";

/** Stands for an argument that was not passed; the generated code then evaluates the default. */
export const MISSING: unique symbol = Symbol("missing");
export type Passed = Value | typeof MISSING;

export interface MacroExtras {
	readonly caller: Value;
	readonly varargs: PyTuple;
	readonly kwargs: PyDict;
}

export interface MacroShape {
	readonly name: string;
	readonly parameters: readonly string[];
	/** Which of the implicit names the body reads. */
	readonly usesCaller: boolean;
	readonly usesVarargs: boolean;
	readonly usesKwargs: boolean;
	/** False for the body of a call block: a return() in it ends the macro that called it. */
	readonly endsReturn: boolean;
}

type MacroBody<R> = (passed: readonly Passed[], extras: MacroExtras) => R;

/** The value of a return(); whatever else was thrown is thrown on. */
function returned(error: unknown): Value {
	if (error instanceof ReturnSignal) return error.value;
	throw error;
}

export class MacroFunction extends HostObject {
	readonly typeName = "Macro";
	readonly #shape: MacroShape;
	readonly #body: MacroBody<Value>;

	constructor(shape: MacroShape, body: MacroBody<Value>) {
		super();
		this.#shape = shape;
		this.#body = body;
	}

	override call(args: Arguments): Value {
		const passed = bindMacro(this.#shape, args);
		if (!this.#shape.endsReturn) return this.#body(passed.values, passed.extras);
		try {
			return this.#body(passed.values, passed.extras);
		} catch (error) {
			return returned(error);
		}
	}

	override attribute(name: string): Value {
		if (name === "name") return this.#shape.name;
		if (name === "arguments") return PyTuple.fromItems(this.#shape.parameters);
		if (name === "catch_varargs") return this.#shape.usesVarargs;
		if (name === "catch_kwargs") return this.#shape.usesKwargs;
		return name === "caller" ? this.#shape.usesCaller : undefined;
	}

	override toText(): string {
		return `<Macro '${this.#shape.name}'>`;
	}
}

/** A macro in the code of a resumable template. */
export class ResumableMacro extends MacroFunction {
	readonly #shape: MacroShape;
	readonly #body: MacroBody<Resumable<Value>>;

	constructor(shape: MacroShape, body: MacroBody<Resumable<Value>>) {
		super(shape, (passed, extras) => runThrough(body(passed, extras)));
		this.#shape = shape;
		this.#body = body;
	}

	override *resumable(args: Arguments): Resumable<Value> {
		const passed = bindMacro(this.#shape, args);
		try {
			return yield* this.#body(passed.values, passed.extras);
		} catch (error) {
			if (!this.#shape.endsReturn) throw error;
			return returned(error);
		}
	}
}

const NO_DICT = new PyDict();
const NO_TUPLE = new PyTuple();

function bindMacro(shape: MacroShape, args: Arguments): { values: readonly Passed[]; extras: MacroExtras } {
	const { parameters } = shape;
	const given = args.positional;
	const values: Passed[] = given.slice(0, parameters.length);
	const rest = args.keyword.size === 0 ? null : new Map(args.keyword);
	for (let i = values.length; i < parameters.length; i++) {
		const name = parameters[i]!;
		values.push(rest?.has(name) === true ? rest.get(name) : MISSING);
		rest?.delete(name);
	}
	const caller = shape.usesCaller ? rest?.get("caller") : undefined;
	if (shape.usesCaller) rest?.delete("caller");
	if (!shape.usesKwargs && rest !== null && rest.size > 0) refuseKeyword(shape, rest);
	if (!shape.usesVarargs && given.length > parameters.length)
		wrongCall(shape.name, `takes not more than ${parameters.length} argument(s)`);
	return {
		values,
		extras: {
			caller: caller === null ? undefined : caller,
			varargs: shape.usesVarargs ? PyTuple.fromItems(given.slice(parameters.length)) : NO_TUPLE,
			kwargs: shape.usesKwargs ? PyDict.fromEntries(rest ?? []) : NO_DICT,
		},
	};
}

function refuseKeyword(shape: MacroShape, rest: ReadonlyMap<string, Value>): never {
	if (rest.has("caller")) wrongCall(shape.name, "was called with a call block but never uses caller()");
	const [name] = rest.keys();
	return wrongCall(shape.name, `takes no keyword argument '${name}'`);
}
