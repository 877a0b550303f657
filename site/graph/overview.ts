/**
 * The whole project on a canvas. A picture of what can be seen is kept and moved while the reader drags; it is drawn
 * anew when the view has come to rest. Edges are straight lines below the size at which names can be read.
 */
import { colours, type Lens, shadeOf } from "../lens.ts";
import type { Project } from "../project.ts";

export const CARD = { width: 160, height: 24 };
const HEAD = 34;
/** Of the legend and the buttons below. */
const FOOT = 36;

export interface View {
	/** World coordinates of the canvas's top left corner, and screen pixels per unit. */
	readonly x: number;
	readonly y: number;
	readonly k: number;
}

export interface Shown {
	readonly lens: Lens;
	/** Null: all. */
	readonly chosen: ReadonlySet<number> | null;
	readonly current: number | null;
	readonly hover: number | null;
	/** The others are not drawn at all: there are too many of them. */
	readonly only: boolean;
}

export interface Overview {
	draw(view: View, shown: Shown): void;
	/** The view that shows these nodes, or all. */
	fit(nodes?: Iterable<number>): View;
	/** The node under a place of the canvas. */
	hit(view: View, px: number, py: number): number | null;
	resize(): void;
}

const GRID = 400;

export function createOverview(canvas: HTMLCanvasElement, project: Project): Overview {
	const context = canvas.getContext("2d", { alpha: false })!;
	const { nodes, edges, lanes, count } = project;
	const against = new Set(project.against);
	const grid = new Map<string, number[]>();
	for (let node = 0; node < count; node++) {
		const key = `${Math.floor(nodes.x[node]! / GRID)},${Math.floor(nodes.y[node]! / GRID)}`;
		const cell = grid.get(key);
		if (cell === undefined) grid.set(key, [node]);
		else cell.push(node);
	}
	let size = { width: 0, height: 0, ratio: 1 };
	const resize = (): void => {
		const box = canvas.getBoundingClientRect();
		const ratio = Math.min(2, window.devicePixelRatio || 1);
		size = { width: box.width, height: box.height, ratio };
		canvas.width = Math.round(box.width * ratio);
		canvas.height = Math.round(box.height * ratio);
	};
	resize();

	function fit(list: Iterable<number> = nodes.x.keys()): View {
		let [x0, y0, x1, y1] = [Infinity, Infinity, -Infinity, -Infinity];
		for (const node of list) {
			x0 = Math.min(x0, nodes.x[node]!);
			x1 = Math.max(x1, nodes.x[node]! + CARD.width);
			y0 = Math.min(y0, nodes.y[node]!);
			y1 = Math.max(y1, nodes.y[node]! + CARD.height);
		}
		if (x0 === Infinity) return { x: 0, y: 0, k: 1 };
		const pad = 24;
		const k = Math.min(
			1.25,
			(size.width - 2 * pad) / (x1 - x0 || 1),
			(size.height - HEAD - FOOT - 2 * pad) / (y1 - y0 || 1),
		);
		return { x: (x0 + x1) / 2 - size.width / 2 / k, y: (y0 + y1) / 2 - (size.height + HEAD - FOOT) / 2 / k, k };
	}

	function draw({ x, y, k }: View, { lens, chosen, current, hover, only }: Shown): void {
		const colour = colours();
		const { width, height, ratio } = size;
		const [right, bottom] = [x + width / k, y + height / k];
		context.setTransform(ratio, 0, 0, ratio, 0, 0);
		context.fillStyle = colour("--canvas");
		context.fillRect(0, 0, width, height);
		context.setTransform(ratio * k, 0, 0, ratio * k, -x * k * ratio, -y * k * ratio);
		for (const [i, lane] of lanes.entries()) {
			if (lane.x1 <= lane.x0) continue;
			context.fillStyle = colour(i % 2 === 0 ? "--lane-a" : "--lane-b");
			context.fillRect(lane.x0 + CARD.width / 2, y, lane.x1 - lane.x0, height / k);
		}
		const seen = (node: number): boolean =>
			nodes.x[node]! + CARD.width >= x &&
			nodes.x[node]! <= right &&
			nodes.y[node]! + CARD.height >= y &&
			nodes.y[node]! <= bottom;
		drawEdges();
		drawNodes();
		drawLaneNames();

		function drawEdges(): void {
			const lit = hover ?? current;
			const curved = CARD.width * k >= 50 && edges.length < 8000;
			const trace = (from: number, to: number): void => {
				const [x0, y0] = [nodes.x[from]! + CARD.width, nodes.y[from]! + CARD.height / 2];
				const [x1, y1] = [nodes.x[to]!, nodes.y[to]! + CARD.height / 2];
				if (Math.max(x0, x1) < x || Math.min(x0, x1) > right || Math.max(y0, y1) < y || Math.min(y0, y1) > bottom)
					return;
				context.moveTo(x0, y0);
				if (curved) {
					const bend = Math.max(24, Math.abs(x1 - x0) / 2);
					context.bezierCurveTo(x0 + bend, y0, x1 - bend, y1, x1, y1);
				} else context.lineTo(x1, y1);
			};
			const pass = (style: string, alpha: number, lineWidth: number, wanted: (e: number) => boolean): void => {
				context.strokeStyle = style;
				context.globalAlpha = alpha;
				context.lineWidth = lineWidth / k;
				context.beginPath();
				for (let e = 0; e < edges.length; e += 2) if (wanted(e)) trace(edges[e]!, edges[e + 1]!);
				context.stroke();
				context.globalAlpha = 1;
			};
			const inChoice = (e: number): boolean => chosen === null || (chosen.has(edges[e]!) && chosen.has(edges[e + 1]!));
			const many = edges.length > 8000;
			if (chosen !== null && !only) pass(colour("--edge"), many ? 0.05 : 0.25, 1, (e) => !inChoice(e));
			pass(colour("--edge"), many && chosen === null ? Math.min(0.9, 0.12 + k) : 0.9, 1, inChoice);
			if (against.size > 0) pass(colour("--fail"), 0.9, 1.5, (e) => against.has(e / 2));
			if (lit !== null) pass(colour("--accent"), 1, 1.75, (e) => edges[e] === lit || edges[e + 1] === lit);
		}

		function drawNodes(): void {
			const shade = shadeOf(project, lens);
			const wide = CARD.width * k;
			const inner = wide > 118;
			const labels = !inner && wide >= 50;
			context.textBaseline = "middle";
			context.font = "500 11.5px ui-sans-serif, system-ui, sans-serif";
			for (let node = 0; node < count; node++) {
				if (!seen(node)) continue;
				const dim = chosen !== null && !chosen.has(node);
				if (dim && only) continue;
				context.globalAlpha = dim ? 0.18 : 1;
				const [nx, ny] = [nodes.x[node]!, nodes.y[node]!];
				const hue = colour(shade(node).colour);
				if (wide < 14) {
					const dot = Math.max(CARD.height, 3 / k);
					context.fillStyle = hue;
					context.fillRect(nx, ny + CARD.height / 2 - dot / 2, Math.max(CARD.width, 4 / k), dot);
				} else if (!inner) {
					context.fillStyle = hue;
					context.beginPath();
					context.roundRect(nx, ny, CARD.width, CARD.height, 5);
					context.fill();
				} else drawCard(node, nx, ny, hue);
				if (labels && !dim) drawLabel(node, nx, ny);
				if (node === current || node === hover) {
					context.strokeStyle = colour("--accent");
					context.lineWidth = 2 / k;
					context.beginPath();
					context.roundRect(nx, ny, CARD.width, CARD.height, 6);
					context.stroke();
				}
			}
			context.globalAlpha = 1;
		}

		function drawCard(node: number, nx: number, ny: number, hue: string): void {
			context.fillStyle = colour("--panel");
			context.strokeStyle = colour("--line-strong");
			context.lineWidth = 1 / k;
			context.beginPath();
			context.roundRect(nx, ny, CARD.width, CARD.height, 6);
			context.fill();
			context.stroke();
			context.fillStyle = hue;
			context.beginPath();
			context.arc(nx + 12, ny + CARD.height / 2, 3.5, 0, 2 * Math.PI);
			context.fill();
			context.fillStyle = colour("--ink");
			context.fillText(fitText(nodes.name[node]!, CARD.width - 30), nx + 22, ny + CARD.height / 2 + 0.5);
		}

		/** In the size of the screen, under a box that is too small to hold its name. */
		function drawLabel(node: number, nx: number, ny: number): void {
			context.save();
			context.setTransform(ratio, 0, 0, ratio, 0, 0);
			context.font = "400 10.5px ui-sans-serif, system-ui, sans-serif";
			context.fillStyle = colour("--soft");
			context.fillText(
				middleOut(nodes.name[node]!, (CARD.width + 26) * k),
				(nx - x) * k,
				(ny + CARD.height - y) * k + 8,
			);
			context.restore();
		}

		/** The lanes' names stay at the top, whatever part of the drawing is seen. */
		function drawLaneNames(): void {
			context.setTransform(ratio, 0, 0, ratio, 0, 0);
			context.fillStyle = colour("--canvas");
			context.globalAlpha = 0.86;
			context.fillRect(0, 0, width, HEAD);
			context.globalAlpha = 1;
			context.font = "600 12px ui-sans-serif, system-ui, sans-serif";
			context.fillStyle = colour("--soft");
			context.textBaseline = "middle";
			for (const lane of lanes) {
				if (lane.x1 <= lane.x0) continue;
				const from = Math.max(0, (lane.x0 + CARD.width / 2 - x) * k);
				const to = Math.min(width, (lane.x1 + CARD.width / 2 - x) * k);
				const label = fitText(lane.name, to - from - 16);
				if (to - from > 30)
					context.fillText(label, from + (to - from - context.measureText(label).width) / 2, HEAD / 2);
			}
		}
	}

	const fitted = new Map<string, string>();
	function fitText(text: string, room: number): string {
		const key = `${Math.round(room)} ${text}`;
		let result = fitted.get(key);
		if (result === undefined) {
			result = text;
			if (context.measureText(text).width > room) {
				let length = text.length;
				while (length > 1 && context.measureText(`${text.slice(0, length)}…`).width > room) length--;
				result = `${text.slice(0, length)}…`;
			}
			if (fitted.size < 50_000) fitted.set(key, result);
		}
		return result;
	}

	/** Names differ in their ends as often as in their beginnings. */
	function middleOut(text: string, room: number): string {
		const key = `~${Math.round(room)} ${text}`;
		let result = fitted.get(key);
		if (result === undefined) {
			result = text;
			for (let keep = text.length - 1; keep > 3 && context.measureText(result).width > room; keep--)
				result = `${text.slice(0, Math.ceil(keep / 2))}…${text.slice(text.length - Math.floor(keep / 2))}`;
			fitted.set(key, result);
		}
		return result;
	}

	return {
		draw,
		fit,
		resize,
		hit({ x, y, k }, px, py) {
			const [wx, wy] = [x + px / k, y + py / k];
			const slack = Math.max(0, 4 / k - CARD.height / 2);
			for (let gx = Math.floor((wx - CARD.width) / GRID); gx <= Math.floor(wx / GRID); gx++)
				for (let gy = Math.floor((wy - CARD.height - slack) / GRID); gy <= Math.floor((wy + slack) / GRID); gy++)
					for (const node of grid.get(`${gx},${gy}`) ?? [])
						if (
							wx >= nodes.x[node]! &&
							wx <= nodes.x[node]! + CARD.width &&
							wy >= nodes.y[node]! - slack &&
							wy <= nodes.y[node]! + CARD.height + slack
						)
							return node;
			return null;
		},
	};
}
