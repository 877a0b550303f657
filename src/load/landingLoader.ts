/**
 * Landing loads: files → a source table, each file exactly once. Rows, rejects and ledger entries of one load commit
 * in one transaction, so a load that is killed or fails leaves nothing behind. Files are read twice: once for their hash,
 * which says whether they are new, and once for their rows; what changes in between fails the load.
 */
import { join } from "node:path";
import type { Dialect } from "../core/adapter.ts";
import { fail } from "../core/diagnostic.ts";
import type { LoadInput, LoadOutcome } from "../core/ports.ts";
import { type RelationName, relationKey } from "../core/relation.ts";
import type { LoadedFileRow, StateStore } from "../core/state.ts";
import { findLandingFiles } from "./landingFiles.ts";
import { type LandingRecord, landingRecords } from "./landingRows.ts";
import { fitLandingTable, landingColumns, OWN_COLUMNS, rejectsOf } from "./landingTable.ts";
import { type LoadSpec, readLoadSpec } from "./loadSpec.ts";
import { digestFile, type FileDigest } from "./textFile.ts";

export interface LandingOptions {
	/** Absolute; files are named relative to it. */
	readonly root: string;
	readonly dialect: Dialect;
	readonly state: StateStore;
	readonly clock: () => Date;
}

const BATCH = 2000;
/** Rejects are kept in memory up to here, then written before more rows are read. */
const PENDING_REJECTS = 5000;

/** The function by which a run fills one source table. */
export function createLandingLoader(options: LandingOptions): (input: LoadInput) => Promise<LoadOutcome> {
	return async (input) => {
		const { session, source, signal } = input;
		const spec = readLoadSpec(source);
		const paths = findLandingFiles(options.root, spec, source);
		const digests = new Map<string, FileDigest>();
		for (const path of paths) digests.set(path, await digestFile(join(options.root, path), path, signal));
		const ledger = await options.state.loadedFiles(session, source.unique_id);
		const known = new Map(ledger.map((row) => [row.path, row] as const));
		const isKnown = (path: string) => known.get(path)?.contentHash === digests.get(path)!.hash;
		// A table that is replaced is loaded whole as soon as one file is new, changed or gone.
		const differs = paths.length !== known.size || !paths.every(isKnown);
		const afresh = input.fullRefresh || (spec.mode === "replace" && differs);
		const table: RelationName = { database: source.database, schema: source.schema, identifier: source.identifier };
		return session.transaction(async () => {
			const work = new LandingTransaction(options, input, spec, table);
			if (afresh) await work.empty();
			await fitLandingTable(session, options.dialect, { table, spec, emptied: afresh });
			let skipped = 0;
			for (const path of paths) {
				signal.throwIfAborted();
				const before = afresh ? undefined : known.get(path);
				if (before !== undefined && isKnown(path)) {
					skipped++;
					continue;
				}
				if (before !== undefined) {
					if (spec.onChange === "error") {
						const facts = { file: path, loadedAt: before.loadedAt, table: `${source.source_name}.${source.name}` };
						fail("TFM-LOAD-012", facts, { at: source.location });
					}
					await work.forget(path);
				}
				await work.take(path, digests.get(path)!);
			}
			return { files: paths.length - skipped, skipped, ...work.counts };
		});
	};
}

/** The changing part of one load; lives as long as its transaction. */
class LandingTransaction {
	readonly #options: LandingOptions;
	readonly #input: LoadInput;
	readonly #spec: LoadSpec;
	readonly #table: RelationName;
	readonly #rejectTable: RelationName;
	#rows = 0;
	#rejects = 0;

	constructor(options: LandingOptions, input: LoadInput, spec: LoadSpec, table: RelationName) {
		this.#options = options;
		this.#input = input;
		this.#spec = spec;
		this.#table = table;
		this.#rejectTable = rejectsOf(options.dialect, table);
	}

