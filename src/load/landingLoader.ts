/**
 * Landing loads: files → a source table, each file exactly once. Rows, rejects and ledger entries of one load commit
 * in one transaction, so a load that is killed or fails leaves nothing behind. A new file is read once: its digest is that
 * of the bytes whose rows were written.
 */
import { join } from "node:path";
import type { Dialect } from "../core/adapter.ts";
import { diagnostic, fail, TfmError } from "../core/diagnostic.ts";
import type { MergeNames, MergePlaces } from "../core/landingDialect.ts";
import { landingTableOf } from "../core/landingTable.ts";
import type { SourceNode } from "../core/node.ts";
import { type LoadInput, type LoadOutcome, type LoadWindow, WHOLE_LOAD } from "../core/ports.ts";
import type { RelationName } from "../core/relation.ts";
import type { LoadedFileRow, StateStore } from "../core/state.ts";
import { storedName } from "../core/storedName.ts";
import { suggestName } from "../core/suggestName.ts";
import { inferColumns, inferStagedColumns } from "./inferColumns.ts";
import { type LandingPlan, type PlannedFile, planLanding } from "./landingPlan.ts";
import { LandingSink, type Reject } from "./landingSink.ts";
import { existingColumns, fitLandingTable, landingColumns, ownColumns, rejectsOf, schemaOf } from "./landingTable.ts";
import type { LandingColumn } from "./landingTypes.ts";
import { isLaterFile } from "./laterFile.ts";
import { type LoadSpec, readLoadSpec } from "./loadSpec.ts";
import { readRecords } from "./readRecords.ts";
import { StagedCopy, type StagedLoad } from "./stagedCopy.ts";
import type { FileDigest } from "./textFile.ts";

export interface LandingOptions {
	/** Absolute; files are named relative to it. */
	readonly root: string;
	readonly dialect: Dialect;
	readonly state: StateStore;
	readonly clock: () => Date;
	readonly window?: LoadWindow;
}

/** Rejects in a message to the database, and reasons that a refused load tells. */
const BATCH = 2000;
const TOLD = 5;

/** The function by which a run fills one source table. */
export function createLandingLoader(options: LandingOptions): (input: LoadInput) => Promise<LoadOutcome> {
	return async (input) => {
		const { session, source, signal, fullRefresh } = input;
		const { root, dialect, state, window = WHOLE_LOAD } = options;
		const spec = storedSpec(readLoadSpec(source), dialect);
		const ledger = await state.loadedFiles(session, landingTableOf(source, dialect));
		const asked = { root, session, dialect, source, spec, ledger, fullRefresh, window, signal };
		const plan = await planLanding(asked);
		if (plan.changed.length > 0) throw new TfmError(plan.changed);
		const due = plan.files.filter((file) => file.status !== "unchanged");
		const table = storedName(source, dialect);
		return session.transaction(async () => {
			const existing = await existingColumns(session, table);
			const first = due[0] ?? plan.files[0];
			const infer = async () => {
				if (first === undefined) return [];
				if (spec.stage === null) return inferColumns({ absolute: join(root, first.path), file: first.path }, spec);
				// Each look is a COPY; what nothing is taken from need not be known.
				if (existing !== undefined && due.length === 0) return [];
				const look = lookInto({ session, source, dialect, spec }, table);
				return inferStagedColumns(first.path, spec, (most) => look(first.path, most));
			};
			const columns = await landingColumns(spec, dialect, plan.afresh ? undefined : existing, infer);
			if (spec.columns === "infer" && columns.length > 0) checkFound(spec, columns, source);
			const fitTable = async () => {
				const inferred = spec.columns === "infer";
				if (existing !== undefined || columns.length > 0)
					await fitLandingTable(session, dialect, { table, columns, existing, emptied: plan.afresh, inferred });
			};
			// A definition would commit what the load has done so far.
			const { definesInside } = dialect.landing;
			if (!definesInside) await fitTable();
			const load = new LandingTransaction(options, { input, spec, table, columns, ledger: plan.afresh ? [] : ledger });
			if (!definesInside) await load.defineAside();
			// A table that is not there has no files in it, and those that cannot be read again are not known either.
			if (plan.afresh || existing === undefined) await load.empty();
			else await load.nameEntries();
			if (definesInside) {
				await fitTable();
				await load.defineAside();
			}
			for (const file of due) {
				signal.throwIfAborted();
				if (file.status !== "again") await load.take(file);
				else if (spec.mode === "merge") await load.takeMergedAgain(file, plan.all);
				else {
					await load.forget(file.path);
					await load.take(file);
				}
			}
			await load.dropMerge();
			load.judge();
			const purged = spec.retentionMs === null ? {} : { purged: await load.purge(spec.retentionMs) };
			const again = due.filter((file) => file.status === "again").length;
			return {
				files: due.length,
				...(again === 0 ? {} : { again }),
				skipped: plan.files.length - due.length,
				...load.counts,
				...purged,
			};
		});
	};
}

