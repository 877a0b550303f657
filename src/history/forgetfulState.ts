import type { BoundStatement } from "../core/adapter.ts";
import type { StateStore } from "../core/state.ts";
import { NO_NATIVE_RESULTS } from "./noNativeResults.ts";

/** Where a statement has to stand: it lets everything through. */
const YES: BoundStatement = Object.freeze({ sql: "select true", binds: Object.freeze([]) });

const NONE: readonly never[] = Object.freeze([]);

/**
 * A store that writes nothing down and remembers nothing, for a role that may neither make nor use the state tables. It
 * is enough for a project without layers and landing loads: what dbt does, dbt does without a memory in the warehouse.
 */
export function createForgetfulState(): StateStore {
	return Object.freeze({
		access: async () => ({ kind: "ready" }),
		migrate: async () => {},
		upgrade: async () => false,
		beginRun: async () => {},
		endRun: async () => {},
		endRunLate: async () => false,
		openRuns: async () => NONE,
		checkoutsOf: async () => new Map(),
		findRun: async () => null,
		listRuns: async () => NONE,
		buryRuns: () => NONE,
		lockLeases: () => YES,
		listLeases: async () => NONE,
		takeLeases: () => NONE,
		fence: () => YES,
		awaitFenced: () => YES,
		publishedBy: async () => new Set(),
		saveCandidate: () => NONE,
		listCandidates: async () => NONE,
		forgetCandidates: () => NONE,
		savePublish: () => NONE,
		listPublished: async () => new Map(),
		testPasses: async () => new Map(),
		saveTestPasses: () => NONE,
		passedTests: async () => new Map(),
		savePassedTests: () => NONE,
		seedHashes: async () => new Map(),
		saveSeedHash: () => NONE,
		loadedFiles: async () => NONE,
		saveLoadedFile: () => NONE,
		forgetLoadedFiles: () => NONE,
		saveGate: () => NONE,
		gateFailures: async () => NONE,
		heldBy: async () => NONE,
		saveAcceptances: () => NONE,
		acceptancesOf: async () => NONE,
		saveGenerations: () => NONE,
		moveGeneration: () => NONE,
		forgetGenerations: () => NONE,
		listGenerations: async () => ({ generations: NONE, stood: NONE }),
		canRecord: async () => false,
		recordRun: () => NONE,
		saveHistory: () => NONE,
		purgeHistory: () => NONE,
		saveIntervals: () => NONE,
		builtIntervals: async () => NONE,
		usualDurations: async () => new Map(),
		pastTrace: async () => ({ runs: NONE, latest: NONE, landed: NONE }),
		nodeRuns: async () => NONE,
		testRates: async () => NONE,
		latestColumns: async () => new Map(),
		...NO_NATIVE_RESULTS,
	} satisfies StateStore);
}
