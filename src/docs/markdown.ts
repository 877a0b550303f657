import type MarkdownIt from "markdown-it";

type Parser = InstanceType<typeof MarkdownIt>;

/** Nothing in it could be Markdown, so that it need not be parsed: most descriptions of columns. */
const PLAIN = /^[\p{L}\p{N} ,.;:'"()/%?=+-]*$/u;
const URLISH = /:\/\/|www\.|\.[a-z]{2,}\/|^\s*(?:\d+\.|[-+])\s|^\s{4}|@/i;

const escapeHtml = (text: string): string =>
	text.replace(/[&<>"]/g, (c) => (c === "&" ? "&amp;" : c === "<" ? "&lt;" : c === ">" ? "&gt;" : "&quot;"));

/** Descriptions to HTML that is safe to show: HTML in them is text, and links lead to the web, to mail, or into the site. */
export type Markdown = (text: string) => string;

export async function createMarkdown(): Promise<Markdown> {
	let parser: Parser | undefined;
	const { default: Maker } = await import("markdown-it");
	const known = new Map<string, string>();
	return (text) => {
		const trimmed = text.trim();
		if (trimmed === "") return "";
		if (PLAIN.test(trimmed) && !URLISH.test(trimmed)) return `<p>${escapeHtml(trimmed)}</p>`;
		let html = known.get(trimmed);
		if (html === undefined) {
			parser ??= safeParser(Maker);
			html = parser.render(trimmed).trim();
			if (known.size < 20_000) known.set(trimmed, html);
		}
		return html;
	};
}

function safeParser(Maker: typeof MarkdownIt): Parser {
	const parser = new Maker({ html: false, linkify: true });
	parser.validateLink = (url) => /^(?:https?:|mailto:|#|[^:]*$)/i.test(url.trim());
	parser.renderer.rules.link_open = (tokens, index, options, _env, self) => {
		const token = tokens[index]!;
		if (/^https?:/i.test(String(token.attrGet("href")))) token.attrSet("rel", "noopener noreferrer");
		return self.renderToken(tokens, index, options);
	};
	return parser;
}

/** The words of a description, for searching and for lists. */
export const plainText = (markdown: string): string =>
	markdown
		.replace(/```[^\n]*\n?|[`*_>#|]/g, " ")
		.replace(/!?\[([^\]]*)\]\([^)]*\)/g, "$1")
		.replace(/\s+/g, " ")
		.trim();
