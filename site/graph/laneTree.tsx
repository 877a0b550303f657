import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { count, plural } from "../format.ts";
import { StatusMark } from "../parts.tsx";
import type { Project } from "../project.ts";

/** Of a lane this many nodes around the chosen one are in the document; the others are counted. */
const AROUND = 12;

interface LaneTreeProps {
	readonly project: Project;
	readonly chosen: ReadonlySet<number> | null;
	readonly current: number | null;
	/** The same when it has been so for a moment. */
	readonly settled: number | null;
	readonly onChoose: (node: number | null) => void;
	readonly onOpen: (node: number) => void;
}

/**
 * The drawing as a tree of lanes and their nodes, for those who do not see it or use no mouse: up and down walk, right
 * opens a lane, left goes back to it, Enter opens the node's neighbourhood, which the tree then lists; it keeps the focus,
 * so that the way back leads to where the reader was. It shows itself when it has the focus.
 */
export function LaneTree({ project, chosen, current: newest, settled, onChoose, onOpen }: LaneTreeProps) {
	const box = useRef<HTMLDivElement>(null);
	const [focused, setFocused] = useState(false);
	// Who walks in the drawing does not wait for the tree.
	const current = focused ? newest : settled;
	const lanes = useMemo(() => lanesOf(project, chosen), [project, chosen]);
	const [at, setAt] = useState<{ readonly lane: number; readonly open: boolean }>({ lane: 0, open: false });
	// The drawing and the tree point at the same node.
	useEffect(() => {
		const lane = current === null ? -1 : lanes.findIndex(({ nodes }) => nodes.includes(current));
		if (lane >= 0) setAt({ lane, open: true });
	}, [current, lanes]);
	const here = lanes[at.lane];
	const nodes = here?.nodes ?? [];
	const position = at.open && current !== null ? nodes.indexOf(current) : -1;
	const active = position >= 0 ? `tree-node-${current}` : here && `tree-lane-${at.lane}`;
	useEffect(() => {
		if (active !== undefined && box.current === document.activeElement)
			document.getElementById(active)?.scrollIntoView({ block: "nearest" });
	}, [active]);
	const toLane = (lane: number): void => {
		if (lanes[lane] === undefined) return;
		setAt({ lane, open: false });
		if (newest !== null) onChoose(null);
	};
	const toNode = (index: number): void => {
		if (nodes[index] !== undefined) onChoose(nodes[index]);
	};
	const actions: Readonly<Record<string, () => void>> = {
		ArrowDown: () => (position >= 0 ? toNode(position + 1) : toLane(at.lane + 1)),
		ArrowUp: () => (position > 0 ? toNode(position - 1) : toLane(position === 0 ? at.lane : at.lane - 1)),
		ArrowRight: () => {
			if (position < 0) toNode(0);
		},
		ArrowLeft: () => toLane(at.lane),
		Home: () => (position >= 0 ? toNode(0) : toLane(0)),
		End: () => (position >= 0 ? toNode(nodes.length - 1) : toLane(lanes.length - 1)),
		Enter: () => {
			if (position >= 0) onOpen(nodes[position]!);
			else toNode(0);
		},
	};
	const pressed = (event: KeyboardEvent): void => {
		const act = event.ctrlKey || event.metaKey || event.altKey ? undefined : actions[event.key];
		if (act === undefined) return;
		event.preventDefault();
		event.stopPropagation();
		act();
	};
	const from = Math.max(0, position - AROUND);
	const items = useMemo(
		() =>
			lanes.map((lane, i) => {
				const open = at.open && i === at.lane && position >= 0;
				return (
					<div
						key={lane.name}
						id={`tree-lane-${i}`}
						role="treeitem"
						aria-level={1}
						aria-setsize={lanes.length}
						aria-posinset={i + 1}
						aria-expanded={open}
						aria-label={`${lane.name}, ${plural(lane.nodes.length, "node")}`}
						class={i === at.lane && position < 0 ? "walked" : ""}
					>
						<span class="tree-lane" onClick={() => toLane(i)}>
							{lane.name} <span class="count">{count(lane.nodes.length)}</span>
						</span>
						{open && (
							<div role="group">
								{lane.nodes.slice(from, position + AROUND + 1).map((node, n) => (
									<div
										key={node}
										id={`tree-node-${node}`}
										role="treeitem"
										aria-level={2}
										aria-setsize={lane.nodes.length}
										aria-posinset={from + n + 1}
										aria-selected={node === current}
										aria-label={`${project.nodes.name[node]}, ${project.status(node)}, reads ${project.parents(node).length}, read by ${project.children(node).length}`}
										class={node === current ? "walked" : ""}
										onClick={() => onChoose(node)}
									>
										<StatusMark status={project.status(node)} /> {project.nodes.name[node]}
									</div>
								))}
							</div>
						)}
					</div>
				);
			}),
		[lanes, at, current, project.live.tick],
	);
	return (
		<div
			ref={box}
			class="lane-tree"
			role="tree"
			tabIndex={0}
			aria-label={`${plural(
				lanes.reduce((sum, lane) => sum + lane.nodes.length, 0),
				"node",
			)} by ${project.layered ? "layer" : "folder"}`}
			aria-activedescendant={active}
			onKeyDown={pressed}
			onFocus={() => setFocused(true)}
			onBlur={() => setFocused(false)}
		>
			{items}
		</div>
	);
}

interface TreeLane {
	readonly name: string;
	readonly nodes: readonly number[];
}

function lanesOf(project: Project, chosen: ReadonlySet<number> | null): readonly TreeLane[] {
	return project.lanes.flatMap(({ name }, i) => {
		const all = project.laneNodes(i);
		const nodes = chosen === null ? all : all.filter((node) => chosen.has(node));
		return nodes.length === 0 ? [] : [{ name, nodes }];
	});
}
