/**
 * Whether a text is a single statement that makes a view: it runs nothing, the server only reads and keeps the query.
 * Where a `;` stands that is neither the last character nor inside of a name, a string or a comment there may be another
 * statement. What quotes or comments in other ways (`$$`, block comments, backslashes) is not read any further.
 */
export function makesViewOnly(sql: string): boolean {
	if (!/^\s*create\s+(or\s+replace\s+)?view\s/i.test(sql)) return false;
	const text = sql.replace(/;\s*$/, "");
	return !text.includes(";") || !/[;'"$\\]|\/\*/.test(text.replace(QUOTED, " "));
}

/** From left to right, as the server reads them: what looks like one inside of another is none. */
const QUOTED = /"[^"]*"|'[^'\\]*'|--[^\n\r]*/g;
