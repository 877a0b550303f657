/**
 * Source tables: an entry of `sources:` and each of its tables become one node. Table beats source, `config:` beats the
 * older top-level keys; a root project's `overrides:` entry is laid over a package's source.
 */
import type { Plain } from "../core/node.ts";
import type { PlainRecord, YamlEntry } from "../core/parsed.ts";
import { isRecord } from "./configDefaults.ts";
import type { ColumnSource } from "./draft.ts";
import { columnsOf, listOf, textOf } from "./patches.ts";
import type { ProjectConfigs } from "./projectConfig.ts";
import { dedupe, recordOr, resolveConfig, tagsOf, unrenderedConfig } from "./resolveConfig.ts";

export interface SourceDraft {
	readonly entry: YamlEntry<"sources">;
	readonly source: PlainRecord;
	readonly table: PlainRecord;
	/** Inside the entry. */
	readonly path: readonly (string | number)[];
	readonly unique_id: string;
	readonly name: string;
	readonly source_name: string;
	readonly package_name: string;
	readonly fqn: readonly string[];
	readonly config: PlainRecord;
	readonly unrendered: PlainRecord;
	readonly columns: readonly ColumnSource[];
	readonly freshness: Plain;
	readonly load: Plain;
	/** Where it stands in the entry. */
	readonly loadPath: readonly (string | number)[];
	/** `layer:` as configured. */
	readonly wantedLayer: string | null;
}

const FRESHNESS_TIMES = ["warn_after", "error_after"] as const;
const NO_TIME = { count: null, period: null };

interface Threshold {
	warn_after: Plain;
	error_after: Plain;
	filter: Plain;
}

/** One written threshold; `{}` where nothing is written, null where it is switched off. */
function thresholdOf(record: PlainRecord): PlainRecord | null | undefined {
	if (!Object.hasOwn(record, "freshness")) return {};
	const value = record.freshness ?? null;
	return isRecord(value) ? value : null;
}

const timeOf = (value: Plain | undefined): PlainRecord => {
	const record = recordOr(value);
	return { count: record.count ?? null, period: record.period ?? null };
};

const isSet = (time: PlainRecord): boolean => time.count !== null && time.period !== null;

/**
 * Freshness of source, source config, table and table config, merged in this order: a null switches off what stands
 * before it; a time or filter that is set replaces the earlier one. `undefined` = nobody says anything.
 */
function mergeFreshness(levels: readonly (PlainRecord | null | undefined)[]): PlainRecord | null | undefined {
	let merged: Threshold | null = { warn_after: NO_TIME, error_after: NO_TIME, filter: null };
	for (const level of levels) {
		if (level === null) {
			merged = null;
			continue;
		}
		if (level === undefined || (merged === null && !FRESHNESS_TIMES.some((key) => isSet(timeOf(level[key]))))) continue;
		const next: Threshold = merged ?? { warn_after: NO_TIME, error_after: NO_TIME, filter: null };
		for (const key of FRESHNESS_TIMES) {
			if (level[key] === null) next[key] = null;
			else if (isSet(timeOf(level[key]))) next[key] = timeOf(level[key]);
		}
		if ((level.filter ?? null) !== null) next.filter = level.filter ?? null;
		merged = { ...next };
	}
	if (merged === null) return null;
	const any = FRESHNESS_TIMES.some((key) => isSet(timeOf(merged?.[key])));
	return any ? { ...merged } : undefined;
}

/** `loaded_at_field` and `loaded_at_query`: the table's, else the source's; a written null of the table counts. */
function loadedAt(source: PlainRecord, table: PlainRecord): { field: Plain; query: Plain } {
	const of = (record: PlainRecord, key: string): Plain => record[key] ?? recordOr(record.config)[key] ?? null;
	const field = of(table, "loaded_at_field");
	const query = of(table, "loaded_at_query");
	const fieldIsWritten = Object.hasOwn(table, "loaded_at_field");
	return {
		field: fieldIsWritten || field !== null ? field : of(source, "loaded_at_field"),
		query: query !== null ? query : fieldIsWritten || field !== null ? null : of(source, "loaded_at_query"),
	};
}

