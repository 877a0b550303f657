import { STATUSES } from "../../../src/docs/siteData.ts";
import { loadRuns } from "../../data.ts";
import { ago, count, dateTime, duration } from "../../format.ts";
import { Empty, StatusMark, useData } from "../../parts.tsx";
import { href } from "../../route.ts";
import type { NodeTabProps } from "../node.tsx";

/** This node in the last runs: how long, how many rows, how it ended. */
export function RunsTab({ node }: NodeTabProps) {
	const data = useData(loadRuns, []);
	if (data === undefined) return <div class="loading" aria-busy="true" />;
	const entries = (data?.runs ?? []).flatMap((run) => {
		const at = run.node.indexOf(node);
		return at === -1 ? [] : [{ run, ms: run.dur[at]!, status: STATUSES[run.state[at]!]!, rows: run.rows[at] ?? null }];
	});
	if (entries.length === 0) return <Empty>None of the last runs built it.</Empty>;
	const sorted = entries
		.filter(({ status }) => status === "ok")
		.map(({ ms }) => ms)
		.sort((a, b) => a - b);
	const part = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? -1;
	const most = Math.max(1, ...entries.map(({ ms }) => ms));
	return (
		<>
			<dl class="numbers">
				<div>
					<dt>Usually</dt>
					<dd>{duration(part(0.5))}</dd>
				</div>
				<div>
					<dt>At worst (p95)</dt>
					<dd>{duration(part(0.95))}</dd>
				</div>
				<div>
					<dt>Succeeded</dt>
					<dd>
						{entries.filter(({ status }) => status === "ok").length} of {entries.length}
					</dd>
				</div>
			</dl>
			<ol class="spark" aria-label="Durations of the last runs, the oldest first">
				{[...entries].reverse().map(({ run, ms, status }) => (
					<li key={run.id} class={status} title={`${dateTime(run.startedAt)}: ${duration(ms)}`}>
						<a href={href(["run", run.id])} style={{ height: `${Math.max(4, (100 * ms) / most)}%` }}>
							<span class="unseen">
								{dateTime(run.startedAt)}: {duration(ms)}, {status}
							</span>
						</a>
					</li>
				))}
			</ol>
			<table class="plain">
				<thead>
					<tr>
						<th scope="col">Run</th>
						<th scope="col">When</th>
						<th scope="col" class="end">
							Took
						</th>
						<th scope="col" class="end">
							Rows
						</th>
					</tr>
				</thead>
				<tbody>
					{entries.map(({ run, ms, status, rows }) => (
						<tr key={run.id}>
							<th scope="row">
								<StatusMark status={status} /> <a href={href(["run", run.id])}>{run.command}</a>
							</th>
							<td title={dateTime(run.startedAt)}>{ago(run.startedAt)}</td>
							<td class="end num">{duration(ms)}</td>
							<td class="end num">{rows === null ? "–" : count(rows)}</td>
						</tr>
					))}
				</tbody>
			</table>
		</>
	);
}
