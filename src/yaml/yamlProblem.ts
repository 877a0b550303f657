import { type Diagnostic, diagnostic } from "../core/diagnostic.ts";
import { lineText, locate, markText } from "./positions.ts";

/** What js-yaml says when it gives up: `mark` counts lines and columns from 0. */
export interface ReaderFailure {
	readonly reason: string;
	readonly position: number;
}

interface Found {
	readonly text: string;
	readonly file: string;
}

const places = (found: Found, span: { start: number; end?: number }) => {
	const at = locate(found.text, found.file, span);
	return { at, source: lineText(found.text, at.line) };
};

const lineStartOf = (text: string, position: number): number =>
	Math.max(text.lastIndexOf("\n", position - 1), text.lastIndexOf("\r", position - 1)) + 1;

/** A tab in the indentation of the line, or of the one before it: js-yaml names many other reasons for it. */
function indentingTab(text: string, position: number): number | undefined {
	const start = lineStartOf(text, Math.min(position, text.length));
	for (const from of [start, start === 0 ? 0 : lineStartOf(text, start - 1)]) {
		const blank = /^[ \t]*/.exec(text.slice(from))?.[0] ?? "";
		if (blank.includes("\t")) return from + blank.indexOf("\t");
	}
	return undefined;
}

/** A value that starts with Jinja braces and no quotes, at or just before the place where reading stopped. */
function bareJinja(text: string, position: number): { start: number; end: number } | undefined {
	const start = lineStartOf(text, Math.min(position, text.length));
	const line = /^.*/.exec(text.slice(start))?.[0] ?? "";
	const found = /(?:^|[:\-[,]\s*)(\{[{%].*?(?:[}%]\}|$))/.exec(line);
	if (found?.[1] === undefined) return undefined;
	const at = start + found.index + found[0].length - found[1].length;
	return { start: at, end: at + found[1].length };
}

/** The wording of js-yaml's reason, where nothing better is known. */
function plainReason(reason: string): { problem: string; hint?: string } {
	if (reason.includes("implicit mapping pair") || reason.includes("multiline key")) {
		return {
			problem: "this line is not a `key: value` like its neighbours",
			hint: "a key is followed by a colon and a space",
		};
	}
	if (reason.startsWith("end of the stream")) {
		return {
			problem: "the document has ended, but more text follows",
			hint: "check the indentation and the quotes of the line",
		};
	}
	return { problem: reason };
}

/** Makes js-yaml's failure a message that says what to do. */
export function yamlProblem(found: Found, failure: ReaderFailure): Diagnostic {
	const { text } = found;
	const { reason, position } = failure;
	const here = places(found, { start: Math.min(position, text.length) });
	const tab = indentingTab(text, position);
	if (tab !== undefined) return diagnostic("TFM-YAML-002", {}, places(found, { start: tab, end: tab + 1 }));
	const jinja = bareJinja(text, position);
	if (jinja !== undefined) {
		return diagnostic("TFM-YAML-011", { text: text.slice(jinja.start, jinja.end) }, places(found, jinja));
	}
	if (reason.includes("quoted scalar")) {
		const start = markText(text).openAt ?? position;
		return diagnostic("TFM-YAML-004", { quote: text[start] === "'" ? "'" : '"' }, places(found, { start }));
	}
	if (reason.includes("flow collection")) {
		const open = markText(text).openAt;
		const bracket = open === null ? undefined : text[open];
		if (open !== null && (bracket === "[" || bracket === "{")) {
			return diagnostic("TFM-YAML-007", { bracket }, places(found, { start: open, end: open + 1 }));
		}
	}
	const alias = /unidentified alias "(.*)"/.exec(reason)?.[1];
	if (alias !== undefined) {
		const start = position - alias.length - 1;
		return diagnostic("TFM-YAML-008", { name: alias }, places(found, { start, end: position }));
	}
	const tag = /unknown tag !<(.*)>/.exec(reason)?.[1];
	if (tag !== undefined) {
		const written = tag.replace("tag:yaml.org,2002:", "!!");
		const start = text.lastIndexOf(written, position);
		const at = start === -1 ? here : places(found, { start, end: start + written.length });
		return diagnostic("TFM-YAML-009", { tag: written }, at);
	}
	const character = text[position] ?? "";
	if (/[@`%]/.test(character)) {
		const facts = { problem: `a value cannot start with ${character}`, hint: "put the value in quotes" };
		return diagnostic("TFM-YAML-001", facts, here);
	}
	if (reason.includes("bad indentation")) return diagnostic("TFM-YAML-005", {}, here);
	if (reason.startsWith("expected a single document")) {
		const second = /(?:\r\n|\n|\r)(?=---(?:\s|$))/g;
		let start = 0;
		for (let at = second.exec(text); at !== null; at = second.exec(text)) start = second.lastIndex;
		return diagnostic("TFM-YAML-006", {}, places(found, { start, end: start + 3 }));
	}
	return diagnostic("TFM-YAML-001", plainReason(reason), here);
}
