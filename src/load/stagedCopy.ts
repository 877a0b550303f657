import type { Dialect, Session } from "../core/adapter.ts";
import { DatabaseError } from "../core/databaseError.ts";
import { fail } from "../core/diagnostic.ts";
import type { LandingStageDialect, StageColumn, StageFormat, StageNames, StageRead } from "../core/landingDialect.ts";
import type { SourceNode } from "../core/node.ts";
import type { RelationName } from "../core/relation.ts";
import { parseJsonPath } from "./jsonScanner.ts";
import { ownColumns } from "./landingTable.ts";
import type { LandingColumn } from "./landingTypes.ts";
import { expectedOf } from "./landingValues.ts";
import type { LoadSpec } from "./loadSpec.ts";
import { checkHeader } from "./readCsv.ts";
import { stagesOf } from "./stagedFiles.ts";

export interface StagedLoad {
	readonly session: Session;
	readonly source: SourceNode;
	readonly dialect: Dialect;
	readonly spec: LoadSpec;
	readonly columns: readonly LandingColumn[];
}

export interface StagedTables {
	readonly table: RelationName;
	/** Where rows go: the table itself, or the one that they are merged from. */
	readonly into: RelationName;
	readonly rejects: RelationName;
}

export interface StagedCounts {
	readonly taken: number;
	readonly rejected: number;
	/** Of the statement that brought the rows in. */
	readonly queryId: string | undefined;
	readonly misfits: readonly { readonly row: number; readonly reason: string }[];
}

/** Beyond the fields that are looked for: so that one with too many is told with their number. */
const SPARE_FIELDS = 8;

/** The files of a stage, one by one, in the open transaction of a load. */
export class StagedCopy {
	readonly #load: StagedLoad;
	readonly #staging: LandingStageDialect;
	readonly #names: StageNames;
	readonly #format: StageFormat;
	/** Of CSV: so many fields of a record are asked for. A wider file widens it for those after it. */
	#width: number;

	constructor(load: StagedLoad, { table, into, rejects }: StagedTables) {
		const { dialect, spec, source } = load;
		this.#load = load;
		this.#staging = stagesOf(dialect, source);
		this.#names = {
			table: dialect.render(into),
			rejects: dialect.render(rejects),
			records: dialect.render(this.#staging.recordsOf(table)),
		};
		const { format, records, delimiter, quote, encoding } = spec;
		const page = records === "" ? [] : records.split(".");
		this.#format = { format, page, delimiter, quote, escape: spec.escape, encoding };
		this.#width = load.columns.length + SPARE_FIELDS;
	}

	/** Before the transaction. */
	async define(): Promise<void> {
		await this.#send(this.#staging.define(this.#names, this.#format));
	}

