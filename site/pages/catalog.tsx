import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { NODE_TYPES, STATUSES } from "../../src/docs/siteData.ts";
import { loadWords } from "../data.ts";
import { count, duration, percent } from "../format.ts";
import type { PageProps } from "../page.ts";
import { NodeLink, PageHead, StatusMark, useData, useSearch, useTypedText, WORDS } from "../parts.tsx";
import type { Project } from "../project.ts";
import { setQuery } from "../route.ts";
import type { Search } from "../search.ts";

const ROW = 62;
const AROUND = 4;
const NO_TEXTS: readonly string[] = [];

/** Everything there is, narrowed by words and by facts; rows out of sight are not in the page. */
export function Catalog({ project, route }: PageProps) {
	const { query } = route;
	const [q, setQ] = useTypedText("q", query.get("q") ?? "");
	const sort = query.get("sort") ?? "";
	const texts = useData(loadWords, [])?.text ?? NO_TEXTS;
	const search = useSearch(project);
	const wanted = ["layer", "type", "owner", "tag", "status"].map((key) => query.get(key) ?? "");
	const order = useMemo(() => inOrder(project, sort), [project, sort]);
	const found = useMemo(() => select({ project, search, order }, q, wanted), [search, q, order, ...wanted]);
	const types = useMemo(() => [...new Set(project.nodes.type)].map((type) => NODE_TYPES[type]!), [project]);
	return (
		<section class="page catalog">
			<PageHead title="Catalog" />
			<search class="filters">
				<input
					type="search"
					aria-label="Filter by name, column or description"
					placeholder="Filter by name, column or description"
					value={q}
					onInput={(event) => setQ(event.currentTarget.value)}
				/>
				<div class="choices">
					<Choice
						name="layer"
						label={project.layered ? "Layer" : "Folder"}
						values={project.lanes.map(({ name }) => name)}
						chosen={wanted[0]!}
					/>
					<Choice name="type" label="Type" values={types} chosen={wanted[1]!} />
					<Choice name="owner" label="Owner" values={project.owners.filter(Boolean)} chosen={wanted[2]!} />
					<Choice name="tag" label="Tag" values={project.tags} chosen={wanted[3]!} />
					<Choice name="status" label="Status" values={[...STATUSES]} names={WORDS} chosen={wanted[4]!} />
					<Choice
						name="sort"
						label="Sort"
						all={q.trim() === "" ? "by layer" : "best first"}
						values={["name", "slow", "tests", "columns"]}
						names={{ name: "by name", slow: "slowest first", tests: "most tests", columns: "most columns" }}
						chosen={sort}
					/>
				</div>
			</search>
			<p class="found" aria-live="polite">
				{/* Until the words are there only names are looked through. */}
				{found.length === 0 && texts === NO_TEXTS ? "…" : count(found.length)} of {count(project.count)}
				{(q !== "" || wanted.some(Boolean)) && (
					<button
						type="button"
						class="quiet"
						onClick={() => {
							setQ("");
							setQuery({ q: null, layer: null, type: null, owner: null, tag: null, status: null });
						}}
					>
						Clear
					</button>
				)}
			</p>
			<Rows project={project} found={found} texts={texts} />
		</section>
	);
}

function Choice({
	name,
	label,
	values,
	names = {},
	chosen,
	all = "any",
}: {
	name: string;
	label: string;
	values: readonly string[];
	names?: Readonly<Record<string, string>>;
	chosen: string;
	all?: string;
}) {
	if (values.length < 2 && chosen === "") return null;
	return (
		<label class={chosen === "" ? "choice" : "choice chosen"}>
			<span>{label}</span>
			<select value={chosen} onChange={(event) => setQuery({ [name]: event.currentTarget.value })}>
				<option value="">{all}</option>
				{values.map((value) => (
					<option key={value} value={value}>
						{names[value] ?? value.replace("_", " ")}
					</option>
				))}
			</select>
		</label>
	);
}

interface Catalogued {
	readonly project: Project;
	readonly search: Search;
	readonly order: Order;
}
interface Order {
	readonly nodes: readonly number[];
	/** Nobody chose it: what words find best comes first. */
	readonly usual: boolean;
}

