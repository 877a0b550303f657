import type MarkdownIt from "markdown-it";
import type { Pictures } from "./pictures.ts";

type Parser = InstanceType<typeof MarkdownIt>;

/** Nothing in it could be Markdown, so that it need not be parsed: most descriptions of columns. */
const PLAIN = /^[\p{L}\p{N} ,.;:'"()/%?=+-]*$/u;
const URLISH = /:\/\/|www\.|\.[a-z]{2,}\/|^\s*(?:\d+\.|[-+])\s|^\s{4}|@/i;

const escapeHtml = (text: string): string =>
	text.replace(/[&<>"]/g, (c) => (c === "&" ? "&amp;" : c === "<" ? "&lt;" : c === ">" ? "&gt;" : "&quot;"));

/**
 * Descriptions to HTML that is safe to show: HTML in them is text, links lead to the web, to mail, or into the site, and
 * a picture that the site cannot show is a link to it.
 */
export type Markdown = (text: string) => string;

export async function createMarkdown(pictures: Pictures): Promise<Markdown> {
	let parser: Parser | undefined;
	const { default: Maker } = await import("markdown-it");
	const known = new Map<string, string>();
	return (text) => {
		const trimmed = text.trim();
		if (trimmed === "") return "";
		if (PLAIN.test(trimmed) && !URLISH.test(trimmed)) return `<p>${escapeHtml(trimmed)}</p>`;
		let html = known.get(trimmed);
		if (html === undefined) {
			parser ??= safeParser(Maker, pictures);
			html = parser.render(trimmed).trim();
			if (known.size < 20_000) known.set(trimmed, html);
		}
		return html;
	};
}

function safeParser(Maker: typeof MarkdownIt, pictures: Pictures): Parser {
	const parser = new Maker({ html: false, linkify: true });
	parser.validateLink = (url) => /^(?:https?:|mailto:|#|[^:]*$)/i.test(url.trim());
	parser.renderer.rules.link_open = (tokens, index, options, _env, self) => {
		const token = tokens[index]!;
		if (/^https?:/i.test(String(token.attrGet("href")))) token.attrSet("rel", "noopener noreferrer");
		return self.renderToken(tokens, index, options);
	};
	parser.renderer.rules.image = (tokens, index, options, env, self) => {
		const token = tokens[index]!;
		const address = String(token.attrGet("src"));
		const words = self.renderInlineAsText(token.children ?? [], options, env);
		const shown = pictures(address);
		if (shown !== null) {
			token.attrSet("src", shown);
			token.attrSet("alt", words);
			return self.renderToken(tokens, index, options);
		}
		const name = escapeHtml(words === "" ? address : words);
		// A badge is a picture inside a link, which has its own place to lead to.
		const open = tokens
			.slice(0, index)
			.reduce((n, { type }) => n + (type === "link_open" ? 1 : type === "link_close" ? -1 : 0), 0);
		if (open > 0 || !/^(?:https?:)?\/\//i.test(address)) return name;
		return `<a href="${escapeHtml(address)}" rel="noopener noreferrer">${name}</a>`;
	};
	return parser;
}

/** The words of a description, for searching and for lists. */
export const plainText = (markdown: string): string =>
	markdown
		.replace(/```[^\n]*\n?|[`*_#|]|^[ \t]*>/gm, " ")
		.replace(/!?\[([^\]]*)\]\([^)]*\)/g, "$1")
		.replace(/\s+/g, " ")
		.trim();
