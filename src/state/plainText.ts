/**
 * SQL or a template without comments, layout and the case of words: what is left when no parser is at hand, or when the
 * text is a template that no SQL parser reads. Strings and quoted names stay as they are.
 */
export function plainText(text: string): string {
	const tokens: string[] = [];
	for (const [token] of text.matchAll(TOKEN)) {
		if (COMMENT.test(token) || /^\s/.test(token)) continue;
		tokens.push(QUOTED.test(token) ? token : token.replace(TRIMMED, "$1$2").toLowerCase());
	}
	return tokens.join(" ");
}

const COMMENT = /^(?:\{#|--|\/\*)/;
const QUOTED = /^['"$]/;
/** `{%-` and `-%}` trim space, which is layout. */
const TRIMMED = /^(\{[{%])[-+]$|^[-+]([}%]\})$/;

const TOKEN = new RegExp(
	[
		/\{#[\s\S]*?(?:#\}|$)/, // a template's comment
		/--[^\n]*/,
		/\/\*[\s\S]*?(?:\*\/|$)/,
		/'(?:[^'\\]|\\[\s\S]|'')*'?/,
		/"(?:[^"\\]|\\[\s\S]|"")*"?/,
		/\$([A-Za-z_]*)\$[\s\S]*?\$\1\$/, // a string between dollar signs
		/\{[{%][-+]?|[-+]?[%}]\}/,
		/[\w]+/,
		/\s+/,
		/[<>=!~|&^@#%:*/+-]+?(?=--|\/\*|[-+]?[%}]\}|[^<>=!~|&^@#%:*/+-]|$)/, // an operator of several signs
		/[\s\S]/,
	]
		.map(({ source }) => source)
		.join("|"),
	"g",
);
