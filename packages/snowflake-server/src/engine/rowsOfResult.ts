import type { DuckDBMaterializedResult } from "@duckdb/node-api";
import type { RowList } from "../answer.ts";
import type { ColumnType } from "../sql/types.ts";
import { wireValue } from "./values.ts";

/** Answers of more rows stay with the engine, so that ten million of them need not be here at once. */
const AT_ONCE = 10_000;

/** The rows of a result as the wire has them. */
export function rowsOfResult(result: DuckDBMaterializedResult, types: readonly ColumnType[]): RowList {
	const read = (chunk: number) =>
		result
			.getChunk(chunk)
			.getRows()
			.map((row) => row.map((value, i) => wireValue(value, types[i]!)));
	const length = result.rowCount;
	if (length <= AT_ONCE) return Array.from({ length: result.chunkCount }, (_, i) => read(i)).flat();
	/** At which row each chunk begins, as far as that is known. */
	const starts = [0];
	const startOf = (chunk: number): number => {
		for (let known = starts.length; known <= chunk; known++)
			starts.push(starts[known - 1]! + result.getChunk(known - 1).rowCount);
		return starts[chunk]!;
	};
	return {
		length,
		slice(from = 0, until = length) {
			const rows: (readonly (string | null)[])[] = [];
			for (let chunk = 0; chunk < result.chunkCount && startOf(chunk) < until; chunk++) {
				const start = startOf(chunk);
				if (startOf(chunk + 1) > from) rows.push(...read(chunk).slice(Math.max(0, from - start), until - start));
			}
			return rows;
		},
	};
}