	get counts(): { rows: number; rejects: number } {
		return { rows: this.#rows, rejects: this.#rejects };
	}

	/** All rows, rejects and ledger entries of the source go; the tables stay, and what hangs on them. */
	async empty(): Promise<void> {
		const { dialect, state } = this.#options;
		const { session, source } = this.#input;
		const relations = [this.#table, this.#rejectTable];
		const present = await session.listColumns(relations);
		for (const relation of relations)
			if (present.has(relationKey(relation))) await session.execute(`delete from ${dialect.render(relation)}`);
		for (const s of state.forgetLoadedFiles(source.unique_id)) await session.query(s.sql, s.binds);
	}

	async forget(path: string): Promise<void> {
		for (const relation of [this.#table, this.#rejectTable])
			await this.#input.session.query(`delete from ${this.#options.dialect.render(relation)} where _tfm_file = $1`, [
				path,
			]);
	}

	/** Rows, rejects and the ledger entry of one file. */
	async take(path: string, digest: FileDigest): Promise<void> {
		const { session, source, runId, signal } = this.#input;
		const absolute = join(this.#options.root, path);
		const records = landingRecords({ absolute, file: path, expected: digest }, this.#spec);
		const loadedAt = this.#options.clock().toISOString();
		const own = (row: number) => [path, String(row), loadedAt];
		const file = { rows: 0, rejects: 0, pending: [] as LandingRecord[], ended: false };
		let piece: Iterator<LandingRecord> | undefined;
		const segment = async function* () {
			let batch: (string | null)[][] = [];
			while (file.pending.length < PENDING_REJECTS) {
				const record = piece?.next();
				if (record === undefined || record.done === true) {
					// Only a new piece is waited for: waiting for each record takes as long as reading it.
					const next = await records.next();
					piece = next.done === true ? undefined : next.value[Symbol.iterator]();
					file.ended = next.done === true;
					if (file.ended) break;
					continue;
				}
				const { row, found } = record.value;
				if ("reason" in found) file.pending.push(record.value);
				else if (batch.push([...found.values, path, String(row), loadedAt]) === BATCH) {
					signal.throwIfAborted();
					yield batch;
					batch = [];
				}
			}
			if (batch.length > 0) yield batch;
		};
		try {
			while (!file.ended) {
				const columns = [...landingColumns(this.#spec).map((c) => c.name), ...OWN_COLUMNS];
				file.rows += await session.bulkLoad({ relation: this.#table, columns, rows: segment() }, { signal });
				file.rejects += file.pending.length;
				await this.#keepRejects(file.pending, own);
				file.pending = [];
			}
		} finally {
			await records.return(undefined);
		}
		const entry: LoadedFileRow = {
			source: source.unique_id,
			path,
			bytes: digest.bytes,
			contentHash: digest.hash,
			rows: file.rows,
			rejects: file.rejects,
			runId,
			loadedAt,
		};
		for (const s of this.#options.state.saveLoadedFile(entry)) await session.query(s.sql, s.binds);
		this.#rows += file.rows;
		this.#rejects += file.rejects;
	}

	async #keepRejects(rejects: readonly LandingRecord[], own: (row: number) => readonly string[]): Promise<void> {
		if (rejects.length === 0) return;
		const rows = async function* () {
			for (let from = 0; from < rejects.length; from += BATCH)
				yield rejects.slice(from, from + BATCH).map((r) => {
					const reason = "reason" in r.found ? r.found.reason : "";
					return [storable(r.raw), storable(reason), ...own(r.row)];
				});
		};
		const { session, signal } = this.#input;
		await session.bulkLoad(
			{ relation: this.#rejectTable, columns: ["raw", "reason", ...OWN_COLUMNS], rows: rows() },
			{ signal },
		);
	}
}

/** A reject is kept whatever it holds: NUL is written as \0. */
const storable = (text: string): string => text.replaceAll("\0", "\\0");
