/**
 * Landing loads: files → a source table, each file exactly once. Rows, rejects and ledger entries of one load commit
 * in one transaction, so a load that is killed or fails leaves nothing behind. Files are read one at a time.
 */
import { join } from "node:path";
import { globSync } from "tinyglobby";
import type { Dialect, Session } from "../core/adapter.ts";
import { fail } from "../core/diagnostic.ts";
import type { SourceNode } from "../core/node.ts";
import type { LoadInput, LoadOutcome } from "../core/ports.ts";
import type { RelationName } from "../core/relation.ts";
import type { LoadedFileRow, StateStore } from "../core/state.ts";
import { type DecodedFile, decodeFile } from "./decodeFile.ts";
import { landingRows } from "./landingRows.ts";
import { type LoadSpec, readLoadSpec } from "./loadSpec.ts";

export interface LandingOptions {
	/** Absolute; files are named relative to it. */
	readonly root: string;
	readonly dialect: Dialect;
	readonly state: StateStore;
	readonly clock: () => Date;
}

const BATCH = 2000;

/** The function by which a run fills one source table. */
export function createLandingLoader(options: LandingOptions): (input: LoadInput) => Promise<LoadOutcome> {
	return async (input) => {
		const spec = readLoadSpec(input.source);
		const paths = findFiles(options.root, spec, input.source);
		const { session, source } = input;
		const known = new Map((await options.state.loadedFiles(session, source.unique_id)).map((row) => [row.path, row]));
		const table: RelationName = { database: source.database, schema: source.schema, identifier: source.identifier };
		return session.transaction(async () => {
			await createTables(session, options.dialect, table, spec);
			const work = new LandingTransaction(options, input, spec, table);
			const afresh = input.fullRefresh || (spec.mode === "replace" && differs(options.root, paths, known));
			if (afresh) await work.forgetAll();
			let skipped = 0;
			for (const path of paths) {
				input.signal.throwIfAborted();
				const file = decodeFile(join(options.root, path), path);
				const before = afresh ? undefined : known.get(path);
				if (before?.contentHash === file.hash) {
					skipped++;
					continue;
				}
				if (before !== undefined) {
					if (spec.onChange === "error")
						fail(
							"TFM-LOAD-012",
							{ file: path, loadedAt: before.loadedAt, table: source.name },
							{ at: source.location },
						);
					await work.forget(path);
				}
				await work.take(path, file);
			}
			return { files: paths.length - skipped, skipped, ...work.counts };
		});
	};
}

function findFiles(root: string, spec: LoadSpec, source: SourceNode): readonly string[] {
	const paths = globSync(spec.files, { cwd: root, followSymbolicLinks: false, onlyFiles: true }).sort();
	if (paths.length === 0)
		fail("TFM-LOAD-013", { files: spec.files, table: `${source.source_name}.${source.name}` }, { at: source.location });
	return paths;
}

/** A table that is replaced is loaded whole as soon as one file is new, changed or gone. */
function differs(root: string, paths: readonly string[], known: ReadonlyMap<string, LoadedFileRow>): boolean {
	return (
		paths.length !== known.size ||
		paths.some((path) => known.get(path)?.contentHash !== decodeFile(join(root, path), path).hash)
	);
}

const rejectsOf = (table: RelationName): RelationName => ({ ...table, identifier: `${table.identifier}__rejects` });

const columnNames = (spec: LoadSpec): readonly string[] =>
	spec.columns.length === 0 ? ["record"] : spec.columns.map((c) => c.name);

async function createTables(session: Session, dialect: Dialect, table: RelationName, spec: LoadSpec): Promise<void> {
	const columns = spec.columns.length === 0 ? [{ name: "record", type: "json" }] : spec.columns;
	const own = "_tfm_file text not null, _tfm_row bigint not null, _tfm_loaded_at timestamp with time zone not null";
	await session.execute(
		[
			`create schema if not exists ${dialect.quote(table.schema)}`,
			`create table if not exists ${dialect.render(table)} (${columns.map((c) => `${dialect.quote(c.name)} ${c.type}`).join(", ")}, ${own})`,
			`create table if not exists ${dialect.render(rejectsOf(table))} (raw text not null, reason text not null, ${own})`,
		].join(";\n"),
	);
}

/** The changing part of one load; lives as long as its transaction. */
class LandingTransaction {
	readonly #options: LandingOptions;
	readonly #input: LoadInput;
	readonly #spec: LoadSpec;
	readonly #table: RelationName;
	#rows = 0;
	#rejects = 0;

	constructor(options: LandingOptions, input: LoadInput, spec: LoadSpec, table: RelationName) {
		this.#options = options;
		this.#input = input;
		this.#spec = spec;
		this.#table = table;
	}

	get counts(): { rows: number; rejects: number } {
		return { rows: this.#rows, rejects: this.#rejects };
	}

	async forgetAll(): Promise<void> {
		const { dialect, state } = this.#options;
		await this.#input.session.execute(
			`delete from ${dialect.render(this.#table)}; delete from ${dialect.render(rejectsOf(this.#table))}`,
		);
		for (const s of state.forgetLoadedFiles(this.#input.source.unique_id))
			await this.#input.session.query(s.sql, s.binds);
	}

	async forget(path: string): Promise<void> {
		for (const relation of [this.#table, rejectsOf(this.#table)])
			await this.#input.session.query(`delete from ${this.#options.dialect.render(relation)} where _tfm_file = $1`, [
				path,
			]);
	}

	/** Rows, rejects and the ledger entry of one file. */
	async take(path: string, file: DecodedFile): Promise<void> {
		const { session, source, runId, signal } = this.#input;
		const { rows, rejects } = landingRows(file.text, this.#spec, path);
		const loadedAt = this.#options.clock().toISOString();
		const own = (row: number) => [path, String(row), loadedAt];
		const names = ["_tfm_file", "_tfm_row", "_tfm_loaded_at"];
		await session.bulkLoad(
			{
				relation: this.#table,
				columns: [...columnNames(this.#spec), ...names],
				rows: batches(rows, (r) => [...r.values, ...own(r.row)]),
			},
			{ signal },
		);
		if (rejects.length > 0)
			await session.bulkLoad(
				{
					relation: rejectsOf(this.#table),
					columns: ["raw", "reason", ...names],
					rows: batches(rejects, (r) => [r.raw.replaceAll("\0", "\\0"), r.reason, ...own(r.row)]),
				},
				{ signal },
			);
		const entry: LoadedFileRow = {
			source: source.unique_id,
			path,
			bytes: file.bytes,
			contentHash: file.hash,
			rows: rows.length,
			rejects: rejects.length,
			runId,
			loadedAt,
		};
		for (const s of this.#options.state.saveLoadedFile(entry)) await session.query(s.sql, s.binds);
		this.#rows += rows.length;
		this.#rejects += rejects.length;
	}
}

async function* batches<T>(items: readonly T[], toRow: (item: T) => readonly (string | null)[]) {
	for (let from = 0; from < items.length; from += BATCH) yield items.slice(from, from + BATCH).map(toRow);
}
