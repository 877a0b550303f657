import { colours, type Lens, shadeOf } from "../lens.ts";
import type { Project } from "../project.ts";
import { BOX, type Focus } from "./focus.ts";
import { CARD } from "./overview.ts";

const escapeXml = (text: string): string => text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);

interface Box {
	readonly name: string;
	readonly colour: string;
	readonly x: number;
	readonly y: number;
	readonly width: number;
	readonly height: number;
}

/** The neighbourhood, or the whole project, as a picture that stands alone. */
export function exportSvg(project: Project, focus: Focus | null, lens: Lens): string {
	const colour = colours();
	const shade = shadeOf(project, lens);
	const boxes: Box[] =
		focus === null
			? project.nodes.name.map((name, node) => ({
					name,
					colour: colour(shade(node).colour),
					x: project.nodes.x[node]!,
					y: project.nodes.y[node]!,
					...CARD,
				}))
			: focus.nodes.map(({ node, pile, x, y }) => ({
					name: pile === undefined ? project.nodes.name[node]! : `and ${pile.n} more`,
					colour: pile === undefined ? colour(shade(node).colour) : colour("--line-strong"),
					x,
					y,
					width: BOX.width,
					height: BOX.height,
				}));
	const pairs: (readonly [number, number])[] =
		focus === null
			? project.edges.flatMap((from, e) => (e % 2 === 0 ? [[from, project.edges[e + 1]!] as const] : []))
			: [...focus.edges];
	const [left, top] = [Math.min(...boxes.map(({ x }) => x)) - 20, Math.min(...boxes.map(({ y }) => y)) - 20];
	const right = Math.max(...boxes.map(({ x, width }) => x + width)) + 20;
	const bottom = Math.max(...boxes.map(({ y, height }) => y + height)) + 20;
	const lines = pairs.map(([a, b]) => {
		const [from, to] = [boxes[a]!, boxes[b]!];
		const [x0, y0, x1, y1] = [from.x + from.width, from.y + from.height / 2, to.x, to.y + to.height / 2];
		const bend = Math.max(24, Math.abs(x1 - x0) / 2);
		return `<path d="M${x0} ${y0}C${x0 + bend} ${y0} ${x1 - bend} ${y1} ${x1} ${y1}"/>`;
	});
	const cards = boxes.map(
		({ name, colour: hue, x, y, width, height }) =>
			`<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="6" fill="${colour("--panel")}" stroke="${colour("--line-strong")}"/>` +
			`<circle cx="${x + 13}" cy="${y + height / 2}" r="4" fill="${hue}"/>` +
			`<text x="${x + 24}" y="${y + height / 2 + 4}" fill="${colour("--ink")}">${escapeXml(name)}</text>`,
	);
	return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${left} ${top} ${right - left} ${bottom - top}" font-family="system-ui, sans-serif" font-size="11.5">
<rect x="${left}" y="${top}" width="100%" height="100%" fill="${colour("--canvas")}"/>
<g fill="none" stroke="${colour("--edge")}">${lines.join("\n")}</g>
${cards.join("\n")}
</svg>
`;
}

/** For a page of documentation: at most a hundred nodes can be read there. */
export function exportMermaid(project: Project, focus: Focus): string {
	const name = (i: number): string => {
		const { node, pile } = focus.nodes[i]!;
		const text = pile === undefined ? project.nodes.name[node]! : `and ${pile.n} more`;
		return `n${i}["${text.replace(/["<>]/g, (c) => `#${c.charCodeAt(0)};`)}"]`;
	};
	const lines = [...focus.nodes.map((_, i) => `  ${name(i)}`), ...focus.edges.map(([a, b]) => `  n${a} --> n${b}`)];
	return `flowchart LR\n${lines.join("\n")}\n`;
}

export function exportCsv(project: Project, focus: Focus | null, chosen: ReadonlySet<number> | null): string {
	const list =
		focus !== null
			? focus.nodes.map(({ node }) => node).filter((node) => node >= 0)
			: chosen !== null
				? [...chosen]
				: [...project.nodes.name.keys()];
	// A cell that a spreadsheet would take for a formula is text.
	const cell = (value: string | number): string => {
		const text = String(value);
		const safe = /^[=+\-@\t]/.test(text) && typeof value === "string" ? `'${text}` : text;
		return /[",\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
	};
	const rows = list.map((node) => [
		project.nodes.name[node]!,
		project.laneName(node),
		project.type(node),
		project.status(node),
		project.owners[project.nodes.owner[node]!] ?? "",
		project.nodes.tests[node]!,
		project.nodes.ms[node]!,
	]);
	return [["name", "layer", "type", "status", "owner", "tests", "milliseconds"], ...rows]
		.map((row) => row.map(cell).join(","))
		.join("\n")
		.concat("\n");
}

const MOST_PIXELS = 16_000_000;

/** The picture as PNG at twice its size, smaller where a browser would refuse that much. */
export async function exportPng(project: Project, focus: Focus | null, lens: Lens): Promise<Blob> {
	const svg = exportSvg(project, focus, lens);
	const [, width, height] = /viewBox="\S+ \S+ (\S+) (\S+)"/.exec(svg)!.map(Number);
	const scale = Math.min(2, Math.sqrt(MOST_PIXELS / (width! * height!)), 16_000 / Math.max(width!, height!));
	const image = new Image();
	image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(
		svg.replace("<svg ", `<svg width="${width! * scale}" height="${height! * scale}" `),
	)}`;
	await image.decode();
	const canvas = document.createElement("canvas");
	canvas.width = Math.max(1, Math.round(width! * scale));
	canvas.height = Math.max(1, Math.round(height! * scale));
	canvas.getContext("2d")!.drawImage(image, 0, 0, canvas.width, canvas.height);
	return new Promise((done, failed) =>
		canvas.toBlob((blob) => (blob === null ? failed(new Error("the picture is too large")) : done(blob)), "image/png"),
	);
}

export function save(name: string, type: string, content: string | Blob): void {
	const url = URL.createObjectURL(new Blob([content], { type }));
	const link = document.createElement("a");
	link.href = url;
	link.download = name;
	link.click();
	setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
