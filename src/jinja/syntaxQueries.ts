/** Questions about a syntax tree that the code generator asks. */
import type * as n from "./nodes.ts";

/** What the statements of one scope do with names, not counting the scopes inside it. */
export interface ScopeNames {
	/** Assigned names; true where the first thing done with the name is to assign it, whatever happens. */
	readonly assigned: ReadonlyMap<string, boolean>;
	readonly read: ReadonlySet<string>;
}

/**
 * Jinja2's analysis of a scope: the bodies of loops, macros, call blocks, `with`, filter and set blocks are scopes of
 * their own, the branches of an `if` are not.
 */
export function scopeNames(statements: readonly n.Statement[]): ScopeNames {
	const names = { assigned: new Map<string, boolean>(), read: new Set<string>() };
	for (const node of statements) noteStatement(node, names, false);
	return names;
}

type Noted = { assigned: Map<string, boolean>; read: Set<string> };

function noteStatement(node: n.Statement, names: Noted, maybe: boolean): void {
	const read = (part: unknown): void => eachName(part, (name) => names.read.add(name));
	const assign = (name: string): void => {
		if (!names.assigned.has(name)) names.assigned.set(name, !maybe && !names.read.has(name));
	};
	switch (node.typename) {
		case "Output":
			read(node.children);
			break;
		case "Do":
			read(node.expr);
			break;
		case "If":
			read(node.cond);
			for (const child of node.body.children) noteStatement(child, names, true);
			if (node.else_ === null) break;
			for (const child of isIf(node.else_) ? [node.else_] : node.else_.children) noteStatement(child, names, true);
			break;
		case "Set":
			read(node.value);
			eachTarget(node.targets[0], assign, (name) => names.read.add(name));
			break;
		case "SetBlock":
			eachTarget(node.target, assign, (name) => names.read.add(name));
			break;
		case "Macro":
			assign(node.name);
			break;
		case "ForLoop":
			read(node.iterated);
			break;
		case "CallBlock":
			read(node.call);
			break;
		case "FilterBlock":
			read(node.filter);
			break;
		case "With":
			read(node.values);
			break;
	}
}

export const isIf = (node: n.Body | n.IfNode): node is n.IfNode => "typename" in node && node.typename === "If";

/** The names a target assigns; of `ns.x` the name is only read. */
function eachTarget(target: n.Target, assign: (name: string) => void, read: (name: string) => void): void {
	if (target.typename === "Symbol") assign(target.value);
	else if (target.typename === "NamespaceTarget") read(target.name.value);
	else for (const child of target.children) eachTarget(child as n.Target, assign, read);
}

/** Calls back with every name below a node. */
function eachName(node: unknown, visit: (name: string) => void): void {
	if (typeof node !== "object" || node === null) return;
	if (Array.isArray(node)) for (const child of node) eachName(child, visit);
	else if ((node as { typename?: string }).typename === "Symbol") visit((node as n.NameNode).value);
	else for (const child of Object.values(node)) eachName(child, visit);
}

/** Whether a name is read or written anywhere below a node. */
export function mentions(node: unknown, name: string): boolean {
	if (typeof node !== "object" || node === null) return false;
	if (Array.isArray(node)) return node.some((child) => mentions(child, name));
	if ((node as { typename?: string }).typename === "Symbol") return (node as n.NameNode).value === name;
	return Object.values(node).some((child) => mentions(child, name));
}

/** The first place of an expression's text. */
export function startOf(node: n.Expression): n.NodePlace {
	switch (node.typename) {
		case "FunCall":
			return startOf(node.name);
		case "LookupVal":
			return startOf(node.target);
		case "Compare":
			return startOf(node.expr);
		case "InlineIf":
			return startOf(node.body);
		case "Filter":
			return node.target === null ? node : startOf(node.target);
		case "Test":
			return startOf(node.target);
		case "Add":
		case "Sub":
		case "Mul":
		case "Div":
		case "FloorDiv":
		case "Mod":
		case "Pow":
		case "Concat":
		case "And":
		case "Or":
			return startOf(node.left);
	}
	return node;
}

/** An expression as a message calls it; empty where it has no name. */
export function nameOf(node: n.Expression): string {
	if (node.typename === "Symbol") return node.value;
	if (node.typename === "FunCall") return named(nameOf(node.name), "()");
	if (node.typename !== "LookupVal" || node.val.typename !== "Literal") return "";
	const key = node.val.value;
	if (node.dotted) return named(nameOf(node.target), `.${String(key)}`);
	return named(nameOf(node.target), typeof key === "string" ? `['${key}']` : `[${String(key)}]`);
}

const named = (start: string, rest: string): string => (start === "" ? "" : start + rest);

/** Whether an expression gives True or False and nothing else. */
export function isBoolean(node: n.Expression): boolean {
	if (node.typename === "Literal") return typeof node.value === "boolean";
	return node.typename === "Compare" || node.typename === "Not" || node.typename === "Test";
}
