import { LONGEST_RECORD } from "./csvBlocks.ts";
import { jsonRecords } from "./jsonRecords.ts";
import { JsonScanner, parseJsonPath } from "./jsonScanner.ts";
import type { LandingSink } from "./landingSink.ts";
import { unstorable } from "./landingValues.ts";
import type { LoadSpec } from "./loadSpec.ts";
import { misfitOf } from "./readCsv.ts";
import type { FileDigest } from "./textFile.ts";
import { withoutTrailingCommas } from "./trailingCommas.ts";
import { type StoredFile, utf8Blocks, wholeText } from "./utf8Blocks.ts";

/** A file of one JSON value a line; yields when the sink is full. Throws what utf8Blocks throws. */
export async function* readJsonLines(
	stored: StoredFile,
	spec: LoadSpec,
	sink: LandingSink,
): AsyncGenerator<void, FileDigest> {
	const blocks = utf8Blocks({ ...stored, maxUnpacked: spec.maxUncompressed }, spec.encoding);
	const writer = new JsonWriter(spec, sink);
	try {
		return yield* lines(blocks, (bytes, start, end, line) => {
			if (end === -1) sink.reject(line, bytes.toString("utf8", start, start + 1000), TOO_LONG);
			else if (!isBlank(bytes, start, end)) writer.line(bytes, start, end, line);
			return sink.full;
		});
	} finally {
		await blocks.return({ hash: "", bytes: 0 });
	}
}

const TOO_LONG = `the line is longer than ${LONGEST_RECORD >> 20} MiB`;

type TakeLine = (bytes: Buffer, start: number, end: number, line: number) => boolean;

/** Calls `take` for each line, with -1 for the end of one that is too long; yields where it returns true. */
async function* lines(blocks: AsyncGenerator<Buffer, FileDigest>, take: TakeLine): AsyncGenerator<void, FileDigest> {
	let held: Buffer[] = [];
	let heldBytes = 0;
	let skipping = false;
	let line = 0;
	for (;;) {
		const next = await blocks.next();
		if (next.done === true) {
			const rest = Buffer.concat(held);
			if (rest.length > 0 && !skipping && take(rest, 0, rest.length, line + 1)) yield;
			return next.value;
		}
		let block = next.value;
		let from = 0;
		let end = block.indexOf(10);
		if (end === -1 && !skipping && heldBytes + block.length > LONGEST_RECORD) {
			if (take(Buffer.concat([...held, block]), 0, -1, line + 1)) yield;
			[held, heldBytes, skipping] = [[], 0, true];
		}
		if (end === -1) {
			if (!skipping) held.push(block);
			if (!skipping) heldBytes += block.length;
			continue;
		}
		if (skipping) {
			skipping = false;
			line++;
			from = end + 1;
		} else if (held.length > 0) {
			end += heldBytes;
			block = Buffer.concat([...held, block]);
		}
		[held, heldBytes] = [[], 0];
		for (end = block.indexOf(10, from); end !== -1; end = block.indexOf(10, from)) {
			line++;
			if (take(block, from, end, line)) yield;
			from = end + 1;
		}
		if (from < block.length) {
			held = [block.subarray(from)];
			heldBytes = block.length - from;
		}
	}
}

function isBlank(b: Buffer, start: number, end: number): boolean {
	// Nearly every line begins with a printed character.
	const first = b[start]!;
	return end === start || (!(first > 32 && first < 127) && b.toString("utf8", start, end).trim() === "");
}

/** A page: one JSON document with a list of records in it, read whole. Throws TFM-LOAD-008, 009, and what wholeText throws. */
export async function* readJsonPage(
	stored: StoredFile,
	spec: LoadSpec,
	sink: LandingSink,
): AsyncGenerator<void, FileDigest> {
	const { text: arrived, digest } = await wholeText({ ...stored, maxUnpacked: spec.maxUncompressed }, spec.encoding);
	const page = spec.trailingCommas === "accept" ? withoutTrailingCommas(arrived) : arrived;
	const writer = new JsonWriter(spec, sink);
	// Both texts have their records in the same places: a reject is kept with its commas.
	for (const [i, [from, to]] of jsonRecords(page, spec.records, stored.file).entries()) {
		writer.record(Buffer.from(page.slice(from, to)), () => arrived.slice(from, to), i + 1);
		if (sink.full) yield;
	}
	return digest;
}

class JsonWriter {
	readonly #sink: LandingSink;
	readonly #scanner: JsonScanner;
	readonly #whole: boolean;
	readonly #infer: boolean;
	readonly #commas: boolean;
	/** A list is a record where it is kept as it came or where a column says a place in it: `$[0]`. */
	readonly #takesLists: boolean;

	constructor(spec: LoadSpec, sink: LandingSink) {
		this.#sink = sink;
		this.#whole = spec.columns === "record";
		this.#infer = spec.columns === "infer";
		this.#commas = spec.trailingCommas === "accept";
		const paths = this.#whole ? [] : sink.fields.map(({ column }) => pathOf(column.path, this.#infer));
		this.#takesLists = this.#whole || paths.some(([first]) => typeof first === "number");
		this.#scanner = new JsonScanner(paths, { gatherStrangers: this.#infer });
	}