/** Reads the first records of a file of a stage before there is a table for them. */
function lookInto(load: Omit<StagedLoad, "columns">, table: RelationName) {
	const { session, dialect } = load;
	const copy = new StagedCopy({ ...load, columns: [] }, { table, into: table, rejects: rejectsOf(dialect, table) });
	return async (path: string, most: number): Promise<readonly string[]> => {
		await session.execute(`create schema if not exists ${schemaOf(dialect, table)}`);
		await copy.define();
		return copy.sample(path, most);
	};
}

/** The names of the block as the table has them. */
const storedSpec = (spec: LoadSpec, { landing }: Dialect): LoadSpec => ({
	...spec,
	keys: spec.keys.map(landing.columnName),
	watermark: spec.watermark === null ? null : landing.columnName(spec.watermark),
});

/** Throws TFM-LOAD-010 for names of the block that the columns found in a file do not have. */
function checkFound({ keys, watermark }: LoadSpec, columns: readonly LandingColumn[], source: SourceNode): void {
	const known = columns.map((column) => column.name);
	const named = [...keys.map((key) => ["key", key]), ...(watermark === null ? [] : [["watermark", watermark]])];
	const table = `${source.source_name}.${source.name}`;
	const mistakes = named.flatMap(([what, name = ""]) => {
		if (known.includes(name)) return [];
		const suggestion = suggestName(name, known);
		const hint = suggestion === undefined ? `they are: ${known.join(", ")}` : `did you mean "${suggestion}"?`;
		const problem = `names the ${what} "${name}", which is not among the columns that were found`;
		return [diagnostic("TFM-LOAD-010", { table, problem, hint }, { at: source.location })];
	});
	if (mistakes.length > 0) throw new TfmError(mistakes);
}

interface LandingParts {
	readonly input: LoadInput;
	readonly spec: LoadSpec;
	readonly table: RelationName;
	readonly columns: readonly LandingColumn[];
	/** What was in before. */
	readonly ledger: readonly LoadedFileRow[];
}

/** What one file brought. */
interface Taken {
	readonly digest: FileDigest;
	readonly taken: number;
	readonly rejected: number;
}

/** The changing part of one load; lives as long as its transaction. */
class LandingTransaction {
	readonly #places: MergePlaces;
	readonly #merge: MergeNames;
	readonly #options: LandingOptions;
	readonly #parts: LandingParts;
	readonly #rejectTable: RelationName;
	/** Files that are in, by their path. */
	readonly #files: Map<string, Pick<LoadedFileRow, "bytes" | "contentHash" | "loadedAt">>;
	/** Those with rows, by the hash of their bytes. */
	readonly #byHash: Map<string, { readonly path: string; readonly loadedAt: string }>;
	#stagedFiles: StagedCopy | undefined;
	#rows = 0;
	#rejects = 0;
	/** Of the statement that brought the last rows into the table itself. */
	#queryId: string | undefined;
	/** The first rejects, for a load that is refused because of them. */
	readonly #told: string[] = [];

