import { type BatchSize, batchesOf, isBatchSize } from "../core/batches.ts";
import { fail } from "../core/diagnostic.ts";
import { type Batch, type EventWindow, eventTimeIso, readEventTime } from "../core/eventTime.ts";
import { missingBatches } from "../core/intervals.ts";
import type { ExitCode, Invocation } from "../core/invocation.ts";
import type { ModelNode, NodeId } from "../core/node.ts";
import { readReprocessBy } from "../core/reprocessBy.ts";
import { createStateStore } from "../history/stateStore.ts";
import { openAdapter } from "./openAdapter.ts";
import { type OpenProject, openProject } from "./openProject.ts";
import { runSelected } from "./runSelected.ts";
import { failUnselected, selectFor } from "./selectFor.ts";

/** What one microbatch model has to do. */
interface Work {
	readonly node: ModelNode;
	readonly size: BatchSize;
	readonly asked: readonly Batch[];
	readonly due: readonly Batch[];
	/** Windows of a run. */
	readonly perRun: number;
}

/** Windows of one model in one run: a backfill that is stopped loses at most so many. */
const WINDOWS_AT_ONCE = 30;
/** Of a list of windows. */
const LISTED = 10;

/**
 * `tfm backfill MODEL --from DAY --to DAY`: the windows of microbatch models that are not in the published table yet
 * (`--all`: all of them), some at a time, each time tested and published as in `tfm run`. What else is selected is built
 * with the last of them; of other models with `reprocess_by`, the groups that have rows between the two times. Started
 * again it goes on with what is missing; there is no ledger of groups.
 */
export async function backfillCommand(asked: Invocation): Promise<ExitCode> {
	const { extra } = asked.flags;
	const flags = { ...asked.flags, select: [...asked.flags.select, String(extra.model)] };
	// Templates see the command that it stands for.
	let invocation: Invocation = { ...asked, command: "run", flags };
	const window = readWindow(invocation);
	const atOnce = readCount(extra.atOnce);
	let project = await openProject(invocation);
	const layered = project.config.project.layering !== null;
	const kinds = layered
		? (["source", "function", "seed", "model", "snapshot", "test", "unit_test"] as const)
		: (["model"] as const);
	const { selected, warnings } = selectFor(invocation, project, kinds);
	const models = modelsIn(project, selected);
	const batches = models.filter(({ config }) => config.incremental_strategy === "microbatch");
	const grouped = models.filter((node) => !batches.includes(node) && isReprocessed(node));
	if (selected.size === 0) failUnselected(warnings);
	if (batches.length + grouped.length === 0) fail("TFM-INC-019", { selected: String(extra.model) });
	const works = batches.length === 0 ? [] : await workOf(invocation, project, { nodes: batches, window, atOnce });
	invocation.stdout.write(
		[...works.map(describeWork), ...grouped.map((node) => describeGroups(node, window))].join(""),
	);
	if (extra.dryRun === true) return 0;
	const rounds = Math.max(
		grouped.length > 0 ? 1 : 0,
		...works.map(({ due, perRun }) => Math.ceil(due.length / perRun)),
	);
	// Microbatch models have windows of their own (`only`); to the others it says which groups are touched.
	if (grouped.length > 0) invocation = { ...invocation, flags: { ...flags, eventTime: window } };
	if (rounds === 0) {
		invocation.stdout.write("nothing to backfill: every window is built\n");
		return 0;
	}
	for (let round = 1; round <= rounds; round++) {
		const only = new Map<NodeId, readonly EventWindow[]>();
		for (const { node, due, perRun } of works) {
			const some = due.slice((round - 1) * perRun, round * perRun);
			if (some.length > 0) only.set(node.unique_id, some);
		}
		if (rounds > 1) invocation.stdout.write(`\nbackfill ${round} of ${rounds}\n`);
		// Each round is a run of its own, with its own id.
		if (round > 1) project = await openProject(invocation);
		const batched = new Set<NodeId>(works.map(({ node }) => node.unique_id));
		const left = [...selected].filter((id) =>
			batched.has(id) ? only.has(id) : round === rounds || readsOnly(project, id, only),
		);
		const code = await runSelected(invocation, project, {
			command: "backfill",
			selected: new Set(left),
			warnings: round === 1 ? warnings : [],
			microbatch: { only },
		});
		if (code !== 0) return code;
	}
	return 0;
}

