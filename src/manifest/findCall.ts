import type { FilePlace } from "../core/parsed.ts";

const escapePattern = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** A node's text and where it stands. */
export interface CodeText {
	readonly raw_code: string;
	readonly file: string;
	readonly code_line: number;
	readonly code_column: number;
}

/**
 * Where a text makes a call with these literal names: places of calls are not kept while parsing, since only mistakes
 * need them. The start of the text where the call was made by a macro or its names are computed.
 */
export function findCall(code: CodeText, callee: string, names: readonly string[]): FilePlace {
	const quoted = names.map((name) => `['"]${escapePattern(name)}['"]`);
	const call = new RegExp(`\\b${escapePattern(callee)}\\s*\\(\\s*${quoted.join("\\s*,\\s*")}`).exec(code.raw_code);
	const last = quoted.at(-1);
	const found = call ?? (last === undefined ? null : new RegExp(last).exec(code.raw_code));
	return placeAt(code, found?.index ?? 0, found?.[0].length ?? 0);
}

/** Where config() sets this key. */
export function findConfigKey(code: CodeText, key: string): FilePlace {
	const found = new RegExp(`(?:\\b${escapePattern(key)}\\s*=|['"]${escapePattern(key)}['"]\\s*:)`).exec(code.raw_code);
	return placeAt(code, found?.index ?? 0, found === null ? 0 : key.length);
}

function placeAt(code: CodeText, offset: number, length: number): FilePlace {
	const before = code.raw_code.slice(0, offset);
	const lineStart = before.lastIndexOf("\n") + 1;
	const lines = before.split("\n").length;
	const end = code.raw_code.indexOf("\n", offset);
	const text = code.raw_code.slice(lineStart, end < 0 ? undefined : end).replace(/\r$/, "");
	const column = offset - lineStart + (lines === 1 ? code.code_column : 1);
	return {
		at: {
			file: code.file,
			line: code.code_line + lines - 1,
			column,
			...(length > 0 && !code.raw_code.slice(offset, offset + length).includes("\n")
				? { endColumn: column + length }
				: {}),
		},
		source: lines === 1 ? `${" ".repeat(code.code_column - 1)}${text}` : text,
	};
}
