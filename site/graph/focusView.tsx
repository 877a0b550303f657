import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { duration } from "../format.ts";
import { type Lens, type Shade, shadeOf } from "../lens.ts";
import { GLYPHS, WORDS } from "../parts.tsx";
import type { Project } from "../project.ts";
import { go, href } from "../route.ts";
import type { ColumnTrace } from "./columnTrace.ts";
import { BOX, type Focus, type FocusNode } from "./focus.ts";

interface FocusViewProps {
	readonly project: Project;
	readonly focus: Focus;
	readonly lens: Lens;
	readonly current: number | null;
	readonly trace: ColumnTrace | null;
	/** In place of the lens's. */
	readonly shade?: (node: number) => Shade;
	readonly onChoose: (node: number) => void;
	readonly onExpand: (node: number) => void;
	readonly onColumn?: (node: number, column: string) => void;
}

/** From this size on cards have all their words; below it a name alone, in letters that can be read. */
const WORDY = 0.78;
/** Smaller than this a name has no room; what does not fit then is beyond the border. */
const LEAST = 0.4;
const PAD = 28;
const TOP = 52;

/** A neighbourhood as SVG: cards, edges, and ports where columns are followed. Drag moves, the wheel makes larger. */
export function FocusView(props: FocusViewProps) {
	const { project, focus, lens, current, trace, onChoose, onExpand, onColumn } = props;
	const box = useRef<HTMLDivElement>(null);
	const [view, setView] = useState({ x: 0, y: 0, k: 1 });
	const ofLens = useMemo(() => shadeOf(project, lens), [project, lens]);
	const shade = props.shade ?? ofLens;
	const [width, height] = [focus.width + 2 * PAD, focus.height + PAD + TOP];

	const showAll = (): void => {
		const { clientWidth, clientHeight } = box.current!;
		const k = Math.min(1, Math.max(LEAST, Math.min(clientWidth / width, clientHeight / height)));
		const centre = focus.nodes.find(({ node }) => node === current);
		const [x, y] = [(clientWidth - width * k) / 2, (clientHeight - height * k) / 2];
		// What does not fit begins with the chosen node in the middle.
		setView({
			k,
			x:
				width * k > clientWidth && centre !== undefined
					? Math.min(0, Math.max(clientWidth - width * k, clientWidth / 2 - (centre.x + PAD + BOX.width / 2) * k))
					: x,
			y: height * k > clientHeight && centre !== undefined ? clientHeight / 2 - (centre.y + TOP) * k : y,
		});
	};
	useLayoutEffect(showAll, [focus]);
	/** About the middle of what is seen. */
	const zoom = (factor: number): void =>
		setView(({ x, y, k }) => {
			const next = Math.min(2, Math.max(0.15, k * factor));
			const [px, py] = [box.current!.clientWidth / 2, box.current!.clientHeight / 2];
			return { k: next, x: px - ((px - x) / k) * next, y: py - ((py - y) / k) * next };
		});
	useEffect(() => {
		const zoomed = (event: Event): void => {
			const factor = (event as CustomEvent<number>).detail;
			if (factor === 0) showAll();
			else zoom(factor);
		};
		window.addEventListener("graphzoom", zoomed);
		window.addEventListener("resize", showAll);
		return () => {
			window.removeEventListener("graphzoom", zoomed);
			window.removeEventListener("resize", showAll);
		};
	}, [focus]);

	const drag = (event: PointerEvent): void => {
		if (event.button !== 0 || (event.target as Element).closest("[data-act]") !== null) return;
		const from = { x: event.clientX - view.x, y: event.clientY - view.y };
		const move = (moved: PointerEvent): void =>
			setView((now) => ({ ...now, x: moved.clientX - from.x, y: moved.clientY - from.y }));
		const end = (): void => {
			window.removeEventListener("pointermove", move);
			window.removeEventListener("pointerup", end);
		};
		window.addEventListener("pointermove", move);
		window.addEventListener("pointerup", end);
	};
	useEffect(() => {
		const element = box.current!;
		const wheel = (event: WheelEvent): void => {
			if (
				!event.ctrlKey &&
				!event.metaKey &&
				!event.altKey &&
				Math.abs(event.deltaX) < 1 &&
				element.closest(".page.node") !== null
			)
				return;
			event.preventDefault();
			const { left, top } = element.getBoundingClientRect();
			const [px, py] = [event.clientX - left, event.clientY - top];
			setView(({ x, y, k }) => {
				const next = Math.min(2, Math.max(0.15, k * Math.exp(-event.deltaY / 400)));
				return { k: next, x: px - ((px - x) / k) * next, y: py - ((py - y) / k) * next };
			});
		};
		element.addEventListener("wheel", wheel, { passive: false });
		return () => element.removeEventListener("wheel", wheel);
	}, []);

	const at = new Map(focus.nodes.map((entry, i) => [entry.node, i]));
	const lit = new Set(trace?.edges.flatMap(({ from, to }) => [`${from[0]} ${to[0]}`]));
	return (
		<div class="focus-box" ref={box} onPointerDown={drag}>
			<svg
				class="focus-svg"
				width="100%"
				height="100%"
				role="img"
				aria-label={`Lineage of ${current === null ? "the chosen nodes" : project.nodes.name[current]}: the list beside it says the same`}
			>
				<g transform={`translate(${view.x} ${view.y}) scale(${view.k})`}>
					{focus.lanes.map(({ name, x0, x1 }, i) => (
						<g key={name}>
							<rect
								class={i % 2 === 0 ? "lane a" : "lane b"}
								x={x0 + PAD + BOX.width / 2}
								y={-4000}
								width={Math.max(0, x1 - x0)}
								height={8000 + height}
							/>
							<text
								class="lane-name"
								x={(x0 + x1) / 2 + PAD + BOX.width / 2}
								y={(20 - view.y) / view.k}
								text-anchor="middle"
								font-size={12 / view.k}
							>
								{name}
							</text>
						</g>
					))}
					<g transform={`translate(${PAD} ${TOP})`}>
						{focus.edges.map(([a, b]) => (
							<path
								key={`${a} ${b}`}
								class={`edge ${trace === null ? "" : "dim"} ${focus.nodes[a]!.node === current || focus.nodes[b]!.node === current ? "near" : ""} ${lit.has(`${focus.nodes[a]!.node} ${focus.nodes[b]!.node}`) ? "under" : ""}`}
								d={curve(
									focus.nodes[a]!.x + BOX.width,
									middle(focus.nodes[a]!),
									focus.nodes[b]!.x,
									middle(focus.nodes[b]!),
								)}
							/>
						))}
						{trace?.edges.map(({ from, to }) => {
							const [a, b] = [focus.nodes[at.get(from[0]) ?? -1], focus.nodes[at.get(to[0]) ?? -1]];
							if (a === undefined || b === undefined) return null;
							return (
								<path
									key={`${from.join()} ${to.join()}`}
									class="edge column"
									d={curve(a.x + BOX.width, port(a, from[1]), b.x, port(b, to[1]))}
								/>
							);
						})}
						{focus.nodes.map((entry, i) =>
							entry.pile === undefined ? (
								<Card
									key={entry.node}
									{...{ project, entry, onChoose, onExpand }}
									{...(onColumn === undefined ? {} : { onColumn })}
									hue={shade(entry.node).colour.replace("--ok-soft", "--ok")}
									says={lens === "status" && props.shade === undefined ? "" : shade(entry.node).label}
									isCurrent={entry.node === current}
									size={Math.max(1, WORDY / view.k)}
								/>
							) : (
								<g
									key={`pile ${i}`}
									class="card pile"
									data-act
									transform={`translate(${entry.x} ${entry.y})`}
									onClick={() => onExpand(entry.pile!.of)}
								>
									<rect width={BOX.width} height={BOX.height} rx="8" />
									<text x="14" y="28">
										and {entry.pile.n} more
									</text>
								</g>
							),
						)}
					</g>
				</g>
			</svg>
			<div class="zoom">
				<button type="button" class="quiet" aria-label="Larger" onClick={() => zoom(1.25)}>
					+
				</button>
				<button type="button" class="quiet" aria-label="Smaller" onClick={() => zoom(1 / 1.25)}>
					−
				</button>
				<button type="button" class="quiet" onClick={showAll}>
					Fit
				</button>
			</div>
		</div>
	);
}

