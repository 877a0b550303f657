import { useMemo } from "preact/hooks";
import type { DiffColumn, DiffData, DiffEntry, DiffRows, DiffSide } from "../../src/docs/siteData.ts";
import { loadDiff } from "../data.ts";
import { count, plural } from "../format.ts";
import { FocusView } from "../graph/focusView.tsx";
import { useFocus } from "../graph/useFocus.ts";
import { changeOf, TOLD } from "../lens.ts";
import type { PageProps } from "../page.ts";
import { NodeLink, PageHead, StatusMark, useData } from "../parts.tsx";
import { type Project, reach } from "../project.ts";
import { go, href } from "../route.ts";

const SIGNS = { added: "+", removed: "−", modified: "±", reached: "→" } as const;
const DRAWN = 60;

/** What is another than on the base: for the reviewer of a change, before it is merged. */
export function DiffPage({ project }: PageProps) {
	const data = useData(loadDiff, []);
	if (data === undefined) return <div class="loading" aria-busy="true" />;
	if (data === null || (data.nodes.length === 0 && data.findings.length === 0))
		return (
			<section class="page">
				<PageHead
					title="Changes"
					lead={
						data === null
							? "The site was compared with nothing. tfm ci compares the project with its base and writes diff.json; tfm docs generate shows it here."
							: `Nothing differs from ${data.base.name}.`
					}
				/>
			</section>
		);
	const changed = data.nodes.filter(({ change }) => change !== "reached");
	const breaking = data.nodes.filter(({ category }) => category === "breaking").length;
	const errors = data.findings.filter(({ severity }) => severity === "error").length;
	const differing = data.nodes.filter(({ rows }) => rows && (rows.added || rows.removed || rows.changed)).length;
	const status = errors > 0 ? "fail" : breaking > 0 || data.findings.length > 0 ? "warn" : "ok";
	return (
		<section class="page diff">
			<PageHead title="Changes">
				<p class="lead">
					<Side side={data.head} /> beside <Side side={data.base} />
				</p>
			</PageHead>
			<section class={`verdict ${status}`} aria-labelledby="verdict">
				<h2 id="verdict">
					<StatusMark status={status} />{" "}
					{[
						...(errors > 0 ? [plural(errors, "failure")] : []),
						...(breaking > 0 ? [plural(breaking, "breaking change")] : []),
						...(errors + breaking === 0 ? ["Nothing breaks"] : []),
						...(differing > 0 ? [`rows of ${plural(differing, "relation")} differ`] : []),
					].join(", ")}
				</h2>
				<p class="verdict-says">
					{plural(changed.length, "node")} changed, {plural(reachedBy(project, data).length, "node")} behind{" "}
					{changed.length === 1 ? "it" : "them"}.
				</p>
				{data.findings.length > 0 && <Findings project={project} data={data} />}
			</section>
			<Nodes project={project} data={data} />
			<Picture project={project} data={data} />
		</section>
	);
}

const Side = ({ side: { name, commit, url } }: { side: DiffSide }) => (
	<>
		{url === "" ? (
			<strong>{name}</strong>
		) : (
			<a href={url} rel="noopener noreferrer">
				{name}
			</a>
		)}
		{commit !== "" && commit !== name && (
			<>
				{" "}
				<code>{commit.slice(0, 7)}</code>
			</>
		)}
	</>
);

function Findings({ project, data }: { project: Project; data: DiffData }) {
	return (
		<ul class="failures findings">
			{data.findings.map(({ severity, code, says, node, path, line }, i) => (
				<li key={i}>
					<div class="failing-head">
						<StatusMark status={severity === "error" ? "fail" : "warn"} />
						<span>
							{says} {code !== "" && <code class="soft">{code}</code>}
						</span>
						<span class="aside">
							<Name project={project} id={node ?? ""} />{" "}
							{path !== "" && <code>{line === null ? path : `${path}:${line}`}</code>}
						</span>
					</div>
				</li>
			))}
		</ul>
	);
}

function Name({ project, id, changed = false }: { project: Project; id: string; changed?: boolean }) {
	const node = project.find(id);
	if (node === undefined) return <span>{id.split(".").slice(2).join(".") || id}</span>;
	return <NodeLink project={project} node={node} {...(changed ? { query: { tab: "sql", sql: "changed" } } : {})} />;
}

