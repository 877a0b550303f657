/** Prism's core with its SQL grammar and a few words of Jinja. Answers one safe piece of HTML per line. */
import Prism from "prismjs/components/prism-core.js";
import "prismjs/components/prism-sql.js";

Prism.manual = true;

const grammar = {
	jinja: {
		pattern: /\{#[\s\S]*?#\}|\{\{[\s\S]*?\}\}|\{%[\s\S]*?%\}/,
		greedy: true,
		inside: {
			comment: /^\{#[\s\S]*#\}$/,
			string: /"[^"]*"|'[^']*'/,
			keyword: /\b(?:if|else|elif|endif|for|in|endfor|set|macro|endmacro|do|not|and|or)\b/,
		},
	},
	...Prism.languages.sql,
};

/** A token may run over several lines: it is closed at the end of each and opened again on the next. */
export function highlight(text: string): readonly string[] {
	const html: string = Prism.highlight(text, grammar, "sql");
	const open: string[] = [];
	return html.split("\n").map((line) => {
		const begin = open.join("");
		for (const tag of line.match(/<\/?span[^>]*>/g) ?? [])
			if (tag.startsWith("</")) open.pop();
			else open.push(tag);
		return begin + line + "</span>".repeat(open.length);
	});
}
