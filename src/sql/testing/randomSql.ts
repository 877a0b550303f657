/** Queries of any shape over the tables of microCases.ts, as lists of words, so that they can be spaced in many ways. */
import fc from "fast-check";

type Words = fc.Arbitrary<readonly string[]>;

const join = (...parts: (Words | string)[]): Words =>
	fc.tuple(...parts.map((part) => (typeof part === "string" ? fc.constant([part]) : part))).map((all) => all.flat());

const pick = (...words: string[]): Words => fc.constantFrom(...words).map((word) => word.split(" "));

const { expression } = fc.letrec<{ expression: readonly string[] }>((tie) => {
	const inner = tie("expression") as Words;
	return {
		expression: fc.oneof(
			{ depthSize: "small", withCrossShrink: true },
			pick("a", "b", "c", "m", "t . a", "t . j", "1", "'x'", "null", "true", "zz", '"a"', "current_date"),
			join("(", inner, pick("+", "-", "||", "=", "<", "and", "or", "->>"), inner, ")"),
			join("coalesce", "(", inner, ",", inner, ")"),
			join("cast", "(", inner, "as", pick("integer", "text", "numeric(10,2)", "date"), ")"),
			join("case", "when", inner, "then", inner, "else", inner, "end"),
			join(pick("sum", "min", "count", "lower"), "(", inner, ")"),
			join("row_number", "(", ")", "over", "(", "partition", "by", inner, "order", "by", inner, ")"),
			join("(", "select", "max", "(", inner, ")", "from", "u", ")"),
			join(inner, "is", "null"),
			join(inner, "in", "(", "select", "x", "from", "u", ")"),
		),
	} as never;
}) as unknown as { expression: Words };

const table = fc.oneof(
	pick("t", "t as t", "s . t", "v", "nowhere"),
	join("(", "select", "*", "from", "t", ")", "as", "t"),
	pick(
		"t join u using ( a )",
		"t left join u on t . a = u . x",
		"t natural join w",
		"t cross join unnest ( t . arr ) as e",
	),
);

const item = fc.oneof(expression, join(expression, "as", pick("k", "total", '"Odd"')), pick("*", "t . *"));

const select: Words = fc
	.tuple(fc.array(item, { minLength: 1, maxLength: 4 }), table, fc.option(expression), fc.option(expression))
	.map(([items, from, where, order]) => [
		"select",
		...items.flatMap((one, i) => (i === 0 ? one : [",", ...one])),
		"from",
		...from,
		...(where === null ? [] : ["where", ...where]),
		...(order === null ? [] : ["order", "by", ...order]),
	]);

/** One SELECT, a set operation of two, or either behind WITH. */
export const query: Words = fc.oneof(
	select,
	fc.tuple(select, select).map(([a, b]) => ["(", ...a, ")", "union", "all", "(", ...b, ")"]),
	fc.tuple(select, select).map(([a, b]) => ["with", "q", "as", "(", ...a, ")", ...b]),
	fc
		.tuple(select, fc.constantFrom("*", "k", "q.k"))
		.map(([a, what]) => ["with", "q", "as", "(", ...a, ")", "select", what, "from", "q"]),
);
