import { type RunRecord, STATUSES } from "../../src/docs/siteData.ts";
import { criticalPath } from "../criticalPath.ts";
import { loadRuns } from "../data.ts";
import { ago, count, dateTime, duration, plural } from "../format.ts";
import type { PageProps } from "../page.ts";
import { Copy, Empty, NodeLink, PageHead, StatusMark, useData, WORDS } from "../parts.tsx";
import type { Project } from "../project.ts";
import { href, setQuery } from "../route.ts";

const BARS = 120;
const LISTED = 12;

const statusOfRun = (status: string) =>
	status === "success"
		? "ok"
		: status === "failed" || status === "killed"
			? "fail"
			: status === "cancelled"
				? "skipped"
				: "unknown";

export function RunPage({ project, route }: PageProps) {
	const data = useData(loadRuns, []);
	const id = route.path[1];
	if (data === undefined) return <div class="loading" aria-busy="true" />;
	if (data === null)
		return (
			<section class="page">
				<PageHead title="Runs" lead="No run is known. After tfm run or tfm build, make the site again." />
			</section>
		);
	if (id === undefined) return <RunList runs={data.runs} />;
	const run = data.runs.find((one) => one.id === id);
	if (run === undefined)
		return (
			<section class="page">
				<PageHead title="Run" lead="This run is not among those that the site shows." />
				<p>
					<a href="#/run">All runs</a>
				</p>
			</section>
		);
	return <OneRun project={project} run={run} query={route.query} />;
}

function RunList({ runs }: { runs: readonly RunRecord[] }) {
	const most = Math.max(1, ...runs.map(({ ms }) => ms));
	return (
		<section class="page">
			<PageHead
				title="Runs"
				lead={runs.length === 1 ? "The last run." : `The last ${count(runs.length)} runs, the newest first.`}
			/>
			<ul class="run-list">
				{runs.map((run) => (
					<li key={run.id}>
						<a href={href(["run", run.id])}>
							<StatusMark status={statusOfRun(run.status)} />
							<span class="run-name">{run.command}</span>
							<span class="soft when" title={dateTime(run.startedAt)}>
								{ago(run.startedAt)}
							</span>
							<span class="soft">{run.node.length === 0 ? "" : plural(run.node.length, "node")}</span>
							<TestCounts run={run} named />
							<span class="bar" aria-hidden="true">
								<span style={{ width: `${(100 * run.ms) / most}%` }} />
							</span>
							<span class="num">{duration(run.ms)}</span>
						</a>
					</li>
				))}
			</ul>
		</section>
	);
}

function TestCounts({ run: { tests }, named = false }: { run: RunRecord; named?: boolean }) {
	const [passed, warned, failed] = tests;
	if (passed + warned + failed === 0) return <span class="soft">{named ? "" : "none"}</span>;
	return (
		<span class="soft">
			{named ? plural(passed, "test") : count(passed)} ok{warned > 0 && `, ${warned} warned`}
			{failed > 0 && `, ${failed} failed`}
		</span>
	);
}

/** What went wrong in a run, before how long it took. */
function Failed({ project, run }: { project: Project; run: RunRecord }) {
	const broken = run.node.filter((_, i) => STATUSES[run.state[i]!] === "fail");
	const held = new Set(run.failing.map(([, , node]) => node));
	const only = broken.filter((node) => !held.has(node));
	if (run.failing.length + only.length === 0) return null;
	return (
		<section class="verdict fail run-failed" aria-labelledby="failed">
			<h2 id="failed">
				{[
					...(only.length > 0 ? [`${plural(only.length, "node")} failed`] : []),
					...(run.failing.length > 0 ? [`${plural(run.failing.length, "test")} did not pass`] : []),
				].join(", ")}
			</h2>
			<ul class="rows">
				{only.slice(0, LISTED).map((node) => (
					<li key={node}>
						<StatusMark status="fail" />
						<NodeLink project={project} node={node} />
						<span class="aside">{project.laneName(node)}</span>
					</li>
				))}
				{run.failing.slice(0, LISTED).map(([id, name, node, status, rows]) => (
					<li key={id}>
						<StatusMark status={status} />
						{node === -1 ? (
							<span class="node-link">{name}</span>
						) : (
							<a class="node-link" href={href(["m", project.key(node)], { tab: "tests", test: id })}>
								{name}
							</a>
						)}
						<span class="aside">
							{rows !== null && rows > 0 && plural(rows, "row")} {node !== -1 && project.nodes.name[node]}
						</span>
					</li>
				))}
			</ul>
			{only.length + run.failing.length > 2 * LISTED && <p class="more soft">and more</p>}
		</section>
	);
}

