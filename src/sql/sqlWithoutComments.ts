/**
 * A query without what no database reads: comments, and how much white space there is between two signs. For telling
 * whether a query was edited, not for sending it. The text as it is, where anything in it may be read in two ways:
 * nothing that counts may be taken for a comment, while a comment that counts costs a build.
 */
const SIGN = /(--[^\n]*|\/\*[\s\S]*?\*\/)|(\s+)|'[^']*(?:''[^']*)*'|"[^"]*(?:""[^"]*)*"|[^\s'"/-]+|[\s\S]/gu;

/**
 * Escapes end a literal elsewhere in some dialects, `$` begins literals of many forms, a backtick and `//` mean other
 * things in each, and a comment in a comment ends twice for one database and once for another.
 */
const UNSURE = /[\\$`]|\/\/|#/;

/** The same for two queries only when they are the same but for comments and space between signs. */
export function sqlWithoutComments(sql: string): string {
	if (UNSURE.test(sql)) return sql;
	let text = "";
	let space = false;
	for (const [sign, comment, blank] of sql.matchAll(SIGN)) {
		if (comment !== undefined || blank !== undefined) {
			if (comment?.startsWith("/*") === true && comment.includes("/*", 2)) return sql;
			space = true;
			continue;
		}
		if (sign === "'" || sign === '"') return sql;
		text += space && text !== "" ? ` ${sign}` : sign;
		space = false;
	}
	return text;
}
