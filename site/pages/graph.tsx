import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { loadNode } from "../data.ts";
import { count, plural } from "../format.ts";
import { BlocksView } from "../graph/blocksView.tsx";
import { type ColumnTrace, traceColumn } from "../graph/columnTrace.ts";
import { exportCsv, exportMermaid, exportPng, exportSvg, save } from "../graph/exports.ts";
import { type Focus, waysBetween } from "../graph/focus.ts";
import { FocusView } from "../graph/focusView.tsx";
import { kept } from "../graph/keptQuery.ts";
import { LaneTree } from "../graph/laneTree.tsx";
import { OverviewCanvas } from "../graph/overviewCanvas.tsx";
import { NodeTree } from "../graph/tree.tsx";
import { useFocus } from "../graph/useFocus.ts";
import { useFrame } from "../graph/useFrame.ts";
import { useGraphKeys } from "../graph/useGraphKeys.ts";
import { LENSES, type Lens, legendOf, loadTold, readLens } from "../lens.ts";
import type { PageProps } from "../page.ts";
import { Copy, StatusMark, useData, useTypedText } from "../parts.tsx";
import type { Project } from "../project.ts";
import { go, href, setQuery } from "../route.ts";
import { select, unmatched } from "../selector.ts";

/** From so many nodes on a project is first seen as folders. */
const FOLDERS_FROM = 2000;
/** Beyond these nobody can read the drawing of all nodes: chosen ones alone are drawn. */
const GUARD = { nodes: 20_000, ranks: 300 };