/** The root project's changes to packages' sources, by `package\0source`. */
function overridesOf(entries: readonly YamlEntry<"sources">[]): ReadonlyMap<string, PlainRecord> {
	const overrides = new Map<string, PlainRecord>();
	for (const { value } of entries)
		if (typeof value.overrides === "string") overrides.set(`${value.overrides}\0${textOf(value.name)}`, value);
	return overrides;
}

const tablesOf = (record: PlainRecord): readonly PlainRecord[] => listOf(record.tables).filter(isRecord);

function overridden(entry: YamlEntry<"sources">, overrides: ReadonlyMap<string, PlainRecord>): PlainRecord {
	const over = overrides.get(`${entry.package_name}\0${entry.name}`);
	if (over === undefined) return entry.value;
	const { overrides: _package, tables: _tables, name: _name, ...rest } = over;
	const changes = tablesOf(over);
	const tables = tablesOf(entry.value).map((table) => ({
		...table,
		...changes.find((change) => change.name === table.name),
	}));
	return { ...entry.value, ...rest, tables };
}

export function makeSourceDrafts(
	entries: readonly YamlEntry<"sources">[],
	projects: ProjectConfigs,
): readonly SourceDraft[] {
	const overrides = overridesOf(entries);
	return entries
		.filter(({ value }) => typeof value.overrides !== "string")
		.flatMap((entry) => {
			const source = overridden(entry, overrides);
			const { tables: _tables, ...own } = source;
			return tablesOf(source).map((table, i) => makeSourceDraft({ entry, source: own, table, index: i }, projects));
		});
}

interface TableInput {
	readonly entry: YamlEntry<"sources">;
	readonly source: PlainRecord;
	readonly table: PlainRecord;
	readonly index: number;
}

function makeSourceDraft({ entry, source, table, index }: TableInput, projects: ProjectConfigs): SourceDraft {
	const { package_name } = entry;
	const name = textOf(table.name);
	const fqn = [package_name, ...entry.folders, entry.name, name];
	const sourceConfig = recordOr(source.config);
	const tableConfig = recordOr(table.config);
	const freshness = mergeFreshness([
		thresholdOf(source),
		thresholdOf(sourceConfig),
		thresholdOf(table),
		thresholdOf(tableConfig),
	]);
	const { field, query } = loadedAt(source, table);
	const { freshness: _freshness, ...settings } = { ...sourceConfig, ...tableConfig };
	const yaml: PlainRecord = {
		...settings,
		...(freshness === undefined ? {} : { freshness }),
		loaded_at_field: field,
		loaded_at_query: query,
		meta: {
			...recordOr(source.meta),
			...recordOr(sourceConfig.meta),
			...recordOr(table.meta),
			...recordOr(tableConfig.meta),
		},
		tags: dedupe([...tagsOf(source), ...tagsOf(sourceConfig), ...tagsOf(table), ...tagsOf(tableConfig)].sort()),
	};
	const input = { kind: "source" as const, package_name, fqn, yaml, calls: [] };
	const config = resolveConfig(input, projects);
	const loads = [
		[table, ["tables", index]],
		[tableConfig, ["tables", index, "config"]],
		[source, []],
		[sourceConfig, ["config"]],
	] as const;
	const load = loads.find(([record]) => (record.load ?? null) !== null);
	const wanted = table.layer ?? config.layer ?? source.layer ?? null;
	return {
		entry,
		source,
		table,
		path: ["tables", index],
		unique_id: `source.${package_name}.${entry.name}.${name}`,
		name,
		source_name: entry.name,
		package_name,
		fqn,
		config,
		unrendered: unrenderedConfig({ ...input, call: {} }, projects),
		columns: columnsOf(table, ["tables", index]),
		freshness: config.freshness ?? null,
		load: load?.[0].load ?? null,
		loadPath: [...(load?.[1] ?? []), "load"],
		wantedLayer: typeof wanted === "string" ? wanted : null,
	};
}
