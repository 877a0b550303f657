/**
 * A warehouse that remembers: candidates, published relations and the state tables, with transactions that roll back.
 * It knows no SQL: fake plans send JSON commands. Every awaited call is a step; tests count steps, fail them, or cancel
 * the run at one of them.
 */
import type { Adapter, Candidate, ExecuteResult, Publisher, Session } from "../../core/adapter.ts";
import { DatabaseError } from "../../core/databaseError.ts";
import type { EventBody } from "../../core/events.ts";
import type { Manifest } from "../../core/manifest.ts";
import type { NodeId } from "../../core/node.ts";
import type { RunFlags, RunJob, RunPorts } from "../../core/ports.ts";
import type { RelationName } from "../../core/relation.ts";
import type { RunResult } from "../../core/result.ts";
import type { CellValue } from "../../core/resultTable.ts";
import { executeRun } from "../executeRun.ts";
import { describeCandidate, fakeCompiler, fakePlan } from "./fakeRendering.ts";
import { fakeState } from "./fakeState.ts";
import { createWarehouse, type Warehouse } from "./fakeWorld.ts";

export interface Script {
	/** Names of models whose build the database refuses, tests that find rows, tests that break, loads that fail. */
	readonly failing?: readonly string[];
	/** Age of sources by id, in seconds; 0 for others. */
	readonly ages?: Readonly<Record<string, number>>;
	readonly brokenTests?: readonly string[];
	/** Candidates that the publisher refuses. */
	readonly refused?: readonly string[];
	/** The publish transaction fails with this SQLSTATE, so many times. */
	readonly publishFails?: { readonly sqlstate: string; readonly times: number; readonly retryable?: boolean };
	readonly failingHooks?: readonly string[];
	readonly concurrency?: number;
	/** The connection is lost at this step: before it has any effect, or after, when the step was a commit. */
	readonly loseAt?: { readonly step: number; readonly committed: boolean };
	/** From this step on the database cannot be reached. */
	readonly goneFrom?: number;
	/** The run is cancelled when this many steps were taken. */
	readonly cancelAt?: number;
	/** How many turns of the event loop a step takes, by its number; tests of interleavings draw it. */
	readonly delay?: (step: number) => number;
}

const shortName = (node: string): string => node.slice(node.lastIndexOf(".") + 1);

const rowsOf = (rows: readonly (readonly CellValue[])[]) => ({
	columns: [],
	rows,
	rowCount: rows.length,
	status: `SELECT ${rows.length}`,
});

class FakeSession {
	readonly #undo: (() => void)[][] = [];
	readonly #waiting: { readonly sql: string; readonly binds: readonly unknown[] }[] = [];
	readonly #world: Warehouse;
	readonly #step: (signal?: AbortSignal) => Promise<void>;
	readonly #script: Script;

	readonly #lostAfterCommit: () => boolean;

	constructor(
		world: Warehouse,
		script: Script,
		step: (signal?: AbortSignal) => Promise<void>,
		lostAfterCommit: () => boolean,
	) {
		this.#lostAfterCommit = lostAfterCommit;
		this.#world = world;
		this.#script = script;
		this.#step = step;
	}

	put<K extends string, V>(map: Map<K, V>, key: K, value: V | undefined): void {
		const before = map.get(key);
		if (value === undefined) map.delete(key);
		else map.set(key, value);
		this.#undo.at(-1)?.push(() => (before === undefined ? map.delete(key) : map.set(key, before)));
	}

