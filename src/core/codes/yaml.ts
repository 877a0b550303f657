import { code, didYouMean, event } from "./entry.ts";

/** "a, b or c" for hints; long lists are cut, the documentation has them. */
const listing = (names: readonly string[], limit = 12): string =>
	names.length > limit ? `${names.slice(0, limit).join(", ")} …` : names.join(", ");

const duplicateKey = ({ key, line, column }: { key: string; line: number; column: number }): string =>
	`Duplicate key '${key}' in "<unicode string>", line ${line}, column ${column}`;

export const YAML_CODES = {
	"TFM-YAML-001": code<{ problem: string; hint?: string | undefined }>({
		message: (f) => `this is not valid YAML: ${f.problem}`,
		hint: (f) => f.hint,
		explain: "The file is not valid YAML. The place is where reading stopped; the mistake is there or just before it.",
	}),
	"TFM-YAML-002": code<Record<never, never>>({
		message: () => "a tab is used to indent",
		hint: () => "tabs cannot indent YAML: use spaces",
		explain: "YAML gives meaning to indentation and forbids tabs in it, since editors disagree on their width.",
	}),
	"TFM-YAML-003": code<{ key: string; file: string; line: number; column: number }>({
		message: (f) => `the key "${f.key}" is written twice in one mapping: this one counts`,
		hint: () => "keep one of them, or merge what stands under both",
		dbt: (f) => `${duplicateKey(f)} in file \`${f.file}\``,
		events: (f) => event({ duplicate_description: duplicateKey(f), file: f.file }),
		explain:
			"A mapping has a key twice. The last one counts, as in dbt, and what stands under the others is ignored. A warning; an error with --warn-error.",
	}),
	"TFM-YAML-004": code<{ quote: string }>({
		message: (f) => `the quote ${f.quote} that opens here is never closed`,
		hint: (f) =>
			f.quote === "'"
				? "close it with ', and write '' for an apostrophe inside"
				: 'close it with ", and write \\" for a quote inside',
		explain: "A quoted text starts here and runs to the end of the file.",
	}),
	"TFM-YAML-005": code<Record<never, never>>({
		message: () => "this line's indentation fits nothing above it",
		hint: () =>
			"keys of one mapping and the dashes of one list start in the same column; a value with `: ` in it needs quotes",
		explain:
			"The line is indented more or less than its neighbours, or a value without quotes contains a colon and a space, so YAML reads a second key in it.",
	}),
	"TFM-YAML-006": code<Record<never, never>>({
		message: () => "a second document starts here",
		hint: () => "a file holds one document: remove the line `---`",
		explain: "The file holds several YAML documents separated by `---`; tfm reads one document per file.",
	}),
	"TFM-YAML-007": code<{ bracket: string }>({
		message: (f) => `the bracket ${f.bracket} that opens here is never closed, or a comma is missing inside`,
		hint: (f) => `close it with ${f.bracket === "[" ? "]" : "}"} and put a comma between the entries`,
		explain: "A list in [ ] or a mapping in { } is not complete.",
	}),
	"TFM-YAML-008": code<{ name: string }>({
		message: (f) => `there is no anchor &${f.name} above this line`,
		hint: () => "a text that starts with * needs quotes; an alias needs an anchor of the same name further up",
		explain: "`*name` repeats what was marked with `&name` further up. Text that begins with a star needs quotes.",
	}),
	"TFM-YAML-009": code<{ tag: string }>({
		message: (f) => `the tag ${f.tag} is not supported`,
		hint: () => "a text that starts with ! needs quotes",
		explain: "Only the plain tags !!str !!int !!float !!bool !!null !!timestamp !!seq !!map are known.",
	}),
	"TFM-YAML-010": code<{ text: string; problem: string }>({
		message: (f) => `${f.text} is read as a date or a number, but ${f.problem}`,
		hint: () => "put it in quotes if it is text",
		explain: "The value looks like a date or a number by YAML 1.1's rules but has no value, such as 2024-13-45.",
	}),
	"TFM-YAML-011": code<{ text: string }>({
		message: (f) => `a Jinja expression that is not quoted: ${f.text}`,
		hint: () => 'put the whole value in quotes: "{{ … }}"',
		explain: "Braces start a mapping in YAML, so a value that begins with {{ or {% must be in quotes.",
	}),
	"TFM-YAML-012": code<{ key: string; where: string; suggestion?: string | undefined; known: readonly string[] }>({
		message: (f) => `unknown key "${f.key}" in ${f.where}`,
		hint: (f) => didYouMean(f.suggestion) ?? (f.known.length === 0 ? undefined : `known here: ${listing(f.known)}`),
		explain: "The key is not one that tfm knows at this place. A misspelt key would be ignored, so it is reported.",
	}),
	"TFM-YAML-013": code<{ where: string; expected: string; found: string; dbt?: string }>({
		message: (f) => `${f.where} must be ${f.expected}, but it is ${f.found}`,
		dbt: (f) => f.dbt,
		explain: "The value has another shape than the one that is read here.",
	}),
	"TFM-YAML-014": code<{ key: string; where: string }>({
		message: (f) => `${f.where} needs the key "${f.key}"`,
		explain: "A key that cannot be left out is missing.",
	}),
	"TFM-YAML-015": code<{
		value: string;
		where: string;
		suggestion?: string | undefined;
		allowed: readonly string[];
	}>({
		message: (f) => `${f.where} cannot be "${f.value}"`,
		hint: (f) => {
			const allowed = `one of: ${listing(f.allowed, 30)}`;
			return f.suggestion === undefined ? allowed : `did you mean "${f.suggestion}"? (${allowed})`;
		},
		explain: "The value is not one of those that have a meaning here.",
	}),
	"TFM-YAML-016": code<{ values: string; allowed: string }>({
		message: (f) => `the aliases of this file stand for ${f.values} values, more than ${f.allowed}`,
		hint: () => "write out what is meant, or take the repeated part into a variable or a macro",
		explain:
			"An alias stands for all that its anchor holds. Aliases of aliases multiply, so that a few lines fill the memory of any machine.",
	}),
	"TFM-YAML-017": code<{ megabytes: string; allowed: string }>({
		message: (f) => `this YAML file has ${f.megabytes} MB, more than ${f.allowed} MB`,
		hint: () => "divide it into several files; property files may have any name and lie in any folder of the models",
		explain: "A file of that size holds some hundred thousand entries, and reading it would take all memory there is.",
	}),
};
