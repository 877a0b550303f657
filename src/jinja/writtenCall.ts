/**
 * The keywords of a call as a template writes them, without rendering anything: `config(alias=var('a'))` has alias
 * `var('a')`. A text constant is itself; everything else is spelled as dbt spells it in `unrendered_config`, so that
 * states written by either tool compare.
 */
import type * as n from "./nodes.ts";
import { floatText, repr } from "./text.ts";

/** Of the first call of that name in the text, branches that are not taken included; null where there is none. */
export function writtenKeywords(tree: unknown, callee: string): Readonly<Record<string, string>> | null {
	const call = findCall(tree, callee);
	if (call === null) return null;
	const written: Record<string, string> = {};
	for (const { name, value } of call.args.keyword)
		written[name] = value.typename === "Literal" && typeof value.value === "string" ? value.value : spell(value);
	return written;
}

function findCall(node: unknown, callee: string): n.CallNode | null {
	if (typeof node !== "object" || node === null) return null;
	if (Array.isArray(node)) {
		for (const child of node) {
			const found = findCall(child, callee);
			if (found !== null) return found;
		}
		return null;
	}
	const call = node as n.CallNode;
	if (call.typename === "FunCall" && call.name.typename === "Symbol" && call.name.value === callee) return call;
	return findCall(Object.values(node), callee);
}

const list = (nodes: readonly n.Expression[]): string => nodes.map(spell).join(", ");

function literal({ value, isFloat }: n.LiteralNode): string {
	if (value === null) return "None";
	return isFloat === true ? floatText(Number(value)) : repr(value);
}

function callArguments({ positional, keyword, star, doubleStar }: n.CallArguments): string {
	return [
		...positional.map(spell),
		...keyword.map(({ name, value }) => `${name}=${spell(value)}`),
		...(star === null ? [] : [`*${spell(star)}`]),
		...(doubleStar === null ? [] : [`**${spell(doubleStar)}`]),
	].join(", ");
}

/** Parentheses are not kept, as dbt does not keep them. */
function spell(node: n.Expression): string {
	switch (node.typename) {
		case "Literal":
			return literal(node);
		case "Symbol":
			return node.value;
		case "FunCall":
			return `${spell(node.name)}(${callArguments(node.args)})`;
		case "Array":
			return `[${list(node.children)}]`;
		case "Tuple":
			return node.children.length === 1 ? `(${list(node.children)},)` : `(${list(node.children)})`;
		case "Dict":
			return `{${node.children.map(({ key, value }) => `${spell(key)}: ${spell(value)}`).join(", ")}}`;
		case "LookupVal":
			return lookup(node);
		case "Compare":
			return `${spell(node.expr)} ${node.ops.map((op) => `${op.type} ${spell(op.expr)}`).join(" ")}`;
		case "Not":
			return `not ${spell(node.target)}`;
		case "Neg":
			return `-${spell(node.target)}`;
		case "Pos":
			return `+${spell(node.target)}`;
		case "Filter":
			return `${node.target === null ? "" : `${spell(node.target)} | `}${node.name}${inParentheses(node.args)}`;
		case "Test":
			return `${spell(node.target)} is ${node.name}${inParentheses(node.args)}`;
		case "InlineIf":
			return `${spell(node.body)} if ${spell(node.cond)}${node.else_ === null ? "" : ` else ${spell(node.else_)}`}`;
		default:
			return `${spell(node.left)} ${OPERATORS[node.typename]} ${spell(node.right)}`;
	}
}

const OPERATORS: Readonly<Record<n.BinaryNode["typename"], string>> = {
	And: "and",
	Or: "or",
	Add: "+",
	Sub: "-",
	Mul: "*",
	Div: "/",
	FloorDiv: "//",
	Mod: "%",
	Pow: "**",
	Concat: "~",
};

function lookup({ target, val, dotted }: n.LookupNode): string {
	if (val.typename === "Slice") {
		const part = (end: n.Expression | null): string => (end === null ? "" : spell(end));
		const step = val.step === null ? "" : `:${spell(val.step)}`;
		return `${spell(target)}[${part(val.start)}:${part(val.stop)}${step}]`;
	}
	if (dotted && val.typename === "Literal") return `${spell(target)}.${String(val.value)}`;
	return `${spell(target)}[${spell(val)}]`;
}

const inParentheses = (args: n.CallArguments): string => {
	const text = callArguments(args);
	return text === "" ? "" : `(${text})`;
};
