import { useEffect, useMemo, useState } from "preact/hooks";
import { duration } from "../format.ts";
import type { Shade } from "../lens.ts";
import { GLYPHS, WORDS } from "../parts.tsx";
import type { Project } from "../project.ts";
import { go, href } from "../route.ts";
import type { ColumnTrace } from "./columnTrace.ts";
import { BOX, type Focus, type FocusNode } from "./focus.ts";

export interface FocusActs {
	/** `between`: with the shift key held, for what lies between it and the node chosen before. */
	readonly onChoose: (node: number, between: boolean) => void;
	readonly onExpand: (node: number) => void;
	readonly onColumn?: (node: number, column: string) => void;
}

interface DrawingProps {
	readonly project: Project;
	readonly focus: Focus;
	readonly current: number | null;
	readonly trace: ColumnTrace | null;
	readonly shade: (node: number) => Shade;
	/** Whether cards say in words what the colour means. */
	readonly says: boolean;
	/** Of letters: larger than 1 when the drawing is small, and only the name is written then. */
	readonly size: number;
	/** What is done today: always the newest. */
	readonly acts: { readonly current: FocusActs };
}

/** From this size on cards have all their words; below it a name alone, in letters that can be read. */
export const WORDY = 0.78;
/** Cards that are made before the browser may do something else. */
const AT_ONCE = 40;

/** Edges and cards of a neighbourhood; a large one comes in parts, which stay as they are while others are added. */
export function FocusDrawing(props: DrawingProps) {
	const { focus } = props;
	const [parts, setParts] = useState(1);
	const all = Math.ceil(focus.nodes.length / AT_ONCE);
	useEffect(() => {
		if (parts >= all) return;
		const next = setTimeout(() => setParts(parts + 1));
		return () => clearTimeout(next);
	}, [parts, all]);
	return (
		<>
			<Edges {...props} />
			{Array.from({ length: Math.min(parts, all) }, (_, part) => (
				<Cards key={part} {...props} part={part} />
			))}
		</>
	);
}

function Edges({ focus, current, trace }: DrawingProps) {
	return useMemo(() => {
		const at = new Map(focus.nodes.map((entry, i) => [entry.node, i]));
		const lit = new Set(trace?.edges.flatMap(({ from, to }) => [`${from[0]} ${to[0]}`]));
		return (
			<>
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
			</>
		);
	}, [focus, current, trace]);
}

function Cards({ project, focus, current, shade, says, size, acts, part }: DrawingProps & { part: number }) {
	return useMemo(
		() => (
			<>
				{focus.nodes.slice(part * AT_ONCE, (part + 1) * AT_ONCE).map((entry, i) =>
					entry.pile === undefined ? (
						<Card
							key={entry.node}
							{...{ project, entry, acts }}
							hue={shade(entry.node).colour.replace("--ok-soft", "--ok")}
							says={says ? shade(entry.node).label : ""}
							isCurrent={entry.node === current}
							size={size}
						/>
					) : (
						<g
							key={`pile ${i}`}
							class="card pile"
							data-act
							transform={`translate(${entry.x} ${entry.y})`}
							onClick={() => acts.current.onExpand(entry.pile!.of)}
						>
							<rect width={BOX.width} height={BOX.height} rx="8" />
							<text x="14" y="28">
								and {entry.pile.n} more
							</text>
						</g>
					),
				)}
			</>
		),
		[focus, current, shade, says, size],
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
	readonly acts: DrawingProps["acts"];
}

/** The list beside the drawing has the same for keys and screen readers; here everything is for the pointer. */
function Card({ project, entry, hue, says, isCurrent, size, acts }: CardProps) {
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
			<g
				data-act
				onClick={(event) => acts.current.onChoose(node, event.shiftKey)}
				onDblClick={() => go(href(["m", project.key(node)]))}
			>
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
				<g key={column} class="port" data-act onClick={() => acts.current.onColumn?.(node, column)}>
					<line x1="0" x2={BOX.width} y1={BOX.height + i * BOX.row} y2={BOX.height + i * BOX.row} />
					<text x="14" y={BOX.height + i * BOX.row + 14}>
						{cut(column, 28)}
					</text>
				</g>
			))}
			{hiddenUp > 0 && <More x={-10} n={hiddenUp} onClick={() => acts.current.onExpand(node)} />}
			{hiddenDown > 0 && <More x={BOX.width + 10} n={hiddenDown} onClick={() => acts.current.onExpand(node)} />}
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
export const cut = (text: string, most: number): string => (text.length > most ? `${text.slice(0, most - 1)}…` : text);
const middle = ({ y }: FocusNode): number => y + BOX.height / 2;
const port = (entry: FocusNode, column: string): number => {
	const i = entry.columns.indexOf(column);
	return i === -1 ? middle(entry) : entry.y + BOX.height + i * BOX.row + BOX.row / 2;
};
const curve = (x0: number, y0: number, x1: number, y1: number): string => {
	const bend = Math.max(28, Math.abs(x1 - x0) / 2);
	return `M${x0} ${y0}C${x0 + bend} ${y0} ${x1 - bend} ${y1} ${x1} ${y1}`;
};
