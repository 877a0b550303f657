/**
 * Unit tests (spec 2.18): entries of `unit_tests:` become nodes, one for each version of the tested model, as dbt 1.12
 * makes them. They read nothing but their model; what their rows stand for is looked up, and where that is nothing the
 * test fails when it runs, not before.
 */
import { hash } from "node:crypto";
import { diagnostic, TfmError } from "../core/diagnostic.ts";
import type { Location } from "../core/location.ts";
import {
	type FixtureRows,
	type NodeId,
	nodeId,
	type Plain,
	type UnitTestInput,
	type UnitTestNode,
} from "../core/node.ts";
import type { FixtureFile, ParsedCode, YamlEntry } from "../core/parsed.ts";
import { isSourceCall, type ReferenceCall, readCall } from "../core/referenceText.ts";
import { suggestName } from "../core/suggestName.ts";
import { isRecord } from "./configDefaults.ts";
import { type Draft, isEnabled, isVersioned } from "./draft.ts";
import { readFixtureRows } from "./fixtureRows.ts";
import type { ManifestWork } from "./manifestWork.ts";
import { namedNode } from "./names.ts";
import type { NodeIndex } from "./nodeIndex.ts";
import { listOf, textOf } from "./patches.ts";
import { pythonRepr } from "./pythonText.ts";
import { recordOr, resolveConfig, tagsOf } from "./resolveConfig.ts";

export interface UnitTests {
	readonly enabled: readonly UnitTestNode[];
	readonly disabled: readonly UnitTestNode[];
}

type Entry = YamlEntry<"unit_tests">;
const IS_INCREMENTAL = "macro.dbt.is_incremental";
const INPUT_KEYS = ["input", "rows", "format", "fixture"];

/** References must be resolved and names given. Mistakes go to `work.problems`. */
export function makeUnitTests(work: ManifestWork, drafts: readonly Draft[], index: NodeIndex): UnitTests {
	const maker = new UnitTestMaker(work, drafts, index);
	const enabled: UnitTestNode[] = [];
	const disabled: UnitTestNode[] = [];
	for (const entry of work.parsed.unitTests)
		for (const node of maker.make(entry)) (node.config.enabled ? enabled : disabled).push(Object.freeze(node));
	return { enabled, disabled };
}

class UnitTestMaker {
	readonly #work: ManifestWork;
	readonly #drafts: readonly Draft[];
	readonly #index: NodeIndex;
	readonly #fixtures: ReadonlyMap<string, FixtureFile>;
	#seeds: ReadonlyMap<string, ParsedCode> | null = null;
	readonly #seen = new Map<string, Entry>();

	constructor(work: ManifestWork, drafts: readonly Draft[], index: NodeIndex) {
		this.#work = work;
		this.#drafts = drafts;
		this.#index = index;
		this.#fixtures = new Map(work.parsed.fixtures.map((file) => [`${file.package_name}.${file.name}`, file]));
	}

	/** Nothing when the entry is wrong (reported). */
	make(entry: Entry): readonly UnitTestNode[] {
		const { problems } = this.#work;
		const before = problems.length;
		this.#checkKeys(entry);
		const { model: modelText, base } = this.#base(entry);
		const [name = "", version = null] = modelText.trim().split(/\s+/);
		const ref = { name, package: entry.package_name, version };
		const found = this.#index.findRef(ref, entry.package_name);
		const draft = found.kind === "found" || found.kind === "disabled" ? found.target : undefined;
		if (draft?.kind !== "model") {
			const models = this.#drafts.filter((d) => d.kind === "model" && d.package_name === entry.package_name);
			const facts = {
				test: entry.name,
				model: modelText,
				suggestion: suggestName(
					name,
					models.map((d) => d.name),
				),
			};
			problems.push(diagnostic("TFM-UNIT-001", facts, entry.at(["model"])));
			return [];
		}
		const given = this.#given(entry, draft);
		const expect = this.#rows(entry, "expect", ["expect"], null);
		if (problems.length > before || expect === null) return [];
		const whole = { ...base, given, expect };
		const checksum = checksumOf(whole);
		const { enabled } = base.config;
		if (!enabled || !isEnabled(draft))
			return [{ ...whole, checksum, config: { ...base.config, enabled: false }, layer: null }];
		this.#checkIncremental(entry, draft, whole);
		const versions = this.#versions(entry, draft);
		if (problems.length > before) return [];
		const tested = { ...whole, checksum, schema: draft.schema, layer: draft.layer };
		if (versions === null) return [{ ...tested, depends_on: { macros: [], nodes: [draft.unique_id] } }];
		return versions.map((d) => ({
			...tested,
			unique_id: nodeId(`${base.unique_id}_v${d.patch?.version}`),
			depends_on: { macros: [], nodes: [d.unique_id] },
			version: d.patch?.version ?? null,
			layer: d.layer,
		}));
	}

