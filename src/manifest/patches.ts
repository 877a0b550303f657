/**
 * Property entries become patches of drafts: found by name and kind, models with `versions` split into one patch per
 * version. An entry that belongs to nothing is a warning, as in dbt; two for one node are an error.
 */
import { type Diagnostic, diagnostic } from "../core/diagnostic.ts";
import { nodeId, type Plain } from "../core/node.ts";
import type { PlainRecord, YamlEntry } from "../core/parsed.ts";
import { suggestName } from "../core/suggestName.ts";
import { isRecord } from "./configDefaults.ts";
import type { ColumnSource, Draft, DraftKind, Patch } from "./draft.ts";
import { deepMerge } from "./mergeConfig.ts";
import { recordOr } from "./resolveConfig.ts";

const KIND_OF: { readonly [section: string]: DraftKind } = {
	models: "model",
	seeds: "seed",
	snapshots: "snapshot",
	analyses: "analysis",
	data_tests: "test",
	functions: "function",
};
const SECTION_OF: { readonly [kind: string]: string } = {
	model: "models",
	seed: "seeds",
	snapshot: "snapshots",
	analysis: "analyses",
	test: "data_tests",
	function: "functions",
};

export interface PatchReport {
	readonly problems: Diagnostic[];
	readonly warnings: Diagnostic[];
}

/** Properties that may stand at the top of an entry or under its config. */
const MOVED = ["meta", "docs", "group", "contract", "access"];

const movedConfig = (record: PlainRecord): PlainRecord => {
	const config = recordOr(record.config);
	const moved: { [key: string]: Plain } = { ...config };
	for (const key of MOVED) {
		const value = record[key] ?? null;
		if (value !== null) moved[key] = value;
	}
	return moved;
};

export const textOf = (value: Plain | undefined): string =>
	value === null || value === undefined || typeof value === "object" ? "" : String(value);

const versionOf = (value: Plain | undefined): string | number | null =>
	typeof value === "string" || typeof value === "number" ? value : null;

export const listOf = (value: Plain | undefined): readonly Plain[] =>
	Array.isArray(value) ? (value as readonly Plain[]) : [];

export const columnsOf = (record: PlainRecord, path: readonly (string | number)[]): readonly ColumnSource[] =>
	listOf(record.columns).flatMap((column, i) =>
		isRecord(column) && column.name !== undefined ? [{ record: column, path: [...path, "columns", i] }] : [],
	);

export interface VersionEntry {
	readonly version: string | number;
	readonly record: PlainRecord;
	readonly index: number;
}

export const versionsOf = (entry: YamlEntry): readonly VersionEntry[] =>
	listOf(entry.value.versions).flatMap((record, index) => {
		const version = isRecord(record) ? versionOf(record.v) : null;
		return isRecord(record) && version !== null ? [{ version, record, index }] : [];
	});

/** Numbers by value, anything else as text (dbt). */
const isLess = (a: string | number, b: string | number): boolean => {
	const [x, y] = [Number(a), Number(b)];
	return Number.isNaN(x) || Number.isNaN(y) ? String(a) < String(b) : x < y;
};

export const latestOf = (entry: YamlEntry): string | number | null =>
	versionOf(entry.value.latest_version) ??
	versionsOf(entry).reduce<string | number | null>(
		(max, { version }) => (max === null || isLess(max, version) ? version : max),
		null,
	);

/** Columns of one version: the model's, but for those excluded, then the version's own. */
export function versionColumns(entry: YamlEntry, version: VersionEntry): readonly ColumnSource[] {
	const items = listOf(version.record.columns);
	const filter = items.find(
		(item): item is PlainRecord => isRecord(item) && (item.include !== undefined || item.exclude !== undefined),
	);
	const base = columnsOf(entry.value, []).filter(({ record }) => isIncluded(textOf(record.name), filter));
	return [...base, ...columnsOf(version.record, ["versions", version.index])];
}

function isIncluded(name: string, filter: PlainRecord | undefined): boolean {
	if (filter === undefined) return true;
	const { include = "*" } = filter;
	const all = include === "*" || include === "all";
	return (all || listOf(include).includes(name)) && !listOf(filter.exclude).includes(name);
}