function select({ project, search, order }: Catalogued, q: string, wanted: readonly string[]): readonly number[] {
	const { nodes } = project;
	const [layer, type, owner, tag, status] = wanted;
	const ownerAt = project.owners.indexOf(owner!);
	const tagAt = project.tags.indexOf(tag!);
	const fits = (node: number): boolean =>
		(layer === "" || project.laneName(node) === layer) &&
		(type === "" || project.type(node) === type) &&
		(owner === "" || nodes.owner[node] === ownerAt) &&
		(tag === "" || nodes.tags[node]!.includes(tagAt)) &&
		(status === "" || project.status(node) === status);
	if (q.trim() === "") return order.nodes.filter(fits);
	const all = search.nodes(q);
	const found = wanted.some(Boolean) ? all.filter(fits) : all;
	if (order.usual) return found;
	const held = new Set(found);
	return order.nodes.filter((node) => held.has(node));
}

/** All nodes, once for a way to sort them: a key that is pressed only leaves some out. */
function inOrder({ nodes, lower, count: all }: Project, sort: string): Order {
	const values: Readonly<Record<string, (node: number) => number>> = {
		name: () => 0,
		slow: (node) => -nodes.ms[node]!,
		tests: (node) => -nodes.tests[node]!,
		columns: (node) => -nodes.columns[node]!,
	};
	const value = values[sort] ?? ((node) => nodes.lane[node]!);
	return {
		nodes: Array.from({ length: all }, (_, node) => node).sort(
			(a, b) => value(a) - value(b) || (lower[a]! < lower[b]! ? -1 : 1),
		),
		usual: values[sort] === undefined,
	};
}

function Rows({ project, found, texts }: { project: Project; found: readonly number[]; texts: readonly string[] }) {
	const list = useRef<HTMLDivElement>(null);
	const [range, setRange] = useState({ from: 0, to: 20 });
	useEffect(() => {
		const look = (): void => {
			const top = list.current!.getBoundingClientRect().top;
			const from = Math.max(0, Math.floor(-top / ROW) - AROUND);
			const to = Math.ceil((window.innerHeight - top) / ROW) + AROUND;
			// The same rows are not made anew: a key is to cost one rendering.
			setRange((before) => (before.from === from && before.to === to ? before : { from, to }));
		};
		look();
		window.addEventListener("scroll", look, { passive: true });
		window.addEventListener("resize", look);
		return () => {
			window.removeEventListener("scroll", look);
			window.removeEventListener("resize", look);
		};
	}, [found]);
	const { nodes } = project;
	return (
		<div class="catalog-rows" ref={list} style={{ height: `${found.length * ROW}px` }}>
			<ul style={{ transform: `translateY(${Math.min(range.from, found.length) * ROW}px)` }}>
				{/* Rows are used again for what is found next: to change their words is cheaper than to make others. */}
				{found.slice(range.from, range.to).map((node, row) => (
					<li key={row} style={{ height: `${ROW}px` }}>
						<StatusMark status={project.status(node)} />
						<div class="catalog-main">
							<NodeLink project={project} node={node} />
							<span class="catalog-text">{texts[node] || ""}</span>
						</div>
						<span class="catalog-fact">
							{project.laneName(node)}
							<small>
								{nodes.materialized[node] === undefined
									? ""
									: project.materializations[nodes.materialized[node]!] || project.type(node)}
							</small>
						</span>
						<span class="catalog-fact">
							{project.owners[nodes.owner[node]!] || "no owner"}
							<small>{nodes.tests[node] === 0 ? "no tests" : `${nodes.tests[node]} tests`}</small>
						</span>
						<span class="catalog-fact end">
							{nodes.columns[node] === 0 ? "–" : `${nodes.columns[node]} columns`}
							<small>
								{nodes.columns[node] === 0 ? "" : `${percent(nodes.described[node]!, nodes.columns[node]!)} described`}
								{nodes.ms[node]! > 0 && ` · ${duration(nodes.ms[node]!)}`}
							</small>
						</span>
					</li>
				))}
			</ul>
		</div>
	);
}
