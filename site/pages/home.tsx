import type { PageProps } from "../app.tsx";
import { ago, count, dateTime, duration, percent, plural } from "../format.ts";
import { Meter, NodeLink, PageHead, Prose, StatusMark } from "../parts.tsx";
import type { Project } from "../project.ts";
import { href } from "../route.ts";

const STALE_MS = 2 * 86_400_000;
const LISTED = 8;

export function Home({ project }: PageProps) {
	const { nodes, run } = project;
	const all = nodes.name.map((_, node) => node);
	const models = all.filter((node) => project.type(node) === "model");
	const sources = all.filter((node) => project.type(node) === "source");
	const failing = all.filter((node) => project.status(node) === "fail");
	const warning = all.filter((node) => project.status(node) === "warn");
	const newest = Math.max(0, ...nodes.fresh);
	const stale = all.filter((node) => {
		const freshness = nodes.freshness[node]!;
		return freshness === 2 || freshness === 3 || (nodes.fresh[node]! > 0 && newest - nodes.fresh[node]! > STALE_MS);
	});
	const slowest = all
		.filter((node) => nodes.ms[node]! > 0)
		.sort((a, b) => nodes.ms[b]! - nodes.ms[a]!)
		.slice(0, 10);
	const tests = project.quality.reduce((sum, cell) => sum + cell.tests, 0);
	return (
		<section class="page home">
			<PageHead title={project.project}>
				<p class="lead">
					{plural(models.length, "model")}, {plural(sources.length, "source")} and {plural(tests, "test")} in{" "}
					{plural(
						project.lanes.filter((_, lane) => nodes.lane.includes(lane)).length,
						project.layered ? "layer" : "folder",
					)}
					.
					{run !== null && (
						<>
							{" "}
							Last run{" "}
							<a href={href(["run", run.id])} title={dateTime(run.startedAt)}>
								{ago(run.startedAt)}
							</a>
							, {run.status === "success" ? "all well" : run.status}, in {duration(run.ms)}.
						</>
					)}
				</p>
			</PageHead>
			{project.homepage !== "" && <Prose html={project.homepage} class="overview" />}
			<Layers project={project} all={all} />
			<div class="pair">
				<section>
					<h2>Needs attention</h2>
					{failing.length + warning.length === 0 ? (
						<p class="calm">
							<StatusMark status={run === null ? "unknown" : "ok"} />{" "}
							{run === null ? "No run is known. Statuses come with the first one." : "Nothing fails and nothing warns."}
						</p>
					) : (
						<ul class="rows">
							{[...failing, ...warning].slice(0, LISTED).map((node) => (
								<li key={node}>
									<StatusMark status={project.status(node)} />
									<NodeLink project={project} node={node} query={{ tab: "tests" }} />
									<span class="aside">
										{nodes.failed[node]! > 0 ? plural(nodes.failed[node]!, "test") : "did not build"} ·{" "}
										{project.laneName(node)}
									</span>
								</li>
							))}
						</ul>
					)}
					<More
						n={failing.length + warning.length}
						to={href(["catalog"], { status: failing.length > 0 ? "fail" : "warn" })}
					/>
				</section>
				<section>
					<h2>Out of date</h2>
					{stale.length === 0 ? (
						<p class="calm">
							<StatusMark status={newest === 0 ? "unknown" : "ok"} />{" "}
							{newest === 0 ? "When tables were built is not known." : "Everything was built together."}
						</p>
					) : (
						<ul class="rows">
							{stale.slice(0, LISTED).map((node) => (
								<li key={node}>
									<StatusMark status={nodes.freshness[node]! >= 2 ? project.status(node) : "warn"} />
									<NodeLink project={project} node={node} />
									<span class="aside">{ago(nodes.fresh[node]!)}</span>
								</li>
							))}
						</ul>
					)}
				</section>
			</div>
			<div class="pair">
				<section>
					<h2>Slowest</h2>
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

function Layers({ project, all }: { project: Project; all: readonly number[] }) {
	const { nodes, lanes } = project;
	return (
		<ol class="layers" aria-label={project.layered ? "Layers" : "Folders"}>
			{lanes.map(({ name }, lane) => {
				const own = all.filter((node) => nodes.lane[node] === lane);
				if (own.length === 0) return null;
				const bad = own.filter((node) => project.status(node) === "fail").length;
				const warned = own.filter((node) => project.status(node) === "warn").length;
				const known = own.some((node) => project.status(node) !== "unknown");
				const tests = own.reduce((sum, node) => sum + nodes.tests[node]!, 0);
				const status = bad > 0 ? "fail" : warned > 0 ? "warn" : known ? "ok" : "unknown";
				return (
					<li key={name}>
						<a href={href(["catalog"], { layer: name })} class="layer-card">
							<span class="layer-name">{name}</span>
							<span class="layer-count">{count(own.length)}</span>
							<span class="layer-facts">
								<StatusMark status={status} />{" "}
								{bad > 0 ? `${bad} failing` : warned > 0 ? `${warned} warning` : known ? "passing" : "not run"}
							</span>
							<span class="layer-facts soft">{plural(tests, "test")}</span>
						</a>
					</li>
				);
			})}
		</ol>
	);
}

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
					const own = all.filter((node) => nodes.lane[node] === lane && project.type(node) !== "exposure");
					if (own.length === 0) return null;
					const [columns, described] = [sum(own, nodes.columns), sum(own, nodes.described)];
					const tested = own.filter((node) => nodes.tests[node]! > 0).length;
					return (
						<tr key={name}>
							<th scope="row">{name}</th>
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

const More = ({ n, to }: { n: number; to: string }) =>
	n <= LISTED ? null : (
		<p class="more">
			<a href={to}>All {count(n)}</a>
		</p>
	);
