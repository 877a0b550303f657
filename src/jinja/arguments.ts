/** Binding of call arguments to parameters, with Python's errors. */
import { fail } from "../core/diagnostic.ts";
import type { Arguments, Value } from "./values.ts";

interface Spec {
	readonly names: readonly string[];
	readonly required: readonly boolean[];
	readonly rest: string | null;
	readonly keywords: string | null;
}

function readSpec(spec: readonly string[]): Spec {
	const plain = spec.filter((s) => !s.startsWith("*"));
	return {
		names: plain.map((s) => s.replace(/\?$/, "")),
		required: plain.map((s) => !s.endsWith("?")),
		rest: spec.find((s) => s.startsWith("*") && !s.startsWith("**"))?.slice(1) ?? null,
		keywords: spec.find((s) => s.startsWith("**"))?.slice(2) ?? null,
	};
}

/**
 * Arguments by parameter name, as Python binds them. `spec` lists "name", "name?" (optional), "*rest" (a list of the
 * remaining positionals) and "**kw" (a record of the remaining keywords, given under its name as a plain record of
 * no prototype). An optional parameter that was not passed has no property. Errors: 011.
 */
export function bindArguments(fnName: string, spec: readonly string[], args: Arguments): Record<string, Value> {
	const { names, required, rest, keywords } = readSpec(spec);
	const bound: Record<string, Value> = Object.create(null);
	const wrong = (problem: string): never => fail("TFM-JINJA-011", { callee: `${fnName}()`, problem });
	const given = args.positional;
	if (given.length > names.length && rest === null) {
		const most = names.length === 1 ? "1 positional argument" : `${names.length} positional arguments`;
		wrong(`takes ${most} but ${given.length} ${given.length === 1 ? "was" : "were"} given`);
	}
	names.forEach((name, i) => {
		if (i < given.length) bound[name] = given[i];
	});
	const extra: Record<string, Value> = Object.create(null);
	for (const [key, value] of args.keyword) {
		const i = names.indexOf(key);
		if (i >= 0 && i < given.length) wrong(`got multiple values for argument '${key}'`);
		if (i >= 0) bound[key] = value;
		else if (keywords === null) wrong(`got an unexpected keyword argument '${key}'`);
		else extra[key] = value;
	}
	const missing = names.filter((name, i) => required[i] === true && !(name in bound));
	if (missing.length > 0) {
		const listed = missing.map((name) => `'${name}'`).join(" and ");
		wrong(`missing ${missing.length} required argument${missing.length === 1 ? "" : "s"}: ${listed}`);
	}
	if (rest !== null) bound[rest] = given.slice(names.length);
	if (keywords !== null) bound[keywords] = extra as unknown as Value;
	return bound;
}
