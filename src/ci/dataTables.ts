/** What was built and compared, as Markdown. */
import type { ChangeReview, ReviewedNode, RowReview, TestCounts } from "./changeReview.ts";
import { cell, code, counted, details, grouped, rest } from "./markdownText.ts";

/** Columns named in a table. */
const COLUMNS_SHOWN = 5;

/** One line: what was built where, and what became of it. */
export function buildLine({ data, nodes }: ChangeReview): readonly string[] {
	if (data === undefined) return [];
	const built = nodes.filter(({ build }) => build?.status === "built" || build?.status === "held").length;
	if (data.planned.length === 0)
		return [data.tests === 0 ? "nothing built" : `nothing built, ${counted(data.tests, "test")} run`];
	const all = data.planned.length;
	const beside =
		data.against === "rebuild" ? "the base's SQL over the same rows" : `what stands in ${data.against.target}`;
	const names = nodes.filter(({ id }) => data.cloned.includes(id)).map((node) => cell(nameOf(node)));
	return [
		`${built === all ? built : `${built} of ${all}`} built in the environment \`${code(data.environment)}\``,
		...(names.length === 0 ? [] : [`${shownOf(names)} from a copy of what stands`]),
		`compared with ${cell(beside)}`,
	];
}

const shownOf = (names: readonly string[]): string =>
	names.length > COLUMNS_SHOWN ? counted(names.length, "incremental model") : names.join(", ");

export function rowsTable({ data, nodes }: ChangeReview, most: number): readonly string[] {
	if (data === undefined || data.planned.length === 0) return [];
	const byId = new Map(nodes.map((node) => [node.id, node]));
	const planned = data.planned.flatMap((id) => byId.get(id) ?? []);
	const shown = planned.slice(0, most);
	const lines = shown.map(
		(node) =>
			`| ${cell(nameOf(node))} | ${testsCell(node.tests)} | ${rowsCells(node).join(" | ")} | ${columnsCell(node.rows)} |`,
	);
	return [
		[
			"| built | tests | rows | added | removed | changed | changed in |",
			"|-|-:|-:|-:|-:|-:|-|",
			...lines,
			...rest(planned, shown),
		].join("\n"),
	];
}

/** What else there is to know: nodes that were left out, and how long schemas stay. */
export function leftDetails({ data, nodes }: ChangeReview): readonly string[] {
	if (data === undefined) return [];
	const held = nodes.flatMap((node) =>
		node.build === undefined || node.build.status === "built" || node.build.because === null
			? []
			: [`- ${cell(nameOf(node))}: ${cell(node.build.because)}`],
	);
	const refused = nodes.flatMap((node) =>
		node.rows?.kind === "refused" ? [`- ${cell(nameOf(node))}: rows not compared: ${cell(node.rows.because)}`] : [],
	);
	const left = data.left.map(({ name, because }) => `- ${cell(name)}: ${cell(because)}`);
	const all = [...held, ...refused, ...left];
	return [
		...(all.length === 0 ? [] : [details(`Not built, held back or not compared (${all.length})`, all.join("\n"))]),
		...(data.kept === null
			? []
			: [`The schemas of \`${code(data.environment)}\` stay until ${data.kept.until.slice(0, 10)}.`]),
	];
}

const nameOf = ({ name, layer }: ReviewedNode): string => (layer === null ? name : `${layer}.${name}`);

function testsCell(tests: TestCounts | undefined): string {
	if (tests === undefined) return "–";
	const { passed, warned, failed } = tests;
	const all = passed + warned + failed;
	return `${failed > 0 ? "❌ " : warned > 0 ? "⚠️ " : ""}${passed}/${all}`;
}

function rowsCells({ rows, build }: ReviewedNode): readonly string[] {
	if (build?.status === "failed") return ["❌ it failed", "–", "–", "–"];
	if (build?.status === "skipped") return ["not built", "–", "–", "–"];
	if (rows === undefined || rows.kind === "refused") return ["not compared", "–", "–", "–"];
	if (rows.kind === "counted") return [`${grouped(rows.now)} (new)`, "–", "–", "–"];
	const { base, now } = rows.rows;
	return [
		`${grouped(base)} → ${grouped(now)}`,
		grouped(rows.added),
		grouped(rows.removed),
		rows.changed === null ? "no key" : grouped(rows.changed),
	];
}

function columnsCell(rows: RowReview | undefined): string {
	if (rows?.kind !== "compared" || rows.columns.length === 0) return "–";
	const shown = rows.columns.slice(0, COLUMNS_SHOWN).map((one) => `\`${code(one.name)}\` ${grouped(one.rows)}`);
	const more = rows.columns.length - shown.length;
	return [...shown, ...(more > 0 ? [counted(more, "more column")] : [])].join(", ");
}
