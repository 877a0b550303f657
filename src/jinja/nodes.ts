/**
 * The syntax tree: nunjucks' node classes where Jinja means the same by them, subclasses of ours where it does not.
 * Every node has `typename`, which makes the unions below discriminated. Lines and columns count from 0.
 */
import nunjucks from "nunjucks/src/nodes.js";

export interface NodePlace {
	readonly lineno: number;
	readonly colno: number;
}

interface Typed<Name extends string> extends NodePlace {
	readonly typename: Name;
}

type Binary = "Or" | "And" | "Add" | "Sub" | "Mul" | "Div" | "FloorDiv" | "Mod" | "Pow" | "Concat";

export interface LiteralNode extends Typed<"Literal"> {
	readonly value: null | boolean | number | bigint | string;
	/** Written with a point or an exponent: a float even where the value is integral. */
	readonly isFloat?: boolean;
	/** As written, for native rendering: `True` is Python, `true` only Jinja. */
	readonly written?: string | null;
}
export interface NameNode extends Typed<"Symbol"> {
	readonly value: string;
}
export interface BinaryNode extends Typed<Binary> {
	readonly left: Expression;
	readonly right: Expression;
}
export interface UnaryNode extends Typed<"Not" | "Neg" | "Pos"> {
	readonly target: Expression;
}
export interface SequenceNode extends Typed<"Array" | "Tuple"> {
	readonly children: readonly Expression[];
}
export interface PairNode extends Typed<"Pair"> {
	readonly key: Expression;
	readonly value: Expression;
}
export interface DictNode extends Typed<"Dict"> {
	readonly children: readonly PairNode[];
}
export interface LookupNode extends Typed<"LookupVal"> {
	readonly target: Expression;
	readonly val: Expression | SliceNode;
	/** Written `a.b`: the attribute before the item. */
	readonly dotted: boolean;
}
export interface SliceNode extends Typed<"Slice"> {
	readonly start: Expression | null;
	readonly stop: Expression | null;
	readonly step: Expression | null;
}
export interface CallNode extends Typed<"FunCall"> {
	readonly name: Expression;
	readonly args: CallArguments;
}
export interface FilterNode extends Typed<"Filter"> {
	readonly name: string;
	/** Null where the body of a block is filtered. */
	readonly target: Expression | null;
	readonly args: CallArguments;
}
export interface TestNode extends Typed<"Test"> {
	readonly target: Expression;
	readonly name: string;
	readonly args: CallArguments;
}
export interface CompareNode extends Typed<"Compare"> {
	readonly expr: Expression;
	readonly ops: readonly CompareOperandNode[];
}
export interface CompareOperandNode extends Typed<"CompareOperand"> {
	readonly expr: Expression;
	readonly type: "==" | "!=" | "<" | ">" | "<=" | ">=" | "in" | "not in";
}
export interface InlineIfNode extends Typed<"InlineIf"> {
	readonly cond: Expression;
	readonly body: Expression;
	readonly else_: Expression | null;
}

export type Expression =
	| LiteralNode
	| NameNode
	| BinaryNode
	| UnaryNode
	| SequenceNode
	| DictNode
	| LookupNode
	| CallNode
	| FilterNode
	| TestNode
	| CompareNode
	| InlineIfNode;

export interface CallArguments {
	readonly positional: readonly Expression[];
	readonly keyword: readonly { readonly name: string; readonly value: Expression }[];
	readonly star: Expression | null;
	readonly doubleStar: Expression | null;
}

/** What a macro, a test block or a call block declares. */
export interface Signature {
	readonly names: readonly string[];
	/** Defaults of the last parameters. */
	readonly defaults: readonly Expression[];
}

/** What `set`, `for` and `with` assign to. */
export type Target = NameNode | (SequenceNode & { readonly children: readonly Target[] }) | NamespaceTargetNode;
export interface NamespaceTargetNode extends Typed<"NamespaceTarget"> {
	readonly name: NameNode;
	readonly attribute: string;
}

export interface Body {
	readonly children: readonly Statement[];
}

export interface TextNode extends Typed<"TemplateData"> {
	readonly value: string;
}
export interface OutputNode extends Typed<"Output"> {
	readonly children: readonly Expression[];
}
export interface IfNode extends Typed<"If"> {
	readonly cond: Expression;
	readonly body: Body;
	readonly else_: Body | IfNode | null;
}
export interface ForNode extends Typed<"ForLoop"> {
	readonly target: Target;
	readonly iterated: Expression;
	readonly condition: Expression | null;
	readonly recursive: boolean;
	readonly body: Body;
	readonly else_: Body | null;
}
export interface SetNode extends Typed<"Set"> {
	readonly targets: readonly [Target];
	readonly value: Expression;
}
export interface SetBlockNode extends Typed<"SetBlock"> {
	readonly target: Target;
	readonly filter: FilterNode | null;
	readonly body: Body;
}
export interface MacroNode extends Typed<"Macro"> {
	readonly name: string;
	readonly args: Signature;
	readonly body: Body;
}
export interface CallBlockNode extends Typed<"CallBlock"> {
	readonly call: CallNode;
	readonly args: Signature;
	readonly body: Body;
}
export interface DoNode extends Typed<"Do"> {
	readonly expr: Expression;
}
export interface WithNode extends Typed<"With"> {
	readonly targets: readonly Target[];
	readonly values: readonly Expression[];
	readonly body: Body;
}
export interface FilterBlockNode extends Typed<"FilterBlock"> {
	readonly filter: FilterNode;
	readonly body: Body;
}
export type JumpNode = Typed<"Break" | "Continue">;
/** snapshot and docs: their text belongs to other files of the project; inside a template they print nothing. */
export interface InertBlockNode extends Typed<"InertBlock"> {
	readonly body: Body;
}

