import type { ResultTable } from "./resultTable.ts";

/** The answer to `StateStore.fence`: `true`, or where a fence is a change of the run's row, that one row was changed. */
export const holdsFence = ({ rows }: Pick<ResultTable, "rows">): boolean => Number(rows[0]?.[0] ?? 0) === 1;