	constructor(options: LandingOptions, parts: LandingParts) {
		this.#options = options;
		this.#parts = parts;
		this.#rejectTable = rejectsOf(options.dialect, parts.table);
		const { dialect } = options;
		this.#places = dialect.landing.merging.places(parts.table);
		this.#merge = {
			table: dialect.render(parts.table),
			staging: dialect.render(this.#places.staging),
			lost: dialect.render(this.#places.lost),
			columns: [...parts.columns.map((c) => c.name), ...ownColumns(dialect)].map(dialect.quote),
			keys: parts.spec.keys.map(dialect.quote),
		};
		const filled = parts.ledger.filter((row) => row.rows > 0);
		this.#files = new Map(filled.map((row) => [row.path, row] as const));
		this.#byHash = new Map(filled.map((row) => [row.contentHash, row] as const));
	}

	/** Of a load from a stage. */
	get #staged(): StagedCopy {
		const { input, spec, table, columns } = this.#parts;
		const rejects = this.#rejectTable;
		const into = spec.mode === "merge" ? this.#places.staging : table;
		const { dialect } = this.#options;
		this.#stagedFiles ??= new StagedCopy(
			{ session: input.session, source: input.source, dialect, spec, columns },
			{ into, table, rejects },
		);
		return this.#stagedFiles;
	}

	get counts(): Pick<LoadOutcome, "rows" | "rejects" | "queryId"> {
		const named = this.#queryId === undefined ? {} : { queryId: this.#queryId };
		return { rows: this.#rows, rejects: this.#rejects, ...named };
	}

	/** All rows, rejects and ledger entries of the source go; the tables stay, and what hangs on them. */
	async empty(): Promise<void> {
		const { dialect, state } = this.#options;
		const { session, source } = this.#parts.input;
		for (const relation of [this.#parts.table, this.#rejectTable])
			if ((await existingColumns(session, relation)) !== undefined)
				await session.execute(`delete from ${dialect.render(relation)}`);
		for (const s of state.forgetLoadedFiles(landingTableOf(source, dialect))) await session.query(s.sql, s.binds);
	}

	/** Entries that name no table are those of this one from now on. */
	async nameEntries(): Promise<void> {
		const { input, ledger } = this.#parts;
		for (const row of ledger) {
			if (row.identifier !== "") continue;
			const named = { ...row, ...landingTableOf(input.source, this.#options.dialect) };
			for (const s of this.#options.state.saveLoadedFile(named)) await input.session.query(s.sql, s.binds);
		}
	}

	async forget(path: string): Promise<void> {
		const { session } = this.#parts.input;
		for (const relation of [this.#parts.table, this.#rejectTable])
			await session.query(`delete from ${this.#options.dialect.render(relation)} where _tfm_file = $1`, [path]);
		for (const [hash, row] of this.#byHash) if (row.path === path) this.#byHash.delete(hash);
		this.#files.delete(path);
	}

	/** Takes a merged file again: where it no longer has a key, the row of an earlier file comes back. */
	async takeMergedAgain(file: PlannedFile, there: LandingPlan["all"]): Promise<void> {
		const { session } = this.#parts.input;
		const { merging } = this.#options.dialect.landing;
		await session.query(merging.rememberKeys(this.#merge), [file.path]);
		await this.forget(file.path);
		await this.take(file);
		await this.#send(merging.forgetFoundKeys(this.#merge));
		await this.#restore(file.path, there);
		await session.execute(`delete from ${this.#merge.lost}`);
	}

	/** Definitions commit where they are not part of a transaction, so there nothing may be open yet. */
	async defineAside(): Promise<void> {
		const { spec } = this.#parts;
		if (spec.mode === "merge") await this.#send(this.#options.dialect.landing.merging.define(this.#merge));
		if (spec.stage !== null) await this.#staged.define();
	}

	async dropMerge(): Promise<void> {
		if (this.#parts.spec.mode === "merge") await this.#send(this.#options.dialect.landing.merging.drop(this.#merge));
	}

	async #send(statements: readonly string[]): Promise<void> {
		if (statements.length > 0) await this.#parts.input.session.execute(statements.join(";\n"));
	}

	/** Reads earlier files, the last one first, until every lost key is found or none is left that could have it. */
	async #restore(path: string, there: LandingPlan["all"]): Promise<void> {
		const { input, spec, columns } = this.#parts;
		const { dialect, clock, root } = this.#options;
		const { session, signal } = input;
		const kept = spec.retentionMs === null ? "" : new Date(clock().getTime() - spec.retentionMs).toISOString();
		const earlier = [...this.#files].filter(
			([other, row]) => isLaterFile(path, other) && there.has(other) && row.loadedAt >= kept,
		);
		for (const [other, row] of earlier.sort(([a], [b]) => (isLaterFile(a, b) ? -1 : 1))) {
			const { rows } = await session.query(`select 1 from ${this.#merge.lost} limit 1`);
			if (rows.length === 0) return;
			signal.throwIfAborted();
			const expected = { hash: row.contentHash, bytes: row.bytes };
			// What did not fit then is among the rejects already.
			if (spec.stage === null) {
				const sink = new LandingSink(other, row.loadedAt, { ...spec, onError: "reject" }, columns);
				const stored = { absolute: join(root, other), file: other, expected };
				await this.#read(sink, readRecords(stored, spec, sink), () => Promise.resolve());
			} else {
				if (there.get(other)?.hash !== expected.hash) fail("TFM-LOAD-016", { file: other });
				await this.#staged.restore(other, row.loadedAt);
			}
			await this.#send(dialect.landing.merging.restore(this.#merge));
		}
	}

	/** Rows, rejects and the ledger entry of one file. */
	async take(file: PlannedFile): Promise<void> {
		const { input, spec } = this.#parts;
		const { session, source, runId } = input;
		const { path } = file;
		const loadedAt = this.#options.clock().toISOString();
		const { digest, taken, rejected } = await (spec.stage === null
			? this.#takeRead(file, loadedAt)
			: this.#takeStaged(file, loadedAt));
		this.#checkDuplicate(path, digest, taken);
		if (spec.mode === "merge") {
			const contested = [...this.#files.keys()].some((other) => isLaterFile(other, path));
			const [bringIn = "", ...after] = this.#options.dialect.landing.merging.merge(this.#merge, contested);
			const { queryId } = await session.execute(bringIn);
			if (taken > 0) this.#queryId = queryId;
			await this.#send(after);
		}
		const entry: LoadedFileRow = {
			...landingTableOf(source, this.#options.dialect),
			path,
			bytes: digest.bytes,
			contentHash: digest.hash,
			rows: taken,
			rejects: rejected,
			runId,
			loadedAt,
		};
		for (const s of this.#options.state.saveLoadedFile(entry)) await session.query(s.sql, s.binds);
		if (taken > 0) {
			this.#byHash.set(digest.hash, { path, loadedAt });
			this.#files.set(path, entry);
		}
		this.#rows += taken;
		this.#rejects += rejected;
	}

	async #takeRead({ path, digest: expected }: PlannedFile, loadedAt: string): Promise<Taken> {
		const { spec, columns } = this.#parts;
		const sink = new LandingSink(path, loadedAt, spec, columns);
		const stored = { absolute: join(this.#options.root, path), file: path, expected };
		const digest = await this.#read(sink, readRecords(stored, spec, sink), (rejects) =>
			this.#keepRejects(rejects, sink.ownOf),
		);
		return { digest, taken: sink.taken, rejected: sink.rejected };
	}

	async #takeStaged({ path, digest }: PlannedFile, loadedAt: string): Promise<Taken> {
		const told = TOLD - this.#told.length;
		const { taken, rejected, misfits, queryId } = await this.#staged.take(path, loadedAt, told);
		if (taken > 0) this.#queryId = queryId;
		for (const { row, reason } of misfits) this.#told.push(`${path}, record ${row}: ${reason}`);
		return { digest: digest!, taken, rejected };
	}

	/**
	 * Rows and rejects that were loaded longer ago go; how many. The ledger keeps their files, so that none is taken in
	 * again.
	 */
	async purge(retentionMs: number): Promise<number> {
		const { dialect, clock } = this.#options;
		const { session } = this.#parts.input;
		const before = new Date(clock().getTime() - retentionMs).toISOString();
		let gone = 0;
		for (const relation of [this.#parts.table, this.#rejectTable]) {
			if ((await existingColumns(session, relation)) === undefined) continue;
			const from = dialect.render(relation);
			const { rowCount } = await session.query(`delete from ${from} where _tfm_loaded_at < $1`, [before]);
			gone += rowCount ?? 0;
		}
		return gone;
	}

	/** Throws TFM-LOAD-022 when the load turned away more than it may. */
	judge(): void {
		const { maxRejects } = this.#parts.spec;
		if (maxRejects === null) return;
		const records = this.#rows + this.#rejects;
		const most = "rows" in maxRejects ? maxRejects.rows : maxRejects.share * records;
		if (this.#rejects <= most) return;
		const { source } = this.#parts.input;
		const limit = "rows" in maxRejects ? String(maxRejects.rows) : `${Number((maxRejects.share * 100).toFixed(6))}%`;
		const facts = { table: `${source.source_name}.${source.name}`, rejects: this.#rejects, records, limit };
		fail("TFM-LOAD-022", { ...facts, first: this.#told }, { at: source.location });
	}

	/** Reads a file to its end: rows into the table, or into the one they are merged from, and rejects whenever many wait. */
	async #read(
		sink: LandingSink,
		reading: AsyncGenerator<void, FileDigest>,
		keepRejects: (rejects: readonly Reject[]) => Promise<void>,
	): Promise<FileDigest> {
		const { input, spec, table, columns } = this.#parts;
		const { session, signal } = input;
		const into = spec.mode === "merge" ? this.#places.staging : table;
		const names = [...columns.map((c) => c.name), ...ownColumns(this.#options.dialect)];
		let digest: FileDigest | undefined;
		const rows = async function* () {
			while (digest === undefined && !sink.rejectsFull) {
				const next = await reading.next();
				signal.throwIfAborted();
				if (next.done === true) digest = next.value;
				const chunk = sink.takeRows();
				if (chunk !== null) yield chunk;
			}
		};
		try {
			while (digest === undefined) {
				const { queryId } = await session.bulkLoad({ relation: into, columns: names, rows: rows() }, { signal });
				if (into === table) this.#queryId = queryId ?? this.#queryId;
				await keepRejects(sink.takeRejects());
			}
		} finally {
			await reading.return({ hash: "", bytes: 0 });
		}
		return digest;
	}

	/** Throws TFM-LOAD-027. Files without rows, such as a header alone, are alike without harm. */
	#checkDuplicate(path: string, digest: FileDigest, rows: number): void {
		const twin = this.#byHash.get(digest.hash);
		if (twin === undefined || twin.path === path || rows === 0 || this.#parts.spec.duplicateFiles === "load") return;
		const { source } = this.#parts.input;
		fail("TFM-LOAD-027", { file: path, twin: twin.path, loadedAt: twin.loadedAt }, { at: source.location });
	}

	async #keepRejects(rejects: readonly Reject[], ownOf: (row: number) => readonly string[]): Promise<void> {
		if (rejects.length === 0) return;
		for (const { row, reason } of rejects.slice(0, TOLD - this.#told.length))
			this.#told.push(`${ownOf(row)[0]}, record ${row}: ${reason}`);
		const rows = async function* () {
			for (let from = 0; from < rejects.length; from += BATCH)
				yield rejects
					.slice(from, from + BATCH)
					.map(({ row, raw, reason }) => [storable(raw), storable(reason), ...ownOf(row)]);
		};
		const { session, signal } = this.#parts.input;
		const { dialect } = this.#options;
		await session.bulkLoad(
			{
				relation: this.#rejectTable,
				columns: [...["raw", "reason"].map(dialect.landing.columnName), ...ownColumns(dialect)],
				rows: rows(),
			},
			{ signal },
		);
	}
}

/** A reject is kept whatever it holds: NUL is written as \0. */
const storable = (text: string): string => text.replaceAll("\0", "\\0");