/** As a moment: a date alone means its first instant, UTC (dbt). */
const deprecationDate = (value: Plain | undefined): string | null => {
	const text = textOf(value);
	if (text === "") return null;
	return /^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00+00:00` : text;
};

function signatureOf(value: PlainRecord): Patch["signature"] {
	if (!isRecord(value.returns)) return null;
	const described = (record: PlainRecord) => ({
		data_type: textOf(record.data_type),
		description: typeof record.description === "string" ? record.description : null,
	});
	const argumentsOf = (record: PlainRecord) =>
		listOf(record.arguments)
			.filter(isRecord)
			.map((argument) => ({
				name: textOf(argument.name),
				...described(argument),
				default_value: argument.default_value ?? null,
			}));
	return {
		arguments: argumentsOf(value),
		returns: described(value.returns),
		overloads: listOf(value.overloads)
			.filter(isRecord)
			.map((overload) => ({
				defined_in: textOf(overload.defined_in),
				arguments: argumentsOf(overload),
				returns: isRecord(overload.returns) ? described(overload.returns) : null,
				description: typeof overload.description === "string" ? overload.description : null,
			})),
	};
}

function patchOf(entry: YamlEntry): Patch {
	const { value } = entry;
	return {
		entry,
		description: textOf(value.description),
		config: movedConfig(value),
		// dbt lays what is written over what was rendered, lists before lists; of singular tests it has only the latter.
		unrenderedConfig:
			entry.section === "data_tests"
				? movedConfig(value)
				: deepMerge(movedConfig(value), recordOr(entry.written.config)),
		columns: columnsOf(value, []),
		constraints: listOf(value.constraints),
		version: null,
		latestVersion: null,
		deprecationDate: deprecationDate(value.deprecation_date),
		timeSpine: value.time_spine ?? null,
		signature: signatureOf(value),
	};
}

function versionPatch(entry: YamlEntry, version: VersionEntry): Patch {
	const whole = patchOf(entry);
	// `access` and `docs` beside a version's config are declared by dbt's property files and not read (1.12).
	const over = recordOr(version.record.config);
	const written = recordOr(recordOr(listOf(entry.written.versions)[version.index]).config);
	const constraints = listOf(version.record.constraints);
	return {
		...whole,
		description: textOf(version.record.description) || whole.description,
		config: deepMerge(whole.config, over),
		unrenderedConfig: deepMerge(deepMerge(whole.config, over), written),
		columns: versionColumns(entry, version),
		constraints: constraints.length > 0 ? constraints : whole.constraints,
		version: version.version,
		latestVersion: latestOf(entry),
		deprecationDate: deprecationDate(version.record.deprecation_date),
	};
}

export class Patcher {
	readonly #byName = new Map<string, Draft[]>();
	readonly #report: PatchReport;
	readonly #isOff: (draft: Draft) => boolean;
	#missed = 0;

	/** `isOff`: disabled by its file or by a project file, whatever property files say. */
	constructor(drafts: Iterable<Draft>, report: PatchReport, isOff: (draft: Draft) => boolean) {
		this.#report = report;
		this.#isOff = isOff;
		for (const draft of drafts) {
			const list = this.#byName.get(draft.name);
			if (list === undefined) this.#byName.set(draft.name, [draft]);
			else list.push(draft);
		}
	}

	/** Hands the entry to its draft, or one patch per version to each. */
	apply(entry: YamlEntry): void {
		const kind = KIND_OF[entry.section];
		if (kind === undefined) return;
		const versions = kind === "model" ? versionsOf(entry) : [];
		if (versions.length === 0) this.#applyOne(entry, kind);
		else this.#applyVersions(entry, versions);
	}

	/**
	 * Of the package and enabled, else of any package and enabled, else those of the package that are disabled (dbt): a
	 * project that disables a package's seed and brings one of its own gets the package's properties for it.
	 */
	#find(name: string, kind: DraftKind, packageName: string): readonly Draft[] {
		const all = (this.#byName.get(name) ?? []).filter((draft) => draft.kind === kind && draft.test === null);
		const isOwn = (draft: Draft): boolean => draft.package_name === packageName;
		if (kind === "test") return all.filter(isOwn);
		if (all.length < 2) return all;
		const live = all.filter((draft) => !this.#isOff(draft));
		for (const found of [live.filter(isOwn), live, all.filter(isOwn)]) if (found.length > 0) return found;
		return all;
	}

	#applyOne(entry: YamlEntry, kind: DraftKind): void {
		const drafts = this.#find(entry.name, kind, entry.package_name);
		if (drafts.length === 0) this.#missing(entry, kind, entry.name);
		const patch = patchOf(entry);
		for (const draft of drafts) this.#give(draft, patch);
	}

	#applyVersions(entry: YamlEntry, versions: readonly VersionEntry[]): void {
		const latest = latestOf(entry);
		const known = versions.map(({ version }) => String(version));
		if (latest !== null && !known.includes(String(latest)))
			this.#report.problems.push(
				diagnostic(
					"TFM-PARSE-015",
					{ model: entry.name, version: String(latest), known },
					entry.at(["latest_version"]),
				),
			);
		const seen = new Set<string>();
		for (const version of versions) {
			const text = String(version.version);
			if (seen.has(text)) {
				const place = entry.at(["versions", version.index, "v"]);
				this.#report.problems.push(diagnostic("TFM-PARSE-016", { model: entry.name, version: text }, place));
				continue;
			}
			seen.add(text);
			this.#applyVersion(entry, version, latest);
		}
	}

	#applyVersion(entry: YamlEntry, version: VersionEntry, latest: string | number | null): void {
		const fileName = textOf(version.record.defined_in) || `${entry.name}_v${version.version}`;
		let [draft] = this.#find(fileName, "model", entry.package_name);
		if (draft === undefined && String(version.version) === String(latest))
			[draft] = this.#find(entry.name, "model", entry.package_name);
		if (draft === undefined) {
			this.#missing(entry, "model", fileName);
			return;
		}
		if (!this.#give(draft, versionPatch(entry, version))) return;
		draft.name = entry.name;
		draft.unique_id = nodeId(`model.${draft.package_name}.${entry.name}.v${version.version}`);
		draft.fqn = [...draft.fqn.slice(0, -1), entry.name, `v${version.version}`];
	}

	#give(draft: Draft, patch: Patch): boolean {
		if (draft.patch !== null) {
			const first = draft.patch.entry.at([]);
			this.#report.problems.push(
				diagnostic(
					"TFM-PARSE-012",
					{ kind: draft.kind, name: draft.name },
					{ ...patch.entry.at([]), related: [{ label: "the other one", ...first }] },
				),
			);
			return false;
		}
		draft.patch = patch;
		draft.description = patch.description;
		return true;
	}

	#missing(entry: YamlEntry, kind: DraftKind, name: string): void {
		const place = { ...entry.at(["name"]), severity: "warning" as const };
		const other = (this.#byName.get(name) ?? []).find((draft) => draft.kind !== kind && draft.test === null);
		if (other !== undefined) {
			const rightSection = SECTION_OF[other.kind] ?? other.kind;
			const facts = {
				name,
				section: entry.section,
				actual: other.kind,
				rightSection,
				file: entry.original_file_path,
			};
			this.#report.warnings.push(diagnostic("TFM-PARSE-009", facts, place));
			return;
		}
		// Looking at all names for each of thousands would take longer than everything else.
		const isFew = this.#missed++ < 100;
		const names = (isFew ? [...this.#byName.values()].flat() : []).filter(
			(draft) => draft.kind === kind && draft.test === null,
		);
		const suggestion = suggestName(
			name,
			names.map((draft) => draft.name),
		);
		const facts = { section: kind, name, key: entry.section, file: entry.original_file_path, suggestion };
		this.#report.warnings.push(diagnostic("TFM-PARSE-008", facts, place));
	}
}

/** Snapshots that a property file alone declares: `relation:` says what is snapshotted. */
export const isYamlSnapshot = (entry: YamlEntry): boolean =>
	entry.section === "snapshots" && typeof entry.value.relation === "string";
