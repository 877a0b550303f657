import { DBT_VERSION } from "../core/version.ts";

export interface CatalogMeta {
	readonly generatedAt: string;
	readonly invocationId: string;
	readonly invocationStartedAt: string;
	/** dbt's `DBT_ENV_CUSTOM_ENV_X` variables, by X. */
	readonly env: Readonly<Record<string, string>>;
}

/** One row per column, as dbt's macro `get_catalog_relations` names them: `table_schema`, `column_name`, `stats:…`. */
export type CatalogRow = Readonly<Record<string, unknown>>;

/** Which entry of the catalog a relation belongs to. A source and a node may mean the same relation. */
export interface CatalogTargets {
	/** Unique ids by catalogKey. */
	readonly nodes: ReadonlyMap<string, string>;
	readonly sources: ReadonlyMap<string, readonly string[]>;
}

const SCHEMA = "https://schemas.getdbt.com/dbt/catalog/v1.json";

/** dbt looks relations up without regard to case. */
export const catalogKey = (relation: {
	readonly database: string;
	readonly schema: string;
	readonly identifier: string;
}): string =>
	JSON.stringify([relation.database, relation.schema, relation.identifier].map((part) => part.toLowerCase()));

/** The text of catalog.json, version 1: relations of the targets, by unique id. `errors`: databases that did not answer. */
export function toCatalogJson(
	rows: readonly CatalogRow[],
	targets: CatalogTargets,
	meta: CatalogMeta,
	errors: readonly string[] = [],
): string {
	const nodes: Record<string, object> = {};
	const sources: Record<string, object> = {};
	for (const { key, table } of tablesOf(rows)) {
		const node = targets.nodes.get(key);
		if (node !== undefined) nodes[node] = { ...table, unique_id: node };
		for (const source of targets.sources.get(key) ?? []) sources[source] = { ...table, unique_id: source };
	}
	return JSON.stringify({
		metadata: {
			dbt_schema_version: SCHEMA,
			dbt_version: DBT_VERSION,
			generated_at: meta.generatedAt,
			invocation_id: meta.invocationId,
			invocation_started_at: meta.invocationStartedAt,
			env: byName(meta.env),
		},
		nodes: byName(nodes),
		sources: byName(sources),
		errors: errors.length === 0 ? null : errors,
	});
}

interface CatalogTable {
	readonly metadata: object;
	readonly columns: Record<string, object>;
	readonly stats: object;
}

const textOrNull = (value: unknown): string | null => (value === null || value === undefined ? null : String(value));

function tablesOf(rows: readonly CatalogRow[]): readonly { readonly key: string; readonly table: CatalogTable }[] {
	const tables = new Map<string, { readonly key: string; readonly table: CatalogTable }>();
	for (const row of rows) {
		const [database, schema, name] = [row.table_database, row.table_schema, row.table_name].map(String);
		const exact = JSON.stringify([database, schema, name]);
		let entry = tables.get(exact);
		if (entry === undefined) {
			const metadata = {
				type: String(row.table_type),
				schema,
				name,
				database,
				comment: textOrNull(row.table_comment),
				owner: textOrNull(row.table_owner),
			};
			const key = catalogKey({ database: database!, schema: schema!, identifier: name! });
			entry = { key, table: { metadata, columns: {}, stats: statsOf(row) } };
			tables.set(exact, entry);
		}
		const column = String(row.column_name);
		entry.table.columns[column] = {
			type: String(row.column_type),
			index: Number(row.column_index),
			name: column,
			comment: textOrNull(row.column_comment),
		};
	}
	return [...tables.values()];
}

/** An adapter's columns `stats:size:label`, `:value`, `:description` and `:include` make a figure "size"; dbt adds whether there are any. */
function statsOf(row: CatalogRow): object {
	const ids = new Set(
		Object.keys(row).flatMap((name) => (name.startsWith("stats:") ? [name.slice(6).split(":", 1)[0]!] : [])),
	);
	const stats: Record<string, object> = {};
	for (const id of [...ids].sort()) {
		const part = (name: string) => row[`stats:${id}:${name}`];
		if (part("include") !== true) continue;
		stats[id] = {
			id,
			label: String(part("label")),
			value: part("value"),
			include: true,
			description: textOrNull(part("description")),
		};
	}
	const hasStats = {
		id: "has_stats",
		label: "Has Stats?",
		value: ids.size > 0 && Object.keys(stats).length > 0,
		include: false,
		description: "Indicates whether there are statistics for this table",
	};
	return { ...stats, has_stats: hasStats };
}

const byName = <T>(record: Readonly<Record<string, T>>): Record<string, T> =>
	Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