/** A test of what this round builds. */
const readsOnly = ({ manifest }: OpenProject, id: NodeId, only: ReadonlyMap<NodeId, unknown>): boolean => {
	const node = manifest.nodes.get(id);
	return node?.resource_type === "test" && node.depends_on.nodes.every((read) => only.has(read));
};

function readWindow({ flags, clock }: Invocation): EventWindow {
	const { from, to } = flags.extra;
	const read = (option: string, text: unknown): Date =>
		readEventTime(String(text)) ??
		fail("TFM-CLI-003", { option, value: String(text), expected: "a time such as 2026-01-31 or 2026-01-31T08:00:00" });
	if (from === undefined) fail("TFM-INC-018", {});
	const window = { start: read("--from", from), end: to === undefined ? clock() : read("--to", to) };
	if (window.start >= window.end)
		fail("TFM-CLI-003", { option: "--from", value: String(from), expected: `a time before ${String(to ?? "now")}` });
	return window;
}

/** Null: it was not said. */
function readCount(written: unknown): number | null {
	if (written === undefined) return null;
	const count = Number(written);
	if (!Number.isInteger(count) || count < 1)
		fail("TFM-CLI-003", { option: "--at-once", value: String(written), expected: "a whole number from 1" });
	return count;
}

/** By their ids. */
const modelsIn = ({ manifest }: OpenProject, selected: ReadonlySet<NodeId>): readonly ModelNode[] =>
	[...selected].sort().flatMap((id) => {
		const node = manifest.nodes.get(id);
		return node?.resource_type === "model" && node.config.materialized === "incremental" ? [node] : [];
	});

/** A wrong `reprocess_by` is told when the model is built. */
const isReprocessed = ({ config }: ModelNode): boolean => readReprocessBy(config) !== null;

async function workOf(
	invocation: Invocation,
	project: OpenProject,
	{
		nodes,
		window,
		atOnce,
	}: { readonly nodes: readonly ModelNode[]; readonly window: EventWindow; readonly atOnce: number | null },
): Promise<readonly Work[]> {
	const { manifest } = project;
	const adapter = await openAdapter(project.config, invocation);
	try {
		const state = await createStateStore(adapter.facts.type);
		return await adapter.withSession(async (session) => {
			await state.migrate(session);
			const works: Work[] = [];
			for (const node of nodes) {
				const { batch_size: size, begin } = node.config;
				const first = typeof begin === "string" ? readEventTime(begin) : null;
				if (!isBatchSize(size) || first === null)
					return fail(
						"TFM-INC-015",
						{ node: node.name, key: "batch_size", problem: "is not set" },
						{ at: node.location },
					);
				const asked = batchesOf({
					size,
					begin: first,
					lookback: 0,
					incremental: true,
					asked: window,
					now: project.startedAt,
				});
				const built = await state.builtIntervals(session, manifest.projectName, {
					node: node.unique_id,
					schema: node.schema,
				});
				const due = invocation.flags.extra.all === true ? asked : missingBatches(asked, built);
				// Groups of rows may reach across windows: all of these are asked first, and each group is computed once.
				const most = readReprocessBy(node.config) === null ? WINDOWS_AT_ONCE : Math.max(1, due.length);
				works.push({ node, size, asked, due, perRun: atOnce ?? most });
			}
			return works;
		});
	} finally {
		await adapter.close();
	}
}

/** `orders: 31 windows of a day, 12 built, 19 to build: 2026-01-13, 2026-01-14 …` */
function describeWork({ node, size, asked, due }: Work): string {
	const windows = `${asked.length} ${asked.length === 1 ? "window" : "windows"} of ${size === "hour" ? "an" : "a"} ${size}`;
	const listed = due.slice(0, LISTED).map((batch) => batch.label);
	const more = due.length > LISTED ? ` and ${due.length - LISTED} more, to ${due.at(-1)?.label ?? ""}` : "";
	const list = due.length === 0 ? "" : `: ${listed.join(", ")}${more}`;
	return `${node.name}: ${windows}, ${asked.length - due.length} built, ${due.length} to build${list}\n`;
}

const dayOrInstant = (at: Date): string => eventTimeIso(at).slice(0, 19).replace("T00:00:00", "");

/** `curves: the groups by run that have rows from 2026-01-03 to 2026-01-04` */
function describeGroups(node: ModelNode, { start, end }: EventWindow): string {
	const groups = readReprocessBy(node.config);
	const by = groups === null || typeof groups === "string" ? "" : ` by ${groups.columns.join(", ")}`;
	return `${node.name}: the groups${by} that have rows from ${dayOrInstant(start)} to ${dayOrInstant(end)}\n`;
}