interface CardProps {
	readonly project: Project;
	readonly entry: FocusNode;
	readonly hue: string;
	readonly says: string;
	readonly isCurrent: boolean;
	/** Of letters: larger than 1 when the drawing is small, and only the name is written then. */
	readonly size: number;
	readonly onChoose: (node: number) => void;
	readonly onExpand: (node: number) => void;
	readonly onColumn?: (node: number, column: string) => void;
}

/** The list beside the drawing has the same for keys and screen readers; here everything is for the pointer. */
function Card({ project, entry, hue, says, isCurrent, size, onChoose, onExpand, onColumn }: CardProps) {
	const { node, x, y, height, columns, hiddenUp, hiddenDown } = entry;
	const { nodes } = project;
	const status = project.status(node);
	const facts = [
		says,
		project.type(node) === "model"
			? project.materializations[nodes.materialized[node]!]
			: project.type(node).replace("_", " "),
		nodes.tests[node]! > 0 ? `${nodes.tests[node]! - nodes.failed[node]!}/${nodes.tests[node]} tests` : "",
		nodes.ms[node]! > 0 ? duration(nodes.ms[node]!) : "",
	].filter(Boolean);
	return (
		<g class={isCurrent ? "card current" : "card"} transform={`translate(${x} ${y})`}>
			<g data-act onClick={() => onChoose(node)} onDblClick={() => go(href(["m", project.key(node)]))}>
				<title>{`${project.key(node)}: ${WORDS[status]}. Double-click opens its page.`}</title>
				<rect width={BOX.width} height={height} rx="8" />
				<circle cx="16" cy="23" r="8" style={{ fill: `color-mix(in srgb, var(${hue}) 18%, transparent)` }} />
				<text class="glyph" x="16" y="27" text-anchor="middle" style={{ fill: `var(${hue})` }}>
					{GLYPHS[status]}
				</text>
				<text class="card-name" x="32" y={size === 1 ? 20 : 23 + 4.5 * size} style={{ fontSize: `${12.5 * size}px` }}>
					{middleOut(nodes.name[node]!, Math.floor(23 / size))}
				</text>
				{size === 1 && (
					<text class="card-facts" x="32" y="36">
						{cut(facts.join(" · "), 32)}
					</text>
				)}
			</g>
			{columns.map((column, i) => (
				<g key={column} class="port" data-act onClick={() => onColumn?.(node, column)}>
					<line x1="0" x2={BOX.width} y1={BOX.height + i * BOX.row} y2={BOX.height + i * BOX.row} />
					<text x="14" y={BOX.height + i * BOX.row + 14}>
						{cut(column, 28)}
					</text>
				</g>
			))}
			{hiddenUp > 0 && <More x={-10} n={hiddenUp} onClick={() => onExpand(node)} />}
			{hiddenDown > 0 && <More x={BOX.width + 10} n={hiddenDown} onClick={() => onExpand(node)} />}
		</g>
	);
}

