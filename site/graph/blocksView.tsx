import { useMemo, useState } from "preact/hooks";
import { count, plural } from "../format.ts";
import { type Lens, shadeOf } from "../lens.ts";
import type { Project } from "../project.ts";
import { BLOCK, type Block, blockMap } from "./blocks.ts";

/** Between these sizes names can be read and are not loud; what does not fit is scrolled to. */
const LEAST = 0.72;
const MOST = 1.1;

interface BlocksViewProps {
	readonly project: Project;
	readonly lens: Lens;
	readonly onOpen: (block: Block) => void;
}

/** Folders of a large project as blocks; the bar in each says how its nodes stand, lines how much flows between them. */
export function BlocksView({ project, lens, onOpen }: BlocksViewProps) {
	const map = useMemo(() => blockMap(project), [project]);
	const [near, setNear] = useState<number | null>(null);
	const shares = useMemo(() => {
		const shade = shadeOf(project, lens);
		return map.blocks.map(({ nodes }) => {
			const found = new Map<string, number>();
			for (const node of nodes) {
				const { colour } = shade(node);
				found.set(colour, (found.get(colour) ?? 0) + 1);
			}
			return [...found].sort(([, a], [, b]) => b - a);
		});
	}, [map, lens, project.live.tick]);
	const middle = ({ y, height }: Block): number => y + height / 2;
	return (
		<div class="blocks scroll" tabIndex={0} role="region" aria-label="Folders of the project">
			<svg
				viewBox={`-16 0 ${map.width + 32} ${map.height + 64}`}
				style={{ minWidth: `${(map.width + 32) * LEAST}px`, maxWidth: `${(map.width + 32) * MOST}px` }}
				role="group"
				aria-label="Folders and what flows between them"
			>
				{map.lanes.map(({ name, x }) => (
					<text key={name} class="lane-name" x={x + BLOCK.width / 2} y={20} text-anchor="middle" font-size="13">
						{name}
					</text>
				))}
				{map.bundles.map(({ from, to, edges }) => {
					const [a, b] = [map.blocks[from]!, map.blocks[to]!];
					const same = a.x === b.x;
					const back = b.x < a.x;
					const [x0, x1] = [a.x + (back ? 0 : BLOCK.width), b.x + (same || back ? BLOCK.width : 0)];
					const bend = same ? 46 : Math.max(40, Math.abs(x1 - x0) / 2);
					const lit = near === from || near === to;
					// Inside a lane nearly every folder reads every other: shown for the folder that is looked at.
					if (same && !lit) return null;
					return (
						<path
							key={`${from} ${to}`}
							class={`edge ${near === null ? "far" : lit ? "near" : "dim"}`}
							style={{ strokeWidth: 1 + Math.log2(edges) / 2 }}
							d={`M${x0} ${middle(a)}C${x0 + (back ? -bend : bend)} ${middle(a)} ${x1 + (same || back ? bend : -bend)} ${middle(b)} ${x1} ${middle(b)}`}
						>
							<title>{plural(edges, "edge")}</title>
						</path>
					);
				})}
				{map.blocks.map((block, i) => (
					<g
						key={i}
						class="block"
						role="button"
						tabIndex={0}
						aria-label={`${map.lanes.find(({ x }) => x === block.x)!.name}/${block.folder}: ${plural(block.nodes.length, "node")}`}
						transform={`translate(${block.x} ${block.y})`}
						onMouseEnter={() => setNear(i)}
						onMouseLeave={() => setNear(null)}
						onFocus={() => setNear(i)}
						onBlur={() => setNear(null)}
						onClick={() => onOpen(block)}
						onKeyDown={(event) => {
							if (event.key === "Enter") onOpen(block);
						}}
					>
						<rect width={BLOCK.width} height={block.height} rx="8" />
						<text x="12" y={block.height / 2 + 1} class="block-name">
							{cutFront(block.folder === "" ? "(directly)" : block.folder, 20)}
						</text>
						<text x={BLOCK.width - 12} y={block.height / 2 + 1} text-anchor="end" class="block-count">
							{count(block.nodes.length)}
						</text>
						{bars(shares[i]!, block.nodes.length).map(({ colour, x, width }) => (
							<rect
								key={colour}
								class="share"
								x={12 + x}
								y={block.height - 9}
								width={width}
								height="4"
								style={{ fill: `var(${colour})` }}
							/>
						))}
					</g>
				))}
			</svg>
		</div>
	);
}

function bars(shares: readonly (readonly [string, number])[], all: number) {
	const room = BLOCK.width - 24;
	let x = 0;
	return shares.map(([colour, n]) => {
		// What fails is seen, be it one of a thousand.
		const width = Math.max(2, (room * n) / all);
		const bar = { colour, x: Math.min(x, room - 2), width: Math.min(width, room - Math.min(x, room - 2)) };
		x += width;
		return bar;
	});
}

/** The end of a path says more than its beginning. */
const cutFront = (text: string, most: number): string => (text.length > most ? `…${text.slice(1 - most)}` : text);