	/** What the entry says by itself. */
	#base(entry: Entry) {
		const { name, package_name, value, original_file_path } = entry;
		const model = textOf(value.model);
		const fqn = [package_name, ...original_file_path.split("/").slice(1, -1), model, name];
		const yaml = recordOr(value.config);
		const config = resolveConfig({ kind: "unit_test", package_name, fqn, yaml, calls: [] }, this.#work.projects);
		const id = `unit_test.${package_name}.${model}.${name}`;
		const first = this.#seen.get(id);
		if (first === undefined) this.#seen.set(id, entry);
		else
			this.#work.problems.push(
				diagnostic(
					"TFM-UNIT-011",
					{ model, name },
					{ ...entry.at([]), related: [{ label: "the other one", ...first.at([]) }] },
				),
			);
		const overrides = isRecord(value.overrides) ? value.overrides : null;
		const versions = isRecord(value.versions) ? value.versions : null;
		const base = {
			resource_type: "unit_test" as const,
			unique_id: nodeId(id),
			name,
			package_name,
			path: entry.path,
			original_file_path,
			fqn,
			tags: tagsOf(config),
			description: textOf(entry.written.description),
			meta: recordOr(config.meta),
			location: entry.at([]).at,
			model,
			overrides:
				overrides === null
					? null
					: {
							macros: recordOr(overrides.macros),
							vars: recordOr(overrides.vars),
							env_vars: recordOr(overrides.env_vars),
						},
			config: { ...config, enabled: config.enabled !== false },
			depends_on: { macros: [], nodes: [] as readonly NodeId[] },
			schema: null as string | null,
			versions: versions === null ? null : { include: versions.include ?? null, exclude: versions.exclude ?? null },
			version: null as string | number | null,
		};
		return { model, base };
	}

	#given(entry: Entry, tested: Draft): readonly UnitTestInput[] {
		return listOf(entry.value.given).flatMap((item, i): readonly UnitTestInput[] => {
			const place = ["given", i] as const;
			if (!isRecord(item) || typeof item.input !== "string") {
				const facts = { where: `given of unit test "${entry.name}"`, key: "input" };
				this.#work.problems.push(diagnostic("TFM-PARSE-007", facts, entry.at(place)));
				return [];
			}
			const input = item.input.trim();
			const target = input === "this" ? tested : this.#find(input, tested, entry.at([...place, "input"]).at);
			const rows = this.#rows(entry, `given ${input}`, place, target);
			if (rows === null) return [];
			const node = target === null ? null : nodeId(target.unique_id);
			return [{ input: item.input, ...rows, node, location: entry.at([...place, "input"]).at }];
		});
	}

	#find(input: string, tested: Draft, at: Location): { readonly unique_id: string; readonly kind?: string } | null {
		const packageName = tested.package_name;
		const call = readCall(input) ?? this.#asked(input, tested, at);
		if (call === undefined) return null;
		const found = isSourceCall(call)
			? this.#index.findSource(call[0], call[1], packageName)
			: this.#index.findRef(call, packageName);
		return found.kind === "found" ? found.target : null;
	}

	/** dbt's flag: what a `ref` macro of the project, which takes more words than dbt's, asks for in the end. */
	#asked(input: string, tested: Draft, at: Location): ReferenceCall | undefined {
		if (this.#work.config.project.flags.support_custom_ref_kwargs !== true) return undefined;
		try {
			const { refs, sources } = this.#work.ports.collect(`{{ ${input} }}`, namedNode(tested), at);
			return refs[0] ?? sources[0];
		} catch (error) {
			if (error instanceof TfmError) return undefined;
			throw error;
		}
	}

	/** Null when they are wrong (reported). */
	#rows(
		entry: Entry,
		part: string,
		path: readonly (string | number)[],
		target: { readonly unique_id: string; readonly kind?: string } | null,
	): FixtureRows | null {
		const written = recordOr(path.reduce<Plain>((value, step) => stepInto(value, step), entry.value));
		const { scalarText, package_name } = entry;
		const label = `unit test "${entry.name}"`;
		const at = (inner: readonly (string | number)[]) => entry.at([...path, ...inner]);
		const isBare = (written.rows ?? null) === null && (written.fixture ?? null) === null;
		const wantsSeed = isBare && path[0] === "given" && (written.format ?? "dict") === "dict";
		try {
			const seed = wantsSeed && target?.kind === "seed" ? this.#seedText(target.unique_id) : null;
			if (wantsSeed && seed === null)
				throw new TfmError([
					diagnostic("TFM-UNIT-005", { label, input: textOf(written.input), package: package_name }, at([])),
				]);
			return readFixtureRows({
				label,
				part,
				written,
				seed,
				findFixture: (name) => this.#fixtures.get(`${package_name}.${name}`),
				at,
				scalarText: scalarText === null ? null : (inner) => scalarText([...path, ...inner]),
			});
		} catch (error) {
			if (!(error instanceof TfmError)) throw error;
			this.#work.problems.push(...error.diagnostics);
			return null;
		}
	}

	#seedText(id: string): { readonly file: string; readonly text: string } | null {
		this.#seeds ??= new Map(
			this.#work.parsed.code.flatMap((code) =>
				code.kind === "seed" ? [[`seed.${code.package_name}.${code.name}`, code]] : [],
			),
		);
		const code = this.#seeds.get(id);
		return code?.text === undefined ? null : { file: code.file, text: code.text() };
	}

	/** dbt refuses keys that it does not know, here where a slip would test something else. */
	#checkKeys(entry: Entry): void {
		const { value, name } = entry;
		const check = (record: Plain | undefined, known: readonly string[], where: string, path: (string | number)[]) => {
			for (const key of Object.keys(recordOr(record))) {
				if (known.includes(key)) continue;
				const facts = { test: name, key, where, suggestion: suggestName(key, known) };
				this.#work.problems.push(diagnostic("TFM-UNIT-012", facts, entry.at([...path, key], "key")));
			}
		};
		for (const [i, item] of listOf(value.given).entries()) check(item, INPUT_KEYS, "an input", ["given", i]);
		const { include = null, exclude = null } = recordOr(value.versions);
		if (hasAny(include) && hasAny(exclude))
			this.#work.problems.push(diagnostic("TFM-UNIT-010", { test: name }, entry.at(["versions"])));
	}

	#checkIncremental(entry: Entry, draft: Draft, test: Pick<UnitTestNode, "overrides" | "given">): void {
		if (!draft.macros.includes(IS_INCREMENTAL)) return;
		const facts = { test: entry.name, model: draft.name };
		const answer = test.overrides?.macros.is_incremental;
		if (typeof answer !== "boolean")
			this.#work.problems.push(
				diagnostic("TFM-UNIT-006", facts, entry.at(test.overrides === null ? [] : ["overrides"])),
			);
		else if (answer && !test.given.some(({ input }) => input === "this"))
			this.#work.problems.push(diagnostic("TFM-UNIT-007", facts, entry.at(["given"])));
	}

	/** The versions to test, null for a model without versions. */
	#versions(entry: Entry, draft: Draft): readonly Draft[] | null {
		const { include = null, exclude = null } = recordOr(entry.value.versions);
		const facts = { test: entry.name, model: draft.name };
		if (!isVersioned(draft)) {
			if (hasAny(include) || hasAny(exclude))
				this.#work.problems.push(diagnostic("TFM-UNIT-008", facts, entry.at(["versions"])));
			return null;
		}
		const all = this.#drafts.filter(
			(d) => d.kind === "model" && d.name === draft.name && d.package_name === draft.package_name && isEnabled(d),
		);
		const among = (list: Plain, d: Draft) =>
			listOf(list).some((version) => String(version) === String(d.patch?.version));
		const chosen = hasAny(exclude)
			? all.filter((d) => !among(exclude, d))
			: hasAny(include)
				? all.filter((d) => among(include, d))
				: all;
		if (chosen.length === 0) this.#work.problems.push(diagnostic("TFM-UNIT-009", facts, entry.at(["versions"])));
		return chosen;
	}
}

