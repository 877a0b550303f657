import { useEffect, useState } from "preact/hooks";
import type { SiteNode } from "../../src/docs/siteData.ts";
import { index, loadNode } from "../data.ts";
import { ago, dateTime, duration, plural } from "../format.ts";
import type { PageProps } from "../page.ts";
import { Copy, FileLink, PageHead, Prose, StatusMark, type Tab, Tabs, useData } from "../parts.tsx";
import { type Project, reach } from "../project.ts";
import { go, href, setQuery } from "../route.ts";
import { ColumnsTab } from "./node/columns.tsx";
import { Findings } from "./node/findings.tsx";
import { LineageTab } from "./node/lineage.tsx";
import { RunsTab } from "./node/runs.tsx";
import { SampleTab } from "./node/sample.tsx";
import { SqlTab } from "./node/sql.tsx";
import { TestsTab } from "./node/tests.tsx";
import { Trouble } from "./node/trouble.tsx";

export interface NodeTabProps {
	readonly project: Project;
	readonly node: number;
	readonly page: SiteNode;
	readonly query: URLSearchParams;
}

export function NodePage({ project, route }: PageProps) {
	const key = route.path[1] ?? "";
	const node = project.find(key);
	if (node === undefined)
		return (
			<section class="page">
				<PageHead title={key || "Nothing chosen"} lead="The project has no such node. It may have been renamed." />
				<p>
					<a href={href(["catalog"], { q: key.split(".").at(-1) })}>Look for it in the catalog</a>
				</p>
			</section>
		);
	return <Known key={node} project={project} node={node} query={route.query} />;
}

function Known({ project, node, query }: { project: Project; node: number; query: URLSearchParams }) {
	const { nodes } = project;
	const page = useData(() => loadNode(project.id(node)), [node]);
	const type = project.type(node);
	const materialized = project.materializations[nodes.materialized[node]!];
	const folder = project.groups[nodes.group[node]!];
	const tabs = page === undefined || page === null ? [] : tabsOf(page, type);
	const asked = query.get("tab") ?? "";
	const chosen = tabs.some((tab) => tab.id === asked) ? asked : (tabs[0]?.id ?? "");
	return (
		<section class="page node">
			<header class="page-head">
				<nav class="crumbs" aria-label="Place">
					<a href={href(["catalog"], { layer: project.laneName(node) })}>{project.laneName(node)}</a>
					{folder !== undefined && folder !== "" && folder !== project.laneName(node) && (
						<span>{folder.replace(`${project.laneName(node)}/`, "")}</span>
					)}
				</nav>
				<div class="title-row">
					<h1 tabIndex={-1}>{nodes.name[node]}</h1>
					<StatusMark status={project.status(node)} word />
					{["model", "seed", "snapshot", "source"].includes(type) && (
						<Copy text={refTo(nodes.name[node]!, type)} label="Copy ref" />
					)}
				</div>
				{page ? (
					page.html === "" ? (
						<p class="lead missing">{page.catalogComment ?? "No description yet."}</p>
					) : (
						<Prose html={page.html} class="lead" />
					)
				) : (
					<p class="lead">&nbsp;</p>
				)}
				<ul class="facts">
					<li>
						<span>Type</span>
						{materialized && materialized !== type ? `${type} · ${materialized}` : type.replace("_", " ")}
					</li>
					{project.owners[nodes.owner[node]!] && (
						<li>
							<span>Owner</span>
							<a href={href(["catalog"], { owner: project.owners[nodes.owner[node]!] })}>
								{project.owners[nodes.owner[node]!]}
							</a>
						</li>
					)}
					{nodes.fresh[node]! > 0 && (
						<li title={dateTime(nodes.fresh[node]!)}>
							<span>{type === "source" ? "Data from" : "Built"}</span>
							{ago(nodes.fresh[node]!)}
							{nodes.ms[node]! > 0 && ` in ${duration(nodes.ms[node]!)}`}
						</li>
					)}
					{page && page.key.length > 0 && (
						<li>
							<span>Key</span>
							<code>{page.key.join(", ")}</code>
						</li>
					)}
					{page?.contract && (
						<li>
							<span>Contract</span>enforced
						</li>
					)}
					{page?.access && page.access !== "protected" && (
						<li>
							<span>Access</span>
							{page.access}
						</li>
					)}
					{page?.landing && (
						<li>
							<span>Last load</span>
							{plural(page.landing.rows, "row")}
							{page.landing.allRejects > 0 && `; ${plural(page.landing.allRejects, "reject")} kept of all loads`}
						</li>
					)}
					{page?.freshness && (page.freshness.warn ?? page.freshness.error) !== null && (
						<li>
							<span>Promised</span>
							{page.freshness.error ?? page.freshness.warn}
						</li>
					)}
					{nodes.tags[node]!.length > 0 && (
						<li>
							<span>Tags</span>
							{nodes.tags[node]!.map((tag, i) => (
								<>
									{i > 0 && ", "}
									<a href={href(["catalog"], { tag: project.tags[tag] })}>{project.tags[tag]}</a>
								</>
							))}
						</li>
					)}
					{page && page.terms.length > 0 && (
						<li>
							<span>Terms</span>
							{page.terms.map((term) => (
								<a key={term} href={href(["glossary"], { term })}>
									{term}
								</a>
							))}
						</li>
					)}
					{page?.relation && (
						<li class="relation">
							<span>Relation</span>
							<code>{page.relation.replaceAll('"', "")}</code>
							{nodes.fresh[node] === 0 && ["fail", "skipped"].includes(project.status(node)) && type !== "source" && (
								<span class="soft">no build of it is known</span>
							)}
							<Copy text={page.relation} />
						</li>
					)}
					{page?.path && (
						<li class="relation">
							<span>File</span>
							<FileLink project={project} node={node} path={page.path} />
							<Copy text={page.path} />
						</li>
					)}
					{page?.url && (
						<li>
							<span>Address</span>
							<a href={page.url} rel="noopener noreferrer">
								{page.url}
							</a>
						</li>
					)}
				</ul>
				{page && <Trouble project={project} node={node} page={page} />}
				{page && <Findings page={page} nodeKey={project.key(node)} />}
			</header>
			<Neighbourhood project={project} node={node} />
			{page === null && <p class="calm">There is nothing more to say of it.</p>}
			{page && tabs.length > 0 && (
				<>
					<Tabs tabs={tabs} chosen={chosen} onChoose={(tab) => setQuery({ tab, line: null })} />
					<div id="panel" role="tabpanel" aria-labelledby={`tab-${chosen}`} class="panel">
						<Panel tab={chosen} project={project} node={node} page={page} query={query} />
					</div>
				</>
			)}
		</section>
	);
}