	line(bytes: Buffer, start: number, end: number, line: number): void {
		const stop = bytes[end - 1] === 13 ? end - 1 : end;
		if (this.#commas) {
			const raw = bytes.toString("utf8", start, stop);
			this.record(Buffer.from(withoutTrailingCommas(raw)), () => raw, line);
			return;
		}
		const reason = this.#write(bytes, start, stop);
		if (reason === undefined) this.#sink.take(line);
		else this.#sink.reject(line, bytes.toString("utf8", start, stop), reason);
	}

	record(bytes: Buffer, raw: () => string, row: number): void {
		const reason = this.#write(bytes, 0, bytes.length);
		if (reason === undefined) this.#sink.take(row);
		else this.#sink.reject(row, raw(), reason);
	}

	/** Why the record is no row; undefined: it is written. */
	#write(b: Buffer, start: number, end: number): string | undefined {
		const { rows, fields } = this.#sink;
		const scanner = this.#scanner;
		if (!scanner.scan(b, start, end)) return scanner.tooDeep ? "nested too deeply" : "not JSON";
		let first = start;
		while (b[first]! <= 32) first++;
		if (b[first] !== OBJECT && !(this.#takesLists && b[first] === LIST)) return "not a JSON object";
		rows.begin();
		if (this.#whole) return this.#writeWhole(b, start, end);
		if (this.#infer && scanner.strangers.length > 0)
			return misfitOf(scanner.strangers, [])?.replace("the file", "the record");
		for (let i = 0; i < fields.length; i++) {
			const reason = this.#writeField(b, i);
			if (reason !== undefined) return reason;
		}
		return undefined;
	}

	#writeField(b: Buffer, i: number): string | undefined {
		const scanner = this.#scanner;
		const field = this.#sink.fields[i]!;
		const from = scanner.starts[i]!;
		const to = scanner.ends[i]!;
		const first = from === -1 ? NULL : b[from]!;
		if (first === NULL) return field.null();
		if (field.column.type === "json") {
			this.#sink.rows.bytes(b, from, to);
			return undefined;
		}
		if (first !== QUOTE) return field.bytes(b, from, to);
		if (scanner.escapes[i] === 1) {
			const length = this.#unescaped(b, from + 1, to - 1);
			if (length >= 0) return field.bytes(this.#scratch, 0, length);
			return field.text(JSON.parse(b.toString("utf8", from, to)) as string);
		}
		return field.bytes(b, from + 1, to - 1);
	}

	#scratch = Buffer.allocUnsafeSlow(1024);

	/** The bytes of a sound string without its escapes, into the scratch: how many; -1 where one is a character's number. */
	#unescaped(b: Buffer, start: number, end: number): number {
		if (this.#scratch.length < end - start) this.#scratch = Buffer.allocUnsafeSlow((end - start) * 2);
		const out = this.#scratch;
		let to = 0;
		for (let at = start; at < end; at++) {
			const c = b[at]!;
			if (c !== BACKSLASH) {
				out[to++] = c;
				continue;
			}
			const meant = MEANT[b[++at]!]!;
			if (meant === 0) return -1;
			out[to++] = meant;
		}
		return to;
	}

	#writeWhole(b: Buffer, start: number, end: number): string | undefined {
		if (this.#scanner.anyEscape) {
			const text = b.toString("utf8", start, end);
			const reason = BAD_ESCAPE.test(text) ? firstProblem(JSON.parse(text)) : undefined;
			if (reason !== undefined) return reason;
		}
		this.#sink.rows.bytes(b, start, end);
		return undefined;
	}
}

const QUOTE = 34;
const BACKSLASH = 92;
/** What the byte behind a backslash stands for; 0: more than that byte says. */
const MEANT = new Uint8Array(256);
for (const [behind, meant] of ['""', "\\\\", "//", "b\b", "f\f", "n\n", "r\r", "t\t"])
	MEANT[behind!.charCodeAt(0)] = meant!.charCodeAt(0);
const OBJECT = 123;
const LIST = 91;
/** The n of null: no other value begins with it. */
const NULL = 110;

/** Found columns are keys of the record as they stand; declared ones say a path. */
const pathOf = (path: string, infer: boolean): readonly (string | number)[] =>
	infer ? [path] : (parseJsonPath(path) ?? [path]);

/** An escape that stands for what no database text can hold; an escaped backslash before it is none. */
const BAD_ESCAPE = /(?<!\\)(?:\\\\)*\\u(?:0000|[dD][89a-fA-F])/;

/** What is wrong with a text in a value, keys included. Iterative: pages may nest deeply. */
function firstProblem(root: unknown): string | undefined {
	const open: unknown[] = [root];
	while (open.length > 0) {
		const value = open.pop();
		if (typeof value === "string") {
			const problem = unstorable(value);
			if (problem !== undefined) return problem;
		} else if (typeof value === "object" && value !== null)
			for (const [key, inner] of Object.entries(value)) open.push(inner, key);
	}
	return undefined;
}
