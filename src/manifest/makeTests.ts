/** Which generic tests the property files ask for: of models (and their versions), seeds, snapshots and sources. */
import type { Diagnostic } from "../core/diagnostic.ts";
import type { MacroNode, Plain } from "../core/node.ts";
import type { PlainRecord, YamlEntry } from "../core/parsed.ts";
import { columnTags } from "./columns.ts";
import type { ColumnSource, Draft } from "./draft.ts";
import { type TestItem, TestMaker, type TestTarget } from "./genericTests.ts";
import { columnsOf, listOf, versionColumns, versionsOf } from "./patches.ts";
import type { ManifestPorts } from "./ports.ts";
import { dedupe, recordOr, tagsOf } from "./resolveConfig.ts";
import type { SourceDraft } from "./sourceDrafts.ts";

interface TestList {
	readonly items: readonly Plain[];
	readonly path: readonly (string | number)[];
}

/** The list under `data_tests`, or under its older name. */
function testsOf(record: PlainRecord, path: readonly (string | number)[]): TestList {
	const key = listOf(record.data_tests).length > 0 || record.tests === undefined ? "data_tests" : "tests";
	return { items: listOf(record[key]), path: [...path, key] };
}

const hasOwnTests = (record: PlainRecord): boolean => Array.isArray(record.data_tests) || Array.isArray(record.tests);

export class TestPlanner {
	readonly #maker: TestMaker;
	readonly #drafts: Draft[] = [];

	constructor(
		ports: ManifestPorts,
		problems: Diagnostic[],
		about: { readonly macros: readonly MacroNode[]; readonly nested: boolean },
	) {
		this.#maker = new TestMaker(ports, problems, about);
	}

	/** One warning for all arguments written the older way, at the first of them. */
	get warnings(): readonly Diagnostic[] {
		return this.#maker.warnings;
	}

	get drafts(): readonly Draft[] {
		return this.#drafts;
	}

	addNode(entry: YamlEntry): void {
		const versions = entry.section === "models" ? versionsOf(entry) : [];
		if (versions.length === 0) {
			const target = nodeTarget(entry, null);
			this.#add(target, entry, columnsOf(entry.value, []), testsOf(entry.value, []));
			return;
		}
		for (const version of versions) {
			const path = ["versions", version.index];
			const tests = hasOwnTests(version.record) ? testsOf(version.record, path) : testsOf(entry.value, []);
			this.#add(nodeTarget(entry, version.version), entry, versionColumns(entry, version), tests);
		}
	}

	addSource(draft: SourceDraft): void {
		const { entry, source, table, path } = draft;
		const target: TestTarget = {
			label: `source "${draft.source_name}.${draft.name}"`,
			name: draft.name,
			namePart: `${draft.source_name}_${draft.name}`,
			call: `source('${draft.source_name}', '${draft.name}')`,
			ref: null,
			source: [draft.source_name, draft.name],
			package_name: draft.package_name,
			original_file_path: entry.original_file_path,
			file: entry.file,
			fileKeyName: `sources.${draft.source_name}`,
			fqnFrame: fqnFrameOf(entry),
			quoteColumns: recordOr(table.quoting).column === true || recordOr(source.quoting).column === true,
		};
		const tags = [...tagsOf(source), ...tagsOf(table)];
		// dbt takes a source's table tests before those of its columns.
		this.#addList(target, entry, { list: testsOf(table, path), column: null, tags });
		for (const column of draft.columns) this.#addColumn(target, entry, column, tags);
	}

	#add(target: TestTarget, entry: YamlEntry, columns: readonly ColumnSource[], tests: TestList): void {
		for (const column of columns) this.#addColumn(target, entry, column, []);
		this.#addList(target, entry, { list: tests, column: null, tags: [] });
	}

	#addColumn(target: TestTarget, entry: YamlEntry, { record, path }: ColumnSource, inherited: readonly string[]): void {
		const list = testsOf(record, path);
		if (list.items.length === 0) return;
		const own = columnTags(record);
		const tags = inherited.length === 0 ? own : dedupe([...inherited, ...own]);
		this.#addList(target, entry, { list, column: record, tags });
	}

	#addList(
		target: TestTarget,
		entry: YamlEntry,
		{ list, column, tags }: { list: TestList; column: PlainRecord | null; tags: readonly string[] },
	): void {
		list.items.forEach((written, i) => {
			const draft = this.#maker.make(target, { written, column, tags, ...placed(entry, list.path, i) });
			if (draft !== null) this.#drafts.push(draft);
		});
	}
}

/**
 * Where the test stands in its entry. Nodes keep `place` for as long as they live, so it must hold on to nothing else:
 * made inside the planner, it would keep the planner with the drafts of all tests.
 */
function placed(
	{ at, scalarText }: YamlEntry,
	list: TestList["path"],
	index: number,
): Pick<TestItem, "place" | "scalarText"> {
	return {
		place: () => at([...list, index]),
		scalarText: scalarText === null ? null : (below) => scalarText([...list, index, ...below]),
	};
}

const fqnFrameOf = ({ package_name, original_file_path }: YamlEntry): readonly string[] => [
	package_name,
	...original_file_path.split("/").slice(1, -1),
	"",
];

function nodeTarget(entry: YamlEntry, version: string | number | null): TestTarget {
	const { name } = entry;
	return {
		label: `${NOUNS[entry.section] ?? entry.section} "${name}"${version === null ? "" : ` version ${version}`}`,
		name,
		namePart: version === null ? name : `${name}_v${version}`,
		call: version === null ? `ref('${name}')` : `ref('${name}', version='${version}')`,
		ref: { name, package: null, version },
		source: null,
		package_name: entry.package_name,
		original_file_path: entry.original_file_path,
		file: entry.file,
		fileKeyName: `${entry.section}.${name}`,
		fqnFrame: fqnFrameOf(entry),
		quoteColumns: entry.value.quote_columns === true,
	};
}

const NOUNS: { readonly [section: string]: string } = { models: "model", seeds: "seed", snapshots: "snapshot" };