const More = ({ x, n, onClick }: { x: number; n: number; onClick: () => void }) => (
	<g class="more-badge" data-act transform={`translate(${x} ${BOX.height / 2})`} onClick={onClick}>
		<title>{`Show ${n} more`}</title>
		<rect x="-13" y="-8" width="26" height="16" rx="8" />
		<text text-anchor="middle" y="4">
			+{n > 99 ? "99" : n}
		</text>
	</g>
);

/** Names differ in their ends as often as in their beginnings. */
const middleOut = (text: string, most: number): string =>
	text.length <= most
		? text
		: `${text.slice(0, Math.ceil((most - 1) / 2))}…${text.slice(text.length - Math.floor((most - 1) / 2))}`;
const cut = (text: string, most: number): string => (text.length > most ? `${text.slice(0, most - 1)}…` : text);
const middle = ({ y }: FocusNode): number => y + BOX.height / 2;
const port = (entry: FocusNode, column: string): number => {
	const i = entry.columns.indexOf(column);
	return i === -1 ? middle(entry) : entry.y + BOX.height + i * BOX.row + BOX.row / 2;
};
const curve = (x0: number, y0: number, x1: number, y1: number): string => {
	const bend = Math.max(28, Math.abs(x1 - x0) / 2);
	return `M${x0} ${y0}C${x0 + bend} ${y0} ${x1 - bend} ${y1} ${x1} ${y1}`;
};
