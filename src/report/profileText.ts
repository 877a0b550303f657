import { columnsOfText } from "./textColumns.ts";

interface Profile {
	readonly rows: number;
	readonly columns: readonly {
		readonly name: string;
		readonly type: string;
		readonly nulls: number;
		readonly distinct: number;
		readonly min: string | null;
		readonly max: string | null;
	}[];
}

type Proposals = readonly {
	readonly column: string;
	readonly tests: readonly (string | { readonly accepted_values: readonly string[] })[];
}[];

const SHOWN = 30;
/** On one line, whatever characters the value has. */
const short = (value: string | null): string => {
	const text = (value ?? "").replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ");
	return text.length > SHOWN ? `${text.slice(0, SHOWN - 1)}…` : text;
};

/** A line per column. */
export function profileText({ rows, columns }: Profile): string {
	const table = columnsOfText(
		["COLUMN", "TYPE", "NULLS", "DISTINCT", "LEAST", "GREATEST"],
		columns.map((c) => [c.name, c.type, String(c.nulls), String(c.distinct), short(c.min), short(c.max)]),
		new Set([2, 3]),
	);
	return `${rows} ${rows === 1 ? "row" : "rows"}\n\n${table}`;
}

/** JSON's texts are YAML's too, whatever stands in them. */
const quoted = (text: string): string => (/^[A-Za-z_][A-Za-z0-9_]*$/.test(text) ? text : JSON.stringify(text));

/** As it may be pasted into a property file. */
export function proposalYaml(section: string, name: string, proposals: Proposals): string {
	if (proposals.length === 0)
		return `# nothing holds for every row of ${name} that a test could ask for, or it has fewer than ten\n`;
	const lines = proposals.flatMap(({ column, tests }) => [
		`      - name: ${quoted(column)}`,
		"        data_tests:",
		...tests.flatMap((test) =>
			typeof test === "string"
				? [`          - ${test}`]
				: [
						"          - accepted_values:",
						`              arguments: {values: [${test.accepted_values.map((v) => JSON.stringify(v)).join(", ")}]}`,
					],
		),
	]);
	return `${[`${section}:`, `  - name: ${quoted(name)}`, "    columns:", ...lines].join("\n")}\n`;
}