/** The whole project, or a neighbourhood of it; which, and all that was chosen, is in the address. */
export function GraphPage({ project: plain, route }: PageProps) {
	const { query } = route;
	const lens = readLens(query.get("lens"));
	const told = useData(() => loadTold(plain, lens), [lens]);
	const project = useMemo(() => (told ? { ...plain, told } : plain), [plain, told]);
	const sel = query.get("sel") ?? "";
	const [typed, setTyped] = useTypedText("sel", sel);
	const focusKeys = (query.get("focus") ?? "").split(",").filter(Boolean);
	const centre = focusKeys.map((key) => project.find(key)).filter((node) => node !== undefined);
	const [up, down] = [depth(query.get("up")), depth(query.get("down"))];
	const expanded = (query.get("expand") ?? "")
		.split(",")
		.map((key) => project.find(key))
		.filter((node) => node !== undefined);
	const path = (query.get("path") ?? "")
		.split(",")
		.map((key) => project.find(key))
		.filter((node) => node !== undefined);
	const between = path.length === 2 ? ([path[0]!, path[1]!] as const) : undefined;
	const column = query.get("col");
	const focused = centre.length > 0 || between !== undefined;
	const current = project.find(query.get("node") ?? "") ?? centre[0] ?? null;
	const beside = useSettled(current);

	const chosen = useMemo(() => (sel === "" ? null : select(project, sel)), [sel]);
	const [trace, setTrace] = useState<ColumnTrace | null>(null);
	useEffect(() => {
		let live = true;
		setTrace(null);
		if (column !== null && centre[0] !== undefined)
			traceColumn(project, centre[0], column).then((found) => live && setTrace(found));
		return () => {
			live = false;
		};
	}, [column, centre[0]]);
	const focus = useFocus(
		project,
		!focused
			? null
			: {
					centre: trace === null ? centre : [...trace.columns.keys()],
					up: trace === null ? up : 0,
					down: trace === null ? down : 0,
					expanded,
					...(between === undefined ? {} : { between }),
					...(trace === null ? {} : { columns: trace.columns }),
				},
		[focused, trace, query.get("focus"), up, down, query.get("expand"), query.get("path")],
	);
	/** What a neighbourhood shows one by one: the tree lists the same. */
	const inside = useMemo(() => focus && new Set(focus.nodes.flatMap(({ node }) => (node < 0 ? [] : node))), [focus]);
	const guarded = project.count > GUARD.nodes || project.depth > GUARD.ranks;
	const asked = query.get("view");
	const place = ["x", "node"].some((key) => query.has(key));
	const folders =
		!focused &&
		(chosen === null || chosen.size === 0) &&
		(guarded || asked === "folders" || (asked === null && !place && project.count > FOLDERS_FROM));
	const toFocus = (node: number): void => go(href(["graph"], { ...kept(query), focus: project.key(node) }));
	const choose = (node: number, paths: boolean): void =>
		paths && current !== null && current !== node
			? setQuery(
					{ path: `${project.key(current)},${project.key(node)}`, node: project.key(node), focus: null, expand: null },
					{ replace: false },
				)
			: setQuery({ node: project.key(node) });
	useGraphKeys({ project, current, focused, up, down, toFocus, query });
	useFrame(project, current);
	useLostFocus(query.get("focus"));

	return (
		<section class="graph-page">
			<h1 class="unseen" tabIndex={-1}>
				Lineage
			</h1>
			<div class="graph-bar">
				<label class="selector">
					<span class="unseen">Select nodes</span>
					<input
						type="search"
						placeholder="Select: +orders+2, layer:staging, tag:finance"
						spellcheck={false}
						value={typed}
						aria-invalid={chosen === null && sel !== ""}
						onInput={(event) => setTyped(event.currentTarget.value)}
					/>
				</label>
				{focusKeys.length > centre.length && (
					<span class="found" role="status">
						no node {focusKeys.filter((key) => project.find(key) === undefined).join(", ")}
					</span>
				)}
				{sel !== "" && (
					<span class="found" aria-live="polite">
						{chosen === null
							? /\bstate:/.test(sel)
								? "state: is for the command line; Changes shows what changed"
								: "not a selector"
							: `${plural(chosen.size, "node")}${chosen.size > 0 ? "" : whyNone(project, sel)}`}
						{chosen !== null && chosen.size > 0 && <Copy text={`tfm run --select "${sel}"`} label="Copy as tfm run" />}
					</span>
				)}
				<span class="spring" />
				<fieldset class="segments">
					<legend class="unseen">Colour by</legend>
					{LENSES.map(({ id, name }) => (
						<button
							type="button"
							key={id}
							aria-pressed={lens === id}
							onClick={() => setQuery({ lens: id === "status" ? null : id })}
						>
							{name}
						</button>
					))}
				</fieldset>
				{!focused && !guarded && (
					<fieldset class="segments">
						<legend class="unseen">Show</legend>
						<button type="button" aria-pressed={!folders} onClick={() => setQuery({ view: "nodes" })}>
							Nodes
						</button>
						<button
							type="button"
							aria-pressed={folders}
							onClick={() => setQuery({ view: "folders", sel: null, x: null, y: null, k: null })}
						>
							Folders
						</button>
					</fieldset>
				)}
				<ExportMenu {...{ project, focus, chosen, lens }} />
			</div>
			<div class="graph-body">
				<div class="graph-stage">
					{!folders && (
						<LaneTree
							{...{ project, current }}
							settled={beside}
							chosen={focused ? inside : chosen}
							onChoose={(node) => {
								if (node !== null || !focused) setQuery({ node: node === null ? null : project.key(node) });
							}}
							onOpen={toFocus}
						/>
					)}
					{focus !== null ? (
						<FocusView
							{...{ project, focus, lens, current, trace }}
							onChoose={choose}
							onExpand={(node) => setQuery({ expand: [...expanded, node].map(project.key).join(",") })}
							onColumn={(node, name) => go(href(["graph"], { ...kept(query), focus: project.key(node), col: name }))}
						/>
					) : focused ? (
						<div class="loading" aria-busy="true" />
					) : folders ? (
						<BlocksView
							{...{ project, lens }}
							onOpen={({ lane, folder }) =>
								setQuery({
									view: null,
									sel: `layer:${project.lanes[lane]!.name}${folder === "" || folder === "other folders" ? "" : `,path:${folder}`}`,
								})
							}
						/>
					) : (
						<OverviewCanvas {...{ project, lens, chosen, current, query, guarded }} onOpen={toFocus} />
					)}
					<Legend project={project} lens={lens} />
				</div>
				{!folders && (
					<aside class="graph-side" aria-label="The chosen node">
						{focused && (
							<div class="side-tools">
								<a href={href(["graph"], kept(query))}>Whole project</a>
								{between === undefined && trace === null && (
									<>
										<Stepper label="Inputs" value={up} onChange={(n) => setQuery({ up: n })} />
										<Stepper label="Readers" value={down} onChange={(n) => setQuery({ down: n })} />
									</>
								)}
								{focus !== null && focus.left > 0 && (
									<p class="note">
										{count(focus.left)} nodes are left out: this many cannot be read. Take fewer steps.
									</p>
								)}
							</div>
						)}
						{current === null || beside === null ? (
							<NothingChosen project={project} chosen={chosen} />
						) : (
							<Side {...{ project, node: beside, column, trace, focused, toFocus, query }} />
						)}
					</aside>
				)}
			</div>
		</section>
	);
}

