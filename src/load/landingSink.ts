import type { CopyText } from "../core/adapter.ts";
import { fail } from "../core/diagnostic.ts";
import { CopyRows } from "./copyRows.ts";
import { createFieldWriter, type FieldWriter } from "./fieldWriter.ts";
import type { LandingColumn } from "./landingTypes.ts";
import type { LoadSpec } from "./loadSpec.ts";

export interface Reject {
	/** Counts from 1: the record of a page or a Parquet file, the line of a JSON Lines file, the data record of a CSV. */
	readonly row: number;
	readonly raw: string;
	readonly reason: string;
}

/** Rejects are kept in memory up to here, then written before more rows are read. */
const PENDING_REJECTS = 5000;
const PENDING_CHARACTERS = 8 << 20;
/** A reject keeps so much of its text. */
const KEPT_CHARACTERS = 1 << 20;

/** Where the records of one file go: rows as COPY's text, or rejects with their reason. */
export class LandingSink {
	readonly rows: CopyRows;
	readonly fields: readonly FieldWriter[];
	taken = 0;
	rejected = 0;
	/** Set by a reader whose whole file does not fit the table: every record of it is a reject. */
	misfit: string | undefined;
	#pending: Reject[] = [];
	#pendingCharacters = 0;
	readonly #file: string;
	readonly #onError: LoadSpec["onError"];
	/** The columns of tfm's own, for a reject. */
	readonly ownOf: (row: number) => readonly string[];

	constructor(file: string, loadedAt: string, spec: LoadSpec, columns: readonly LandingColumn[]) {
		this.#file = file;
		this.#onError = spec.onError;
		this.ownOf = (row) => [file, String(row), loadedAt];
		this.rows = new CopyRows({ file, loadedAt });
		this.fields = columns.map((column) =>
			createFieldWriter(column, this.rows, {
				nullMarkers: spec.nullValues,
				isKey: spec.keys.includes(column.name),
			}),
		);
	}

	/** Whether what is held should be sent before more is read. */
	get full(): boolean {
		return this.rows.full || this.rejectsFull;
	}

	get rejectsFull(): boolean {
		return this.#pending.length >= PENDING_REJECTS || this.#pendingCharacters >= PENDING_CHARACTERS;
	}

	take(row: number): void {
		this.rows.end(row);
		this.taken++;
	}

	/** Throws TFM-LOAD-021 where the load says `on_error: fail`. */
	reject(row: number, raw: string, reason: string): void {
		this.rows.drop();
		if (this.#onError === "fail") fail("TFM-LOAD-021", { file: this.#file, row, reason });
		const kept = raw.length > KEPT_CHARACTERS ? `${raw.slice(0, KEPT_CHARACTERS)}…` : raw;
		this.rejected++;
		this.#pending.push({ row, raw: kept, reason });
		this.#pendingCharacters += kept.length + reason.length;
	}

	takeRows(): CopyText | null {
		return this.rows.take();
	}

	takeRejects(): readonly Reject[] {
		const taken = this.#pending;
		this.#pending = [];
		this.#pendingCharacters = 0;
		return taken;
	}
}
