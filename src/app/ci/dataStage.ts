/** The part of `tfm ci` that needs a warehouse (ADR 0050): what changed is built aside, tested, and compared row by row. */
import { setTimeout as pause } from "node:timers/promises";
import { type BuildPlan, buildPlan } from "../../ci/buildPlan.ts";
import type { ChangeReview, DataReview, RowReview } from "../../ci/changeReview.ts";
import { withData } from "../../ci/withData.ts";
import type { Adapter } from "../../core/adapter.ts";
import { fail, TfmError } from "../../core/diagnostic.ts";
import type { Emit } from "../../core/events.ts";
import type { Invocation } from "../../core/invocation.ts";
import type { IsolatedEnvironment } from "../../core/isolatedEnvironment.ts";
import { isStored, type NodeId } from "../../core/node.ts";
import type { RelationName } from "../../core/relation.ts";
import type { NodeResult, RunResult } from "../../core/result.ts";
import { storedName } from "../../core/storedName.ts";
import { createStateStore } from "../../history/stateStore.ts";
import { manifestFacts } from "../../report/report.ts";
import { buildAside } from "../environments/buildAside.ts";
import { type Claim, claimEnvironment, OvertakenError } from "../environments/claimEnvironment.ts";
import { cloneIncrementals } from "../environments/cloneIncrementals.ts";
import { dropEnvironment, emptyEnvironment } from "../environments/dropEnvironment.ts";
import { environmentSettings } from "../environments/environmentSettings.ts";
import { notebookIn, placeProject, schemasOf } from "../environments/placeProject.ts";
import { relationsOf } from "../environments/relationsElsewhere.ts";
import { openAdapter } from "../openAdapter.ts";
import type { OpenProject } from "../openProject.ts";
import { withBaseProject } from "./baseProject.ts";
import type { CiSettings } from "./ciSettings.ts";
import { compareBuilt } from "./compareBuilt.ts";
import { environmentName, pullRequestOf } from "./pullRequest.ts";

export interface DataStage {
	readonly review: ChangeReview;
	readonly settings: CiSettings;
	/** Told of what a run remarks, and of each step. */
	readonly emit: Emit;
	readonly say: (line: string) => void;
}

/**
 * The review with what was found out in the warehouse. Where nothing is to be built and no test to be run, no database is
 * opened. The environment is dropped at the end, however that comes about, unless `--keep` is given.
 */
export async function dataStage(
	invocation: Invocation,
	project: OpenProject,
	{ review, settings, emit, say }: DataStage,
): Promise<ChangeReview> {
	const plan = buildPlan(review.nodes, project.manifest);
	const name = await environmentName(invocation, project.config.project.root);
	const keep = invocation.flags.extra.keep === true;
	const expiresAt = new Date(project.startedAt.getTime() + settings.data.expiresMs).toISOString();
	const { against } = settings.data;
	const target = settings.data.defer ?? project.config.target.targetName;
	const told = {
		environment: name,
		target,
		against: against === "rebuild" ? against : { target: against.target ?? target },
		kept: keep ? { until: expiresAt } : null,
		tests: plan.tests.size,
		left: plan.left,
	};
	if (plan.built.size + plan.tests.size === 0) {
		const nothing = { ...told, kept: null, planned: [], cloned: [] };
		return withData(review, foundIn(project, settings, { data: nothing, results: [], rows: new Map() }));
	}
	const adapter = await openAdapter(project.config, invocation);
	try {
		const store = await createStateStore(adapter.facts.type);
		await adapter.withSession(async (session) => {
			const access = await store.access(session);
			if (access.kind === "refused") fail("TFM-DB-022", access);
			await store.migrate(session);
		});
		const elsewhere = await relationsOf(invocation, project, settings.data.defer);
		const placed = placeProject(project, { name, built: plan.built, elsewhere });
		const notebook = notebookIn(project, name);
		const environment = {
			project: project.manifest.projectName,
			name,
			purpose: "ci",
			owner: invocation.env.GITHUB_ACTOR || invocation.host.user,
			target: project.config.target.targetName,
			defer: told.target,
			pull: pullRequestOf(invocation.env),
			commit: review.head,
			createdAt: project.startedAt.toISOString(),
			expiresAt,
			runId: project.runId,
			schemas: schemasOf(placed, { built: new Set([...plan.built, ...plan.tests]), adapter, notebook }),
		} as const;
		const claim = await claimEnvironment(
			{ adapter, store: store.environments, invocation, sleep: (ms, signal) => pause(ms, undefined, { signal }) },
			environment,
		);
		const cloneUpTo = settings.data.incremental === "clone" ? environmentSettings(project.config.project).cloneUpTo : 0;
		const place = { adapter, store: store.environments, environment, claim, elsewhere, cloneUpTo };
		const open: Open = { invocation, ...place, emit, say };
		try {
			await emptyEnvironment(adapter, store.environments, environment);
			const cloned = await cloneInto(open, { placed, notebook, built: plan.built, from: project });
			const head = await buildHead(open, { plan, placed, notebook });
			claim.check();
			const rows = await compareAll(open, { project, placed, plan, review, settings, head });
			claim.check();
			const planned = head.results.filter(({ unique_id: id }) => plan.built.has(id)).map(({ unique_id: id }) => id);
			const data: DataReview = { ...told, planned, cloned: [...cloned].sort() };
			return withData(review, foundIn(project, settings, { data, results: head.results, rows }));
		} catch (error) {
			// Why it was stopped says more than what the stopping broke.
			claim.check();
			throw error;
		} finally {
			await claim.stop();
			if (!keep || claim.signal.aborted) await dropEnvironment(adapter, store.environments, environment);
		}
	} finally {
		await adapter.close();
	}
}