function whyNone(project: Project, sel: string): string {
	const parts = unmatched(project, sel);
	return parts.length === 0 ? ": none is in all of them" : `: nothing is ${parts.join(" or ")}`;
}

const SETTLED_MS = 90;

/** A node when it has been the chosen one for a moment: who walks on with a key held down waits for no panel. */
function useSettled(node: number | null): number | null {
	const [settled, setSettled] = useState(node);
	useEffect(() => {
		if (node === settled) return;
		if (node === null) return setSettled(node);
		const timer = setTimeout(() => setSettled(node), SETTLED_MS);
		return () => clearTimeout(timer);
	}, [node, settled]);
	return settled;
}

const depth = (text: string | null): number => (text === null || !/^\d{1,2}$/.test(text) ? 1 : Number(text));

function Stepper({ label, value, onChange }: { label: string; value: number; onChange: (value: number) => void }) {
	return (
		<span class="stepper">
			{label}
			<button
				type="button"
				class="quiet"
				aria-label={`${label}: one step fewer`}
				disabled={value === 0}
				onClick={() => onChange(value - 1)}
			>
				−
			</button>
			<output>{value}</output>
			<button type="button" class="quiet" aria-label={`${label}: one step more`} onClick={() => onChange(value + 1)}>
				+
			</button>
		</span>
	);
}

function NothingChosen({ project, chosen }: { project: Project; chosen: ReadonlySet<number> | null }) {
	const list = chosen === null ? [] : [...chosen].slice(0, 200);
	return (
		<>
			<h2>{chosen === null ? "The whole project" : plural(chosen.size, "node")}</h2>
			{chosen === null && (
				<p class="soft">
					{plural(project.count, "node")}, {plural(project.edges.length / 2, "edge")}. Choose a node to see what it
					reads and who reads it.
				</p>
			)}
			{project.against.length > 0 && chosen === null && (
				<section>
					<h3>Against the layers</h3>
					<ul class="tree-list">
						{project.against.slice(0, 20).map((e) => (
							<li key={e}>
								<StatusMark status="fail" />
								<span>
									{project.nodes.name[project.edges[2 * e + 1]!]} reads {project.nodes.name[project.edges[2 * e]!]}
								</span>
							</li>
						))}
					</ul>
				</section>
			)}
			<ul class="tree-list">
				{list.map((node) => (
					<li key={node}>
						<StatusMark status={project.status(node)} />
						<a class="node-link" href={href(["graph"], { focus: project.key(node) })}>
							{project.nodes.name[node]}
						</a>
					</li>
				))}
			</ul>
		</>
	);
}

interface SideProps {
	readonly project: Project;
	readonly node: number;
	readonly column: string | null;
	readonly trace: ColumnTrace | null;
	readonly focused: boolean;
	readonly toFocus: (node: number) => void;
	readonly query: URLSearchParams;
}

