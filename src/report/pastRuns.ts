import type { PastRun } from "../core/state.ts";
import { count, seconds } from "./figures.ts";
import { columnsOfText } from "./textColumns.ts";

const STATUS: Readonly<Record<string, string>> = {
	success: "passed",
	failed: "failed",
	cancelled: "cancelled",
	killed: "killed",
};

const tookOf = (run: PastRun): string =>
	run.endedAt === null ? "" : seconds((Date.parse(run.endedAt) - Date.parse(run.startedAt)) / 1000);

/** What became of it: `published landing, staging; held transform (3)`. */
function outcome(run: PastRun, layered: boolean): string {
	const held = run.held.map(({ layer, candidates }) => `${layer} (${candidates})`);
	const parts = [
		...(run.published.length === 0 ? [] : [`published ${run.published.join(", ")}`]),
		...(!layered && run.standing > 0 ? [`${count(run.standing, "relation")} as it left them`] : []),
		...(held.length === 0 ? [] : [`held ${held.join(", ")}`]),
		...(run.lost === 0 ? [] : [`${count(run.lost, "node")} lost the connection to the server`]),
		...(run.accepted.length === 0 ? [] : [`let through ${count(run.accepted.length, "failed test")}`]),
	];
	if (parts.length > 0 || run.status === null) return parts.join("; ");
	return layered ? "nothing published" : "later runs wrote what it had, or it wrote nothing";
}

/** A line per run: its id in full, since other commands ask for it. */
export function pastRunsText(runs: readonly PastRun[], layered: boolean): string {
	if (runs.length === 0) return "no run is recorded yet\n";
	const rows = runs.map((run) => [
		run.runId,
		run.startedAt.replace("T", " ").replace(/\.\d+Z$/, ""),
		run.command,
		run.status === null ? "running" : (STATUS[run.status] ?? run.status),
		tookOf(run),
		outcome(run, layered),
	]);
	return columnsOfText(["RUN", "STARTED (UTC)", "COMMAND", "STATUS", "TOOK", "WHAT BECAME OF IT"], rows, new Set([4]));
}

/** Shape `tfm.history/1`. */
export function pastRunsJson(runs: readonly PastRun[]): string {
	const document = {
		v: 1,
		runs: runs.map((run) => ({
			run_id: run.runId,
			command: run.command,
			status: run.status === null ? "running" : (STATUS[run.status] ?? run.status),
			started_at: run.startedAt,
			ended_at: run.endedAt,
			host: run.host,
			pid: run.pid,
			published: run.published,
			relations_standing: run.standing,
			held: run.held,
			lost_connection: run.lost,
			accepted: run.accepted,
		})),
	};
	return `${JSON.stringify(document, null, 2)}\n`;
}