const foundIn = (
	project: OpenProject,
	settings: CiSettings,
	found: {
		readonly data: DataReview;
		readonly results: readonly NodeResult[];
		readonly rows: ReadonlyMap<string, RowReview>;
	},
) => ({
	...found,
	manifest: project.manifest,
	limits: settings.data.thresholds,
	testName: (id: NodeId) => label(project, id),
});

const label = ({ manifest, config }: OpenProject, id: NodeId): string =>
	manifestFacts(manifest, config.targetDir)(id)?.label ?? id;

interface Open {
	readonly invocation: Invocation;
	readonly adapter: Adapter;
	readonly store: Awaited<ReturnType<typeof createStateStore>>["environments"];
	readonly environment: IsolatedEnvironment & { readonly runId: string };
	readonly claim: Claim;
	readonly elsewhere: ReadonlyMap<NodeId, RelationName>;
	/** Up to which size tables of incremental models are copied, bytes; 0: none is. */
	readonly cloneUpTo: number;
	readonly emit: Emit;
	readonly say: (line: string) => void;
}

const counted = (n: number, what: string): string => `${n} ${what}${n === 1 ? "" : "s"}`;

/** Tables that models which keep their rows go on from, where the project wants that; the same for either side. */
async function cloneInto(
	{ adapter, elsewhere, claim, cloneUpTo, say }: Open,
	side: {
		readonly placed: OpenProject;
		readonly notebook: string;
		readonly built: ReadonlySet<NodeId>;
		/** The same project where readers see it. */
		readonly from: OpenProject;
	},
): Promise<ReadonlySet<NodeId>> {
	return cloneIncrementals({
		adapter,
		project: side.placed,
		notebook: side.notebook,
		selected: side.built,
		outside: (id) => {
			const node = side.from.manifest.nodes.get(id);
			return (
				elsewhere.get(id) ?? (node === undefined || !isStored(node) ? undefined : storedName(node, adapter.dialect))
			);
		},
		upTo: cloneUpTo,
		signal: claim.signal,
		say,
	});
}

function buildHead(
	{ invocation, adapter, claim, environment, emit, say }: Open,
	{ plan, placed, notebook }: { readonly plan: BuildPlan; readonly placed: OpenProject; readonly notebook: string },
): Promise<RunResult> {
	const [nodes, tests] = [counted(plan.built.size, "node"), counted(plan.tests.size, "test")];
	say(`building ${nodes} of this change in the environment ${environment.name}, running ${tests}`);
	return buildAside({
		invocation,
		project: placed,
		adapter,
		notebook,
		selected: new Set([...plan.built, ...plan.tests]),
		flags: { storeFailures: false, testsBlock: true, showRows: 0 },
		emit,
		signal: claim.signal,
	});
}

interface Compared {
	readonly project: OpenProject;
	readonly placed: OpenProject;
	readonly plan: BuildPlan;
	readonly review: ChangeReview;
	readonly settings: CiSettings;
	readonly head: RunResult;
}

/** Where the rows of a node stand that was built; null: it was not. */
function standsAt(
	{ placed }: Pick<Compared, "placed">,
	id: NodeId,
	{ adapter, environment, result }: Pick<Open, "adapter" | "environment"> & { readonly result: NodeResult | undefined },
): RelationName | null {
	const node = placed.manifest.nodes.get(id);
	if (result === undefined || node === undefined || !isStored(node)) return null;
	// What a gate holds back was built, and is a candidate still.
	const held = result.published === "held";
	if (result.status !== "success" && !held) return null;
	const target = storedName(node, adapter.dialect);
	return held ? adapter.publisher.candidateOf(notebookIn(placed, environment.name), target) : target;
}

