import { fail } from "../core/diagnostic.ts";
import { csvRecords } from "./csvBlocks.ts";
import { jsonRecords, numberedLines } from "./jsonRecords.ts";
import { membersOf, pathReader, skipBlank } from "./jsonText.ts";
import type { LandingColumn, LandingType } from "./landingTypes.ts";
import { formattedValue, landingValue } from "./landingValues.ts";
import type { LoadSpec } from "./loadSpec.ts";
import { openParquet } from "./parquetFile.ts";
import { checkHeader, csvShape, headerOf } from "./readCsv.ts";
import { type StoredFile, utf8Blocks, wholeText } from "./utf8Blocks.ts";

/** Records that are looked at for their types. */
const SAMPLE = 1000;
/** What a Postgres table has, less the three of tfm's own. */
const MOST_COLUMNS = 1597;

/**
 * The columns that a file's first records show: names as they stand there, each with the narrowest type that all its
 * values have. A number with a zero in front is text: it is a code. Throws TFM-LOAD-005, 006, 026 (too many columns, or
 * none), and what the readers throw.
 */
export async function inferColumns(stored: StoredFile, spec: LoadSpec): Promise<readonly LandingColumn[]> {
	const columns = await (spec.format === "parquet"
		? parquetColumns(stored)
		: spec.format === "csv"
			? csvColumns(stored, spec)
			: jsonColumns(await firstRecords(stored, spec), spec));
	return checked(columns, stored.file);
}

/** The same of a file of a stage, whose first records the engine has read. */
export async function inferStagedColumns(
	file: string,
	spec: LoadSpec,
	sample: (most: number) => Promise<readonly string[]>,
): Promise<readonly LandingColumn[]> {
	const records = await sample(spec.format === "csv" ? SAMPLE + 1 : SAMPLE);
	if (spec.format !== "csv") return checked(jsonColumns(records.filter(isJson), spec), file);
	const [first = [], ...rest] = records.map((record) => JSON.parse(record) as readonly string[]);
	const header = first.map((name) => name.trim());
	checkHeader(header, file);
	const guesses = header.map(() => new TypeGuess(spec));
	for (const record of rest)
		if (record.length === header.length) for (const [i, value] of record.entries()) guesses[i]!.take(value);
	return checked(
		header.map((name, i) => guesses[i]!.column(name)),
		file,
	);
}

function checked(columns: readonly LandingColumn[], file: string): readonly LandingColumn[] {
	const names = columns.map((column) => column.name);
	const bad = names.find((name) => name === "" || name.startsWith("_tfm_") || Buffer.byteLength(name) > 63);
	if (columns.length === 0 || columns.length > MOST_COLUMNS || bad !== undefined)
		fail("TFM-LOAD-026", { file, columns: columns.length, limit: MOST_COLUMNS, name: bad ?? null });
	return columns;
}

async function parquetColumns({ absolute, file }: StoredFile): Promise<readonly LandingColumn[]> {
	const parquet = await openParquet(absolute, file);
	await parquet.close();
	return parquet.columns.map(({ name, value }) => ({ name, type: value.type, path: name, formats: [] }));
}

async function csvColumns(stored: StoredFile, spec: LoadSpec): Promise<readonly LandingColumn[]> {
	const { file } = stored;
	let header: readonly string[] | undefined;
	const guesses: TypeGuess[] = [];
	let records = 0;
	const reading = csvRecords(
		utf8Blocks({ absolute: stored.absolute, file, maxUnpacked: spec.maxUncompressed }, spec.encoding),
		{
			file,
			shape: csvShape(spec),
			take(record) {
				if (header === undefined) {
					header = headerOf(record);
					checkHeader(header, file);
					for (const _ of header) guesses.push(new TypeGuess(spec));
					return false;
				}
				if (record.problem !== undefined || record.count !== header.length) return false;
				for (let i = 0; i < record.count; i++) {
					const { from, start, end } = record.at(i);
					guesses[i]!.take(from.toString("utf8", start, end));
				}
				return ++records >= SAMPLE;
			},
		},
	);
	await reading.next();
	await reading.return({ hash: "", bytes: 0 });
	if (header === undefined) fail("TFM-LOAD-006", { file }, { at: { file, line: 1, column: 1 } });
	return (header as readonly string[]).map((name, i) => guesses[i]!.column(name));
}

