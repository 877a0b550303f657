import { code, didYouMean } from "./entry.ts";

/** A runtime error whose text is Python's own, so that it can be searched for and compared with dbt's. */
interface PythonProblem {
	readonly problem: string;
}

interface UnknownName {
	readonly name: string;
	readonly suggestion?: string | undefined;
}

export const JINJA_CODES = {
	"TFM-JINJA-001": code<{ problem: string; hint?: string | undefined }>({
		message: (f) => f.problem,
		hint: (f) => f.hint,
		explain:
			"The template is not valid Jinja: an expression does not parse, or a tag is not written as Jinja expects. The place is where the parser could not go on; the mistake is there or just before it.",
	}),
	"TFM-JINJA-002": code<{ opened: string; expected: string; found?: string | undefined }>({
		message: (f) =>
			f.found === undefined ? `${f.opened} is never closed` : `${f.opened} is still open where ${f.found} stands`,
		hint: (f) => `add ${f.expected}`,
		explain:
			"A tag, an expression, a comment or a string was opened and the file ended, or another block ended, before it was closed. The place is the opening.",
	}),
	"TFM-JINJA-003": code<UnknownName & { expected?: string | undefined }>({
		message: (f) => `unknown tag "${f.name}"`,
		hint: (f) =>
			didYouMean(f.suggestion) ??
			(f.expected === undefined ? undefined : `the innermost open tag expects ${f.expected}`),
		explain:
			"A block tag has a name that the template language does not know, or it closes a block that is not open. Jinja's tags and dbt's (macro, test, data_test, materialization, snapshot, docs) are known.",
	}),
	"TFM-JINJA-004": code<UnknownName>({
		message: (f) => `no filter named "${f.name}"`,
		hint: (f) => didYouMean(f.suggestion),
		explain: "The name after a pipe is not one of Jinja's filters. Macros are called, not piped into.",
	}),
	"TFM-JINJA-005": code<UnknownName>({
		message: (f) => `no test named "${f.name}"`,
		hint: (f) => didYouMean(f.suggestion),
		explain: "The name after `is` is not one of Jinja's tests.",
	}),
	"TFM-JINJA-006": code<{ tag: string }>({
		message: (f) => `the tag "${f.tag}" is not available in a project's templates`,
		hint: () => "put shared text into a macro: every macro of the project and its packages can be called by name",
		explain:
			"include, import, from, extends and block load other template files. dbt projects share code through macros, which need no import.",
	}),
	"TFM-JINJA-010": code<PythonProblem & { suggestion?: string | undefined }>({
		message: (f) => f.problem,
		hint: (f) => didYouMean(f.suggestion),
		explain:
			"Something that does not exist was called, indexed, read from or computed with. A missing name prints as nothing, but using it further is an error. Test it with `is defined`, or give it a value with the `default` filter.",
	}),
	"TFM-JINJA-011": code<{ callee: string; problem: string }>({
		message: (f) => `${f.callee} ${f.problem}`,
		dbt: (f) =>
			/^takes no(t more than| keyword)/.test(f.problem)
				? `macro 'dbt_macro__${f.callee.replace("()", "")}' ${f.problem}`
				: undefined,
		explain: "A macro, a function, a filter or a test was called with arguments that it does not take.",
	}),
	"TFM-JINJA-012": code<PythonProblem>({
		message: (f) => f.problem,
		explain:
			"An operation does not exist between values of these types, as in Python: text and numbers do not add, None has no order. Convert with a filter (`|int`, `|string`) or join text with `~`.",
	}),
	"TFM-JINJA-013": code<{ type: string; expression: string }>({
		message: (f) => `'${f.type}' object is not callable: ${f.expression}`,
		explain: "Parentheses follow something that is a value, not a macro or a function.",
	}),
	"TFM-JINJA-014": code<PythonProblem>({
		message: (f) => f.problem,
		explain: "The type of a value is right but the value is not: text that is no number, too few values to unpack.",
	}),
	"TFM-JINJA-015": code<PythonProblem & { kind: "key" | "index" }>({
		message: (f) => f.problem,
		explain: "A dict has no such key or a list no such position, in an operation that gives no default.",
	}),
	"TFM-JINJA-016": code<PythonProblem>({
		message: (f) => f.problem,
		explain: "A number was divided by zero with `/`, `//` or `%`.",
	}),
	"TFM-JINJA-017": code<PythonProblem>({
		message: (f) => f.problem,
		explain: "A filter or a format needs an attribute or a method that the value does not have.",
	}),
	"TFM-JINJA-018": code<PythonProblem>({
		message: (f) => f.problem,
		explain: "A filter was given an argument that it cannot use.",
	}),
	"TFM-JINJA-019": code<PythonProblem>({
		message: (f) => f.problem,
		explain:
			"The template asked for something that the language forbids while rendering, such as assigning to a value's attribute.",
	}),
	"TFM-JINJA-020": code<Record<string, never>>({
		message: () => "macros call each other without end",
		hint: () => "look at the calls below: one of them leads back to itself",
		explain:
			"The depth of calls exhausted the stack. Usually a macro calls itself, directly or through an override of it.",
	}),
	"TFM-JINJA-021": code<{ what: string; limit?: number | undefined }>({
		message: (f) =>
			f.limit === undefined ? `${f.what} is too large` : `${f.what} is larger than the limit of ${f.limit}`,
		explain: "A template asked for a text, a list, a number or a loop so large that it can only be a mistake.",
	}),
	"TFM-JINJA-022": code<Record<string, never>>({
		message: () => "return() outside a macro",
		hint: () => "at the top of a file there is nothing to return to; write the text itself",
		explain: "return() ends a macro with a value. It was reached while rendering the top of a file.",
	}),
	"TFM-JINJA-023": code<{ message: string }>({
		message: (f) => f.message,
		explain: "The project or a package raised this error itself, with exceptions.raise_compiler_error.",
	}),
	"TFM-JINJA-024": code<{ message: string; sqlstate?: string | undefined; hint?: string | undefined }>({
		hint: (f) => f.hint,
		message: (f) => (f.sqlstate === undefined ? f.message : `${f.message} (SQLSTATE ${f.sqlstate})`),
		explain: "A statement that a template sent to the database while rendering failed there.",
	}),
	"TFM-JINJA-025": code<PythonProblem>({
		message: (f) => f.problem,
		explain: "A number left the range that the operation can compute with.",
	}),
	"TFM-JINJA-026": code<{ value: string; type: string }>({
		message: (f) => `could not convert the value '${f.value}' into the type '${f.type}'`,
		explain: "as_bool or as_number was used in a YAML file on a value that is not written as one.",
	}),
	"TFM-JINJA-027": code<{ pattern: string; seconds: number; characters: number }>({
		message: (f) =>
			`the pattern ${f.pattern} did not come to an end within ${f.seconds} seconds on a text of ${f.characters} characters`,
		hint: () => "a repetition inside a repetition, such as (a+)+, is tried in every combination: write it without one",
		explain: "A regular expression of `modules.re` would have searched for ever.",
	}),
	"TFM-JINJA-028": code<{ problem: string }>({
		message: (f) => f.problem,
		hint: () => "keep texts, numbers, lists, dicts and relations in graph, and call macros where they are needed",
		explain:
			"What a template puts into `graph` is there for the templates after it. A macro, or another object that belongs to the template in which it was found, cannot be used in another one, and a dict cannot hold itself.",
	}),
};
