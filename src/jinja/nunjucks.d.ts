/**
 * The internals of nunjucks 3.2.4 that this room builds on; nunjucks publishes no types for them. The version is
 * pinned exactly because these files are not its public interface.
 */
declare module "nunjucks/src/lexer.js" {
	const lexer: Readonly<Record<`TOKEN_${string}`, string>>;
	export default lexer;
}

declare module "nunjucks/src/nodes.js" {
	interface NodeConstructor {
		new (lineno: number, colno: number, ...fields: unknown[]): unknown;
		/** A subclass with its own `typename` and list of fields. */
		extend(name: string, members?: { readonly fields: readonly string[] }): NodeConstructor;
	}
	const nodes: Readonly<Record<string, NodeConstructor>>;
	export default nodes;
}

declare module "nunjucks/src/parser.js" {
	interface Token {
		readonly type: string;
		readonly value: string;
		readonly lineno: number;
		readonly colno: number;
	}
	/** One token of look-ahead over a token source; the recursive descent of expressions and blocks. */
	class Parser {
		constructor(tokens: { nextToken(): Token | null });
		tokens: { nextToken(): Token | null };
		peeked: Token | null;
		breakOnBlocks: readonly string[] | null;
		nextToken(): Token | null;
		peekToken(): Token | null;
		pushToken(token: Token | null): void;
		fail(message: string, lineno?: number, colno?: number): never;
		skip(type: string): boolean;
		skipSymbol(value: string): boolean;
		/** Parses statements up to one of the named tags, which stays unread. */
		parseUntilBlocks(...names: string[]): unknown;
		parseNodes(): unknown[];
		parseStatement(): unknown;
		parseExpression(): unknown;
		parseInlineIf(): unknown;
		parseOr(): unknown;
		parseAnd(): unknown;
		parseNot(): unknown;
		parseAsRoot(): unknown;
	}
	const parser: { readonly Parser: typeof Parser };
	export default parser;
}