function OneRun({ project, run, query }: { project: Project; run: RunRecord; query: URLSearchParams }) {
	const path = criticalPath(project, run);
	const onPath = new Set(path);
	const critical = query.get("crit") === "1";
	const table = query.get("view") === "table";
	const span = Math.max(1, run.ms, ...run.start.map((start, i) => start + run.dur[i]!));
	const pathMs = path.reduce((sum, i) => sum + run.dur[i]!, 0);
	const all = run.node.map((_, i) => i).filter((i) => !critical || onPath.has(i));
	const shown = table ? [...all].sort((a, b) => run.dur[b]! - run.dur[a]!) : all;
	const took = (i: number): string => (STATUSES[run.state[i]!] === "skipped" ? WORDS.skipped : duration(run.dur[i]!));
	return (
		<section class="page run">
			<header class="page-head">
				<nav class="crumbs" aria-label="Place">
					<a href="#/run">Runs</a>
				</nav>
				<div class="title-row">
					<h1 tabIndex={-1}>
						{run.command}, {dateTime(run.startedAt)}
					</h1>
					<StatusMark status={statusOfRun(run.status)} word />
				</div>
				<ul class="facts">
					<li>
						<span>Took</span>
						{duration(run.ms)}
					</li>
					{path.length > 0 && (
						<li>
							<span>Critical path</span>
							{duration(pathMs)} in {plural(path.length, "node")}
							{run.ms - pathMs > 50 && (
								<span class="soft">
									; {duration(run.ms - pathMs)} between and around them: tests, publishing, waiting
								</span>
							)}
						</li>
					)}
					<li>
						<span>Tests</span>
						<TestCounts run={run} />
					</li>
					{run.args !== "" && (
						<li class="relation">
							<span>Command</span>
							<code>{run.args}</code>
							<Copy text={run.args} />
						</li>
					)}
				</ul>
			</header>
			<Failed project={project} run={run} />
			{run.node.length > 0 && (
				<div class="toolbar">
					<fieldset class="segments">
						<legend class="unseen">View</legend>
						<button type="button" aria-pressed={!table} onClick={() => setQuery({ view: null })}>
							Timeline
						</button>
						<button type="button" aria-pressed={table} onClick={() => setQuery({ view: "table" })}>
							Table
						</button>
					</fieldset>
					<label class="check">
						<input
							type="checkbox"
							checked={critical}
							onChange={(event) => setQuery({ crit: event.currentTarget.checked ? 1 : null })}
						/>
						Critical path only
					</label>
				</div>
			)}
			{shown.length === 0 && (
				<Empty>
					{run.command === "test" ? "It built nothing: it tested what was there." : "The run built nothing."}
				</Empty>
			)}
			{table && shown.length > 0 && (
				<table class="plain">
					<thead>
						<tr>
							<th scope="col">Slowest first</th>
							<th scope="col">{project.layered ? "Layer" : "Folder"}</th>
							<th scope="col" class="end">
								Rows
							</th>
							<th scope="col" class="end">
								Began after
							</th>
							<th scope="col" class="end">
								Took
							</th>
						</tr>
					</thead>
					<tbody>
						{shown.slice(0, BARS).map((i) => (
							<tr key={run.node[i]}>
								<th scope="row">
									<StatusMark status={STATUSES[run.state[i]!]!} /> <NodeLink project={project} node={run.node[i]!} />
								</th>
								<td>{project.laneName(run.node[i]!)}</td>
								<td class="end num">{run.rows[i] === null ? "–" : count(run.rows[i]!)}</td>
								<td class="end num">{duration(run.start[i]!)}</td>
								<td class="end num">{took(i)}</td>
							</tr>
						))}
					</tbody>
				</table>
			)}
			{!table && shown.length > 0 && (
				<div class="gantt-axis" aria-hidden="true">
					<span>0</span>
					<span>{duration(span / 2)}</span>
					<span>{duration(span)}</span>
				</div>
			)}
			<ol class="gantt">
				{(table ? [] : shown.slice(0, BARS)).map((i) => {
					const status = STATUSES[run.state[i]!]!;
					return (
						<li key={run.node[i]} class={onPath.has(i) ? "on-path" : ""}>
							<span class="gantt-name">
								<StatusMark status={status} />
								<NodeLink project={project} node={run.node[i]!} />
							</span>
							<span class="gantt-lane" aria-hidden="true">
								{status !== "skipped" && (
									<span
										class={`gantt-bar ${status}`}
										style={{
											left: `${(100 * run.start[i]!) / span}%`,
											width: `max(3px, ${(100 * run.dur[i]!) / span}%)`,
										}}
									/>
								)}
							</span>
							<span class="num">{took(i)}</span>
						</li>
					);
				})}
			</ol>
			{shown.length > BARS && (
				<p class="soft">and {count(shown.length - BARS)} more; the table and “Critical path only” say which matter.</p>
			)}
		</section>
	);
}
