import { type CodeEntry, code, didYouMean } from "./entry.ts";

const listed = (names: readonly string[]): string | undefined =>
	names.length === 0 ? undefined : `it could be one of: ${names.join(", ")}`;

const SHOWN = 12;
const shortList = (names: readonly string[]): string =>
	names.length <= SHOWN ? names.join(", ") : `${names.slice(0, SHOWN).join(", ")} and ${names.length - SHOWN} more`;

/** What the analysis of SQL finds: `tfm check`, `tfm lineage`. Advice, except for personal data. */
export const SQL_CODES = {
	"TFM-SQL-001": code<{ node: string; name: string; known: readonly string[] }>({
		message: (f) => `${f.node} reads the column ${f.name}, which nothing in its FROM has`,
		hint: (f) => listed(f.known),
		explain:
			"Every relation that could have the column is known with all its columns, and none has this one. The database would refuse the query. Relations whose columns are not all known are never the reason for this remark.",
	}),
	"TFM-SQL-002": code<{ node: string; name: string; known: readonly string[] }>({
		message: (f) => `${f.node} reads the column ${f.name}, which more than one relation has`,
		hint: (f) => (f.known.length === 0 ? "write in front of it which one is meant" : `write ${f.known.join(" or ")}`),
		explain: "Two relations of the same FROM have a column of this name. The database would refuse the query.",
	}),
	"TFM-SQL-003": code<{ node: string; name: string; known: readonly string[] }>({
		message: (f) => `${f.node} reads ${f.name}, which is no model, seed or source that it refers to`,
		hint: (f) => listed(f.known) ?? "use ref() or source(), so that order, tests and lineage know of it",
		explain:
			"The SQL names a relation directly, or an alias that its FROM does not have. A relation that is read without `ref()` or `source()` is not waited for, and its columns are not known.",
	}),
	"TFM-SQL-004": code<{ node: string; widths: string }>({
		message: (f) => `the branches of a set operation in ${f.node} have ${f.widths} columns`,
		explain: "UNION, INTERSECT and EXCEPT need branches of as many columns. The database would refuse the query.",
	}),
	"TFM-SQL-005": code<{ node: string; reason: string }>({
		message: (f) => `the columns of ${f.node} could not be analysed: ${f.reason}`,
		hint: () => "its lineage is that of its ref() and source() calls; a run does not need the analysis",
		explain:
			"The SQL uses something that the parser does not know, or is too large or too deep for it, or its template could not be rendered without the database. Lineage of its columns is not known: for personal data that counts as exposed.",
	}),
	"TFM-SQL-006": code<{
		node: string;
		column: string | null;
		layer: string;
		from: readonly string[];
		certain: boolean;
	}>({
		message: (f) => {
			const where = f.column === null ? f.node : `${f.node}.${f.column}`;
			const verb = f.certain ? "holds" : "may hold";
			return `${where} ${verb} personal data, which the layer ${f.layer} forbids`;
		},
		hint: (f) => {
			const [first] = f.from;
			if (first === undefined) return undefined;
			const more = f.from.length > 1 ? ` and ${f.from.length - 1} more` : "";
			return `it comes from ${first}${more}`;
		},
		next: (f) =>
			`leave it out, or where it is masked say so: meta: { pii: none, pii_reason: "…" }${f.column === null ? "" : ` on ${f.column}`}`,
		explain:
			"A column that is marked `pii` goes into this one, directly or through expressions, and the layer is configured with `pii: forbidden`. Where lineage is ambiguous, opaque or unknown, everything that the model reads counts. A model that masks or counts says so in its property file: `meta: { pii: none, pii_reason: … }` on the column, or on the model for all its columns.",
	}),
	"TFM-SQL-007": code<{ node: string; column: string }>({
		message: (f) => `${f.node}.${f.column} is declared pii: none without a reason`,
		hint: () => 'add pii_reason: "why it names nobody"; until then the mark counts for nothing',
		explain: "`pii: none` ends the inheritance of personal data. Somebody will ask why; the answer belongs beside it.",
	}),
	"TFM-SQL-008": code<{ name: string; suggestion: string | undefined }>({
		message: (f) => `there is no model, seed, snapshot or source "${f.name}"`,
		hint: (f) => didYouMean(f.suggestion),
		next: () => "tfm ls --output name",
		explain: "`tfm lineage` takes a name, `source.table`, or a unique id; a column follows after a dot.",
	}),
	"TFM-SQL-009": code<{ node: string; column: string; known: readonly string[] }>({
		message: (f) => `${f.node} has no column "${f.column}"`,
		hint: (f) => (f.known.length === 0 ? undefined : `columns: ${f.known.join(", ")}`),
		next: (f) => `tfm lineage ${f.node}`,
		explain: "The column is not among those that the analysis found. Names are compared as the database stores them.",
	}),
	"TFM-SQL-010": code<{ node: string; name: string }>({
		message: (f) => `${f.node} gives two columns the name ${f.name}`,
		explain: "A table cannot have two columns of one name: the database would refuse to build it.",
	}),
	"TFM-SQL-011": code<{ node: string; problems: readonly string[] }>({
		message: (f) => `the contract of ${f.node} does not fit its SQL: ${f.problems.join("; ")}`,
		hint: () => "the build compares names and types with the database's, and would stop at this",
		explain:
			"The columns that the analysis infers from the SQL are not those of the model's enforced contract. No database is asked, so only types that are certain from casts, literals, functions and declared inputs are compared, without their precision.",
	}),
	"TFM-SQL-013": code<{ node: string; name: string; adds: boolean }>({
		message: (f) =>
			f.adds
				? `${f.node} gives ${f.name} only when it adds to its table, not when it is built anew`
				: `${f.node} gives ${f.name} only when it is built anew, not when it adds to its table`,
		explain:
			"The SQL of an incremental model has two forms, one for is_incremental(). A column that only the first build gives is null in every row that comes later; one that only later runs give is left out, or as on_schema_change says.",
	}),
	"TFM-SQL-012": code<{ node: string; column: string | null; problem: string; suggestion: string | undefined }>({
		message: (f) =>
			`the mark of personal data on ${f.column === null ? f.node : `${f.node}.${f.column}`} counts for nothing: ${f.problem}`,
		hint: (f) => didYouMean(f.suggestion),
		explain:
			"The property file marks a column that the SQL, the seed's file or the load is known not to give, or writes the key in other letters than `pii`. What was meant has no mark.",
	}),
	"TFM-SQL-014": code<{ node: string; column: string; suggestion: string | undefined; known: readonly string[] }>({
		message: (f) => `a property file names the column ${f.column} of ${f.node}, which has no such column`,
		hint: (f) => didYouMean(f.suggestion) ?? `its columns are ${shortList(f.known)}`,
		explain:
			"All columns that the SQL, the seed's file or the load gives are known, and this one is not among them: it was renamed or removed, or its name is mistyped, and its description, tags and tests are about nothing. dbt says nothing of it. Models whose columns are not all known (`*` over a source that does not declare its own) are never the reason for this remark.",
	}),
} satisfies Record<string, CodeEntry<never>>;
