import { unsupported } from "../snowflakeError.ts";

/** Snowflake's elements, the longest first, and what strftime calls them. */
const ELEMENTS: readonly (readonly [string, string])[] = [
	["YYYY", "%Y"],
	["YY", "%y"],
	["MMMM", "%B"],
	["MON", "%b"],
	["MM", "%m"],
	["DD", "%d"],
	["DY", "%a"],
	["HH24", "%H"],
	["HH12", "%I"],
	["AM", "%p"],
	["PM", "%p"],
	["MI", "%M"],
	["SS", "%S"],
	["FF3", "%g"],
	["FF6", "%f"],
	["FF9", "%n"],
	["TZH:TZM", "%z"],
	["TZH", "%z"],
];

/** `YYYY-MM-DD HH24:MI` → `%Y-%m-%d %H:%M`. Throws 0A000 for an element that is not known. */
export function dateFormat(format: string): string {
	let out = "";
	for (let at = 0; at < format.length; ) {
		const rest = format.slice(at);
		const element = ELEMENTS.find(([name]) => rest.toUpperCase().startsWith(name));
		const quoted = /^"([^"]*)"/.exec(rest);
		if (element) {
			out += element[1];
			at += element[0].length;
		} else if (quoted) {
			out += quoted[1]!.replaceAll("%", "%%");
			at += quoted[0].length;
		} else if (/^[A-Za-z]/.test(rest) && !/^T/.test(rest)) {
			throw unsupported(`the element ${/^[A-Za-z0-9]+/.exec(rest)![0]} of the format '${format}'`);
		} else {
			out += rest[0] === "%" ? "%%" : rest[0];
			at++;
		}
	}
	return out;
}
