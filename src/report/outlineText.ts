/** `tfm plan` for a person: what is wrong first, then what would be built, what that reaches, and what it costs. */
import type { BuildOutline, OutlinedNode } from "../core/buildOutline.ts";
import { sizeText } from "../core/byteSize.ts";
import type { OutputOptions, OutputStream } from "../core/invocation.ts";
import type { RelationSize } from "../core/relation.ts";
import { diagnosticText, type ReadLine } from "./diagnosticText.ts";
import { count, roughSeconds } from "./figures.ts";
import { createLook } from "./look.ts";
import { columnsOfText } from "./textColumns.ts";

export interface OutlinePlace {
	readonly stream: OutputStream;
	readonly output: OutputOptions;
	readonly env: Readonly<Record<string, string | undefined>>;
	readonly readLine: ReadLine;
}

/** Nodes of one kind of change that are named one by one; `--output json` has all. */
const MOST = 200;

export function outlineText(outline: BuildOutline, { stream, output, env, readLine }: OutlinePlace): string {
	const look = createLook(stream, output, env);
	const { findings, nodes } = outline;
	const parts = [
		`${headline(outline)}\n`,
		...findings.map((one) => `${diagnosticText(one, look, readLine)}\n`),
		...(nodes.length === 0 ? [] : [nodesTable(nodes)]),
		...asides(outline),
		`${verdict(outline)}\n`,
	];
	return parts.join("\n");
}

function headline({ head, against, target, environment }: BuildOutline): string {
	const files = head === null ? "the files as they are (not all committed)" : `the files of ${head.slice(0, 7)}`;
	const commit = against.commit === null || against.commit === "" ? "" : ` (${against.commit.slice(0, 7)})`;
	const where = environment === null ? "" : `, to be built in ${environment}`;
	const into = against.kind === "published" ? "" : `, for ${target}`;
	return `${files} beside ${against.says}${commit}${environment === null ? into : where}`;
}

const SIGNS: Readonly<Record<OutlinedNode["change"], string>> = { added: "+", modified: "~", reached: "·" };

function nodesTable(nodes: readonly OutlinedNode[]): string {
	const rows = nodes
		.slice(0, MOST)
		.map(({ change, name, layer, resource_type: type, way, stands, usual_seconds: usual, why, columns }) => [
			`${SIGNS[change]} ${layer === null ? name : `${layer}.${name}`}`,
			type === "model" ? way : `${type}, ${way}`,
			figure(stands?.rows ?? null, grouped),
			figure(stands?.bytes ?? null, sizeText),
			figure(usual, roughSeconds),
			[...why, ...(columns.length === 0 ? [] : [`columns: ${columns.join(", ")}`])].join("; "),
		]);
	const more = nodes.length > MOST ? `and ${nodes.length - MOST} more\n` : "";
	return `${columnsOfText(["TO BUILD", "HOW", "ROWS", "SIZE", "USUALLY", "WHY"], rows, new Set([2, 3, 4]))}${more}`;
}

const figure = (value: number | null, shown: (value: number) => string): string =>
	value === null ? "-" : shown(value);

const grouped = (n: number): string => String(Math.round(n)).replace(/\B(?=(\d{3})+$)/g, ",");

function asides({ exposures, left, removed, unaffected }: BuildOutline): readonly string[] {
	const lines = [
		...exposures.map(
			({ name, owner, because }) => `reaches ${name}${owner === null ? "" : ` (owner ${owner})`}: ${because}`,
		),
		...removed.map(({ name }) => `${name} is gone from the project; what stands of it stays until somebody drops it`),
		...left.map(({ name, because }) => `${name} is not built: ${because}`),
		...(unaffected === 0 ? [] : [`${count(unaffected, "node")} below a change, and unaffected`]),
	];
	return lines.length === 0 ? [] : [`${lines.join("\n")}\n`];
}

function verdict({ nodes, tests, costs }: BuildOutline): string {
	if (nodes.length + tests.length === 0) return "nothing to build: every node does what it did there";
	const { replaces, reads, seconds, timed, of } = costs;
	const said = [
		`${count(nodes.length, "node")} and ${count(tests.length, "test")}`,
		...(replaces.bytes === null ? [] : [`${size(replaces)} stand there`]),
		...(reads.relations === 0
			? []
			: [
					`reads ${size(reads)} of ${count(reads.relations, "relation")} that ${reads.relations === 1 ? "stays" : "stay"}`,
				]),
		...(seconds === null
			? []
			: [`usually ${roughSeconds(seconds)} of work${timed < of ? ` (${timed} of ${of} known)` : ""}`]),
	];
	return said.join(" · ");
}

function size({ rows, bytes: stored }: RelationSize): string {
	const said = [...(rows === null ? [] : [`${grouped(rows)} rows`]), ...(stored === null ? [] : [sizeText(stored)])];
	return said.join(", ") || "nothing that is known";
}