	async execute(sql: string, options: { signal?: AbortSignal | undefined } = {}): Promise<ExecuteResult> {
		await this.#message(options.signal);
		this.#world.log.push(sql);
		const [word, node, runId, kind] = sql.split(" ");
		if (word === "hook" && this.#script.failingHooks?.includes(node!) === true)
			throw new DatabaseError(`hook ${node} refused`, { sqlstate: "42501", sql });
		if (word === "build") {
			if (this.#script.failing?.includes(shortName(node!)) === true)
				throw new DatabaseError("column does not exist", { sqlstate: "42703", sql, position: 7 });
			this.put(this.#world.candidates, node as NodeId, { runId: runId!, kind: kind as "table" | "view" });
		}
		return { status: "SELECT 1", rowCount: 1, notices: [] };
	}

	async query(sql: string, binds: readonly unknown[] = [], options: { signal?: AbortSignal | undefined } = {}) {
		await this.#message(options.signal);
		return this.#answer(sql, binds);
	}

	/** Goes with the next message, or with the commit. */
	later(sql: string, binds: readonly unknown[] = []): void {
		this.#waiting.push({ sql, binds });
	}

	async #message(signal?: AbortSignal): Promise<void> {
		await this.#step(signal);
		for (const { sql, binds } of this.#waiting.splice(0)) this.#answer(sql, binds);
	}

	#answer(sql: string, binds: readonly unknown[]) {
		const world = this.#world;
		if (sql.startsWith("select set_config")) return rowsOf([]);
		const value = binds[0] === undefined ? undefined : JSON.parse(String(binds[0]));
		if (sql === "saveCandidate") this.put(world.candidateRows, value.node, value);
		else if (sql === "forgetCandidate") this.put(world.candidateRows, value, undefined);
		else if (sql === "savePublish") this.put(world.publishedRows, value.node, value);
		else if (sql === "saveSeedHash") this.put(world.seedHashes, value.node, value.hash);
		else if (sql === "takeLease") this.put(world.leases, value.key, value.runId);
		else if (sql === "bury") {
			this.put(world.runs, value, "killed");
			for (const [key, run] of [...world.leases]) if (run === value) this.put(world.leases, key, undefined);
		} else if (sql === "saveGate") {
			world.gateFailures.push(...value.failures);
			world.held.push(...value.held);
		} else if (sql === "saveGenerations") {
			for (const row of value.rows) this.put(world.generations, `${row.node} ${row.generation}`, row);
			world.stood.push(...value.stood);
		} else if (sql === "moveGeneration") {
			const key = `${value.node} ${value.generation}`;
			this.put(world.generations, key, { ...world.generations.get(key)!, keptAs: value.keptAs });
		} else if (sql === "forgetGeneration") this.put(world.generations, `${value.node} ${value.generation}`, undefined);
		else if (sql === "fence") return rowsOf([[world.runs.get(value) === "running"]]);
		else if (sql !== "lockLeases") world.log.push(sql);
		const name = shortName(sql.split(" ")[1] ?? "");
		if (sql.startsWith("test") && this.#script.brokenTests?.includes(name) === true)
			throw new DatabaseError("syntax error", { sqlstate: "42601", sql });
		const found = sql.startsWith("test") && this.#script.failing?.includes(name) === true ? 2 : 0;
		return rowsOf([[found, found > 0, found > 0]]);
	}

	async transaction<T>(work: () => Promise<T>): Promise<T> {
		await this.#step();
		this.#undo.push([]);
		try {
			const result = await work();
			await this.#message();
			const done = this.#undo.pop()!;
			this.#undo.at(-1)?.push(...done);
			if (this.#undo.length === 0 && this.#lostAfterCommit()) {
				this.#undo.push([]);
				throw new DatabaseError("connection lost", { kind: "connection" });
			}
			return result;
		} catch (error) {
			this.#waiting.length = 0;
			for (const undo of this.#undo.pop()!.reverse()) undo();
			throw error;
		}
	}

	async listRelations(schemas: readonly string[]) {
		await this.#step();
		const rows = [...this.#world.candidateRows.values()].map((row) => ({ ...row.candidate, kind: row.kind }));
		const published = [...this.#world.published.keys()].map((node) => ({
			database: "db",
			schema: "main",
			identifier: shortName(node),
			kind: "table" as const,
		}));
		return [...rows, ...published].filter((r) => schemas.includes(r.schema));
	}
}

const candidateOf = (_project: string, target: RelationName): RelationName => ({
	...target,
	schema: `tfm_c_0_${target.schema}`,
});

function fakePublisher(world: Warehouse, script: Script, sessionOf: (s: Session) => FakeSession): Publisher {
	let failures = script.publishFails?.times ?? 0;
	return {
		candidateOf,
		closedSchemas: async () => [],
		beside: () => fakePublisher(world, script, sessionOf),
		ensureSchemas: async () => {},
		generationOf: (_project, target, publishedBy) => ({ ...target, schema: `tfm_g_${publishedBy}_${target.schema}` }),
		dropGenerations: async () => {},
		dress: async () => ({ warnings: [] }),
		dropStale: async (s, _project, targets, keep) => {
			const session = sessionOf(s);
			const kept = new Set(keep.map((k) => `${k.schema}.${k.identifier}`));
			const shadows = new Set(targets.map((t) => candidateOf("", t).schema));
			const gone: RelationName[] = [];
			for (const row of world.candidateRows.values()) {
				if (!shadows.has(row.candidate.schema)) continue;
				if (kept.has(`${row.candidate.schema}.${row.candidate.identifier}`)) continue;
				gone.push(row.candidate);
				session.put(world.candidates, row.node, undefined);
			}
			return gone;
		},
		publish: async (s, request) => {
			const session = sessionOf(s);
			return session.transaction(async () => {
				const held =
					request.fence === undefined
						? true
						: (await session.query(request.fence.sql, request.fence.binds)).rows[0]?.[0];
				if (held !== true) throw new Error("the fence fell");
				world.log.push(`publish ${request.unit}: ${request.candidates.map((c) => shortName(c.node)).join(" ")}`);
				const out = new Set<NodeId>();
				const groups = new Set<string>();
				const isOut = (c: Candidate): boolean =>
					script.refused?.includes(shortName(c.node)) === true ||
					c.inputs?.some((i) => out.has(i)) === true ||
					(c.publishGroup !== undefined && groups.has(c.publishGroup));
				for (let before = -1; before < out.size; ) {
					before = out.size;
					for (const c of request.candidates) {
						if (!isOut(c)) continue;
						out.add(c.node);
						if (c.publishGroup !== undefined) groups.add(c.publishGroup);
					}
				}
				const refused = request.candidates
					.filter((c) => out.has(c.node))
					.map((c) => ({ node: c.node, code: "TFM-PUB-002", reason: "something hangs on it" }));
				for (const c of request.candidates) {
					if (refused.some((r) => r.node === c.node)) continue;
					const stands = world.candidates.get(c.node);
					if (stands === undefined) throw new Error(`${c.node} is published but has no candidate`);
					session.put(world.published, c.node, stands.runId);
					session.put(world.candidates, c.node, undefined);
				}
				const going = request.candidates.map((c) => c.node).filter((n) => !refused.some((r) => r.node === n));
				const record =
					typeof request.record === "function" ? request.record({ published: going, kept: [] }) : request.record;
				for (const { sql, binds } of record) await session.query(sql, binds);
				if (failures > 0) {
					failures -= 1;
					const { sqlstate, retryable } = script.publishFails!;
					throw new DatabaseError("publish refused", { sqlstate, retryable: retryable ?? false });
				}
				const ways = going.map((node) => ({ node, way: "swap" as const }));
				return { kept: [], ways, waitedMs: 0, lockedMs: 0, warnings: [], refused };
			});
		},
	};
}

const FLAGS: RunFlags = {
	fullRefresh: false,
	failFast: false,
	gates: true,
	threads: 4,
	lockTimeoutMs: 1000,
	statementTimeoutMs: null,
	connectionFailureLimit: 3,
	storeFailures: null,
	sharedScans: true,
	showRows: 0,
	warnError: false,
	reuse: false,
	testsBlock: false,
	candidates: false,
	offline: false,
	freshness: false,
};

export interface FakeRun {
	readonly manifest: Manifest;
	readonly layering: RunJob["layering"];
	readonly script?: Script;
	readonly flags?: Partial<RunFlags>;
	readonly world?: Warehouse;
	readonly runId?: string;
	/** Names; everything by default. */
	readonly selected?: readonly string[];
	readonly hooks?: RunJob["hooks"];
	readonly command?: string;
	/** Instead of not waiting at all. */
	readonly sleep?: (ms: number) => Promise<void>;
}

export interface FakeOutcome {
	readonly result: RunResult;
	readonly world: Warehouse;
	readonly events: readonly EventBody[];
	readonly steps: number;
	/** The SQL that was executed, by bare name. */
	readonly compiled: Readonly<Record<string, string>>;
	/** Status by bare name. */
	readonly status: Readonly<Record<string, string>>;
	/** Bare names of what this run published, in order. */
	readonly publishedNow: readonly string[];
}

export async function runFake(options: FakeRun): Promise<FakeOutcome> {
	const { manifest, script = {}, world = createWarehouse(), runId = "run1" } = options;
	const events: EventBody[] = [];
	const compiled: Record<string, string> = {};
	const abort = new AbortController();
	let steps = 0;
	const step = async (signal?: AbortSignal): Promise<void> => {
		steps += 1;
		if (steps === script.cancelAt) abort.abort("SIGINT");
		for (let turns = script.delay?.(steps) ?? 0; turns > 0; turns--) await new Promise((r) => setImmediate(r));
		const lost = script.loseAt;
		if (lost?.step === steps && !lost.committed) throw new DatabaseError("connection lost", { kind: "connection" });
		if (script.goneFrom !== undefined && steps >= script.goneFrom)
			throw new DatabaseError("connection refused", { kind: "connection", retryable: true });
		if (signal?.aborted === true) throw new DatabaseError("canceling statement", { kind: "cancelled" });
	};
	const inner = new WeakMap<object, FakeSession>();
	const sessionOf = (s: Session): FakeSession => inner.get(s)!;
	const adapter = {
		facts: { adapter: "pglite", type: "postgres", version: "0" },
		capabilities: { concurrency: script.concurrency ?? 4 },
		presence: {
			announce: async () => {},
			living: async (_s: Session, runIds: readonly string[]) =>
				new Set(runIds.filter((id) => id === runId || world.living.has(id))),
			endOrphans: async () => true,
		},
		dialect: {
			maxIdentifierBytes: 63,
			isReservedSchema: () => false,
			fold: (x: string) => x,
			storedDatabase: (x: string) => x,
			storedSchema: (x: string) => x,
			quote: (x: string) => `"${x}"`,
			render: (r: RelationName) => `"${r.schema}"."${r.identifier}"`,
			building: { nameOf: (r: RelationName) => `"${r.schema}"."${r.identifier}"` },
			landing: { definesInside: true },
		},
		publisher: fakePublisher(world, script, sessionOf),
		withSession: async <T>(work: (session: Session) => Promise<T>): Promise<T> => {
			const session = new FakeSession(
				world,
				script,
				step,
				() => script.loseAt?.committed === true && script.loseAt.step === steps,
			);
			inner.set(session, session);
			return work(session as unknown as Session);
		},
	} as unknown as Adapter;
	let now = 0;
	const ports: RunPorts = {
		adapter,
		compiler: fakeCompiler(manifest, compiled, script.ages),
		state: fakeState(world),
		planNode: fakePlan(runId),
		describeCandidate,
		judgeTest: (outcome, test) =>
			!outcome.shouldError
				? { status: "pass", message: null, failures: 0 }
				: { status: test.config.severity === "warn" ? "warn" : "fail", message: "Got 2", failures: outcome.failures },
		judgeFreshness: (age) => (age > 100 ? "error" : age > 10 ? "warn" : "pass"),
		judgeUnitTest: async () => ({ status: "pass", message: null, failures: 0, differences: null }),
		inferColumns: async () => [],
		personalColumns: async () => () => false,
		unsteadyQuery: () => null,
		queryAsRead: (sql) => sql,
		surroundingsOf: () => ({ hash: "", unsteady: null }),
		openScratch: async () => adapter,
		fetchSource: async () => {},
		loadSource: async ({ source, signal }) => {
			await step(signal);
			if (script.failing?.includes(source.name) === true) throw new DatabaseError("no file", { sqlstate: "58P01" });
			world.log.push(`load ${source.name}`);
			return { files: 1, skipped: 0, rows: 10, rejects: 0 };
		},
		seed: {
			strayTypes: async () => null,
			hash: async (node) => `hash of ${node.raw_code}`,
			rows: async () => ({ columns: [], rows: [], rowCount: 0, status: "SELECT 0" }),
			load: async () => ({ rows: 1, remarks: [] }),
		},
		nativeTests: null,
		emit: (body) => void events.push(body),
		clock: () => new Date(now++),
		leaveUnrecorded: () => {},
		sleep: options.sleep ?? (async () => {}),
		signal: abort.signal,
	};
	const all = [...manifest.nodes.keys(), ...manifest.sources.keys()];
	const selected = all.filter((n) => options.selected === undefined || options.selected.includes(shortName(n)));
	const before = new Map(world.published);
	const result = await executeRun(
		{
			command: options.command ?? "run",
			runId,
			manifest,
			selected: new Set(selected),
			layering: options.layering,
			hooks: options.hooks ?? { start: [], end: [] },
			about: { target: "dev", schema: "dev", engine: "fake", version: "0" },
			host: { name: "h", pid: 1 },
			targetPath: "target",
			quoting: { database: true, schema: true, identifier: true },
			flags: { ...FLAGS, ...options.flags },
			microbatch: { asked: null, now: new Date(0), unfinished: new Map(), batchOwnStrategies: true },
		},
		ports,
	);
	return {
		result,
		world,
		events,
		steps,
		compiled,
		status: Object.fromEntries(result.results.map((r) => [shortName(r.unique_id), r.status])),
		publishedNow: [...world.published].filter(([n, run]) => before.get(n) !== run).map(([n]) => shortName(n)),
	};
}