	/**
	 * Rows and rejects of one file; so many misfits are told by their reason. Throws TFM-LOAD-021 where the load says
	 * `on_error: fail`, 008 and 009 for a page, 005, 006 and 011 for a header.
	 */
	async take(path: string, loadedAt: string, told: number): Promise<StagedCounts> {
		const { session, spec } = this.#load;
		const read = await this.#copy(path);
		const { rows } = await session.query(this.#staging.misfits(this.#names, read, Math.max(1, told)));
		const misfits = rows.map(([row, reason]) => ({ row: Number(row), reason: String(reason) }));
		const [first] = misfits;
		if (first !== undefined && spec.onError === "fail") fail("TFM-LOAD-021", { file: path, ...first });
		const own = [path, loadedAt];
		const { rowCount: taken, queryId } = await session.query(this.#staging.insertRows(this.#names, read), own);
		const reject = () => session.query(this.#staging.insertRejects(this.#names, read), own);
		const rejected = first === undefined ? 0 : (await reject()).rowCount;
		return { taken: taken ?? 0, rejected: rejected ?? 0, misfits: misfits.slice(0, told), queryId };
	}

	/** The first records of a file as text, of CSV as JSON lists, for whoever looks for its columns. Throws as `take` does. */
	async sample(path: string, most: number): Promise<readonly string[]> {
		await this.#copyFields(path);
		if (this.#format.format === "csv") await this.#firstRecord(path);
		await this.#checkPage(path);
		const { rows } = await this.#load.session.query(this.#staging.firstRecords(this.#names, this.#format, most));
		return rows.map(([raw]) => String(raw));
	}

	/** The rows of a file that is in, without its rejects. */
	async restore(path: string, loadedAt: string): Promise<void> {
		const read = await this.#copy(path);
		await this.#load.session.query(this.#staging.insertRows(this.#names, read), [path, loadedAt]);
	}

	/** The file's records in the table for them. */
	async #copy(path: string): Promise<StageRead> {
		const { spec, dialect } = this.#load;
		await this.#copyFields(path);
		const own = ownColumns(dialect).map(dialect.quote);
		const read = { ...this.#format, nullValues: spec.nullValues, own };
		if (spec.format === "csv") return { ...read, ...(await this.#csvFields(path)) };
		await this.#checkPage(path);
		const places = (path: string) => (spec.format === "parquet" ? [path] : (parseJsonPath(path) ?? [path]));
		return { ...read, fields: null, columns: spec.columns === "record" ? "record" : this.#columns(places) };
	}

	async #checkPage(path: string): Promise<void> {
		if (this.#format.format !== "json" || this.#format.page.length === 0) return;
		const { rows } = await this.#load.session.query(this.#staging.pageFound(this.#names, this.#format));
		if (rows[0]?.[0] !== null) return;
		const at = { file: path, line: 1, column: 1 };
		fail("TFM-LOAD-009", { path: this.#load.spec.records, key: this.#format.page.at(-1)! }, { at });
	}

	async #copyFields(path: string): Promise<void> {
		const { stage } = this.#load.spec.stage!;
		const place = { stage, below: path.slice(stage.length + 1) };
		try {
			await this.#send(this.#staging.copy(this.#names, place, this.#format, this.#width));
		} catch (error) {
			const found = error instanceof DatabaseError ? /Error parsing JSON:?\s*([^\n]*)/.exec(error.message) : null;
			if (found === null || this.#format.format !== "json") throw error;
			const problem = found[1] === "" ? "the database cannot read it" : found[1]!;
			fail("TFM-LOAD-008", { problem }, { at: { file: path, line: 1, column: 1 }, cause: error });
		}
	}

	/** The fields of the first record of a CSV, all of them: a file with more than were asked for is copied once more. */
	async #firstRecord(path: string): Promise<readonly string[]> {
		const first = async (): Promise<readonly string[]> => {
			const { rows } = await this.#load.session.query(this.#staging.firstRecord(this.#names));
			return rows[0] === undefined ? [] : (JSON.parse(String(rows[0][0])) as string[]);
		};
		let found = await first();
		while (found.length === this.#width) {
			this.#width *= 2;
			await this.#copyFields(path);
			found = await first();
		}
		// As many are asked for from now on, and some more.
		this.#width = Math.max(this.#width, found.length + SPARE_FIELDS);
		return found;
	}

	/** What the first record of a CSV says: how many fields there are and, where it is a header, which column each is. */
	async #csvFields(path: string): Promise<Pick<StageRead, "fields" | "columns">> {
		const found = await this.#firstRecord(path);
		const { spec } = this.#load;
		const { header } = spec;
		if (!header) {
			const places = (path: string, i: number) => [/^[1-9]\d*$/.test(path) ? Number(path) - 1 : i];
			const columns = this.#columns(places);
			const count = Math.max(found.length, ...columns.map((column) => Number(column.path[0]) + 1));
			return { fields: { count, header }, columns };
		}
		const names = found.map((name) => name.trim());
		checkHeader(names, path);
		const missing = this.#load.columns.map((column) => column.path).filter((wanted) => !names.includes(wanted));
		if (missing.length > 0)
			fail("TFM-LOAD-011", { missing, header: names }, { at: { file: path, line: 1, column: 1 } });
		return {
			fields: { count: names.length, header },
			columns: this.#columns((wanted) => [names.indexOf(wanted)]),
		};
	}

	#columns(places: (path: string, i: number) => readonly (string | number)[]): readonly StageColumn[] {
		const { dialect, spec } = this.#load;
		return this.#load.columns.map((column, i) => ({
			sql: dialect.quote(column.name),
			label: column.label ?? column.name,
			type: column.type,
			path: places(column.path, i),
			formats: column.formats,
			isKey: spec.keys.includes(column.name),
			expected: expectedOf(column),
		}));
	}

	async #send(statements: readonly string[]): Promise<void> {
		await this.#load.session.execute(statements.join(";\n"));
	}
}