function Side({ project, node, column, trace, focused, toFocus, query }: SideProps) {
	const page = useData(() => loadNode(project.id(node)), [node]);
	const pathFrom = project.find(query.get("from") ?? "");
	return (
		<>
			<p class="crumbs">{project.laneName(node)}</p>
			<h2>
				<a href={href(["m", project.key(node)])}>{project.nodes.name[node]}</a>
			</h2>
			<p>
				<StatusMark status={project.status(node)} word />
			</p>
			<div class="side-actions">
				{!(focused && project.find(query.get("focus") ?? "") === node && column === null) && (
					<button type="button" onClick={() => toFocus(node)}>
						Focus
					</button>
				)}
				{focused && column === null && (
					<button
						type="button"
						data-key="e"
						onClick={() => setQuery({ expand: [...query.getAll("expand"), project.key(node)].join() })}
					>
						Expand
					</button>
				)}
				{pathFrom === undefined || pathFrom === node ? (
					<button type="button" onClick={() => setQuery({ from: project.key(node) })} aria-pressed={pathFrom === node}>
						Path from here
					</button>
				) : (
					<button
						type="button"
						onClick={() =>
							go(
								href(["graph"], {
									...kept(query),
									path: `${project.key(pathFrom)},${project.key(node)}`,
									node: project.key(node),
								}),
							)
						}
					>
						Paths from {project.nodes.name[pathFrom]} ({waysBetween(project, [pathFrom, node]).size})
					</button>
				)}
			</div>
			{page && page.columns.length > 0 && project.hasColumnLineage && (
				<label class="choice wide">
					<span>Follow a column</span>
					<select
						data-key="c"
						value={column ?? ""}
						onChange={(event) =>
							go(href(["graph"], { ...kept(query), focus: project.key(node), col: event.currentTarget.value }))
						}
					>
						<option value="">none</option>
						{page.columns.map(({ name }) => (
							<option key={name} value={name}>
								{name}
							</option>
						))}
					</select>
				</label>
			)}
			{column !== null && trace !== null && (
				<p class="soft" aria-live="polite">
					{trace.edges.length === 0
						? !project.hasColumnLineage
							? "This site was made without reading the SQL: tfm docs generate in the project follows columns."
							: `Nothing is known to be made of ${column}, and it is made of nothing else.`
						: `${column} meets ${plural([...trace.columns.values()].flat().length - 1, "other column")} in ${plural(trace.columns.size, "node")}.`}
					{trace.doubtful > 0 && ` ${plural(trace.doubtful, "step")} cannot be told for certain.`}
				</p>
			)}
			<NodeTree
				project={project}
				node={node}
				to={(other) =>
					href(["graph"], {
						...Object.fromEntries(query),
						node: project.key(other),
						...(focused ? { focus: project.key(other), path: null, expand: null, col: null } : {}),
					})
				}
			/>
		</>
	);
}

function Legend({ project, lens }: { project: Project; lens: Parameters<typeof legendOf>[1] }) {
	return useMemo(
		() => (
			<ul class="legend" aria-label="Colours">
				{legendOf(project, lens).map(({ colour, label, n }) => (
					<li key={label}>
						<span style={{ background: `var(${colour})` }} aria-hidden="true" />
						{label} <span class="soft">{count(n)}</span>
					</li>
				))}
			</ul>
		),
		[project, lens, project.live.tick],
	);
}

function ExportMenu({
	project,
	focus,
	chosen,
	lens,
}: {
	project: Project;
	focus: Focus | null;
	chosen: ReadonlySet<number> | null;
	lens: Lens;
}) {
	const name = project.project;
	return (
		<details class="menu">
			<summary>Export</summary>
			<div>
				<button type="button" onClick={() => save(`${name}.svg`, "image/svg+xml", exportSvg(project, focus, lens))}>
					SVG
				</button>
				<button
					type="button"
					onClick={async () => save(`${name}.png`, "image/png", await exportPng(project, focus, lens))}
				>
					PNG
				</button>
				<button
					type="button"
					disabled={focus === null || focus.nodes.length > 100}
					onClick={() => focus !== null && save(`${name}.mmd`, "text/plain", exportMermaid(project, focus))}
				>
					Mermaid{focus === null ? " (of a neighbourhood)" : ""}
				</button>
				<button type="button" onClick={() => save(`${name}.csv`, "text/csv", exportCsv(project, focus, chosen))}>
					CSV of the nodes
				</button>
			</div>
		</details>
	);
}

/** Who opens a neighbourhood with a key goes on beside its drawing: what had the focus is gone. */
function useLostFocus(focus: string | null): void {
	const before = useRef(focus);
	useEffect(() => {
		if (focus !== before.current && document.activeElement === document.body)
			document.querySelector<HTMLElement>(".graph-side h2 a")?.focus();
		before.current = focus;
	}, [focus]);
}
