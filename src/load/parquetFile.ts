/**
 * A Parquet file, read a window of rows at a time. The library keeps the values of a window, so that memory follows the
 * window and the file's pages, not its row groups.
 */
import { type FileHandle, open } from "node:fs/promises";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import type { AsyncBuffer, Compressors, FileMetaData, SchemaElement } from "hyparquet";
import { fail } from "../core/diagnostic.ts";
import { type ParquetValue, parquetColumn } from "./parquetTypes.ts";

/**
 * Rows that are decoded together: at least these, and more where that is no more than so many values and bytes. The library
 * decodes a page anew for each window that has a part of it, and reads a whole column of a row group for each.
 */
const LEAST_ROWS = 32_768;
const VALUES = 1 << 20;
const BYTES = 32 << 20;
/** Unpacked bytes of one column in a row group; honest writers keep a whole group below that. */
const LARGEST_CHUNK = 1 << 30;
const LARGEST_PAGE = 256 << 20;

export interface ParquetColumn {
	readonly name: string;
	readonly value: ParquetValue;
}

export interface ParquetFile {
	readonly columns: readonly ParquetColumn[];
	readonly rows: number;
	/** The values of these columns, window by window: one array for each column, values as stored, null for none. */
	windows(names: readonly string[]): AsyncGenerator<readonly ArrayLike<unknown>[]>;
	close(): Promise<void>;
}

/** Throws TFM-LOAD-001 (unreadable), 023 (no Parquet file, damaged, or of a kind that cannot be read). */
export async function openParquet(absolute: string, file: string): Promise<ParquetFile> {
	const { parquetMetadataAsync, parquetScan, parquetSchema } = await import("hyparquet");
	const handle = await open(absolute).catch((cause: NodeJS.ErrnoException) =>
		fail("TFM-LOAD-001", { file, problem: cause.code ?? cause.message }, { cause }),
	);
	const damaged = (cause: unknown): never =>
		fail("TFM-LOAD-023", { file, problem: problemOf(cause) }, { cause: cause as Error });
	try {
		const buffer = await bufferOf(handle, file);
		const metadata = await parquetMetadataAsync(buffer, { geoparquet: false, parsers: STATISTICS }).catch(damaged);
		const tree = parquetSchema(metadata);
		const columns = tree.children.map((child) => ({ name: child.element.name, value: parquetColumn(child) }));
		checkSizes(metadata, file);
		const stored = { ...metadata, schema: asStored(metadata.schema) };
		return {
			columns,
			rows: Number(metadata.num_rows),
			close: () => handle.close(),
			async *windows(names) {
				const compressors = await unpackers();
				const options = { file: buffer, metadata: stored, columns: [...names], compressors, parsers: RAW, utf8: false };
				const scan = await parquetScan({ ...options, geoparquet: false }).catch(damaged);
				const rows = windowRows(metadata, names);
				for (const { rowStart, rowEnd } of scan.ranges)
					for (let from = rowStart; from < rowEnd; from += rows) {
						const range = { rowStart: from, rowEnd: Math.min(from + rows, rowEnd) };
						const window: ArrayLike<unknown>[] = [];
						for (const column of names) window.push(await scan.readColumn({ column, ...range }).catch(damaged));
						if (window.some((values) => values.length !== range.rowEnd - range.rowStart))
							damaged(new Error("a column has fewer values than the file has rows"));
						yield window;
					}
			},
		};
	} catch (error) {
		await handle.close();
		throw error;
	}
}

/** Values as they are stored; text alone is decoded, once for each value of a dictionary. */
const RAW = {
	timestampFromMilliseconds: (value: bigint) => value,
	timestampFromMicroseconds: (value: bigint) => value,
	timestampFromNanoseconds: (value: bigint) => value,
	dateFromDays: (value: number) => value,
	stringFromBytes: (value: Uint8Array | undefined) => value && strict.decode(value),
	jsonFromBytes: (value: Uint8Array) => value,
	geometryFromBytes: (value: Uint8Array) => value,
	geographyFromBytes: (value: Uint8Array) => value,
	uuidFromBytes: (value: Uint8Array) => value,
};
const strict = new TextDecoder("utf-8", { fatal: true });
/** A footer's least and greatest texts may be cut inside of a character; nobody looks at them. */
const STATISTICS = { ...RAW, stringFromBytes: (value: Uint8Array) => value };

