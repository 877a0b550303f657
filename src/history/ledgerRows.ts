import type { LandingTable } from "../core/landingTable.ts";
import { nodeId } from "../core/node.ts";
import type { LoadedFileRow, StateStore } from "../core/state.ts";
import { bound } from "./bound.ts";
import { instant, type Row, type Tables, text } from "./tables.ts";

type LedgerRows = Pick<StateStore, "loadedFiles" | "saveLoadedFile" | "forgetLoadedFiles">;

/** The ledger of landing files, one for each landing table. `byDatabase`: those tables may stand in several databases. */
export function createLedgerRows(
	{ table, raw, rowsOf, upsertAll, isThere }: Tables,
	{ byDatabase }: { readonly byDatabase: boolean },
): LedgerRows {
	const key = ({ source, database = "", schema, identifier }: LandingTable) => ({
		...{ source, table_schema: schema, table_name: identifier },
		...(byDatabase ? { table_database: database } : {}),
	});
	const of = (landing: LandingTable) => table("loaded_files").where(key(landing));
	return {
		async loadedFiles(session, landing) {
			// A table that somebody dropped has no file in it.
			if (!(await isThere(session, landing))) return [];
			const own = await rowsOf(session, of(landing).orderBy("path"));
			if (own.length > 0) return own.map(loadedFileOf);
			const unnamed = await rowsOf(session, of({ ...landing, schema: "", identifier: "" }).orderBy("path"));
			if (unnamed.length === 0) return [];
			// An empty table has none of those files in it, whichever table they were loaded into.
			const filled = raw("select exists (select from ??.??) as filled", [landing.schema, landing.identifier]);
			return (await rowsOf(session, filled))[0]?.filled === true ? unnamed.map(loadedFileOf) : [];
		},

		saveLoadedFile: (row) =>
			upsertAll(
				"loaded_files",
				[
					{
						...key(row),
						path: row.path,
						bytes: row.bytes,
						content_hash: row.contentHash,
						rows: row.rows,
						rejects: row.rejects,
						run_id: row.runId,
						loaded_at: row.loadedAt,
					},
				],
				[...Object.keys(key(row)), "path"],
			),

		forgetLoadedFiles: (landing) => bound(of(landing).delete()),
	};
}

const loadedFileOf = (row: Row): LoadedFileRow => ({
	source: nodeId(text(row, "source")),
	...(row.table_database === undefined ? {} : { database: text(row, "table_database") }),
	schema: text(row, "table_schema"),
	identifier: text(row, "table_name"),
	path: text(row, "path"),
	bytes: Number(row.bytes),
	contentHash: text(row, "content_hash"),
	rows: Number(row.rows),
	rejects: Number(row.rejects),
	runId: text(row, "run_id"),
	loadedAt: instant(row, "loaded_at"),
});
