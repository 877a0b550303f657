/**
 * A syntax tree to the source of one JavaScript function. Jinja's scopes become nested `let`s, a macro a closure, a
 * plain `return(x)` in a macro a JavaScript return. A template's names never become JavaScript names: variables are
 * numbered, and every text taken from the template is a JSON literal. Positions are kept in the local `p` (see
 * library.ts). Which variables a scope holds follows Jinja2: a loop's body, a macro, a call block, `with`, a filter
 * block and a set block are scopes; an `if` is not; a variable begins with its outer value. Resumable code is the same
 * with generators for functions, so that whatever is called may stop for an answer of the database.
 * Longer than 500 lines because it is one method per kind of node, all sharing the counters and tables of the unit.
 */
import { fail } from "../core/diagnostic.ts";
import { filterNamed, filters, testNamed, tests } from "./filters.ts";
import { isLanguageName, type Library } from "./library.ts";
import type { MacroShape } from "./macroFunction.ts";
import type * as n from "./nodes.ts";
import type { Origin } from "./origin.ts";
import { isBoolean, isIf, mentions, nameOf, type ScopeNames, scopeNames, startOf } from "./syntaxQueries.ts";
import { type Operation, packPosition, trace, type Unit } from "./trace.ts";

/** Variables of one scope by their template names. */
interface Variables {
	readonly names: Map<string, string>;
	readonly parent: Variables | null;
	/** Names that the scope itself reads. */
	read?: ReadonlySet<string>;
}

/** One JavaScript function under construction. */
interface Frame {
	/** A macro can end with a JavaScript return; the others must throw. */
	readonly kind: "top" | "macro" | "closure";
	readonly temporaries: string[];
}

/** Where a statement stands. */
interface Context {
	readonly variables: Variables;
	readonly frame: Frame;
	/** The variable that collects the output. */
	readonly buffer: string;
	/** The buffer is a list of values: native rendering. */
	readonly collectsValues: boolean;
	readonly inLoop: boolean;
	/** Directly in an `if`: an unknown filter is an error only when reached, as in Jinja2. */
	readonly conditional: boolean;
}

export interface Generated {
	/** The body of a function of (L, U) that gives a function of (c, S). */
	readonly code: string;
	readonly unit: Unit;
}

const COMPARISONS = { "==": "eq", "!=": "ne", "<": "lt", ">": "gt", "<=": "le", ">=": "ge", in: "in" } as const;
const OPERATORS: Readonly<Record<string, string>> = {
	Sub: "-",
	Mul: "*",
	Div: "/",
	FloorDiv: "//",
	Mod: "%",
	Pow: "**",
};
const IMPLICIT = ["caller", "varargs", "kwargs"] as const;

/** U+2028 and U+2029 end a line in older JavaScript. */
const escapeLineEnds = (text: string): string => text.replace(/\u2028/g, "\\u2028").replace(/\u2029/g, "\\u2029");
const json = (text: string): string => escapeLineEnds(JSON.stringify(text));

const jsonOf = (value: unknown): string => escapeLineEnds(JSON.stringify(value));

/** Whether a scope or one around it declares or reads a name. */
function isKnown(variables: Variables | null, name: string): boolean {
	for (let at = variables; at !== null; at = at.parent)
		if (at.names.has(name) || at.read?.has(name) === true) return true;
	return false;
}

/** The declarations of a function's temporaries; called when its body is written. */
const temporaries = (frame: Frame): string => frame.temporaries.map((name) => `,${name}`).join("");

/** What a template is rendered to: its text, the list of its values, or its text by code that can be resumed. */
export type Target = "text" | "values" | "resumable";

export function generateTemplate(body: n.Body, origin: Origin, target: Target): Generated {
	return new Generator(origin, target === "resumable").template(body, target === "values");
}

/** One macro: gives the macro. Its own name is not bound in it, as dbt looks macros up in the context. */
export function generateMacro(macro: n.MacroNode, origin: Origin, target: Exclude<Target, "values">): Generated {
	return new Generator(origin, target === "resumable").lonelyMacro(macro);
}

class Generator {
	readonly #origin: Origin;
	readonly #operations = new Map<number, Operation>();
	readonly #constants: string[] = [];
	readonly #constantNames = new Map<string, string>();
	readonly #resumable: boolean;
	#counter = 0;

	constructor(origin: Origin, resumable: boolean) {
		this.#origin = origin;
		this.#resumable = resumable;
	}

