import { code } from "./entry.ts";

export const JINJA_CODES = {
	"TFM-JINJA-001": code<{ problem: string }>({
		message: (f) => f.problem,
		explain:
			"The template is not valid Jinja: a tag is unclosed, unknown or misspelt, or an expression does not parse.",
	}),
};
