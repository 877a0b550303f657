/**
 * SQL or a template without comments, layout and the case of words: what is left when no parser is at hand, or when the
 * text is a template that no SQL parser reads. Strings and quoted names stay as they are.
 */
export function plainText(text: string): string {
	const plain: string[] = [];
	for (const token of text.match(TOKEN) ?? []) {
		// All SQL of a project comes by here: most tokens are words, and looked at no further.
		if (WORD.test(token)) plain.push(token.toLowerCase());
		else if (!LEFT_OUT.test(token))
			plain.push(QUOTED.test(token) ? token : token.replace(TRIMMED, "$1$2").toLowerCase());
	}
	return plain.join(" ");
}

const WORD = /^\w/;
/** Comments and space. */
const LEFT_OUT = /^(?:\s|\{#|--|\/\*)/;
const QUOTED = /^['"$]/;
/** `{%-` and `-%}` trim space, which is layout. */
const TRIMMED = /^(\{[{%])[-+]$|^[-+]([}%]\})$/;

const TOKEN = new RegExp(
	[
		/\{#[\s\S]*?(?:#\}|$)/, // a template's comment
		/--[^\n]*/,
		/\/\*[\s\S]*?(?:\*\/|$)/,
		/'[^'\\]*(?:(?:\\[\s\S]|'')[^'\\]*)*'?/,
		/"[^"\\]*(?:(?:\\[\s\S]|"")[^"\\]*)*"?/,
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