/** The schema without what leaves mean, except text: parquetTypes has read it. Lists and maps keep what they are. */
const asStored = (schema: readonly SchemaElement[]): SchemaElement[] =>
	schema.map((element) => {
		const isText = element.converted_type === "UTF8" || element.logical_type?.type === "STRING";
		if (element.type === undefined || isText) return element;
		const { converted_type: _converted, logical_type: _logical, ...rest } = element;
		return rest;
	});

async function bufferOf(handle: FileHandle, file: string): Promise<AsyncBuffer> {
	const { size } = await handle.stat();
	if (size < 12) fail("TFM-LOAD-023", { file, problem: "it is too short to have a footer" });
	const edge = Buffer.alloc(4);
	await handle.read(edge, 0, 4, size - 4);
	if (edge.toString("latin1") !== "PAR1")
		fail("TFM-LOAD-023", {
			file,
			problem: "it has no footer (PAR1 at its end): was it still being written or copied?",
		});
	return {
		byteLength: size,
		async slice(start, end = size) {
			const bytes = Buffer.allocUnsafeSlow(Math.max(0, end - start));
			let at = 0;
			while (at < bytes.length) {
				const { bytesRead } = await handle.read(bytes, at, bytes.length - at, start + at);
				if (bytesRead === 0) throw new Error("the file ends before a column does");
				at += bytesRead;
			}
			return bytes.buffer;
		},
	};
}

function checkSizes(metadata: FileMetaData, file: string): void {
	for (const group of metadata.row_groups)
		for (const { meta_data: column } of group.columns)
			if (column !== undefined && Number(column.total_uncompressed_size) > LARGEST_CHUNK) {
				const problem = `column ${column.path_in_schema.join(".")} unpacks to ${Number(column.total_uncompressed_size) >> 20} MiB in one row group; the limit is 1024`;
				fail("TFM-LOAD-023", { file, problem });
			}
}

function windowRows({ row_groups: groups, num_rows: rows }: FileMetaData, names: readonly string[]): number {
	let bytes = 0;
	for (const group of groups)
		for (const { meta_data: column } of group.columns)
			if (column !== undefined && names.includes(column.path_in_schema[0] ?? ""))
				bytes += Number(column.total_uncompressed_size);
	const most = Math.min(VALUES / Math.max(1, names.length), (BYTES * Number(rows)) / Math.max(1, bytes));
	return Math.max(LEAST_ROWS, Math.floor(most));
}

/** gzip and brotli are Node's own, the others come with the library. A page says how long it is and may not be longer. */
async function unpackers(): Promise<Compressors> {
	const { compressors } = await import("hyparquet-compressors");
	const bounded =
		(unpack: (input: Uint8Array, length: number) => Uint8Array) =>
		(input: Uint8Array, length: number): Uint8Array => {
			if (length > LARGEST_PAGE)
				throw new Error(`a page unpacks to ${length >> 20} MiB; the limit is ${LARGEST_PAGE >> 20}`);
			return unpack(input, length);
		};
	const native = {
		GZIP: (input: Uint8Array, length: number) => gunzipSync(input, { maxOutputLength: Math.max(1, length) }),
		BROTLI: (input: Uint8Array, length: number) =>
			brotliDecompressSync(input, { maxOutputLength: Math.max(1, length) }),
	};
	return Object.fromEntries(
		Object.entries({ ...compressors, ...native }).map(([name, unpack]) => [name, bounded(unpack)]),
	);
}

/** The library's words without its name in front. */
const problemOf = (cause: unknown): string =>
	(cause instanceof Error ? cause.message : String(cause)).replace(/^parquet (?:file )?/, "");
