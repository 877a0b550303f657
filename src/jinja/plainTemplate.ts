/**
 * Templates that are text and calls of names with literal arguments, `select * from {{ ref('orders') }}`: most models of
 * most projects, each rendered once in a command. They are rendered by walking over them, which says the same as the
 * code that would be generated (codegen.ts) and costs a tenth of generating it. What else a template holds, and
 * return(), which ends a macro, makes it none of these.
 */
import { generateTemplate } from "./codegen.ts";
import { isLanguageName, library } from "./library.ts";
import type * as n from "./nodes.ts";
import type { Origin } from "./origin.ts";
import type { RenderState } from "./renderState.ts";
import type { Scope } from "./scope.ts";
import { startOf } from "./syntaxQueries.ts";
import { packPosition, traceTop } from "./trace.ts";
import { type Arguments, NO_ARGUMENTS, NO_KEYWORDS, type Value } from "./values.ts";

/** Text that is written as it stands, or a name with, where it is called, its arguments. */
type Part =
	| { readonly kind: "text"; readonly text: string }
	| {
			readonly kind: "name";
			readonly name: string;
			/** Position of the name, and of the call. */
			readonly at: number;
			readonly callAt: number;
			/** Made anew at each rendering: a list may be changed by whoever is given it. Null: the name is not called. */
			readonly args: (() => Arguments) | null;
	  };

const position = ({ lineno, colno }: n.NodePlace): number => packPosition(lineno, colno);

/** Null: it is another kind of template. */
export function plainTemplate(body: n.Body, origin: Origin): ((scope: Scope, state: RenderState) => string) | null {
	const parts = partsOf(body);
	if (parts === null) return null;
	return (scope, state) => {
		let at = 0;
		let text = "";
		try {
			for (const part of parts) {
				if (part.kind === "text") {
					text += part.text;
					continue;
				}
				at = part.at;
				const value = isLanguageName(part.name) ? library.name(scope, part.name) : scope.get(part.name);
				if (part.args === null) text += library.text(value);
				else {
					const args = part.args();
					at = part.callAt;
					text += library.text(library.call(value, args, state));
				}
			}
			return text;
		} catch (error) {
			// The code knows what its operations are called; it is generated only to say so.
			const { unit } = generateTemplate(body, origin, "text");
			throw traceTop(error, unit, at, scope);
		}
	};
}

function partsOf(body: n.Body): readonly Part[] | null {
	const parts: Part[] = [];
	for (const statement of body.children) {
		if (statement.typename === "TemplateData") {
			parts.push({ kind: "text", text: statement.value });
			continue;
		}
		if (statement.typename !== "Output") return null;
		for (const expression of statement.children) {
			const part = partOf(expression);
			if (part === null) return null;
			parts.push(part);
		}
	}
	return parts;
}

function partOf(node: n.Expression): Part | null {
	if (node.typename === "Literal" && typeof node.value === "string") return { kind: "text", text: node.value };
	const callee = node.typename === "FunCall" ? node.name : node;
	if (callee.typename !== "Symbol" || callee.value === "return") return null;
	const places = { name: callee.value, at: position(startOf(node)), callAt: position(node) };
	if (node.typename !== "FunCall") return { kind: "name", ...places, args: null };
	const args = argumentsOf(node.args);
	return args === null ? null : { kind: "name", ...places, args };
}

function argumentsOf({ positional, keyword, star, doubleStar }: n.CallArguments): (() => Arguments) | null {
	if (star !== null || doubleStar !== null) return null;
	if (positional.length + keyword.length === 0) return () => NO_ARGUMENTS;
	const values = positional.map(literalOf);
	const named = keyword.map(({ name, value }) => [name, literalOf(value)] as const);
	if (values.includes(null) || named.some(([, value]) => value === null)) return null;
	return () => ({
		positional: values.map((value) => value!()),
		keyword: named.length === 0 ? NO_KEYWORDS : new Map(named.map(([name, value]) => [name, value!()])),
	});
}

function literalOf(node: n.Expression): (() => Value) | null {
	if (node.typename === "Literal" && node.isFloat !== true && typeof node.value !== "bigint") {
		const { value } = node;
		return () => value;
	}
	if (node.typename !== "Array") return null;
	const items = node.children.map(literalOf);
	return items.includes(null) ? null : () => items.map((item) => item!());
}
