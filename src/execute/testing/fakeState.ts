import type { BoundStatement } from "../../core/adapter.ts";
import type { RunRow, StateStore } from "../../core/state.ts";
import type { Warehouse } from "./fakeWorld.ts";

const bound = (sql: string, value: unknown): BoundStatement => ({ sql, binds: [JSON.stringify(value)] });

const fakeRow = (runId: string): RunRow => ({
	runId,
	project: "p",
	command: "run",
	host: "elsewhere",
	pid: 7,
	startedAt: "2026-01-01T00:00:00.000Z",
});

/** The state tables as JSON commands that the fake session takes in. */
export function fakeState(world: Warehouse): StateStore {
	return {
		access: async () => ({ kind: "ready" }),
		migrate: async () => {},
		upgrade: async () => true,
		beginRun: async (_s, run) => void world.runs.set(run.runId, "running"),
		endRun: async (_s, runId, status) => {
			world.runs.set(runId, status);
			for (const [key, run] of [...world.leases]) if (run === runId) world.leases.delete(key);
		},
		endRunLate: async () => false,
		openRuns: async () => [...world.runs].flatMap(([runId, status]) => (status === "running" ? [fakeRow(runId)] : [])),
		checkoutsOf: async () => new Map(),
		findRun: async () => null,
		listRuns: async () => [],
		buryRuns: (runIds) => runIds.map((runId) => bound("bury", runId)),
		lockLeases: () => bound("lockLeases", 0),
		listLeases: async () =>
			[...world.leases].map(([key, runId]) => {
				const [schema, identifier] = key.split(".") as [string, string];
				return { schema, identifier, runId };
			}),
		takeLeases: (runId, relations) =>
			relations.map((r) => bound("takeLease", { key: `${r.schema}.${r.identifier}`, runId })),
		fence: (runId) => bound("fence", runId),
		awaitFenced: (runId) => bound("fence", runId),
		publishedBy: async (_s, { runId, since }, nodes) =>
			new Set(
				nodes.filter((node) => {
					const row = world.publishedRows.get(node);
					return row !== undefined && row.runId === runId && row.publishedAt >= since;
				}),
			),
		saveGate: (failures, held) => [bound("saveGate", { failures, held })],
		gateFailures: async (_s, runId) => world.gateFailures.filter((row) => row.runId === runId),
		heldBy: async (_s, runId) => world.held.filter((row) => row.runId === runId),
		saveAcceptances: () => [],
		acceptancesOf: async () => [],
		saveGenerations: (rows, stood) => [bound("saveGenerations", { rows, stood })],
		moveGeneration: (row) => [bound("moveGeneration", row)],
		forgetGenerations: (_p, rows) => rows.map((row) => bound("forgetGeneration", row)),
		listGenerations: async (_s, _p, layer) => ({
			generations: [...world.generations.values()].filter((row) => row.layer === layer),
			stood: world.stood.filter((row) => row.layer === layer),
		}),
		saveCandidate: (row) => [bound("saveCandidate", row)],
		listCandidates: async () => [...world.candidateRows.values()],
		forgetCandidates: (_p, places) => places.map(({ node }) => bound("forgetCandidate", node)),
		savePublish: ({ runId, at, nodes }) =>
			nodes.map(({ node, codeHash, build }) => bound("savePublish", { node, runId, codeHash, build, publishedAt: at })),
		listPublished: async () => new Map(world.publishedRows),
		testPasses: async () => new Map(),
		saveTestPasses: () => [],
		passedTests: async () => new Map(),
		savePassedTests: () => [],
		seedHashes: async () => new Map(world.seedHashes),
		saveSeedHash: (_p, { node }, hash) => [bound("saveSeedHash", { node, hash })],
		loadedFiles: async () => [],
		saveLoadedFile: () => [],
		forgetLoadedFiles: () => [],
		canRecord: async () => true,
		recordRun: () => [],
		saveHistory: () => [],
		purgeHistory: () => [],
		saveIntervals: () => [],
		builtIntervals: async () => [],
		usualDurations: async () => new Map(),
		pastTrace: async () => ({ runs: [], latest: [], landed: [] }),
		nodeRuns: async () => [],
		testRates: async () => [],
		latestColumns: async () => new Map(),
		nativeRelations: async () => new Set(),
		saveNativeRelation: () => [],
		lastNativeResult: async () => null,
		saveNativeResults: () => [],
	};
}
