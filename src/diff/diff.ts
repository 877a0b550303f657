/**
 * The rows of two relations compared: which keys came, went or changed, and in which columns (ADR 0044).
 *
 *   comparedColumns.ts  which columns are compared, and as what
 *   statements.ts       the SELECTs, in words of the engine (core/compareDialect.ts)
 *   compareRows.ts      asks them in order and gives the answer
 */
export { type ComparedColumn, pairColumns, type RetypedColumn } from "./comparedColumns.ts";
export { ASIDE_NAMES, compareRows, type DiffRequest } from "./compareRows.ts";
export type { ColumnChange, DiffSide, KeyedDiff, RowDiff, RowSample, UnkeyedDiff } from "./rowDiff.ts";