export type Statement =
	| TextNode
	| OutputNode
	| IfNode
	| ForNode
	| SetNode
	| SetBlockNode
	| MacroNode
	| CallBlockNode
	| DoNode
	| WithNode
	| FilterBlockNode
	| JumpNode
	| InertBlockNode;

type Class<Node, Fields extends unknown[]> = new (lineno: number, colno: number, ...fields: Fields) => Node;

const given = <Node, Fields extends unknown[]>(name: string): Class<Node, Fields> =>
	nunjucks[name] as unknown as Class<Node, Fields>;
const added = <Node, Fields extends unknown[]>(name: string, fields: readonly string[]): Class<Node, Fields> =>
	nunjucks.Node!.extend(name, { fields }) as unknown as Class<Node, Fields>;
const binary = (name: Binary) => given<BinaryNode, [Expression, Expression]>(name);
const unary = (name: string) => given<UnaryNode, [Expression]>(name);

export const Literal = added<LiteralNode, [LiteralNode["value"], boolean?, string?]>("Literal", [
	"value",
	"isFloat",
	"written",
]);
export const Name = given<NameNode, [string]>("Symbol");
export const Add = binary("Add");
export const Sub = binary("Sub");
export const Mul = binary("Mul");
export const Div = binary("Div");
export const FloorDiv = binary("FloorDiv");
export const Mod = binary("Mod");
export const Pow = binary("Pow");
export const Concat = binary("Concat");
export const Not = unary("Not");
export const Neg = unary("Neg");
export const Pos = unary("Pos");
export const List = given<SequenceNode, [Expression[]]>("Array");
export const Tuple = nunjucks.NodeList!.extend("Tuple") as unknown as Class<SequenceNode, [Expression[]]>;
export const Pair = given<PairNode, [Expression, Expression]>("Pair");
export const Dict = given<DictNode, [PairNode[]]>("Dict");
export const Lookup = added<LookupNode, [Expression, Expression | SliceNode, boolean]>("LookupVal", [
	"target",
	"val",
	"dotted",
]);
export const Slice = added<SliceNode, [Expression | null, Expression | null, Expression | null]>("Slice", [
	"start",
	"stop",
	"step",
]);
export const Call = given<CallNode, [Expression, CallArguments]>("FunCall");
export const Filter = added<FilterNode, [string, Expression | null, CallArguments]>("Filter", [
	"name",
	"target",
	"args",
]);
export const Test = added<TestNode, [Expression, string, CallArguments]>("Test", ["target", "name", "args"]);
export const Compare = given<CompareNode, [Expression, CompareOperandNode[]]>("Compare");
export const CompareOperand = given<CompareOperandNode, [Expression, CompareOperandNode["type"]]>("CompareOperand");
export const InlineIf = given<InlineIfNode, [Expression, Expression, Expression | null]>("InlineIf");
export const NamespaceTarget = added<NamespaceTargetNode, [NameNode, string]>("NamespaceTarget", ["name", "attribute"]);
export const Text = given<TextNode, [string]>("TemplateData");
export const Output = given<OutputNode, [Expression[]]>("Output");
export const If = given<IfNode, [Expression, Body, Body | IfNode | null]>("If");
export const For = added<ForNode, [Target, Expression, Expression | null, boolean, Body, Body | null]>("ForLoop", [
	"target",
	"iterated",
	"condition",
	"recursive",
	"body",
	"else_",
]);
export const SetTag = given<SetNode, [[Target], Expression]>("Set");
export const SetBlock = added<SetBlockNode, [Target, FilterNode | null, Body]>("SetBlock", [
	"target",
	"filter",
	"body",
]);
export const Macro = given<MacroNode, [string, Signature, Body]>("Macro");
export const CallBlock = added<CallBlockNode, [CallNode, Signature, Body]>("CallBlock", ["call", "args", "body"]);
export const Do = added<DoNode, [Expression]>("Do", ["expr"]);
export const With = added<WithNode, [Target[], Expression[], Body]>("With", ["targets", "values", "body"]);
export const FilterBlock = added<FilterBlockNode, [FilterNode, Body]>("FilterBlock", ["filter", "body"]);
export const Break = added<JumpNode, []>("Break", []);
export const Continue = added<JumpNode, []>("Continue", []);
export const InertBlock = added<InertBlockNode, [Body]>("InertBlock", ["body"]);
