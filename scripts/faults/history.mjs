/**
 * Whether the history tells of each run once and truly: its status, and node by node and test by test what it said
 * itself. All of a run's history is written at once or not at all, and nothing that is written changes later.
 */

/** One row per run: name, status, statuses of its nodes and tests as JSON objects; of runs in `known` the status alone. */
const lookAtRuns = (known) => {
	const list = known.map((id) => `'${id}'`).join(", ") || "''";
	const statuses = (table, key) =>
		`case when r.run_id not in (${list}) then (select coalesce(json_object_agg(x.${key}, x.status), '{}') from tfm_state.${table} x where x.run_id = r.run_id)::text end`;
	return `select r.run_id as name, coalesce(r.status, 'open') as status, ${statuses("node_runs", "node")} as nodes,
		${statuses("test_results", "test")} as tests from tfm_state.runs r`;
};

const STATUS = { 0: "success", 1: "failed", 130: "cancelled" };

/** What a run has told of its nodes, as the history names it. */
function told(results) {
	const nodes = {};
	const tests = {};
	for (const result of results)
		if (result.resource_type === "test") tests[result.unique_id] = result.status;
		else nodes[result.unique_id] = result.published === "held" ? "held" : result.reused ? "reused" : result.status;
	return { nodes, tests };
}

const differences = (what, was, is) =>
	[...new Set([...Object.keys(was), ...Object.keys(is)])]
		.filter((id) => was[id] !== is[id])
		.map((id) => `${what} ${id} is ${is[id] ?? "not there"} in the history, and the run said ${was[id] ?? "nothing"}`)
		.slice(0, 3);

/** `ended`: runs as tfmProcess.mjs tells them, none of which goes on. */
export function createHistoryJudge() {
	let ended = [];
	/** Runs that were judged, with their status; null: killed before it had begun. */
	const known = new Map();
	return {
		ended: (result) => ended.push(result),
		/** `ask`: SQL → rows. `lost`: the server went away or refused, so that a run may have had to do without. */
		async faults(ask, { lost }) {
			const wrong = [];
			const rows = new Map((await ask(lookAtRuns([...known.keys()]))).map((row) => [row.name, row]));
			for (const [id, status] of known) {
				if ((rows.get(id)?.status ?? null) !== status)
					wrong.push(`run ${id} was ${status} and is now ${rows.get(id)?.status ?? "gone"}`);
				rows.delete(id);
			}
			for (const run of ended) {
				const row = rows.get(run.id) ?? null;
				rows.delete(run.id);
				known.set(run.id, row?.status ?? null);
				wrong.push(...faultsOfRun(run, row, lost).map((text) => `run ${run.id} (${run.signal ?? run.code}): ${text}`));
			}
			for (const id of rows.keys()) wrong.push(`run ${id} is in the history, and nobody started it`);
			ended = [];
			return wrong;
		},
	};
}

function faultsOfRun({ code, signal, results, diagnostics, wrote }, row, lost) {
	if (row === null) return wrote && !lost ? ["is not in the history"] : [];
	const nodes = JSON.parse(row.nodes);
	const tests = JSON.parse(row.tests);
	const written = Object.keys(nodes).length;
	if (row.status === "open") return ["stands as running"];
	// Killed, or out of reach of its own end: nothing of it is written, or the end was, which says all.
	if (row.status === "killed") {
		if (signal === null && !lost) return ["stands as killed, and ended by itself"];
		return written === 0 ? [] : [`stands as killed with ${written} nodes`];
	}
	const untold = lost || diagnostics.some((text) => text.startsWith("TFM-HIST-001"));
	if (written === 0)
		return untold || code === 2 || results?.length === 0 ? [] : [`stands as ${row.status} without its nodes`];
	if (results === null) return [];
	const said = told(results);
	return [
		...(signal === null && row.status !== STATUS[code] ? [`stands as ${row.status}`] : []),
		...differences("node", said.nodes, nodes),
		...differences("test", said.tests, tests),
	];
}