function Nodes({ project, data }: { project: Project; data: DiffData }) {
	return (
		<ul class="changes">
			{data.nodes.map((entry) => (
				<li key={entry.id}>
					<div class="change-head">
						<h3>
							<span class="sign" aria-hidden="true">
								{SIGNS[entry.change]}
							</span>{" "}
							<Name project={project} id={entry.id} changed={entry.change === "modified"} />
						</h3>
						<span class={`mark ${entry.category ?? ""}`}>{changeOf(entry)}</span>
						{entry.tests !== undefined && <Tests tests={entry.tests} />}
						<span class="soft change-why">{entry.reasons.join("; ")}</span>
					</div>
					{entry.rows !== undefined && <Rows rows={entry.rows} />}
					{entry.columns.length > 0 && (
						<ul class="column-changes">
							{entry.columns.map((column) => (
								<Column key={column.name} project={project} column={column} />
							))}
						</ul>
					)}
				</li>
			))}
		</ul>
	);
}

function Tests({ tests: [passed, warned, failed] }: { tests: NonNullable<DiffEntry["tests"]> }) {
	return (
		<span class="soft">
			<StatusMark status={failed > 0 ? "fail" : warned > 0 ? "warn" : "ok"} /> {passed}/{passed + warned + failed} tests
		</span>
	);
}

function Rows({ rows }: { rows: DiffRows }) {
	if (rows.refused !== null) return <p class="soft">Rows were not compared: {rows.refused}</p>;
	const figure = (label: string, n: number | null, tone = ""): preact.JSX.Element | null =>
		n === null ? null : (
			<span class={n === 0 ? "soft" : tone}>
				<strong class="num">{count(n)}</strong> {label}
			</span>
		);
	return (
		<p class="row-counts">
			{rows.base !== null && rows.now !== null && (
				<span class="num">
					{count(rows.base)} → {plural(rows.now, "row")}
				</span>
			)}
			{figure("added", rows.added, "ok")}
			{figure("removed", rows.removed, "fail")}
			{figure("changed", rows.changed, "warn")}
			{rows.base !== null && <span class="soft">{rows.key.length > 0 ? `by ${rows.key.join(", ")}` : "no key"}</span>}
		</p>
	);
}

function Column({ project, column }: { project: Project; column: DiffColumn }) {
	const { name, change, before, after, breaks, rows } = column;
	return (
		<li>
			<code>{name}</code> <span class="soft">{change}</span>{" "}
			{(before !== "" || after !== "") && (
				<code>
					{before !== "" && <del>{before}</del>} {after !== "" && <ins>{after}</ins>}
				</code>
			)}
			{rows !== null && rows > 0 && <span class="soft"> in {plural(rows, "row")}</span>}
			{breaks.length > 0 && (
				<span class="chips">
					<span class="chip-label">breaks</span>
					{breaks.slice(0, 12).map((id) => (
						<span class="chip" key={id}>
							<Name project={project} id={id} />
						</span>
					))}
					{breaks.length > 12 && <span class="soft">and {breaks.length - 12} more</span>}
				</span>
			)}
		</li>
	);
}

const placesOf = (project: Project, data: DiffData): readonly number[] =>
	data.nodes.map(({ id }) => project.find(id)).filter((node) => node !== undefined);

function reachedBy(project: Project, data: DiffData): readonly number[] {
	const own = new Set(data.nodes.filter(({ change }) => change !== "reached").map(({ id }) => project.find(id)));
	return [
		...reach(
			[...own].filter((node) => node !== undefined),
			project.children,
		),
	].filter((node) => !own.has(node));
}

/** What changed and what it reaches, and nothing else. */
function Picture({ project, data }: { project: Project; data: DiffData }) {
	const nodes = useMemo(
		() => [...new Set([...placesOf(project, data), ...reachedBy(project, data)])].slice(0, DRAWN),
		[data],
	);
	const focus = useFocus(project, nodes.length === 0 ? null : { centre: nodes, up: 0, down: 0 }, [nodes]);
	const entries = useMemo(() => new Map(data.nodes.map((entry) => [project.find(entry.id), entry])), [data]);
	if (focus === null) return null;
	return (
		<section class="lineage-tab">
			<h2>In the lineage</h2>
			<FocusView
				{...{ project, focus }}
				lens="status"
				current={null}
				trace={null}
				shade={(node) => {
					const entry = entries.get(node);
					if (entry === undefined || entry.change === "reached") return { colour: "--faint", label: "behind it" };
					const label = changeOf(entry);
					return { colour: TOLD[label] ?? "--accent", label };
				}}
				onChoose={(node) => go(href(["m", project.key(node)]))}
				onExpand={(node) => go(href(["graph"], { focus: project.key(node) }))}
			/>
		</section>
	);
}
