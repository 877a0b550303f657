import { ago, count, dateTime, duration, percent, plural } from "../format.ts";
import type { PageProps } from "../page.ts";
import { Meter, NodeLink, PageHead, Prose, StatusMark } from "../parts.tsx";
import type { Project } from "../project.ts";
import { href } from "../route.ts";
import { STALE_MS, Verdict } from "./verdict.tsx";

const LISTED = 8;

/** Is the data right, what is wrong, why, and who is behind it; then what there is. */
export function Home({ project }: PageProps) {
	const { nodes } = project;
	const all = nodes.name.map((_, node) => node);
	const newest = Math.max(0, ...nodes.fresh);
	const stale = all.filter((node) => {
		const freshness = nodes.freshness[node]!;
		return freshness === 2 || freshness === 3 || (nodes.fresh[node]! > 0 && newest - nodes.fresh[node]! > STALE_MS);
	});
	const unbuilt = all.filter(
		(node) => nodes.fresh[node] === 0 && ["fail", "skipped"].includes(project.status(node)) && isTable(project, node),
	);
	const slowest = all
		.filter((node) => nodes.ms[node]! > 0)
		.sort((a, b) => nodes.ms[b]! - nodes.ms[a]!)
		.slice(0, LISTED);
	return (
		<section class="page home">
			<PageHead title={project.project}>
				<Inventory project={project} />
			</PageHead>
			<Verdict project={project} />
			{project.homepage !== "" && <Prose html={project.homepage} class="overview" />}
			<Layers project={project} all={all} />
			<div class="pair">
				<section>
					<h2>Out of date</h2>
					{unbuilt.length > 0 && (
						<ul class="rows">
							{unbuilt.slice(0, LISTED).map((node) => (
								<li key={node}>
									<StatusMark status={project.status(node)} />
									<NodeLink project={project} node={node} />
									<span class="aside">no build known</span>
								</li>
							))}
						</ul>
					)}
					{unbuilt.length > LISTED && <p class="more soft">and {count(unbuilt.length - LISTED)} more never built</p>}
					{stale.length + unbuilt.length === 0 ? (
						<p class="calm">
							<StatusMark status={newest === 0 ? "unknown" : "ok"} />{" "}
							{newest === 0 ? "When tables were built is not known." : "Everything was built together."}
						</p>
					) : (
						<ul class="rows">
							{stale.slice(0, LISTED).map((node) => (
								<li key={node}>
									<StatusMark status={nodes.freshness[node] === 3 ? "fail" : "warn"} />
									<NodeLink project={project} node={node} />
									<span class="aside">{ago(nodes.fresh[node]!)}</span>
								</li>
							))}
						</ul>
					)}
					{stale.length > LISTED && (
						<p class="more">
							<a href={href(["graph"], { lens: "fresh" })}>All {count(stale.length)} in the lineage</a>
						</p>
					)}
					<h2 class="second">Slowest</h2>
					{slowest.length === 0 ? (
						<p class="calm">No durations are known.</p>
					) : (
						<ol class="bars">
							{slowest.map((node) => (
								<li key={node}>
									<NodeLink project={project} node={node} query={{ tab: "runs" }} />
									<span class="bar" aria-hidden="true">
										<span style={{ width: `${(100 * nodes.ms[node]!) / nodes.ms[slowest[0]!]!}%` }} />
									</span>
									<span class="num">{duration(nodes.ms[node]!)}</span>
								</li>
							))}
						</ol>
					)}
				</section>
				<section>
					<h2>Described and tested</h2>
					<Coverage project={project} all={all} />
				</section>
			</div>
		</section>
	);
}

function Inventory({ project }: { project: Project }) {
	const { nodes, run, lanes, quality } = project;
	const models = nodes.name.filter((_, node) => project.type(node) === "model").length;
	const sources = nodes.name.filter((_, node) => project.type(node) === "source").length;
	const tests = quality.reduce((sum, cell) => sum + cell.tests, 0);
	// Sources and what is no table stand in lanes of their own, which are no layers.
	const used = new Set(nodes.lane.filter((_, node) => isTable(project, node)));
	return (
		<p class="lead">
			{plural(models, "model")}, {plural(sources, "source")} and {plural(tests, "test")} in{" "}
			{plural(lanes.filter((_, lane) => used.has(lane)).length, project.layered ? "layer" : "folder")}.
			{run !== null && (
				<>
					{" "}
					Last run{" "}
					<a href={href(["run", run.id])} title={dateTime(run.startedAt)}>
						{ago(run.startedAt)}
					</a>{" "}
					({run.command}, {duration(run.ms)}).
				</>
			)}
		</p>
	);
}

