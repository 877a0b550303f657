/**
 * The whole project on a canvas. A picture of what can be seen is kept and moved while the reader drags; it is drawn
 * anew when the view has come to rest. Edges are straight lines below the size at which names can be read.
 */

import { colours, type Lens, shadeOf } from "../lens.ts";
import type { Project } from "../project.ts";
import { createEdgeLayer } from "./edgeLayer.ts";

export const CARD = { width: 160, height: 24 };
/** Pixels of a box from which on its name is written. */
const NAMED = 50;
/** From so many on edges are drawn in slices. */
const MANY = 4000;
/** Of the lanes' names: in a row, or upright where a lane is too narrow for its name. */
const HEAD = { row: 34, upright: 104, font: "600 12px", pad: 16 };
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
	/** Calls `done` when the picture is whole: with many edges some moments later, unless it is stopped before. */
	draw(view: View, shown: Shown, done: () => void): void;
	stop(): void;
	/** The view that shows these nodes, or all. */
	fit(nodes?: Iterable<number>): View;
	/** Whether all of a node's box is seen. */
	shows(view: View, node: number): boolean;
	/** The node under a place of the canvas. */
	hit(view: View, px: number, py: number): number | null;
	resize(): void;
}

const GRID = 400;

export function createOverview(canvas: HTMLCanvasElement, project: Project): Overview {
	const screen = canvas.getContext("2d", { alpha: false })!;
	/** All but what the pointer or a key has chosen: it is put on the screen again when only that changes. */
	const base = document.createElement("canvas");
	const context = base.getContext("2d", { alpha: false })!;
	const { nodes, edges, lanes, count } = project;
	/** The page's. */
	const face = getComputedStyle(canvas).fontFamily;
	const against = new Set(project.against);
	const grid = new Map<string, number[]>();
	for (let node = 0; node < count; node++) {
		const key = `${Math.floor(nodes.x[node]! / GRID)},${Math.floor(nodes.y[node]! / GRID)}`;
		const cell = grid.get(key);
		if (cell === undefined) grid.set(key, [node]);
		else cell.push(node);
	}
	/** What `base` shows; null: nothing was drawn yet, or not all of it. */
	let made: string | null = null;
	let empty = true;
	const choices = new WeakMap<ReadonlySet<number>, number>();
	let choicesSeen = 0;
	/** The same set is the same choice. */
	const chosenKey = (chosen: ReadonlySet<number> | null): number => {
		if (chosen === null) return -1;
		if (!choices.has(chosen)) choices.set(chosen, choicesSeen++);
		return choices.get(chosen)!;
	};
	let size = { width: 0, height: 0, ratio: 1 };
	const resize = (): void => {
		const box = canvas.getBoundingClientRect();
		const ratio = Math.min(2, window.devicePixelRatio || 1);
		size = { width: box.width, height: box.height, ratio };
		canvas.width = base.width = Math.round(box.width * ratio);
		canvas.height = base.height = Math.round(box.height * ratio);
		made = null;
		// A canvas of another size is blank: it is to show the nodes at once.
		empty = true;
	};
	resize();

	const layer = createEdgeLayer(() => ({ width: canvas.width, height: canvas.height }));
	/** Under a name of its own, or cut off: at this size, does any name of a lane have no room? */
	function headAt(k: number): number {
		context.save();
		context.font = `${HEAD.font} ${face}`;
		const long = lanes.some(
			({ name, x0, x1 }) => x1 > x0 && context.measureText(name).width > (x1 - x0) * k - HEAD.pad,
		);
		context.restore();
		return long && lanes.length > 1 ? HEAD.upright : HEAD.row;
	}

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
		const within = (head: number): View => {
			const k = Math.min(
				1.25,
				(size.width - 2 * pad) / (x1 - x0 || 1),
				(size.height - head - FOOT - 2 * pad) / (y1 - y0 || 1),
			);
			return { x: (x0 + x1) / 2 - size.width / 2 / k, y: (y0 + y1) / 2 - (size.height + head - FOOT) / 2 / k, k };
		};
		const view = within(HEAD.row);
		return headAt(view.k) === HEAD.row ? view : within(HEAD.upright);
	}

	function draw({ x, y, k }: View, { lens, chosen, current, hover, only }: Shown, done: () => void): void {
		const colour = colours();
		const { width, height, ratio } = size;
		const [right, bottom] = [x + width / k, y + height / k];
		layer.stop();
		const inWorld = (on: CanvasRenderingContext2D): void =>
			on.setTransform(ratio * k, 0, 0, ratio * k, -x * k * ratio, -y * k * ratio);
		const seen = (node: number): boolean =>
			nodes.x[node]! + CARD.width >= x &&
			nodes.x[node]! <= right &&
			nodes.y[node]! + CARD.height >= y &&
			nodes.y[node]! <= bottom;
		const many = edges.length / 2 > MANY;
		const inChoice = (e: number): boolean => chosen === null || (chosen.has(edges[e]!) && chosen.has(edges[e + 1]!));
		const key = [x, y, k, size.width, size.height, ratio, colour("--edge"), chosenKey(chosen)].join();
		const baseKey = `${key},${lens},${only},${project.live.tick}`;
		const whole = (edgesSeen?: HTMLCanvasElement): void => {
			everything(edgesSeen);
			made = baseKey;
			show();
			done();
		};
		if (made === baseKey) {
			show();
			return done();
		}
		if (!many) return whole();
		const picture = layer.ready(key);
		if (picture !== null) return whole(picture);
		// The very first picture has its nodes at once; a later one replaces the one that is seen when it is whole.
		if (empty) {
			everything();
			show();
		}
		empty = false;
		const slice = (on: CanvasRenderingContext2D, from: number, to: number): void => {
			inWorld(on);
			// Of so many only the chosen ones can be told apart.
			pass(on, colour("--edge"), 1, 1, inChoice, 2 * from, 2 * to);
		};
		layer.start(key, edges.length / 2, slice, () => whole(layer.ready(key)!));

		/** On the screen: what `base` holds, and over it what was chosen. */
		function show(): void {
			screen.setTransform(1, 0, 0, 1, 0, 0);
			screen.drawImage(base, 0, 0);
			const lit = hover ?? current;
			if (lit === null) return;
			screen.save();
			screen.setTransform(ratio, 0, 0, ratio, 0, 0);
			// The lanes' names stand over the drawing.
			screen.beginPath();
			screen.rect(0, headAt(k), width, height);
			screen.clip();
			inWorld(screen);
			stroke(screen, colour("--accent"), 1, 1.75, (line) => {
				for (const parent of project.parents(lit)) line(parent, lit);
				for (const child of project.children(lit)) line(lit, child);
			});
			// No line runs through a name; boxes without names are many, and the line may be seen on them.
			if (CARD.width * k >= NAMED) drawNodes(screen);
			for (const node of new Set([current, hover])) {
				if (node === null || !seen(node)) continue;
				const dim = chosen !== null && !chosen.has(node);
				if (dim && only) continue;
				screen.globalAlpha = dim ? 0.18 : 1;
				screen.strokeStyle = colour("--accent");
				screen.lineWidth = 2 / k;
				screen.beginPath();
				screen.roundRect(nodes.x[node]!, nodes.y[node]!, CARD.width, CARD.height, 6);
				screen.stroke();
			}
			screen.restore();
		}

		function everything(edgesSeen?: HTMLCanvasElement): void {
			context.setTransform(ratio, 0, 0, ratio, 0, 0);
			context.fillStyle = colour("--canvas");
			context.fillRect(0, 0, width, height);
			inWorld(context);
			for (const [i, lane] of lanes.entries()) {
				if (lane.x1 <= lane.x0) continue;
				context.fillStyle = colour(i % 2 === 0 ? "--lane-a" : "--lane-b");
				context.fillRect(lane.x0 + CARD.width / 2, y, lane.x1 - lane.x0, height / k);
			}
			drawEdges(edgesSeen);
			drawNodes(context);
			drawLaneNames();
		}

		/** Strokes the edges that `trace` names, in one path. */
		function stroke(
			on: CanvasRenderingContext2D,
			style: string,
			alpha: number,
			lineWidth: number,
			trace: (line: (from: number, to: number) => void) => void,
		): void {
			const curved = CARD.width * k >= NAMED && edges.length < 8000;
			on.strokeStyle = style;
			on.globalAlpha = alpha;
			on.lineWidth = lineWidth / k;
			on.beginPath();
			trace((from, to) => {
				const [x0, y0] = [nodes.x[from]! + CARD.width, nodes.y[from]! + CARD.height / 2];
				const [x1, y1] = [nodes.x[to]!, nodes.y[to]! + CARD.height / 2];
				if (Math.max(x0, x1) < x || Math.min(x0, x1) > right || Math.max(y0, y1) < y || Math.min(y0, y1) > bottom)
					return;
				on.moveTo(x0, y0);
				if (curved) {
					const bend = Math.max(24, Math.abs(x1 - x0) / 2);
					on.bezierCurveTo(x0 + bend, y0, x1 - bend, y1, x1, y1);
				} else on.lineTo(x1, y1);
			});
			on.stroke();
			on.globalAlpha = 1;
		}

		function pass(
			on: CanvasRenderingContext2D,
			style: string,
			alpha: number,
			lineWidth: number,
			wanted: (e: number) => boolean,
			first = 0,
			end = edges.length,
		): void {
			stroke(on, style, alpha, lineWidth, (line) => {
				for (let e = first; e < end; e += 2) if (wanted(e)) line(edges[e]!, edges[e + 1]!);
			});
		}

		function drawEdges(edgesSeen?: HTMLCanvasElement): void {
			if (many) {
				if (edgesSeen === undefined) return;
				context.save();
				context.setTransform(1, 0, 0, 1, 0, 0);
				context.globalAlpha = chosen === null ? Math.min(0.9, 0.12 + k) : 0.9;
				context.drawImage(edgesSeen, 0, 0);
				context.restore();
			} else {
				if (chosen !== null && !only) pass(context, colour("--edge"), 0.25, 1, (e) => !inChoice(e));
				pass(context, colour("--edge"), 0.9, 1, inChoice);
			}
			if (against.size > 0) pass(context, colour("--fail"), 0.9, 1.5, (e) => against.has(e / 2));
		}

		function drawNodes(on: CanvasRenderingContext2D): void {
			const shade = shadeOf(project, lens);
			const wide = CARD.width * k;
			const inner = wide > 118;
			const labels = !inner && wide >= NAMED;
			on.textBaseline = "middle";
			on.font = `500 11.5px ${face}`;
			for (let node = 0; node < count; node++) {
				if (!seen(node)) continue;
				const dim = chosen !== null && !chosen.has(node);
				if (dim && only) continue;
				on.globalAlpha = dim ? 0.18 : 1;
				const [nx, ny] = [nodes.x[node]!, nodes.y[node]!];
				const hue = colour(shade(node).colour);
				if (wide < 14) {
					const dot = Math.max(CARD.height, 3 / k);
					on.fillStyle = hue;
					on.fillRect(nx, ny + CARD.height / 2 - dot / 2, Math.max(CARD.width, 4 / k), dot);
				} else if (!inner) {
					on.fillStyle = hue;
					on.beginPath();
					on.roundRect(nx, ny, CARD.width, CARD.height, 5);
					on.fill();
				} else drawCard(on, node, nx, ny, hue);
				if (labels && !dim) drawLabel(on, node, nx, ny);
			}
			on.globalAlpha = 1;
		}

		function drawCard(on: CanvasRenderingContext2D, node: number, nx: number, ny: number, hue: string): void {
			on.fillStyle = colour("--panel");
			on.strokeStyle = colour("--line-strong");
			on.lineWidth = 1 / k;
			on.beginPath();
			on.roundRect(nx, ny, CARD.width, CARD.height, 6);
			on.fill();
			on.stroke();
			on.fillStyle = hue;
			on.beginPath();
			on.arc(nx + 12, ny + CARD.height / 2, 3.5, 0, 2 * Math.PI);
			on.fill();
			on.fillStyle = colour("--ink");
			on.fillText(fitText(nodes.name[node]!, CARD.width - 30), nx + 22, ny + CARD.height / 2 + 0.5);
		}

		/** In the size of the screen, under a box that is too small to hold its name. */
		function drawLabel(on: CanvasRenderingContext2D, node: number, nx: number, ny: number): void {
			on.save();
			on.setTransform(ratio, 0, 0, ratio, 0, 0);
			on.font = `400 10.5px ${face}`;
			on.fillStyle = colour("--soft");
			on.fillText(middleOut(nodes.name[node]!, (CARD.width + 26) * k), (nx - x) * k, (ny + CARD.height - y) * k + 8);
			on.restore();
		}

		/** The lanes' names stay at the top, whatever part of the drawing is seen. */
		function drawLaneNames(): void {
			context.setTransform(ratio, 0, 0, ratio, 0, 0);
			const head = headAt(k);
			context.fillStyle = colour("--canvas");
			context.globalAlpha = 0.86;
			context.fillRect(0, 0, width, head);
			context.globalAlpha = 1;
			context.font = `${HEAD.font} ${face}`;
			context.fillStyle = colour("--soft");
			context.textBaseline = "middle";
			for (const lane of lanes) {
				if (lane.x1 <= lane.x0) continue;
				const from = Math.max(0, (lane.x0 + CARD.width / 2 - x) * k);
				const to = Math.min(width, (lane.x1 + CARD.width / 2 - x) * k);
				if (to - from < 12) continue;
				const room = to - from - HEAD.pad;
				const upright = head === HEAD.upright && context.measureText(lane.name).width > room;
				const label = fitText(lane.name, upright ? head - 12 : room);
				const middle = from + (to - from) / 2;
				if (!upright) context.fillText(label, middle - context.measureText(label).width / 2, head - HEAD.row / 2);
				else {
					context.save();
					context.translate(middle, head - 6);
					context.rotate(-Math.PI / 2);
					context.fillText(label, 0, 0);
					context.restore();
				}
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
		stop: layer.stop,
		fit,
		resize,
		shows: ({ x, y, k }, node) =>
			nodes.x[node]! >= x &&
			nodes.x[node]! + CARD.width <= x + size.width / k &&
			nodes.y[node]! >= y &&
			nodes.y[node]! + CARD.height <= y + size.height / k,
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
