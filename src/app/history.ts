import type { Session } from "../core/adapter.ts";
import { fail } from "../core/diagnostic.ts";
import type { ExitCode, Invocation } from "../core/invocation.ts";
import { findNode } from "../core/manifest.ts";
import { type GraphNode, type NodeId, nodeId } from "../core/node.ts";
import { tablesHere } from "../core/ofTarget.ts";
import type { PastRun, StateStore } from "../core/state.ts";
import { createStateStore } from "../history/stateStore.ts";
import { nodeHistoryJson, nodeHistoryText, testRatesJson, testRatesText } from "../report/pastNodeRuns.ts";
import { pastRunsJson, pastRunsText } from "../report/pastRuns.ts";
import { readNativeResults } from "./nativeResults.ts";
import { nodeNamed } from "./nodeNamed.ts";
import { openAdapter } from "./openAdapter.ts";
import { type OpenProject, openProject } from "./openProject.ts";
import { projectTarget } from "./projectTarget.ts";
import { tellRemarks } from "./tellRemarks.ts";
import { recordUnrecorded } from "./unrecordedRuns.ts";

interface Asked {
	readonly project: OpenProject;
	readonly state: StateStore;
	readonly session: Session;
	readonly json: boolean;
	readonly limit: number;
}

/**
 * `tfm history`: the last runs of the project on this target, those of one node, or how often tests passed. Changes
 * nothing but tfm's own tables, where they are missing or older.
 */
export async function historyCommand(invocation: Invocation): Promise<ExitCode> {
	const project = await openProject(invocation);
	const { extra } = invocation.flags;
	const days = wholeDays(extra.since ?? "30");
	const node = typeof extra.node === "string" ? nodeNamed(project, extra.node) : null;
	const adapter = await openAdapter(project.config, invocation);
	try {
		const state = await createStateStore(adapter.facts.type);
		await recordUnrecorded({ targetDir: project.config.targetDir, adapter, state });
		const text = await adapter.withSession(async (session) => {
			await state.migrate(session);
			if (extra.native === true) {
				const remarks = await readNativeResults(project, { adapter, session, state, now: invocation.clock() });
				tellRemarks(remarks, project.config, invocation);
			}
			const asked = { project, state, session, json: extra.output === "json", limit: Number(extra.limit ?? 10) };
			if (node !== null) return historyOfNode(asked, node);
			if (extra.tests === true) return historyOfTests(asked, daysBefore(invocation.clock(), days));
			return historyOfRuns(asked, (open) => adapter.presence.living(session, open));
		});
		invocation.stdout.write(text);
		return 0;
	} finally {
		await adapter.close();
	}
}

/** A hundred years is more than any history. */
const MOST_DAYS = 36_500;

function wholeDays(written: unknown): number {
	const days = Number(written);
	if (/^\d+$/.test(String(written)) && days >= 1 && days <= MOST_DAYS) return days;
	const expected = `a whole number of days from 1 to ${MOST_DAYS}`;
	return fail("TFM-CLI-003", { option: "--since", value: String(written), expected });
}

const daysBefore = (now: Date, days: number): string => new Date(now.getTime() - days * 86_400_000).toISOString();

async function historyOfRuns(
	{ project, state, session, json, limit }: Asked,
	living: (open: readonly string[]) => Promise<ReadonlySet<string>>,
): Promise<string> {
	const order = project.config.project.layering?.layers.map((layer) => layer.name) ?? [];
	const rows = await state.listRuns(session, projectTarget(project), limit);
	const open = rows.filter((row) => row.status === null).map((row) => row.runId);
	const alive = open.length === 0 ? new Set() : await living(open);
	// A run that never said how it ended and has no session left was killed; the next run writes that down.
	const runs = rows.map(
		(row): PastRun => ({
			...row,
			status: row.status === null && !alive.has(row.runId) ? "killed" : row.status,
			published: [...row.published].sort((a, b) => order.indexOf(a) - order.indexOf(b)),
		}),
	);
	return json ? pastRunsJson(runs) : pastRunsText(runs, project.config.project.layering !== null);
}

async function historyOfNode(asked: Asked, node: GraphNode): Promise<string> {
	const { project, state, session, json, limit } = asked;
	const here = projectTarget(project);
	const id: NodeId = node.unique_id;
	const tables = tablesHere(project.manifest, project.engine.dialect);
	const history = {
		node: id,
		runs: await state.nodeRuns(session, here, id, limit),
		usual: (await state.usualDurations(session, here)).get(id) ?? null,
		published: (await state.listPublished(session, here.project, tables)).get(id) ?? null,
	};
	return json ? nodeHistoryJson(history) : nodeHistoryText({ ...history, node: node.name });
}

async function historyOfTests({ project, state, session, json }: Asked, since: string): Promise<string> {
	const rates = await state.testRates(session, projectTarget(project), since);
	if (json) return testRatesJson(rates);
	return testRatesText(rates, (id) => findNode(project.manifest, nodeId(id))?.name ?? id);
}
