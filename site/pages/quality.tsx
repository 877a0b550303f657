import type { QualityCell, RunRecord } from "../../src/docs/siteData.ts";
import { loadRuns } from "../data.ts";
import { count, dateTime, percent, plural } from "../format.ts";
import type { PageProps } from "../page.ts";
import { GLYPHS, PageHead, useData } from "../parts.tsx";
import { href } from "../route.ts";

const DIMENSIONS = ["completeness", "uniqueness", "validity", "consistency", "accuracy", "timeliness"];

/** What is tested of what: a row for each dimension of quality, a column for each layer. */
export function QualityPage({ project }: PageProps) {
	const runs = useData(loadRuns, []);
	const { quality, lanes, nodes } = project;
	const others = [...new Set(quality.map(({ dimension }) => dimension))].filter((name) => !DIMENSIONS.includes(name));
	const rows = [...DIMENSIONS, ...others.sort()];
	const shown = lanes
		.map((lane, i) => ({
			...lane,
			i,
			size: nodes.lane.filter((l, node) => l === i && project.type(node) !== "exposure").length,
		}))
		.filter(({ size }) => size > 0);
	const total = quality.reduce((sum, { tests }) => sum + tests, 0);
	return (
		<section class="page quality">
			<PageHead
				title="Quality"
				lead={`${plural(total, "test")} by what they guard and where. An empty field is a promise that nobody checks.`}
			/>
			<div class="scroll" tabIndex={0} role="region" aria-label="Tests by dimension and layer">
				<table class="matrix">
					<thead>
						<tr>
							<td />
							{shown.map(({ name }) => (
								<th key={name} scope="col">
									{name}
								</th>
							))}
						</tr>
					</thead>
					<tbody>
						{rows.map((dimension) => (
							<tr key={dimension}>
								<th scope="row">{dimension}</th>
								{shown.map(({ i, name, size }) => (
									<td key={name}>
										<Cell
											cell={quality.find((one) => one.lane === i && one.dimension === dimension)}
											size={size}
											layer={name}
										/>
									</td>
								))}
							</tr>
						))}
					</tbody>
				</table>
			</div>
			{runs && runs.runs.length > 0 && <Rates runs={runs.runs} />}
		</section>
	);
}

function Cell({ cell, size, layer }: { cell: QualityCell | undefined; size: number; layer: string }) {
	if (cell === undefined) return <span class="cell none">–</span>;
	const status = cell.failed > 0 ? "fail" : cell.warned > 0 ? "warn" : cell.passed > 0 ? "ok" : "unknown";
	const says =
		cell.failed > 0
			? `${cell.failed} failing`
			: cell.warned > 0
				? `${cell.warned} warning`
				: cell.passed > 0
					? "passing"
					: "not run";
	return (
		<a
			class={`cell ${status}`}
			href={href(["catalog"], { layer, ...(status === "fail" || status === "warn" ? { status } : {}) })}
		>
			<strong>{count(cell.tests)}</strong>
			<span>
				<span class={`status ${status}`}>
					<span class="glyph" aria-hidden="true">
						{GLYPHS[status]}
					</span>
				</span>{" "}
				<span class="says">{says}</span>
			</span>
			<small>
				{count(cell.nodes)} of {count(size)} tables
			</small>
		</a>
	);
}

/** Shares of tests that passed, run by run. */
function Rates({ runs }: { runs: readonly RunRecord[] }) {
	const tested = [...runs].reverse().filter(({ tests }) => tests[0] + tests[1] + tests[2] > 0);
	if (tested.length === 0) return null;
	const rate = ({ tests: [passed, warned, failed] }: RunRecord): number => passed / (passed + warned + failed);
	const dimensions = [...new Set(tested.flatMap((run) => Object.keys(run.dimensions)))].sort();
	return (
		<section>
			<h2>Pass rates over time</h2>
			<ol class="rates" aria-label="Share of tests that passed, the oldest run first">
				{tested.map((run) => (
					<li key={run.id}>
						<a
							href={href(["run", run.id])}
							title={`${dateTime(run.startedAt)}: ${percent(run.tests[0], run.tests[0] + run.tests[1] + run.tests[2])}`}
						>
							<span
								class={rate(run) === 1 ? "ok" : run.tests[2] > 0 ? "fail" : "warn"}
								style={{ height: `${Math.max(6, 100 * rate(run))}%` }}
							/>
							<span class="unseen">
								{dateTime(run.startedAt)}: {percent(run.tests[0], run.tests[0] + run.tests[1] + run.tests[2])}
							</span>
						</a>
					</li>
				))}
			</ol>
			{dimensions.length > 0 && (
				<table class="plain">
					<thead>
						<tr>
							<th scope="col">Dimension</th>
							<th scope="col" class="end">
								First of these runs
							</th>
							<th scope="col" class="end">
								Last
							</th>
						</tr>
					</thead>
					<tbody>
						{dimensions.map((name) => {
							const counts = tested.flatMap((run) =>
								run.dimensions[name] === undefined ? [] : [run.dimensions[name]],
							);
							const [first, last] = [counts[0]!, counts.at(-1)!];
							return (
								<tr key={name}>
									<th scope="row">{name}</th>
									<td class="end num">
										{percent(...first)} <span class="soft">of {first[1]}</span>
									</td>
									<td class="end num">
										{percent(...last)} <span class="soft">of {last[1]}</span>
									</td>
								</tr>
							);
						})}
					</tbody>
				</table>
			)}
		</section>
	);
}