async function compareAll(open: Open, compared: Compared): Promise<ReadonlyMap<string, RowReview>> {
	const { plan, review, settings, project, head } = compared;
	const results = new Map<string, NodeResult>(head.results.map((result) => [result.unique_id, result]));
	const isNew = new Set(review.nodes.filter(({ change }) => change === "added").map(({ id }) => id));
	const heads = new Map<NodeId, RelationName>();
	for (const id of plan.built) {
		const stands =
			project.manifest.nodes.get(id)?.resource_type === "function"
				? null
				: standsAt(compared, id, { ...open, result: results.get(id) });
		if (stands !== null) heads.set(id, stands);
	}
	const old = [...heads.keys()].filter((id) => !isNew.has(id));
	const { against } = settings.data;
	if (against !== "rebuild" || old.length === 0) {
		const named = against === "rebuild" ? null : against.target;
		const standing = named === null ? open.elsewhere : await relationsOf(open.invocation, project, named);
		return compareEach(open, compared, {
			heads,
			baseOf: (id) => {
				const node = project.manifest.nodes.get(id);
				if (isNew.has(id) || node === undefined || !isStored(node)) return null;
				return standing.get(id) ?? storedName(node, open.adapter.dialect);
			},
		});
	}
	return withBaseProject(open.invocation, project, {
		commit: review.base,
		work: async (base) => {
			const bases = base === null ? new Map<NodeId, BaseSide>() : await buildBase(open, base.project, old);
			return compareEach(open, compared, {
				heads,
				baseOf: (id) => (isNew.has(id) ? null : (bases.get(id) ?? { refused: "the base has no such node" })),
			});
		},
	});
}

type BaseSide = RelationName | { readonly refused: string };

/** The same nodes with the base's SQL over the same inputs. What fails there is no failure of the change. */
async function buildBase(
	open: Open,
	base: OpenProject,
	ids: readonly NodeId[],
): Promise<ReadonlyMap<NodeId, BaseSide>> {
	const { adapter, environment, claim, say } = open;
	const name = `${environment.name}_base`;
	const built = new Set(
		ids.filter((id) => {
			const materialized = base.manifest.nodes.get(id)?.config.materialized;
			return materialized !== undefined && materialized !== "ephemeral";
		}),
	);
	const placed = placeProject(base, { name, built, elsewhere: open.elsewhere });
	const notebook = notebookIn(base, name);
	const schemas = schemasOf(placed, { built, adapter, notebook });
	const done = await adapter.withSession((session) =>
		open.store.register(session, { ...environment, schemas }, environment.runId),
	);
	if (done.kind === "refused") fail("TFM-ENV-002", { name, inTheWay: done.inTheWay });
	if (done.kind === "taken") throw new OvertakenError(environment.name, done.by ?? "which dropped it");
	const { invocation, emit } = open;
	// What a run that was killed left there under the same names.
	await adapter.withSession(async (session) => {
		for (const schema of schemas)
			await session.execute(`drop schema if exists ${adapter.dialect.quote(schema)} cascade`);
	});
	say(`building the same of the base, ${counted(built.size, "node")}`);
	try {
		await cloneInto(open, { placed, notebook, built, from: base });
		const { results } = await buildAside({
			invocation,
			project: placed,
			adapter,
			notebook,
			selected: built,
			flags: { gates: false },
			emit,
			signal: claim.signal,
		});
		return new Map(
			results.flatMap((result): [NodeId, BaseSide][] => {
				const node = placed.manifest.nodes.get(result.unique_id);
				if (node === undefined || !isStored(node)) return [];
				return [
					[
						result.unique_id,
						result.status === "success"
							? storedName(node, adapter.dialect)
							: { refused: `the base's could not be built: ${result.diagnostic?.message ?? "what it reads failed"}` },
					],
				];
			}),
		);
	} catch (error) {
		claim.check();
		// Something that the base reads is not there.
		if (!(error instanceof TfmError)) throw error;
		const refused = `the base's could not be built: ${error.diagnostics[0]?.message}`;
		return new Map([...built].map((id) => [id, { refused }]));
	}
}

async function compareEach(
	open: Open,
	{ project, settings }: Compared,
	sides: {
		readonly heads: ReadonlyMap<NodeId, RelationName>;
		readonly baseOf: (id: NodeId) => BaseSide | null;
	},
): Promise<ReadonlyMap<string, RowReview>> {
	const { adapter, claim } = open;
	const rows = new Map<string, RowReview>();
	for (const [id, head] of sides.heads) {
		claim.check();
		const node = project.manifest.nodes.get(id)!;
		if (!isStored(node)) continue;
		const base = sides.baseOf(id);
		if (base !== null && "refused" in base) rows.set(id, { kind: "refused", because: base.refused });
		else
			rows.set(id, await compareBuilt(adapter, { node, head, base }, { rules: settings.data, signal: claim.signal }));
	}
	return rows;
}
