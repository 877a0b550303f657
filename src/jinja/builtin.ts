/**
 * Built-in methods, filters and tests: a list of parameters in Python's sense and a function of the bound values.
 */
import { fail } from "../core/diagnostic.ts";
import type { RenderState } from "./renderState.ts";
import { undefinedUsed } from "./trace.ts";
import { type Arguments, PyDecimal, PyDict, PyFloat, typeName, type Value } from "./values.ts";

export interface Parameter {
	readonly name: string;
	readonly required: boolean;
	/** The value where nothing was passed. */
	readonly initial: Value;
}

export const needs = (name: string): Parameter => ({ name, required: true, initial: undefined });
export const may = (name: string, initial: Value = null): Parameter => ({ name, required: false, initial });

/** A built-in applied to the value it belongs to. */
export type Builtin<Self> = (self: Self, args: Arguments, state: RenderState) => Value;

type Run<Self> = (self: Self, given: readonly Value[], state: RenderState) => Value;

/** A built-in whose parameters can be passed by position or by keyword. */
export function builtin<Self>(name: string, parameters: readonly Parameter[], run: Run<Self>): Builtin<Self> {
	return make(name, parameters, run, false);
}

/** As builtin, but keywords are refused, as Python's C methods do. */
export function positional<Self>(name: string, parameters: readonly Parameter[], run: Run<Self>): Builtin<Self> {
	return make(name, parameters, run, true);
}

function make<Self>(
	name: string,
	parameters: readonly Parameter[],
	run: Run<Self>,
	noKeywords: boolean,
): Builtin<Self> {
	const requiredCount = parameters.filter((p) => p.required).length;
	const most = parameters.length;
	// A dict's methods hand out what it holds.
	const counted = (self: Self, value: Value, state: RenderState): Value =>
		FINDS.has(name) || self instanceof PyDict ? value : state.made(value);
	return (self, args, state) => {
		const count = args.positional.length;
		if (args.keyword.size === 0 && count <= most && count >= requiredCount) {
			const given =
				count === most ? args.positional : [...args.positional, ...parameters.slice(count).map((p) => p.initial)];
			return counted(self, run(self, given, state), state);
		}
		if (noKeywords && args.keyword.size > 0) wrongCall(name, "takes no keyword arguments");
		return counted(self, run(self, bind(name, parameters, args), state), state);
	};
}

/** These give a value that was there before. */
const FINDS: ReadonlySet<string> = new Set(["attr", "d", "default", "first", "last", "max", "min", "pop", "random"]);

function bind(name: string, parameters: readonly Parameter[], args: Arguments): Value[] {
	const most = parameters.length;
	const count = args.positional.length;
	if (count > most) wrongCall(name, `takes at most ${most} argument${most === 1 ? "" : "s"} (${count} given)`);
	for (const key of args.keyword.keys()) {
		const i = parameters.findIndex((p) => p.name === key);
		if (i < 0) wrongCall(name, `got an unexpected keyword argument '${key}'`);
		if (i < count) wrongCall(name, `got multiple values for argument '${key}'`);
	}
	return parameters.map((p, i) => {
		if (i < count) return args.positional[i];
		if (args.keyword.has(p.name)) return args.keyword.get(p.name);
		if (p.required) wrongCall(name, `missing required argument: '${p.name}'`);
		return p.initial;
	});
}

export const wrongCall = (name: string, problem: string): never =>
	fail("TFM-JINJA-011", { callee: `${name}()`, problem });

export const typeError = (problem: string): never => fail("TFM-JINJA-012", { problem });
export const valueError = (problem: string): never => fail("TFM-JINJA-014", { problem });

/** An argument that must be an int; huge ones are clamped to where every text and list ends. */
export function asInt(value: Value): number {
	if (typeof value === "number" && Number.isInteger(value)) return value;
	if (typeof value === "boolean") return Number(value);
	if (typeof value === "bigint") return value < 0n ? -Number.MAX_SAFE_INTEGER : Number.MAX_SAFE_INTEGER;
	return typeError(`'${typeName(value)}' object cannot be interpreted as an integer`);
}

/** An argument that must be text. */
export function asStr(value: Value, what = "argument"): string {
	if (typeof value === "string") return value;
	return typeError(`${what} must be str, not ${typeName(value)}`);
}

/** A value that must be a real number, as a float. */
export function asFloat(value: Value): number {
	if (typeof value === "number") return value;
	if (typeof value === "boolean" || typeof value === "bigint") return Number(value);
	if (value instanceof PyFloat) return value.n;
	if (value instanceof PyDecimal) return Number(value.text);
	if (value === undefined) throw undefinedUsed(0);
	return typeError(`must be real number, not ${typeName(value)}`);
}

/** Texts and lists larger than this are refused before they are made. */
const MOST_CHARACTERS = 50_000_000;
const MOST_ITEMS = 5_000_000;

export function checkCharacters(count: number): number {
	if (count > MOST_CHARACTERS) fail("TFM-JINJA-021", { what: "a text", limit: MOST_CHARACTERS });
	return count;
}

export function checkItems(count: number): number {
	if (count > MOST_ITEMS) fail("TFM-JINJA-021", { what: "a list", limit: MOST_ITEMS });
	return count;
}
