const of = ({ equal, total }) => (total === 0 ? "–" : `${equal}/${total}`);
const exits = (row) => {
	const total = row.commands.length;
	return { equal: row.commands.filter(({ dbt, tfm }) => dbt === tfm).length, total };
};
const COLUMNS = [
	["project", (row) => row.project],
	["commands", (row) => row.commands.map(({ command }) => `\`${command}\``).join(" ")],
	["exit codes equal", (row) => `${of(exits(row))} (${row.commands.map(({ dbt }) => dbt).join(" ")})`],
	["SQL equal", (row) => of(row.compiled)],
	["same verdict of tests", (row) => of(row.results.tests)],
	["same status", (row) => of(row.results.verdicts)],
	["run_results fields", (row) => of(row.results.fields)],
	["relations with equal rows", (row) => of(row.rows)],
	["manifest fields equal", (row) => of(row.manifest)],
	[
		"seconds dbt / tfm",
		(row) => ["dbt", "tfm"].map((t) => row.commands.reduce((s, c) => s + c.seconds[t], 0).toFixed(1)).join(" / "),
	],
];

const parts = (row) => [exits(row), row.compiled, row.results.verdicts, row.results.fields, row.rows, row.manifest];

/** One line for the terminal: `same …` or `diff …`. */
export function summaryLine(row) {
	const same = parts(row).every(({ equal, total }) => equal === total);
	const said = ["exit", "sql", "status", "results", "rows", "manifest"].map(
		(name, at) => `${name} ${of(parts(row)[at])}`,
	);
	return `${same ? "same" : "diff"} ${row.project}: ${said.join(", ")}`;
}

export function markdownTable(rows) {
	const lines = [
		`| ${COLUMNS.map(([title]) => title).join(" | ")} |`,
		`|${COLUMNS.map(() => "---").join("|")}|`,
		...rows.map((row) => `| ${COLUMNS.map(([, cell]) => cell(row)).join(" | ")} |`),
	];
	return `${lines.join("\n")}\n`;
}
