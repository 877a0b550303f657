/** The tables and the notation of the micro-cases: a line for each column, then what decides on rows, then remarks. */
import type { Analysis, AnalysisRef, KnownRelation } from "../analysis.ts";
import { SQL_DIALECTS, type SqlDialectName } from "../sqlDialect.ts";

const TABLES: Readonly<Record<string, Readonly<Record<string, string>> | null>> = {
	t: {
		a: "integer",
		b: "integer",
		c: "text",
		d: "date",
		ts: "timestamp without time zone",
		m: "numeric",
		f: "boolean",
		j: "jsonb",
		arr: "integer[]",
	},
	u: { a: "integer", x: "integer", y: "text" },
	w: { x: "integer", z: "text" },
	// Nobody says which columns these have.
	v: null,
	v2: null,
};

/** `t` stands for itself without a schema, too, which real requests do not have. */
export const relationsOf = (dialect: SqlDialectName): readonly KnownRelation[] =>
	Object.entries(TABLES).flatMap(([name, columns]): readonly KnownRelation[] => {
		const fold = (text: string) => SQL_DIALECTS[dialect].fold(text, false);
		const relation = {
			id: name,
			columns: Object.entries(columns ?? {}).map(([column, type]) => ({ name: fold(column), type })),
			open: columns === null,
		};
		return [
			{ ...relation, name: ["db", "s", name].map(fold) },
			{ ...relation, name: [fold(name)] },
		];
	});

const refText = ({ node, column }: AnalysisRef): string => `${node}.${column}`;

/** `total numeric: aggregate of t.a, t.b`, `rows: t.c`, `rest: v`, `unknown_column zz at 1:8`. */
export function compact(analysis: Analysis): readonly string[] {
	const { status, reason, columns, complete, indirect, rest, remarks } = analysis;
	if (status === "unparsed" || status === "timeout") return [`${status}: ${reason}`];
	return [
		...columns.map(({ name, type, kind, confidence, upstream }) => {
			const from = upstream.length === 0 ? "" : ` of ${upstream.map(refText).join(", ")}`;
			return `${name}${type === undefined ? "" : ` ${type}`}: ${kind}${from}${confidence === "resolved" ? "" : ` (${confidence})`}`;
		}),
		...(complete ? [] : [`rest: ${rest.join(", ") || "not known"}`]),
		...(indirect.length === 0 ? [] : [`rows: ${indirect.map(refText).join(", ")}`]),
		...remarks.map(({ problem, name, line, column }) => `${problem} ${name} at ${line}:${column}`),
	];
}
