/**
 * What generated code calls, under the short names it uses. Every function may be given a position as one argument
 * more than it has: the code writes `p=…` there, after all other arguments are evaluated and just before the call.
 */
import { wrongCall } from "./builtin.ts";
import { assignAttribute } from "./collections.ts";
import { entriesOf } from "./dictMethods.ts";
import { equals, truthy } from "./equality.ts";
import { filterNamed, testNamed } from "./filters.ts";
import { globals } from "./globals.ts";
import { itemsOf, unpack } from "./iteration.ts";
import { attributeOf, callMethod, callValue, itemOf, sliced } from "./lookup.ts";
import { Loop, ResumableLoop } from "./loop.ts";
import { MacroFunction, MISSING, ResumableMacro } from "./macroFunction.ts";
import { negate } from "./numbers.ts";
import { add, contains, operate, ordered } from "./operators.ts";
import { callMethodResumable, callResumable } from "./resumable.ts";
import type { Scope } from "./scope.ts";
import { toText } from "./text.ts";
import { ReturnSignal, trace, traceTop, undefinedUsed } from "./trace.ts";
import {
	type Arguments,
	HostFunction,
	NO_ARGUMENTS,
	NO_KEYWORDS,
	PyDict,
	PyFloat,
	PyTuple,
	type Value,
} from "./values.ts";

function dictOf(flat: readonly Value[]): PyDict {
	const dict = new PyDict();
	for (let i = 0; i < flat.length; i += 2) dict.set(flat[i], flat[i + 1]);
	return dict;
}

const positionalOnly = (positional: readonly Value[]): Arguments => ({ positional, keyword: NO_KEYWORDS });

const withKeywords = (positional: readonly Value[], keyword: [string, Value][]): Arguments => ({
	positional,
	keyword: new Map(keyword),
});

/** Arguments with `*star` and `**doubleStar`; null = not written. */
function spread(
	positional: Value[],
	keyword: [string, Value][],
	stars: { star?: Value; doubleStar?: Value },
): Arguments {
	const all = new Map(keyword);
	if ("star" in stars) {
		if (stars.star === undefined) throw undefinedUsed(1);
		positional.push(...itemsOf(stars.star));
	}
	if ("doubleStar" in stars) {
		for (const [key, value] of entriesOf(stars.doubleStar)) {
			if (typeof key !== "string") return wrongCall("the call", "keywords must be strings");
			if (all.has(key)) wrongCall("the call", `got multiple values for keyword argument '${key}'`);
			all.set(key, value);
		}
	}
	return { positional, keyword: all };
}

/** dbt's return(): ends the macro under way with a value. */
function throwReturn(args: Arguments): never {
	const { positional, keyword } = args;
	const value = positional.length === 1 && keyword.size === 0 ? positional[0] : keyword.get("data");
	if (positional.length + keyword.size !== 1 || (keyword.size === 1 && !keyword.has("data")))
		wrongCall("return", `takes 1 argument but ${positional.length + keyword.size} were given`);
	throw new ReturnSignal(value);
}

const returnFunction = new HostFunction("return", throwReturn);

/** A name that no template scope declares. */
const nameOf = (scope: Scope, name: string): Value =>
	name === "return" ? returnFunction : (scope.get(name) ?? globals.get(name));

/** Whether a name needs more than a look into the scope. */
export const isLanguageName = (name: string): boolean => name === "return" || globals.has(name);

export const library = Object.freeze({
	text: toText,
	truth: truthy,
	eq: equals,
	ne: (a: Value, b: Value): boolean => !equals(a, b),
	lt: (a: Value, b: Value): boolean => ordered("<", a, b),
	gt: (a: Value, b: Value): boolean => ordered(">", a, b),
	le: (a: Value, b: Value): boolean => ordered("<=", a, b),
	ge: (a: Value, b: Value): boolean => ordered(">=", a, b),
	in: contains,
	add,
	operate,
	negate: (value: Value): Value => {
		if (value === undefined) throw undefinedUsed(0);
		return negate(value);
	},
	positive: (value: Value): Value => {
		if (value === undefined) throw undefinedUsed(0);
		return typeof value === "boolean" ? Number(value) : negate(negate(value));
	},
	attribute: attributeOf,
	item: itemOf,
	slice: sliced,
	call: callValue,
	method: callMethod,
	callResumable,
	methodResumable: callMethodResumable,
	args: positionalOnly,
	keywords: withKeywords,
	spread,
	noArgs: NO_ARGUMENTS,
	name: nameOf,
	dict: dictOf,
	tuple: (items: readonly Value[]): PyTuple => PyTuple.fromItems(items),
	float: (n: number): PyFloat => new PyFloat(n),
	items: itemsOf,
	unpack,
	assign: assignAttribute,
	filter: filterNamed,
	test: testNamed,
	loop: Loop,
	loopResumable: ResumableLoop,
	macro: MacroFunction,
	macroResumable: ResumableMacro,
	missing: MISSING,
	throwReturn,
	trace,
	traceTop,
});

export type Library = typeof library;