const hasAny = (list: Plain): boolean => Array.isArray(list) && list.length > 0;

function stepInto(value: Plain, step: string | number): Plain {
	if (typeof value !== "object" || value === null) return null;
	return (value as { readonly [key: string]: Plain })[step] ?? null;
}

const FORMAT_NAMES = { dict: "Dict", csv: "CSV", sql: "SQL" } as const;

/** dbt's checksum: of everything but the description, as Python prints it. */
function checksumOf(test: Pick<UnitTestNode, "model" | "versions" | "given" | "expect" | "overrides">): string {
	const rowsText = ({ format, rows, code }: FixtureRows) => (format === "sql" ? pythonRepr(rows) : code);
	const fields = (rows: FixtureRows) =>
		`rows=${rowsText(rows)}, format=<UnitTestFormat.${FORMAT_NAMES[rows.format]}: '${rows.format}'>, fixture=${pythonRepr(rows.fixture)}`;
	const given = test.given.map((g) => `UnitTestInputFixture(input=${pythonRepr(g.input)}, ${fields(g)})`).join(", ");
	const { versions, overrides } = test;
	const versionsText =
		versions === null
			? "None"
			: `UnitTestNodeVersions(include=${pythonRepr(versions.include)}, exclude=${pythonRepr(versions.exclude)})`;
	const overridesText =
		overrides === null
			? "None"
			: `UnitTestOverrides(macros=${pythonRepr(overrides.macros)}, vars=${pythonRepr(overrides.vars)}, env_vars=${pythonRepr(overrides.env_vars)})`;
	const files = test.given.filter((g) => g.fixture !== null).map((g) => `-${g.code}`);
	const text = `${test.model}-${versionsText}-[${given}]-UnitTestOutputFixture(${fields(test.expect)})-${overridesText}${files.join("")}`;
	return hash("sha256", text, "hex");
}
