/**
 * `reprocess_by`: an incremental model whose rows belong together in groups (all readings of one robot run). What is new
 * says which groups are touched; those are computed again as a whole, and no others. tfm's own: dbt passes over it.
 */
export interface ReprocessBy {
	/** Columns of the model, as they are written in SQL. Never empty. */
	readonly columns: readonly string[];
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
	typeof value === "object" && value !== null && !Array.isArray(value);

/** Of the config, else of its meta; null: the model has none. A text is what is wrong with it. */
export function readReprocessBy(config: Readonly<Record<string, unknown>>): ReprocessBy | string | null {
	const meta = isRecord(config.meta) ? config.meta.reprocess_by : undefined;
	const written = config.reprocess_by ?? meta ?? null;
	if (written === null) return null;
	const list: readonly unknown[] = Array.isArray(written) ? written : [written];
	if (list.length === 0) return "is an empty list";
	const columns = list.filter((column): column is string => typeof column === "string" && column.trim() !== "");
	if (columns.length < list.length) return "must be the name of a column or a list of names";
	const names = columns.map((column) => column.trim());
	if (new Set(names).size < names.length) return "names a column twice";
	return { columns: names };
}