function Layers({ project, all }: { project: Project; all: readonly number[] }) {
	const { nodes, lanes } = project;
	return (
		<ol class="layers" aria-label={project.layered ? "Layers" : "Folders"}>
			{lanes.map(({ name }, lane) => {
				const own = all.filter((node) => nodes.lane[node] === lane);
				if (own.length === 0) return null;
				const with_ = (status: string): number => own.filter((node) => project.status(node) === status).length;
				const [bad, warned, skipped] = [with_("fail"), with_("warn"), with_("skipped")];
				const known = own.some((node) => project.status(node) !== "unknown");
				const tests = own.reduce((sum, node) => sum + nodes.tests[node]!, 0);
				const passing = own.some((node) => project.status(node) === "ok");
				const status =
					bad > 0
						? "fail"
						: warned > 0
							? "warn"
							: skipped > 0
								? "skipped"
								: passing
									? "ok"
									: known
										? "built"
										: "unknown";
				const read = own.every((node) => !hasRows(project, node));
				const sources = own.every((node) => project.type(node) === "source");
				return (
					<li key={name}>
						<a href={href(["catalog"], { layer: name })} class="layer-card">
							<span class="layer-name">{name}</span>
							<span class="layer-count">{count(own.length)}</span>
							<span class="layer-facts">
								<StatusMark status={status} />{" "}
								{bad > 0
									? `${count(bad)} failing`
									: warned > 0
										? `${count(warned)} ${read ? "affected" : "warning"}`
										: skipped > 0
											? `${count(skipped)} not updated`
											: known
												? read
													? "fed"
													: passing
														? "passing"
														: "built"
												: sources
													? "not checked"
													: "not run"}
							</span>
							<span class="layer-facts soft">
								{read ? (project.type(own[0]!) === "exposure" ? "external" : "not tables") : plural(tests, "test")}
							</span>
						</a>
					</li>
				);
			})}
		</ol>
	);
}

const isTable = (project: Project, node: number): boolean => ["model", "seed", "snapshot"].includes(project.type(node));

/** Dashboards, metrics and the like are read, and have no table that could be tested. */
const hasRows = (project: Project, node: number): boolean =>
	!["exposure", "metric", "semantic_model", "saved_query"].includes(project.type(node));

function Coverage({ project, all }: { project: Project; all: readonly number[] }) {
	const { nodes, lanes } = project;
	const sum = (list: readonly number[], of: readonly number[]): number => list.reduce((n, node) => n + of[node]!, 0);
	return (
		<table class="plain">
			<thead>
				<tr>
					<th scope="col">{project.layered ? "Layer" : "Folder"}</th>
					<th scope="col">Columns described</th>
					<th scope="col">Tables tested</th>
				</tr>
			</thead>
			<tbody>
				{lanes.map(({ name }, lane) => {
					const own = all.filter((node) => nodes.lane[node] === lane && hasRows(project, node));
					if (own.length === 0) return null;
					const [columns, described] = [sum(own, nodes.columns), sum(own, nodes.described)];
					const tested = own.filter((node) => nodes.tests[node]! > 0).length;
					return (
						<tr key={name}>
							<th scope="row">
								<a href={href(["catalog"], { layer: name })}>{name}</a>
							</th>
							<td>
								<Meter part={described} whole={columns} label={`${described} of ${columns} columns`} />
								<span class="num">{percent(described, columns)}</span>
							</td>
							<td>
								<Meter part={tested} whole={own.length} label={`${tested} of ${own.length}`} />
								<span class="num">{percent(tested, own.length)}</span>
							</td>
						</tr>
					);
				})}
			</tbody>
		</table>
	);
}
