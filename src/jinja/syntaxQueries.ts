/** Questions about a syntax tree that the code generator asks. */
import type * as n from "./nodes.ts";

/** The names that statements assign in the scope they stand in: also inside their ifs, not inside their loops. */
export function assignedIn(statements: readonly n.Statement[], names = new Set<string>()): Set<string> {
	for (const node of statements) {
		if (node.typename === "Set") targetNames(node.targets[0], names);
		else if (node.typename === "SetBlock") targetNames(node.target, names);
		else if (node.typename === "Macro") names.add(node.name);
		else if (node.typename === "If") {
			assignedIn(node.body.children, names);
			if (node.else_ !== null) assignedIn(isIf(node.else_) ? [node.else_] : node.else_.children, names);
		}
	}
	return names;
}

export const isIf = (node: n.Body | n.IfNode): node is n.IfNode => "typename" in node && node.typename === "If";

function targetNames(target: n.Target, names: Set<string>): void {
	if (target.typename === "Symbol") names.add(target.value);
	else if (target.typename !== "NamespaceTarget")
		for (const child of target.children) targetNames(child as n.Target, names);
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