function jsonColumns(records: readonly string[], spec: LoadSpec): readonly LandingColumn[] {
	const guesses = new Map<string, TypeGuess>();
	for (const record of records) {
		const read = pathReader(record);
		const start = skipBlank(record, 0);
		if (record[start] !== "{") continue;
		for (const key of membersOf(record, start).keys()) {
			let guess = guesses.get(key);
			if (guess === undefined) guesses.set(key, (guess = new TypeGuess(spec)));
			const value = read([key]);
			if (value === null) continue;
			if (!value.isString && /^[[{]/.test(value.text)) guess.isJson();
			else guess.take(value.text, value.isString);
		}
	}
	return [...guesses].map(([name, guess]) => guess.column(name));
}

async function firstRecords(stored: StoredFile, spec: LoadSpec): Promise<readonly string[]> {
	if (spec.format === "json") {
		const { text } = await wholeText({ ...stored, maxUnpacked: spec.maxUncompressed }, spec.encoding);
		return jsonRecords(text, spec.records, stored.file)
			.slice(0, SAMPLE)
			.map(([from, to]) => text.slice(from, to));
	}
	const blocks = utf8Blocks({ ...stored, maxUnpacked: spec.maxUncompressed }, spec.encoding);
	const decoder = new TextDecoder();
	const texts = async function* () {
		for await (const block of blocks) yield decoder.decode(block, { stream: true });
	};
	const found: string[] = [];
	for await (const lines of numberedLines(texts())) {
		for (const { text } of lines) if (isJson(text)) found.push(text);
		if (found.length >= SAMPLE) break;
	}
	return found.slice(0, SAMPLE);
}

function isJson(text: string): boolean {
	try {
		JSON.parse(text);
		return true;
	} catch {
		return false;
	}
}

/** From the narrowest to the widest; text takes everything. */
const CANDIDATES: readonly LandingType[] = ["boolean", "bigint", "numeric", "date", "timestamp", "timestamptz"];

class TypeGuess {
	#possible: LandingType[];
	#seen = false;
	#json = false;
	#text = false;
	readonly #nulls: readonly string[];
	readonly #formats: readonly string[];
	readonly #dated: ReadonlyMap<LandingType, ReturnType<typeof formattedValue>>;

	constructor({ nullValues, dateFormats }: LoadSpec) {
		this.#possible = [...CANDIDATES];
		this.#nulls = nullValues;
		this.#formats = dateFormats;
		const dated: readonly LandingType[] = dateFormats.length === 0 ? [] : ["date", "timestamp", "timestamptz"];
		this.#dated = new Map(dated.map((type) => [type, formattedValue(type, dateFormats)]));
	}

	/** `isString`: JSON has it in quotes, so that it is no number and no boolean. */
	take(text: string, isString = false): void {
		if (this.#nulls.includes(text)) return;
		this.#seen = true;
		this.#possible = this.#possible.filter((type) => {
			if (isString && (type === "boolean" || type === "bigint" || type === "numeric")) return false;
			if (type === "boolean") return /^(true|false)$/i.test(text);
			if (type === "bigint" || type === "numeric") {
				if (/^[+-]?0\d/.test(text) || text.startsWith("+")) return false;
				if (type === "bigint" && !/^-?\d+$/.test(text)) return false;
			}
			return "value" in (this.#dated.get(type)?.(text) ?? landingValue(type, text));
		});
		if (this.#possible.length === 0) this.#text = true;
	}

	isJson(): void {
		this.#json = true;
	}

	column(name: string): LandingColumn {
		const type = this.#json ? "json" : this.#seen && !this.#text ? this.#possible[0]! : "text";
		return { name, type, path: name, formats: this.#dated.has(type) ? this.#formats : [] };
	}
}