/** As another model refers to it: `orders.v2` is a version, `raw.orders` a table of a source. */
function refTo(name: string, type: string): string {
	if (type === "source") return `{{ source('${name.replace(".", "', '")}') }}`;
	const [, base = name, version] = /^(.*)\.v(\d+)$/.exec(name) ?? [];
	return `{{ ref('${base}'${version === undefined ? "" : `, v=${version}`}) }}`;
}

function tabsOf(page: SiteNode, type: string): readonly Tab[] {
	return [
		...(page.columns.length > 0
			? [{ id: "columns", name: "Columns", count: page.columns.filter(({ absent }) => !absent).length }]
			: []),
		...(page.raw !== null || page.compiled !== null ? [{ id: "sql", name: "SQL" }] : []),
		...(page.tests.length > 0 ? [{ id: "tests", name: "Tests", count: page.tests.length }] : []),
		...(index.runs !== null && type !== "exposure" ? [{ id: "runs", name: "Runs" }] : []),
		{ id: "lineage", name: "Lineage" },
		...(page.sample === undefined ? [] : [{ id: "sample", name: "Sample" }]),
	];
}

function Panel({ tab, ...props }: NodeTabProps & { tab: string }) {
	if (tab === "columns") return <ColumnsTab {...props} />;
	if (tab === "sql") return <SqlTab {...props} />;
	if (tab === "tests") return <TestsTab {...props} />;
	if (tab === "runs") return <RunsTab {...props} />;
	if (tab === "sample") return <SampleTab {...props} />;
	return <LineageTab {...props} />;
}

const SHOWN = 4;

/** Inputs on the left, readers on the right: the graph in two lists. */
function Neighbourhood({ project, node }: { project: Project; node: number }) {
	const [counts, setCounts] = useState<readonly [number, number] | null>(null);
	useEffect(() => setCounts([reach([node], project.parents).size, reach([node], project.children).size]), [node]);
	const side = (label: string, word: string, nodes: readonly number[], all: number | undefined, direction: string) => (
		<section aria-label={label}>
			<h2>
				{label} <span class="count">{nodes.length}</span>
			</h2>
			{nodes.length === 0 ? (
				<p class="soft">{word}</p>
			) : (
				<ul>
					{nodes.slice(0, SHOWN).map((other) => (
						<li key={other}>
							<StatusMark status={project.status(other)} />
							<a class="node-link" href={href(["m", project.key(other)])}>
								{project.nodes.name[other]}
							</a>
							<span class="aside">{project.laneName(other)}</span>
						</li>
					))}
				</ul>
			)}
			{(nodes.length > SHOWN || (all ?? 0) > nodes.length) && (
				<p class="more">
					<a
						href={href(["graph"], {
							focus: project.key(node),
							[direction]: 9,
							[direction === "up" ? "down" : "up"]: 0,
						})}
					>
						{plural(all ?? nodes.length, "node")} {direction === "up" ? "upstream" : "downstream"}
					</a>
				</p>
			)}
		</section>
	);
	return (
		<div class="neighbourhood">
			{side("Reads", "Nothing: data arrives here.", project.parents(node), counts?.[0], "up")}
			<button
				type="button"
				class="here"
				title="Show the lineage"
				onClick={() => go(href(["graph"], { focus: project.key(node) }))}
			>
				<span class="unseen">Show the lineage of {project.nodes.name[node]}</span>
				<svg viewBox="0 0 60 24" aria-hidden="true">
					<path d="M2 12h20M38 12h20M53 7l5 5-5 5" />
					<circle cx="30" cy="12" r="6" />
				</svg>
			</button>
			{side("Read by", "Nothing yet.", project.children(node), counts?.[1], "down")}
		</div>
	);
}
