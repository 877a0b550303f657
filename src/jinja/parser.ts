/**
 * Tokens to a syntax tree. The recursive descent and its one-token look-ahead are nunjucks' Parser; precedence,
 * tuples, tests, slices, star arguments, targets and statements follow Jinja2's parser, which nunjucks does not:
 * `~` binds tighter than `+`, `is` tighter than arithmetic, `**` to the left, and `for … if` is no inline if.
 * dbt's blocks (test, data_test, materialization, snapshot, docs) are statements here.
 * Longer than 500 lines because one recursive descent over one token stream is easier to follow in one class.
 */

import nunjucks from "nunjucks/src/parser.js";
import { fail } from "../core/diagnostic.ts";
import { suggestName } from "../core/suggestName.ts";
import { Lexer, TOKEN, type Token } from "./lexer.ts";
import * as n from "./nodes.ts";
import type { Origin } from "./origin.ts";

const TAGS = [
	"if",
	"for",
	"set",
	"macro",
	"call",
	"do",
	"with",
	"filter",
	"print",
	"break",
	"continue",
	"test",
	"data_test",
	"materialization",
	"snapshot",
	"docs",
	"raw",
];
const LOADING_TAGS = new Set(["include", "import", "from", "extends", "block", "autoescape"]);
const COMPARISONS = new Set(["==", "!=", "<", ">", "<=", ">="]);
const CONSTANTS: ReadonlyMap<string, null | boolean> = new Map([
	["true", true],
	["True", true],
	["false", false],
	["False", false],
	["none", null],
	["None", null],
]);
/** Tokens that begin a test's argument written without parentheses: `x is divisibleby 3`. */
const ARGUMENT_STARTS: ReadonlySet<string> = new Set([
	TOKEN.name,
	TOKEN.string,
	TOKEN.int,
	TOKEN.float,
	TOKEN.leftParen,
	TOKEN.leftBracket,
	TOKEN.leftCurly,
]);
const NO_CALL_ARGUMENTS: n.CallArguments = { positional: [], keyword: [], star: null, doubleStar: null };
const NO_SIGNATURE: n.Signature = { names: [], defaults: [] };

const ADDITIONS = new Map([
	["+", n.Add],
	["-", n.Sub],
]);
const PRODUCTS = new Map([
	["*", n.Mul],
	["/", n.Div],
	["//", n.FloorDiv],
	["%", n.Mod],
]);
const POWERS = new Map([["**", n.Pow]]);
type BinaryClass = typeof n.Add;

interface OpenBlock {
	readonly tag: string;
	readonly token: Token;
	readonly ends: readonly string[];
}

export interface Opening {
	name: string;
	parameters: string[];
	adapter: string;
	languages: string[];
}

interface TupleOptions {
	readonly item: () => n.Expression;
	/** A word that ends the tuple. */
	readonly stop?: string;
	/** `()` is a tuple only inside parentheses. */
	readonly mayBeEmpty?: boolean;
}

export class TemplateParser extends nunjucks.Parser {
	readonly #lexer: Lexer;
	readonly #origin: Origin;
	readonly #open: OpenBlock[] = [];

	constructor(text: string, origin: Origin) {
		const lexer = new Lexer(text, origin);
		super(lexer);
		this.#lexer = lexer;
		this.#origin = origin;
	}

	parseTemplate(): n.Body {
		return this.parseAsRoot() as n.Body;
	}

	/** The opening tag of a macro or of one of dbt's blocks alone: what it names. */
	parseOpening(): Opening {
		this.nextToken();
		const kind = this.nextToken()!.value;
		const name = this.#parseName();
		const opening: Opening = { name, parameters: [], adapter: "default", languages: ["sql"] };
		if (kind === "materialization") Object.assign(opening, this.#parseMaterializationOptions());
		else if (kind !== "snapshot" && kind !== "docs") opening.parameters = [...this.#parseSignature().names];
		this.skip(TOKEN.colon);
		this.#expect(TOKEN.blockEnd, "'%}'");
		return opening;
	}

	/* tokens */

	override nextToken(): Token | null {
		const token = this.peeked;
		if (token === null) return this.tokens.nextToken();
		this.peeked = null;
		return token;
	}

	#is(type: string): boolean {
		return this.peekToken()?.type === type;
	}

	#take(type: string, value?: string): Token | null {
		const token = this.peekToken();
		if (token === null || token.type !== type || (value !== undefined && token.value !== value)) return null;
		return this.nextToken();
	}