	#function(parameters: string, body: string): string {
		return this.#resumable ? `function*(${parameters}){${body}}` : `(${parameters})=>{${body}}`;
	}

	/** A call of something that may stop. */
	#calling(call: string): string {
		return this.#resumable ? `(yield* ${call})` : call;
	}

	template(body: n.Body, collectsValues: boolean): Generated {
		const frame: Frame = { kind: "top", temporaries: [] };
		const variables: Variables = { names: new Map(), parent: null };
		const context: Context = { variables, frame, buffer: "o", collectsValues, inLoop: false, conditional: false };
		const inner = this.#declare(variables, scopeNames(body.children)) + this.#body(body.children, context);
		const start = collectsValues ? "[]" : '""';
		return this.#finish(
			`return ${this.#function("c,S", `let p=0,o=${start}${temporaries(frame)};try{${inner}return o;}catch(e){throw L.traceTop(e,U,p,c);}`)};`,
		);
	}

	lonelyMacro(macro: n.MacroNode): Generated {
		return this.#finish(`return(c,S)=>${this.#macro(macro, { names: new Map(), parent: null }, "macro")};`);
	}

	#finish(code: string): Generated {
		return {
			code: `"use strict";${this.#constants.join("")}${code}`,
			unit: { origin: this.#origin, operations: this.#operations },
		};
	}

	#fresh(prefix: string): string {
		return `${prefix}${++this.#counter}`;
	}

	/** A value computed once for the whole unit. */
	#constant(expression: string): string {
		let name = this.#constantNames.get(expression);
		if (name === undefined) {
			name = this.#fresh("k");
			this.#constants.push(`const ${name}=${expression};`);
			this.#constantNames.set(expression, name);
		}
		return name;
	}

	#use(name: keyof Library): string {
		return this.#constant(`L.${name}`);
	}

	/** `p=…` for a node, remembering what its operands are called. */
	#at(node: n.NodePlace, names: readonly string[] = [], start: n.NodePlace = node): string {
		const position = packPosition(node.lineno, node.colno);
		if (names.length > 0 || start !== node)
			this.#operations.set(position, { names, start: packPosition(start.lineno, start.colno) });
		return `p=${position}`;
	}

	/* variables */

	#find(variables: Variables, name: string): string | null {
		for (let at: Variables | null = variables; at !== null; at = at.parent) {
			const found = at.names.get(name);
			if (found !== undefined) return found;
		}
		return null;
	}

	#read(variables: Variables, name: string): string {
		const found = this.#find(variables, name);
		if (found !== null) return found;
		return isLanguageName(name) ? `${this.#use("name")}(c,${json(name)})` : `c.get(${json(name)})`;
	}

	/**
	 * Declares a scope's variables with their outer values. As in Jinja2, a name that is assigned before it is read, and
	 * that no enclosing scope knows, begins as Undefined whatever the context says: in a set block it is not yet set.
	 */
	#declare(variables: Variables, { assigned, read }: ScopeNames): string {
		variables.read = read;
		let code = "";
		for (const [name, isAssignedFirst] of assigned) {
			if (variables.names.has(name)) continue;
			const isNew = isAssignedFirst && !isKnown(variables.parent, name);
			const outer = isNew ? "undefined" : this.#read(variables, name);
			const variable = this.#fresh("v");
			variables.names.set(name, variable);
			code += `let ${variable}=${outer};`;
		}
		return code;
	}

	#inner(context: Context, changes: Partial<Context> = {}): Context {
		return { ...context, conditional: false, ...changes, variables: { names: new Map(), parent: context.variables } };
	}

	/** Statements in a scope of their own. */
	#scoped(body: n.Body, context: Context): string {
		return this.#declare(context.variables, scopeNames(body.children)) + this.#body(body.children, context);
	}

	/* statements */

	#body(statements: readonly n.Statement[], context: Context): string {
		return statements.map((statement) => this.#statement(statement, context)).join("");
	}

	#emit(value: string, context: Context): string {
		return context.collectsValues ? `${context.buffer}.push(${value});` : `${context.buffer}+=${value};`;
	}

	#statement(node: n.Statement, context: Context): string {
		switch (node.typename) {
			case "TemplateData":
				return this.#emit(json(node.value), context);
			case "Output":
				return node.children.map((child) => this.#output(child, context)).join("");
			case "Do":
				return this.#plainReturn(node.expr, context) ?? `${this.#at(node)};${this.#value(node.expr, context)};`;
			case "If":
				return this.#if(node, { ...context, conditional: true });
			case "Set":
				return `${this.#at(node)};${this.#assign(node.targets[0], this.#value(node.value, context), context)}`;
			case "SetBlock":
				return this.#setBlock(node, context);
			case "ForLoop":
				return node.recursive ? this.#recursiveLoop(node, context) : this.#loop(node, context);
			case "Break":
			case "Continue":
				return this.#jump(node, context);
			case "Macro":
				return `${this.#find(context.variables, node.name)}=${this.#macro(node, context.variables, "macro")};`;
			case "CallBlock":
				return this.#callBlock(node, context);
			case "With":
				return this.#with(node, context);
			case "FilterBlock":
				return this.#filterBlock(node, context);
			case "InertBlock":
				return "";
		}
	}

	#output(node: n.Expression, context: Context): string {
		const returned = this.#plainReturn(node, context);
		if (returned !== null) return returned;
		if (context.collectsValues) return `${this.#at(node)};${this.#emit(this.#value(node, context), context)}`;
		if (node.typename === "Literal" && typeof node.value === "string") return this.#emit(json(node.value), context);
		return `${this.#at(startOf(node))};${this.#emit(this.#text(node, context), context)}`;
	}

	/** The statement `return(x)` of a macro as a JavaScript return; null where it must be thrown. */
	#plainReturn(node: n.Expression, context: Context): string | null {
		if (context.frame.kind !== "macro" || node.typename !== "FunCall" || !this.#isReturn(node, context)) return null;
		const { positional, keyword, star, doubleStar } = node.args;
		if (positional.length !== 1 || keyword.length > 0 || star !== null || doubleStar !== null) return null;
		return `${this.#at(node)};return ${this.#value(positional[0]!, context)};`;
	}

	#isReturn(node: n.CallNode, context: Context): boolean {
		if (node.name.typename !== "Symbol" || node.name.value !== "return") return false;
		return this.#find(context.variables, "return") === null;
	}

	#if(node: n.IfNode, context: Context): string {
		const condition = `${this.#at(node)};if(${this.#condition(node.cond, context)}){${this.#body(node.body.children, context)}}`;
		if (node.else_ === null) return condition;
		const otherwise = isIf(node.else_) ? this.#if(node.else_, context) : this.#body(node.else_.children, context);
		return `${condition}else{${otherwise}}`;
	}

	#jump(node: n.JumpNode, context: Context): string {
		const word = node.typename === "Break" ? "break" : "continue";
		if (!context.inLoop)
			fail("TFM-JINJA-001", { problem: `'${word}' outside a loop` }, this.#origin.place(node.lineno, node.colno));
		return `${word};`;
	}

	#assign(target: n.Target, value: string, context: Context): string {
		if (target.typename === "Symbol") return `${this.#find(context.variables, target.value)}=${value};`;
		if (target.typename === "NamespaceTarget") {
			const object = this.#read(context.variables, target.name.value);
			return `${this.#use("assign")}(${object},${json(target.attribute)},${value},${this.#at(target)});`;
		}
		return this.#unpack(target, value, (child, item) => this.#assign(child, item, context));
	}

	#unpack(target: n.Target & n.SequenceNode, value: string, each: (child: n.Target, item: string) => string): string {
		const items = this.#fresh("u");
		const children = target.children as readonly n.Target[];
		const head = `const ${items}=${this.#use("unpack")}(${value},${children.length},${this.#at(target)});`;
		return head + children.map((child, i) => each(child, `${items}[${i}]`)).join("");
	}

	/** Declares the names of a target as new variables of the scope. */
	#bind(target: n.Target, value: string, variables: Variables): string {
		if (target.typename === "NamespaceTarget")
			return fail(
				"TFM-JINJA-001",
				{ problem: "a namespace attribute cannot be a loop variable" },
				this.#origin.place(target.lineno, target.colno),
			);
		if (target.typename !== "Symbol")
			return this.#unpack(target, value, (child, item) => this.#bind(child, item, variables));
		const variable = this.#fresh("v");
		variables.names.set(target.value, variable);
		return `let ${variable}=${value};`;
	}

	#setBlock(node: n.SetBlockNode, context: Context): string {
		const buffer = this.#fresh("o");
		const inner = this.#inner(context, { buffer, collectsValues: false });
		const value = node.filter === null ? buffer : this.#filterChain(node.filter, buffer, context);
		return `{let ${buffer}="";{${this.#scoped(node.body, inner)}}${this.#assign(node.target, value, context)}}`;
	}

	#filterBlock(node: n.FilterBlockNode, context: Context): string {
		const buffer = this.#fresh("o");
		const inner = this.#inner(context, { buffer, collectsValues: false });
		const value = `${this.#use("text")}(${this.#filterChain(node.filter, buffer, context)})`;
		return `{let ${buffer}="";{${this.#scoped(node.body, inner)}}${this.#emit(value, context)}}`;
	}

	#filterChain(node: n.FilterNode, body: string, context: Context): string {
		const target = node.target;
		const inner =
			target === null
				? body
				: target.typename === "Filter"
					? this.#filterChain(target, body, context)
					: this.#value(target, context);
		return this.#filter(node, inner, context);
	}

	#with(node: n.WithNode, context: Context): string {
		const inner = this.#inner(context);
		const values = node.values.map((value) => {
			const temporary = this.#fresh("w");
			return { temporary, code: `const ${temporary}=${this.#value(value, context)};` };
		});
		const bound = node.targets.map((target, i) => this.#bind(target, values[i]!.temporary, inner.variables)).join("");
		return `{${this.#at(node)};${values.map((v) => v.code).join("")}${bound}${this.#scoped(node.body, inner)}}`;
	}

	#callBlock(node: n.CallBlockNode, context: Context): string {
		const macro: n.MacroNode = {
			typename: "Macro",
			name: "caller",
			args: node.args,
			body: node.body,
			lineno: node.lineno,
			colno: node.colno,
		};
		const caller = this.#fresh("q");
		const body = `const ${caller}=${this.#macro(macro, context.variables, "closure")};`;
		return `{${body}${this.#emit(`${this.#use("text")}(${this.#call(node.call, context, caller)})`, context)}}`;
	}

	/* loops */

	#loop(node: n.ForNode, context: Context): string {
		const items = this.#fresh("a");
		const head = `const ${items}=${this.#use("items")}(${this.#value(node.iterated, context)},${this.#at(node)});`;
		return `{${head}${this.#turns(node, items, context, { depth: "0", again: "null" })}}`;
	}

	#recursiveLoop(node: n.ForNode, context: Context): string {
		const [again, given, depth, items, buffer] = ["r", "g", "d", "a", "o"].map((prefix) => this.#fresh(prefix)) as [
			string,
			string,
			string,
			string,
			string,
		];
		const frame: Frame = { kind: "closure", temporaries: [] };
		const inner: Context = { ...context, frame, buffer, collectsValues: false };
		const head = `const ${items}=${this.#use("items")}(${given},${this.#at(node)});`;
		const turns = this.#turns(node, items, inner, { depth, again });
		const body = `let ${buffer}=""${temporaries(frame)};${head}${turns}return ${buffer};`;
		const loop = `const ${again}=${this.#function(`${given},${depth}`, body)};`;
		const start = this.#calling(`${again}(${this.#value(node.iterated, context)},0)`);
		return `{${loop}${this.#emit(start, context)}}`;
	}

	#turns(node: n.ForNode, items: string, context: Context, recursion: { depth: string; again: string }): string {
		const usesLoop = node.recursive || mentions(node.body, "loop");
		const inner = this.#inner(context, { inLoop: true });
		const index = this.#fresh("i");
		const [list, filtered, condition] = this.#filteredItems(node, items, inner, usesLoop);
		let before = filtered;
		let turn = "";
		if (usesLoop) {
			const loop = this.#fresh("l");
			before += `const ${loop}=new ${this.#use(this.#resumable ? "loopResumable" : "loop")}(${list},${recursion.depth},${recursion.again});`;
			turn = `${loop}.index0=${index};`;
			inner.variables.names.set("loop", loop);
		}
		turn += `${this.#bind(node.target, `${list}[${index}]`, inner.variables)}${condition(inner)}`;
		const body = this.#scoped(node.body, inner);
		const empty = node.else_ === null ? null : this.#fresh("e");
		const flag = empty === null ? "" : `${empty}=false;`;
		const otherwise = empty === null ? "" : `if(${empty}){${this.#scoped(node.else_!, this.#inner(context))}}`;
		const loop = `for(let ${index}=0;${index}<${list}.length;${index}++){${this.#at(node)};S.tick();${turn}${body}${flag}}`;
		return `${empty === null ? "" : `let ${empty}=true;`}${before}${loop}${otherwise}`;
	}

	/**
	 * Where the loop variable is used the items are filtered first, because it counts only those that pass; otherwise
	 * the condition is asked at each turn, so that it sees what earlier turns did.
	 */
	#filteredItems(
		node: n.ForNode,
		items: string,
		inner: Context,
		first: boolean,
	): [string, string, (context: Context) => string] {
		const { condition } = node;
		if (condition === null) return [items, "", () => ""];
		if (!first) return [items, "", (context) => `if(!${this.#condition(condition, context)})continue;`];
		const [list, item] = [this.#fresh("a"), this.#fresh("x")];
		const test = this.#inner({ ...inner, variables: inner.variables.parent! });
		const bound = this.#bind(node.target, item, test.variables);
		const passes = `if(${this.#condition(condition, test)})${list}.push(${item});`;
		const code = `const ${list}=[];for(const ${item} of ${items}){${bound}${passes}}`;
		return [list, code, () => ""];
	}

	/* macros */

	#macro(node: n.MacroNode, parent: Variables, kind: "macro" | "closure"): string {
		const implicit = new Set(IMPLICIT.filter((name) => !node.args.names.includes(name) && mentions(node.body, name)));
		const shape: MacroShape = {
			name: node.name,
			parameters: node.args.names,
			usesCaller: implicit.has("caller"),
			usesVarargs: implicit.has("varargs"),
			usesKwargs: implicit.has("kwargs"),
			endsReturn: kind === "macro",
		};
		const frame: Frame = { kind, temporaries: [] };
		const variables: Variables = { names: new Map(), parent };
		const context: Context = {
			variables,
			frame,
			buffer: "o",
			collectsValues: false,
			inLoop: false,
			conditional: false,
		};
		const head = this.#parameters(node.args, context) + this.#implicitNames(implicit, variables);
		const body = this.#scoped(node.body, context);
		const where = kind === "macro" ? `macro ${node.name}` : "the call block";
		const catching = `catch(e){throw L.trace(e,U,p,{frame:${json(where)},scope:c});}`;
		const first = this.#at(node);
		const code = `let ${first},o=""${temporaries(frame)};try{S.tick();${head}${body}return o;}${catching}`;
		const kindOf = this.#use(this.#resumable ? "macroResumable" : "macro");
		return `new ${kindOf}(${this.#constant(jsonOf(shape))},${this.#function("b,x", code)})`;
	}

	/** A default sees the parameters before it, and is evaluated at every call. */
	#parameters({ names, defaults }: n.Signature, context: Context): string {
		const { variables } = context;
		for (const name of names) variables.names.set(name, "undefined");
		const firstDefault = names.length - defaults.length;
		return names
			.map((name, i) => {
				const given = defaults[i - firstDefault];
				const otherwise = i < firstDefault || given === undefined ? "undefined" : this.#value(given, context);
				const variable = this.#fresh("v");
				variables.names.set(name, variable);
				return `let ${variable}=b[${i}]===${this.#use("missing")}?${otherwise}:b[${i}];`;
			})
			.join("");
	}

	#implicitNames(names: ReadonlySet<string>, variables: Variables): string {
		let code = "";
		for (const name of names) {
			const variable = this.#fresh("v");
			variables.names.set(name, variable);
			code += `let ${variable}=x.${name};`;
		}
		return code;
	}

	/* expressions */

	#text(node: n.Expression, context: Context): string {
		if (node.typename === "Literal" && typeof node.value === "string") return json(node.value);
		if (node.typename === "Concat") return `(${this.#text(node.left, context)}+${this.#text(node.right, context)})`;
		return `${this.#use("text")}(${this.#value(node, context)})`;
	}

	/** A JavaScript boolean. */
	#condition(node: n.Expression, context: Context): string {
		if (node.typename === "And")
			return `(${this.#condition(node.left, context)}&&${this.#condition(node.right, context)})`;
		if (node.typename === "Or")
			return `(${this.#condition(node.left, context)}||${this.#condition(node.right, context)})`;
		if (isBoolean(node)) return this.#value(node, context);
		return `${this.#use("truth")}(${this.#value(node, context)})`;
	}

	#value(node: n.Expression, context: Context): string {
		switch (node.typename) {
			case "Literal":
				return this.#literal(node);
			case "Symbol":
				return this.#read(context.variables, node.value);
			case "Array":
				return `[${this.#values(node.children, context)}]`;
			case "Tuple":
				return `${this.#use("tuple")}([${this.#values(node.children, context)}])`;
			case "Dict":
				return `${this.#use("dict")}([${node.children.map((pair) => `${this.#value(pair.key, context)},${this.#value(pair.value, context)}`).join(",")}],${this.#at(node)})`;
			case "LookupVal":
				return this.#lookup(node, context);
			case "FunCall":
				return this.#call(node, context, null);
			case "Filter":
				return this.#filter(node, node.target === null ? '""' : this.#value(node.target, context), context);
			case "Test":
				return this.#test(node, context);
			case "Not":
				return `!${this.#condition(node.target, context)}`;
			case "Neg":
			case "Pos":
				return `${this.#use(node.typename === "Neg" ? "negate" : "positive")}(${this.#value(node.target, context)},${this.#at(node, [nameOf(node.target)])})`;
			case "And":
			case "Or":
				return this.#shortCircuit(node, context);
			case "Concat":
				return this.#text(node, context);
			case "Compare":
				return this.#compare(node, context);
			case "InlineIf": {
				const inner = { ...context, conditional: true };
				const otherwise = node.else_ === null ? "undefined" : this.#value(node.else_, inner);
				return `(${this.#condition(node.cond, inner)}?${this.#value(node.body, inner)}:${otherwise})`;
			}
		}
		return this.#binary(node, context);
	}

	#values(nodes: readonly n.Expression[], context: Context): string {
		return nodes.map((node) => this.#value(node, context)).join(",");
	}

	#literal({ value, isFloat }: n.LiteralNode): string {
		if (typeof value === "string") return json(value);
		if (typeof value === "bigint") return `${value}n`;
		if (isFloat === true && (Number.isInteger(value) || !Number.isFinite(value)))
			return this.#constant(`L.float(${value})`);
		return String(value);
	}

	#binary(node: n.BinaryNode, context: Context): string {
		const at = this.#at(node, [nameOf(node.left), nameOf(node.right)], startOf(node));
		const operands = `${this.#value(node.left, context)},${this.#value(node.right, context)}`;
		if (node.typename === "Add") return `S.combined(${this.#use("add")}(${operands},${at}))`;
		const operation = `${this.#use("operate")}(${json(OPERATORS[node.typename]!)},${operands},${at})`;
		// Products and sums make lists; a text repeated or put together shares its parts.
		return node.typename === "Mul" ? `S.combined(${operation})` : operation;
	}

	#temporary(context: Context): string {
		const name = this.#fresh("t");
		context.frame.temporaries.push(name);
		return name;
	}

	#shortCircuit(node: n.BinaryNode, context: Context): string {
		const isAnd = node.typename === "And";
		if (isBoolean(node.left))
			return `(${this.#value(node.left, context)}${isAnd ? "&&" : "||"}${this.#value(node.right, context)})`;
		const left = this.#temporary(context);
		const right = this.#value(node.right, context);
		const choice = isAnd ? `${right}:${left}` : `${left}:${right}`;
		return `(${this.#use("truth")}(${left}=${this.#value(node.left, context)})?${choice})`;
	}

	#compare(node: n.CompareNode, context: Context): string {
		const names = (left: n.Expression, right: n.Expression) => [nameOf(left), nameOf(right)];
		const [first] = node.ops;
		if (node.ops.length === 1 && first !== undefined)
			return this.#comparison(
				first,
				[this.#value(node.expr, context), this.#value(first.expr, context)],
				names(node.expr, first.expr),
			);
		let left = this.#temporary(context);
		let previous = node.expr;
		const parts = node.ops.map((operand, i) => {
			const right = this.#temporary(context);
			const start = i === 0 ? `${left}=${this.#value(node.expr, context)},` : "";
			const test = this.#comparison(operand, [left, right], names(previous, operand.expr));
			const part = `(${start}${right}=${this.#value(operand.expr, context)},${test})`;
			left = right;
			previous = operand.expr;
			return part;
		});
		return `(${parts.join("&&")})`;
	}

	#comparison(operand: n.CompareOperandNode, [left, right]: [string, string], names: string[]): string {
		const at = this.#at(operand, names);
		if (operand.type === "not in") return `!${this.#use("in")}(${left},${right},${at})`;
		return `${this.#use(COMPARISONS[operand.type])}(${left},${right},${at})`;
	}

	#lookup(node: n.LookupNode, context: Context): string {
		const at = this.#at(node, [nameOf(node.target)], startOf(node));
		const target = this.#value(node.target, context);
		const key = node.val;
		if (key.typename === "Slice") {
			const bounds = [key.start, key.stop, key.step].map((bound) =>
				bound === null ? "null" : this.#value(bound, context),
			);
			return `${this.#use("slice")}(${target},[${bounds.join(",")}],S,${at})`;
		}
		return `${this.#use(node.dotted ? "attribute" : "item")}(${target},${this.#value(key, context)},S,${at})`;
	}

	#call(node: n.CallNode, context: Context, caller: string | null): string {
		const callee = node.name;
		if (this.#isReturn(node, context))
			return `${this.#use("throwReturn")}(${this.#arguments(node.args, context, null)},${this.#at(node, [], startOf(node))})`;
		const names = [nameOf(callee), callee.typename === "LookupVal" ? nameOf(callee.target) : ""];
		const at = this.#at(node, names, startOf(node));
		if (callee.typename === "LookupVal" && callee.dotted) {
			const method = json((callee.val as n.LiteralNode).value as string);
			const use = this.#use(this.#resumable ? "methodResumable" : "method");
			return this.#calling(
				`${use}(${this.#value(callee.target, context)},${method},${this.#arguments(node.args, context, caller)},S,${at})`,
			);
		}
		const use = this.#use(this.#resumable ? "callResumable" : "call");
		return this.#calling(
			`${use}(${this.#value(callee, context)},${this.#arguments(node.args, context, caller)},S,${at})`,
		);
	}

	#arguments(args: n.CallArguments, context: Context, caller: string | null): string {
		const positional = `[${this.#values(args.positional, context)}]`;
		const keywords = args.keyword.map(({ name, value }) => `[${json(name)},${this.#value(value, context)}]`);
		if (caller !== null) keywords.push(`["caller",${caller}]`);
		if (args.star === null && args.doubleStar === null) {
			if (keywords.length > 0) return `${this.#use("keywords")}(${positional},[${keywords.join(",")}])`;
			return args.positional.length === 0 ? this.#use("noArgs") : `${this.#use("args")}(${positional})`;
		}
		const star = args.star === null ? "" : `star:${this.#value(args.star, context)},`;
		const doubleStar = args.doubleStar === null ? "" : `doubleStar:${this.#value(args.doubleStar, context)}`;
		return `${this.#use("spread")}(${positional},[${keywords.join(",")}],{${star}${doubleStar}})`;
	}

	#filter(node: n.FilterNode, value: string, context: Context): string {
		if (!filters.has(node.name) && !context.conditional) this.#named(node, () => filterNamed(node.name));
		const filter = this.#builtin("filter", node.name, filters.has(node.name));
		const at = this.#at(node, [node.target === null ? "" : nameOf(node.target)]);
		return `${filter}(${value},${this.#arguments(node.args, context, null)},S,${at})`;
	}

	#test(node: n.TestNode, context: Context): string {
		const value = this.#value(node.target, context);
		const hasArguments = node.args.positional.length > 0 || node.args.keyword.length > 0;
		if (!hasArguments && node.name === "none") return `(${value}===null)`;
		if (!hasArguments && node.name === "defined") return `(${value}!==undefined)`;
		if (!hasArguments && node.name === "undefined") return `(${value}===undefined)`;
		if (!tests.has(node.name) && !context.conditional) this.#named(node, () => testNamed(node.name));
		const test = this.#builtin("test", node.name, tests.has(node.name));
		return `${test}(${value},${this.#arguments(node.args, context, null)},S,${this.#at(node, [nameOf(node.target)])})`;
	}

	/** Throws what `find` throws, with the node's place. */
	#named(node: n.NodePlace, find: () => unknown): never {
		try {
			find();
		} catch (error) {
			throw trace(
				error,
				{ origin: this.#origin, operations: this.#operations },
				packPosition(node.lineno, node.colno),
				{ frame: "", scope: null },
			);
		}
		throw new Error("an unknown name was found");
	}

	/** A known filter or test is looked up once, an unknown one where it is reached: after its value. */
	#builtin(kind: "filter" | "test", name: string, isKnown: boolean): string {
		const lookup = `L.${kind}(${json(name)})`;
		return this.#constant(isKnown ? lookup : `(v,a,S)=>${lookup}(v,a,S)`);
	}
}