	#expect(type: string, what: string, value?: string): Token {
		return this.#take(type, value) ?? this.#unexpected(`expected ${what}, got `);
	}

	#unexpected(prefix: string): never {
		const token = this.peekToken();
		return this.#problem(prefix + describe(token), token);
	}

	#problem(problem: string, at: Token | n.NodePlace | null, hint?: string): never {
		return fail("TFM-JINJA-001", { problem, hint }, this.#place(at));
	}

	#place(at: n.NodePlace | null) {
		return at === null ? this.#origin.endPlace() : this.#origin.place(at.lineno, at.colno);
	}

	/* statements */

	override parseNodes(): unknown[] {
		const nodes: unknown[] = [];
		for (let token = this.nextToken(); token !== null; token = this.nextToken()) {
			if (token.type === TOKEN.text) nodes.push(new n.Text(token.lineno, token.colno, token.value));
			else if (token.type === TOKEN.printStart) nodes.push(this.#parsePrint(token));
			else {
				const node = this.parseStatement();
				if (node === null) break;
				nodes.push(node);
			}
		}
		return nodes;
	}

	#parsePrint(start: Token): n.OutputNode {
		const expression = this.#parseTuple();
		this.#expect(TOKEN.printEnd, "'}}'");
		return new n.Output(start.lineno, start.colno, [expression]);
	}

	/** Null at a tag that ends the enclosing block; that tag stays unread. */
	override parseStatement(): n.Statement | null {
		const token = this.peekToken();
		if (token === null || token.type !== TOKEN.name) this.#unexpected("expected the name of a tag, got ");
		if (this.breakOnBlocks?.includes(token.value) === true) return null;
		this.nextToken();
		switch (token.value) {
			case "if":
				return this.#parseIf(token);
			case "for":
				return this.#parseFor(token);
			case "set":
				return this.#parseSet(token);
			case "macro":
				return this.#parseMacro(token);
			case "call":
				return this.#parseCallBlock(token);
			case "do":
				return this.#closed(new n.Do(token.lineno, token.colno, this.#parseTuple()));
			case "with":
				return this.#parseWith(token);
			case "filter":
				return this.#parseFilterBlock(token);
			case "print":
				return this.#parsePrintTag(token);
			case "break":
				return this.#closed(new n.Break(token.lineno, token.colno));
			case "continue":
				return this.#closed(new n.Continue(token.lineno, token.colno));
			case "test":
			case "data_test":
			case "materialization":
			case "snapshot":
			case "docs":
				return this.#parseDbtBlock(token);
		}
		return this.#refuseTag(token);
	}

	#refuseTag(token: Token): never {
		const name = token.value;
		if (LOADING_TAGS.has(name)) fail("TFM-JINJA-006", { tag: name }, this.#place(token));
		const open = this.#open.at(-1);
		if (open !== undefined && (/^end/.test(name) || name === "else" || name === "elif")) {
			const related = [{ label: `{% ${open.tag} %} opened here`, ...this.#place(open.token) }];
			fail(
				"TFM-JINJA-002",
				{ opened: `{% ${open.tag} %}`, expected: `{% ${open.ends.at(-1)} %}`, found: `{% ${name} %}` },
				{ ...this.#place(token), related },
			);
		}
		const suggestion = name.startsWith("end") ? undefined : suggestName(name, TAGS);
		return fail("TFM-JINJA-003", { name, suggestion, expected: open?.ends.at(-1) }, this.#place(token));
	}

	#closed<N>(node: N): N {
		this.#expect(TOKEN.blockEnd, "'%}'");
		return node;
	}

	/** The end of an opening tag and the statements up to one of `ends`, which is read too unless several can end it. */
	#parseBody(tag: string, token: Token, ...ends: string[]): n.Body {
		this.skip(TOKEN.colon);
		this.#expect(TOKEN.blockEnd, "'%}'");
		this.#open.push({ tag, token, ends });
		const body = this.parseUntilBlocks(...ends) as n.Body;
		this.#open.pop();
		if (this.peekToken() === null)
			fail("TFM-JINJA-002", { opened: `{% ${tag} %}`, expected: `{% ${ends.at(-1)} %}` }, this.#place(token));
		return body;
	}

	#parseWholeBody(tag: string, token: Token, end = `end${tag}`): n.Body {
		const body = this.#parseBody(tag, token, end);
		this.nextToken();
		return this.#closed(body);
	}

	#parseIf(token: Token): n.IfNode {
		const condition = this.#parseTuple({ item: () => this.#parseOr() });
		const body = this.#parseBody("if", token, "elif", "else", "endif");
		const next = this.nextToken()!;
		let otherwise: n.Body | n.IfNode | null = null;
		if (next.value === "elif") otherwise = this.#parseIf(next);
		else if (next.value === "else") otherwise = this.#parseWholeBody("if", token);
		else this.#expect(TOKEN.blockEnd, "'%}'");
		return new n.If(token.lineno, token.colno, condition, body, otherwise);
	}

	#parseFor(token: Token): n.ForNode {
		const target = this.#parseTarget("in", false);
		this.#expect(TOKEN.name, "'in'", "in");
		const iterated = this.#parseTuple({ item: () => this.#parseOr(), stop: "recursive" });
		const condition = this.skipSymbol("if") ? this.#parseExpression() : null;
		const recursive = this.skipSymbol("recursive");
		const body = this.#parseBody("for", token, "else", "endfor");
		const otherwise = this.nextToken()!.value === "else" ? this.#parseWholeBody("for", token) : this.#closed(null);
		return new n.For(token.lineno, token.colno, target, iterated, condition, recursive, body, otherwise);
	}

	#parseSet(token: Token): n.Statement {
		const target = this.#parseTarget(null, true);
		if (this.#take(TOKEN.operator, "=") !== null)
			return this.#closed(new n.SetTag(token.lineno, token.colno, [target], this.#parseTuple()));
		const filter = this.#parseFilters(null) as n.FilterNode | null;
		return new n.SetBlock(token.lineno, token.colno, target, filter, this.#parseWholeBody("set", token));
	}

	#parseMacro(token: Token): n.MacroNode {
		const name = this.#parseName();
		const signature = this.#parseSignature();
		return new n.Macro(token.lineno, token.colno, name, signature, this.#parseWholeBody("macro", token));
	}

	#parseCallBlock(token: Token): n.CallBlockNode {
		const signature = this.#is(TOKEN.leftParen) ? this.#parseSignature() : NO_SIGNATURE;
		const start = this.peekToken();
		const call = this.#parseExpression();
		if (call.typename !== "FunCall") this.#problem("expected the call of a macro after 'call'", start);
		return new n.CallBlock(token.lineno, token.colno, call, signature, this.#parseWholeBody("call", token));
	}

	#parseWith(token: Token): n.WithNode {
		const targets: n.Target[] = [];
		const values: n.Expression[] = [];
		while (!this.#is(TOKEN.blockEnd)) {
			if (targets.length > 0) this.#expect(TOKEN.comma, "','");
			targets.push(this.#parseTarget(null, false));
			this.#expect(TOKEN.operator, "'='", "=");
			values.push(this.#parseExpression());
		}
		return new n.With(token.lineno, token.colno, targets, values, this.#parseWholeBody("with", token));
	}

	#parseFilterBlock(token: Token): n.FilterBlockNode {
		const filter = this.#parseFilters(this.#parseFilter(null)) as n.FilterNode;
		return new n.FilterBlock(token.lineno, token.colno, filter, this.#parseWholeBody("filter", token));
	}

	#parsePrintTag(token: Token): n.OutputNode {
		const items: n.Expression[] = [];
		while (!this.#is(TOKEN.blockEnd)) {
			if (items.length > 0) this.#expect(TOKEN.comma, "','");
			items.push(this.#parseExpression());
		}
		return this.#closed(new n.Output(token.lineno, token.colno, items));
	}

	#parseDbtBlock(token: Token): n.Statement {
		const kind = token.value;
		const name = this.#parseName();
		if (kind === "snapshot" || kind === "docs")
			return new n.InertBlock(token.lineno, token.colno, this.#parseWholeBody(kind, token));
		if (kind === "materialization") {
			const { adapter, languages } = this.#parseMaterializationOptions();
			const macroName = `materialization_${name}_${adapter}`;
			// dbt gives a materialization one parameter, whose default is the languages it was declared with.
			const listed = languages.map((language) => new n.Literal(token.lineno, token.colno, language));
			const signature = { names: ["supported_languages"], defaults: [new n.List(token.lineno, token.colno, listed)] };
			return new n.Macro(token.lineno, token.colno, macroName, signature, this.#parseWholeBody(kind, token));
		}
		const signature = this.#parseSignature();
		return new n.Macro(token.lineno, token.colno, `test_${name}`, signature, this.#parseWholeBody(kind, token));
	}

	#parseMaterializationOptions(): Pick<Opening, "adapter" | "languages"> {
		const options = { adapter: "default", languages: ["sql"] };
		while (this.skip(TOKEN.comma)) {
			const start = this.peekToken();
			const option = this.#parseName();
			if (option === "default") continue;
			if (option !== "adapter" && option !== "supported_languages")
				this.#problem(`unknown option "${option}" of a materialization`, start, "write adapter='name' or default");
			this.#expect(TOKEN.operator, "'='", "=");
			const value = this.#parseExpression();
			if (option === "adapter") options.adapter = this.#literalText(value);
			else if (value.typename === "Array") options.languages = value.children.map((item) => this.#literalText(item));
			else this.#problem("supported_languages must be a list of texts", value);
		}
		return options;
	}

	#literalText(node: n.Expression): string {
		if (node.typename === "Literal" && typeof node.value === "string") return node.value;
		return this.#problem("expected a text in quotes", node);
	}

	/* targets and signatures */

	#parseName(): string {
		const token = this.#expect(TOKEN.name, "a name");
		if (CONSTANTS.has(token.value)) this.#problem(`can't assign to '${token.value}'`, token);
		return token.value;
	}

	#parseSignature(): n.Signature {
		this.#expect(TOKEN.leftParen, "'('");
		const names: string[] = [];
		const defaults: n.Expression[] = [];
		while (!this.skip(TOKEN.rightParen)) {
			if (names.length > 0) this.#expect(TOKEN.comma, "','");
			const start = this.peekToken();
			const name = this.#parseName();
			if (names.includes(name)) this.#problem(`duplicate parameter '${name}'`, start);
			names.push(name);
			if (this.#take(TOKEN.operator, "=") !== null) defaults.push(this.#parseExpression());
			else if (defaults.length > 0)
				this.#problem(`parameter '${name}' without a default follows one with a default`, start);
		}
		return { names, defaults };
	}

	#parseTarget(stop: string | null, mayBeNamespace: boolean): n.Target {
		if (mayBeNamespace && this.#is(TOKEN.name) && this.#lexer.lookAhead()?.value === ".") {
			const token = this.nextToken()!;
			this.nextToken();
			const attribute = this.#expect(TOKEN.name, "a name").value;
			return new n.NamespaceTarget(
				token.lineno,
				token.colno,
				new n.Name(token.lineno, token.colno, token.value),
				attribute,
			);
		}
		const start = this.peekToken();
		const item = () => this.#parsePrimary();
		const target = this.#parseTuple(stop === null ? { item } : { item, stop });
		this.#checkTarget(target, start);
		return target as n.Target;
	}

	#checkTarget(target: n.Expression, at: Token | null): void {
		if (target.typename === "Symbol") return;
		if (target.typename !== "Tuple")
			this.#problem("can't assign to this expression", at, "write a name, or names with commas");
		for (const child of target.children) this.#checkTarget(child, at);
	}

	/* expressions */

	#parseExpression(): n.Expression {
		return this.parseExpression() as n.Expression;
	}

	#parseOr(): n.Expression {
		return this.parseOr() as n.Expression;
	}

	/** An expression, or several with commas: a tuple. */
	#parseTuple(options: TupleOptions = { item: () => this.#parseExpression() }): n.Expression {
		const start = this.peekToken();
		const items: n.Expression[] = [];
		let isTuple = false;
		while (!this.#atTupleEnd(options.stop)) {
			items.push(options.item());
			if (!this.skip(TOKEN.comma)) break;
			isTuple = true;
		}
		const [first] = items;
		if (!isTuple && first !== undefined) return first;
		if (!isTuple && options.mayBeEmpty !== true) this.#unexpected("expected an expression, got ");
		return new n.Tuple(start?.lineno ?? 0, start?.colno ?? 0, items);
	}

	#atTupleEnd(stop: string | undefined): boolean {
		const token = this.peekToken();
		if (token === null) return true;
		if (token.type === TOKEN.printEnd || token.type === TOKEN.blockEnd || token.type === TOKEN.rightParen) return true;
		return stop !== undefined && token.type === TOKEN.name && token.value === stop;
	}

	override parseInlineIf(): n.Expression {
		let node = this.#parseOr();
		for (let token = this.#take(TOKEN.name, "if"); token !== null; token = this.#take(TOKEN.name, "if")) {
			const condition = this.#parseOr();
			const otherwise = this.skipSymbol("else") ? this.parseInlineIf() : null;
			node = new n.InlineIf(token.lineno, token.colno, condition, node, otherwise);
		}
		return node;
	}

	override parseNot(): n.Expression {
		const token = this.#take(TOKEN.name, "not");
		return token === null ? this.#parseCompare() : new n.Not(token.lineno, token.colno, this.parseNot());
	}

	#parseCompare(): n.Expression {
		const first = this.#parseAdditions();
		const operands: n.CompareOperandNode[] = [];
		for (let token = this.peekToken(); token !== null; token = this.peekToken()) {
			const operator = this.#takeComparison(token);
			if (operator === null) break;
			operands.push(new n.CompareOperand(token.lineno, token.colno, this.#parseAdditions(), operator));
		}
		return operands.length === 0 ? first : new n.Compare(operands[0]!.lineno, operands[0]!.colno, first, operands);
	}

	#takeComparison(token: Token): n.CompareOperandNode["type"] | null {
		const isIn = token.type === TOKEN.name && token.value === "in";
		if (isIn || (token.type === TOKEN.operator && COMPARISONS.has(token.value))) {
			this.nextToken();
			return token.value as n.CompareOperandNode["type"];
		}
		const next = token.type === TOKEN.name && token.value === "not" ? this.#lexer.lookAhead() : null;
		if (next?.type !== TOKEN.name || next.value !== "in") return null;
		this.nextToken();
		this.nextToken();
		return "not in";
	}

	#parseBinary(next: () => n.Expression, operators: ReadonlyMap<string, BinaryClass>): n.Expression {
		let left = next();
		for (;;) {
			const token = this.peekToken();
			const node = token?.type === TOKEN.operator ? operators.get(token.value) : undefined;
			if (token === null || node === undefined) return left;
			this.nextToken();
			left = new node(token.lineno, token.colno, left, next());
		}
	}

	#parseAdditions = (): n.Expression => this.#parseBinary(this.#parseConcat, ADDITIONS);
	#parseProducts = (): n.Expression => this.#parseBinary(this.#parsePowers, PRODUCTS);
	#parsePowers = (): n.Expression => this.#parseBinary(this.#parseUnary, POWERS);

	#parseConcat = (): n.Expression => {
		let left = this.#parseProducts();
		for (let token = this.#take(TOKEN.tilde); token !== null; token = this.#take(TOKEN.tilde))
			left = new n.Concat(token.lineno, token.colno, left, this.#parseProducts());
		return left;
	};

	#parseUnary = (): n.Expression => this.#parseFilters(this.#parseSigned())!;

	#parseSigned(): n.Expression {
		const token = this.#take(TOKEN.operator, "-") ?? this.#take(TOKEN.operator, "+");
		if (token === null) return this.#parsePostfix(this.#parsePrimary());
		const signed = this.#parseSigned();
		const node =
			token.value === "-" ? new n.Neg(token.lineno, token.colno, signed) : new n.Pos(token.lineno, token.colno, signed);
		return this.#parsePostfix(node);
	}

	#parsePrimary(): n.Expression {
		const token = this.nextToken();
		if (token === null) this.#problem("the template ends inside an expression", null);
		const { lineno, colno, value } = token;
		switch (token.type) {
			case TOKEN.name:
				return CONSTANTS.has(value)
					? new n.Literal(lineno, colno, CONSTANTS.get(value)!, false, value)
					: new n.Name(lineno, colno, value);
			case TOKEN.string:
				return new n.Literal(lineno, colno, value + this.#adjacentStrings());
			case TOKEN.int:
				return new n.Literal(lineno, colno, Number.isSafeInteger(Number(value)) ? Number(value) : BigInt(value));
			case TOKEN.float:
				return new n.Literal(lineno, colno, Number(value), true);
			case TOKEN.leftParen: {
				const inner = this.#parseTuple({ item: () => this.#parseExpression(), mayBeEmpty: true });
				this.#expect(TOKEN.rightParen, "')'");
				return inner;
			}
			case TOKEN.leftBracket:
				return new n.List(
					lineno,
					colno,
					this.#parseItems(TOKEN.rightBracket, "']'", () => this.#parseExpression()),
				);
			case TOKEN.leftCurly:
				return new n.Dict(
					lineno,
					colno,
					this.#parseItems(TOKEN.rightCurly, "'}'", () => this.#parsePair()),
				);
		}
		return this.#problem(`unexpected ${describe(token)}`, token);
	}

	/** Python joins strings that stand side by side. */
	#adjacentStrings(): string {
		let text = "";
		for (let token = this.#take(TOKEN.string); token !== null; token = this.#take(TOKEN.string)) text += token.value;
		return text;
	}

	#parseItems<T>(end: string, what: string, item: () => T): T[] {
		const items: T[] = [];
		while (!this.skip(end)) {
			if (items.length > 0) {
				if (!this.skip(TOKEN.comma)) this.#unexpected(`expected ',' or ${what}, got `);
				if (this.skip(end)) break;
			}
			items.push(item());
		}
		return items;
	}

	#parsePair(): n.PairNode {
		const key = this.#parseExpression();
		this.#expect(TOKEN.colon, "':'");
		return new n.Pair(key.lineno, key.colno, key, this.#parseExpression());
	}

	#parsePostfix(node: n.Expression): n.Expression {
		for (;;) {
			const token = this.peekToken();
			if (token === null) return node;
			if (token.type === TOKEN.leftParen) node = new n.Call(token.lineno, token.colno, node, this.#parseArguments());
			else if (token.type === TOKEN.leftBracket) node = this.#parseSubscript(node);
			else if (token.type === TOKEN.operator && token.value === ".") node = this.#parseAttribute(node);
			else return node;
		}
	}

	#parseAttribute(target: n.Expression): n.Expression {
		const dot = this.nextToken()!;
		const token = this.peekToken();
		if (token?.type !== TOKEN.name && token?.type !== TOKEN.int)
			this.#unexpected("expected a name or a number after '.', got ");
		this.nextToken();
		const isName = token.type === TOKEN.name;
		const key = new n.Literal(token.lineno, token.colno, isName ? token.value : Number(token.value));
		return new n.Lookup(dot.lineno, dot.colno, target, key, isName);
	}

	#parseSubscript(target: n.Expression): n.Expression {
		const token = this.nextToken()!;
		const keys: (n.Expression | n.SliceNode)[] = [];
		while (!this.skip(TOKEN.rightBracket)) {
			if (keys.length > 0) this.#expect(TOKEN.comma, "','");
			keys.push(this.#parseKey());
		}
		if (keys.length === 1) return new n.Lookup(token.lineno, token.colno, target, keys[0]!, false);
		const tuple = new n.Tuple(token.lineno, token.colno, keys as n.Expression[]);
		return new n.Lookup(token.lineno, token.colno, target, tuple, false);
	}

	#parseKey(): n.Expression | n.SliceNode {
		const start = this.peekToken()!;
		const parts: (n.Expression | null)[] = [];
		const absent = () => this.#is(TOKEN.colon) || this.#is(TOKEN.rightBracket) || this.#is(TOKEN.comma);
		parts.push(this.#is(TOKEN.colon) ? null : this.#parseExpression());
		if (!this.#is(TOKEN.colon)) return parts[0]!;
		while (parts.length < 3 && this.skip(TOKEN.colon)) parts.push(absent() ? null : this.#parseExpression());
		return new n.Slice(start.lineno, start.colno, parts[0] ?? null, parts[1] ?? null, parts[2] ?? null);
	}

	#parseArguments(): n.CallArguments {
		this.#expect(TOKEN.leftParen, "'('");
		const positional: n.Expression[] = [];
		const keyword: { name: string; value: n.Expression }[] = [];
		let star: n.Expression | null = null;
		let doubleStar: n.Expression | null = null;
		for (let first = true; !this.skip(TOKEN.rightParen); first = false) {
			if (!first) {
				this.#expect(TOKEN.comma, "','");
				if (this.skip(TOKEN.rightParen)) break;
			}
			const token = this.peekToken();
			const ordered = (inOrder: boolean) => inOrder || this.#problem("invalid order of arguments in a call", token);
			if (this.#take(TOKEN.operator, "*") !== null) {
				ordered(star === null && doubleStar === null);
				star = this.#parseExpression();
			} else if (this.#take(TOKEN.operator, "**") !== null) {
				ordered(doubleStar === null);
				doubleStar = this.#parseExpression();
			} else if (
				token?.type === TOKEN.name &&
				this.#lexer.lookAhead()?.value === "=" &&
				this.#lexer.lookAhead()?.type === TOKEN.operator
			) {
				ordered(doubleStar === null);
				this.nextToken();
				this.nextToken();
				if (keyword.some((k) => k.name === token.value))
					this.#problem(`keyword argument repeated: ${token.value}`, token);
				keyword.push({ name: token.value, value: this.#parseExpression() });
			} else {
				ordered(star === null && doubleStar === null && keyword.length === 0);
				positional.push(this.#parseExpression());
			}
		}
		return { positional, keyword, star, doubleStar };
	}

	/** Pipes, tests and calls that follow a whole operand. With null, only pipes: the filters of a block. */
	#parseFilters(target: n.Expression | null): n.Expression | null {
		let node = target;
		for (;;) {
			const token = this.peekToken();
			if (token === null) return node;
			if (token.type === TOKEN.pipe) {
				this.nextToken();
				node = this.#parseFilter(node);
			} else if (node !== null && token.type === TOKEN.name && token.value === "is") node = this.#parseTest(node);
			else if (node !== null && token.type === TOKEN.leftParen)
				node = new n.Call(token.lineno, token.colno, node, this.#parseArguments());
			else return node;
		}
	}

	#parseDottedName(): Token {
		const token = this.#expect(TOKEN.name, "a name");
		let value = token.value;
		while (this.#take(TOKEN.operator, ".") !== null) value += `.${this.#expect(TOKEN.name, "a name").value}`;
		return { ...token, value };
	}

	#parseFilter(target: n.Expression | null): n.FilterNode {
		const name = this.#parseDottedName();
		const args = this.#is(TOKEN.leftParen) ? this.#parseArguments() : NO_CALL_ARGUMENTS;
		return new n.Filter(name.lineno, name.colno, name.value, target, args);
	}

	#parseTest(target: n.Expression): n.Expression {
		this.nextToken();
		const negated = this.#take(TOKEN.name, "not");
		const name = this.#parseDottedName();
		const next = this.peekToken();
		let args = NO_CALL_ARGUMENTS;
		if (next?.type === TOKEN.leftParen) args = this.#parseArguments();
		else if (next !== null && ARGUMENT_STARTS.has(next.type) && !isTestEnd(next)) {
			if (next.type === TOKEN.name && next.value === "is") this.#problem("tests cannot be chained with 'is'", next);
			args = { ...NO_CALL_ARGUMENTS, positional: [this.#parsePostfix(this.#parsePrimary())] };
		}
		const test = new n.Test(name.lineno, name.colno, target, name.value, args);
		return negated === null ? test : new n.Not(negated.lineno, negated.colno, test);
	}
}

const isTestEnd = (token: Token): boolean =>
	token.type === TOKEN.name && (token.value === "else" || token.value === "or" || token.value === "and");

function describe(token: Token | null): string {
	if (token === null) return "the end of the template";
	if (token.type === TOKEN.blockEnd) return "the end of the tag";
	if (token.type === TOKEN.printEnd) return "the end of the expression";
	return token.type === TOKEN.string ? `the string ${JSON.stringify(token.value)}` : `'${token.value}'`;
}
