/**
 * Putting the manifest together: from what the files say to nodes with names, configuration and edges. The steps are
 * dbt's, in an order in which each needs only those before it:
 *
 *   drafts of all files → property patches → configuration → generic tests → hooks → references → layers → names
 *   → checks → finished nodes, parents and children
 *
 * Mistakes of all steps are collected and thrown together. Cycles are the graph's to find.
 */
import type { Config, Layer } from "../core/config.ts";
import { type Diagnostic, diagnostic, TfmError } from "../core/diagnostic.ts";
import type { Manifest } from "../core/manifest.ts";
import { type NodeId, nodeId, type RefArgs } from "../core/node.ts";
import type { FilePlace, ParsedProject, PlainRecord, YamlEntry } from "../core/parsed.ts";
import { isSourceCall, readCall } from "../core/referenceText.ts";
import { sortDiagnostics } from "../core/sortDiagnostics.ts";
import { checkConfig, checkDeclared } from "./checkConfig.ts";
import { checkLoads } from "./checkLoads.ts";
import { checkSourceTimes } from "./checkSourceTimes.ts";
import {
	checkAccess,
	checkContract,
	checkDisabledTwins,
	checkDuplicates,
	checkFunction,
	checkGroups,
	checkLandingTables,
	checkName,
	checkNamesAcrossKinds,
	checkRelations,
	checkSnapshot,
	checkSpacesInNames,
} from "./checks.ts";
import { MERGE_RULES } from "./configDefaults.ts";
import { type Draft, isEnabled } from "./draft.ts";
import { type ExposureDraft, makeExposures } from "./exposures.ts";
import { findCall } from "./findCall.ts";
import { finishManifest } from "./finishManifest.ts";
import { collectHooks } from "./hookRefs.ts";
import { LayerAssigner } from "./layers.ts";
import { blankDraft, makeDraft } from "./makeDrafts.ts";
import { TestPlanner } from "./makeTests.ts";
import type { ManifestWork } from "./manifestWork.ts";
import { mergeCalls, mergeKeywords } from "./mergeConfig.ts";
import { checkMicrobatch } from "./microbatch.ts";
import { Namer } from "./names.ts";
import { NodeIndex } from "./nodeIndex.ts";
import { makeOperations } from "./operations.ts";
import { takeOverloads } from "./overloads.ts";
import { isYamlSnapshot, listOf, Patcher, textOf } from "./patches.ts";
import type { ManifestPorts } from "./ports.ts";
import { ProjectConfigs } from "./projectConfig.ts";
import { quarantineDrafts } from "./quarantine.ts";
import { asWritten, dedupe, recordOr, resolveConfig, tagsOf, underscored, unrenderedConfig } from "./resolveConfig.ts";
import { resolveReader } from "./resolveRefs.ts";
import { findMetric, type MetricReader } from "./semantic/resolveMetrics.ts";
import { isLive } from "./semantic/semanticDraft.ts";
import {
	allSemanticDrafts,
	makeSemanticLayer,
	resolveSemanticLayer,
	type SemanticLayer,
} from "./semantic/semanticLayer.ts";
import { checkTimeSpines } from "./semantic/timeSpine.ts";
import { makeSourceDrafts, type SourceDraft } from "./sourceDrafts.ts";
import { makeUnitTests, type UnitTests } from "./unitTests.ts";
import { type ConfiguredResource, warnOfUnusedPaths } from "./unusedPaths.ts";

/** Throws one TfmError with all mistakes, sorted by file and line; warnings are in the manifest. */
export function buildManifest(parsed: ParsedProject, config: Config, ports: ManifestPorts): Manifest {
	const work: ManifestWork = {
		parsed,
		config,
		ports,
		projects: new ProjectConfigs(config),
		problems: [],
		warnings: [...parsed.warnings],
	};

	const resources = [...draftResources(work), ...makeOperations(config, ports, work.problems)];
	const sources = makeSourceDrafts(parsed.sources, work.projects);
	const exposures = makeExposures(parsed.exposures, work.projects, work.problems);
	checkDeclared(declaredConfigs(sources, exposures), work.problems);
	const written = [...resources, ...draftTests(work, sources)];
	checkDisabledTwins(written, work);
	configure(written, work);
	for (const draft of written) if (draft.kind === "test" && isEnabled(draft)) checkName(draft, work);
	const drafts = [...written, ...quarantineDrafts(written, work)];
	collectHooks(drafts, work);
	const semantics = makeSemanticLayer(drafts, work);
	checkTimeSpines(drafts, semantics, work.problems);
	checkDuplicates(drafts.filter(isEnabled), work.problems);
	checkSourceNames(sources, exposures, semantics, work);
	checkSpacesInNames([...sources.filter(({ config: c }) => c.enabled !== false), ...semantics.semanticModels], work);
	const spaced = work.warnings.filter(({ code }) => code === "TFM-PARSE-027").length;
	if (spaced > 0) work.warnings.push(diagnostic("TFM-DEPR-013", { count: spaced }, { severity: "warning" }));
	for (const source of sources) checkSourceTimes(source, work.problems);
	checkLoads(sources, ports, work.problems);
	stopOn(work.problems);

	const { flags } = config.project;
	const index = new NodeIndex(drafts, sources, {
		rootPackage: config.project.name,
		ownFirst: flags.require_ref_searches_node_package_before_root === true,
	});
	attachTests(drafts, index);
	const restricted = new Set(config.packages.filter((p) => p.restrictAccess === true).map((p) => p.name));
	const exposureInputs = resolveAll({ drafts, exposures, semantics, index, restricted }, work);
	const semanticLinks = resolveSemanticLayer(semantics, index, work, restricted);
	const enabled = new Map(drafts.filter(isEnabled).map((draft) => [draft.unique_id, draft]));
	const liveSources = new Map(
		sources.filter(({ config: c }) => c.enabled !== false).map((source) => [nodeId(source.unique_id), source]),
	);
	stopOn(work.problems);

	const sourceLayers = assignLayers(enabled, liveSources, work);
	const namer = new Namer(config, ports, work.problems);
	const layers = new Map((config.project.layering?.layers ?? []).map((layer) => [layer.name, layer]));
	for (const draft of drafts) namer.name(draft, layers.get(draft.layer ?? "") ?? null);
	checkGroups(enabled.values(), new Set(parsed.groups.map(({ name }) => name)), work.problems);
	checkNamesAcrossKinds(enabled.values(), flags.require_unique_project_resource_names === true, work);
	checkAccess(enabled.values(), work.problems);
	checkRelations([...enabled.values()], work.problems);
	for (const draft of enabled.values()) {
		checkSnapshot(draft, work.problems);
		checkFunction(draft, work.problems);
		checkContract(draft, layers.get(draft.layer ?? "") ?? null, work);
	}

	readMicrobatch(enabled, liveSources, work);

	const unitTests = makeUnitTests(work, drafts, index);
	warnOfUnusedPaths(config, configuredResources({ drafts, sources, exposures, semantics, unitTests }), work.warnings);
	const manifest = finishManifest({
		work,
		unitTests,
		drafts,
		enabled,
		sources,
		exposures,
		exposureInputs,
		semantics,
		semanticLinks,
		sourceLayers,
		namer,
	});
	checkLandingTables(manifest, work.problems);
	stopOn(work.problems);
	return manifest;
}

const configuredResources = (found: {
	readonly drafts: readonly Draft[];
	readonly sources: readonly SourceDraft[];
	readonly exposures: readonly ExposureDraft[];
	readonly semantics: SemanticLayer;
	readonly unitTests: UnitTests;
}): readonly ConfiguredResource[] => [
	...found.drafts.map((draft) => ({ kind: draft.kind, fqn: draft.fqn, enabled: isEnabled(draft) })),
	...found.sources.map(({ fqn, config }) => ({ kind: "source", fqn, enabled: config.enabled !== false })),
	...found.exposures.map(({ fqn, config }) => ({ kind: "exposure", fqn, enabled: config.enabled !== false })),
	...allSemanticDrafts(found.semantics).map((draft) => ({ kind: draft.kind, fqn: draft.fqn, enabled: isLive(draft) })),
	...found.unitTests.enabled.map(({ fqn }) => ({ kind: "unit_test", fqn, enabled: true })),
	...found.unitTests.disabled.map(({ fqn }) => ({ kind: "unit_test", fqn, enabled: false })),
];

/** Mistakes of microbatch models, and their `begin` as dbt shows it. */
function readMicrobatch(
	drafts: ReadonlyMap<NodeId, Draft>,
	sources: ReadonlyMap<NodeId, SourceDraft>,
	work: ManifestWork,
): void {
	const { config, ports } = work;
	const flag = config.project.flags.require_batched_execution_for_custom_microbatch_strategy !== false;
	const macro = ports.findMacro("get_incremental_microbatch_sql", config.project.name) ?? "";
	const batched = flag || /^macro\.dbt(_postgres)?\./.test(macro);
	const eventTimesOf = ({ depends }: Draft) =>
		depends.map((id) => (drafts.get(id) ?? sources.get(id))?.config.event_time);
	checkMicrobatch(drafts.values(), { batched, macro, eventTimesOf }, work);
}

function stopOn(problems: readonly Diagnostic[]): void {
	if (problems.length > 0) throw new TfmError(sortDiagnostics(problems));
}

/** One draft per file, patched from the property files. */
function draftResources(work: ManifestWork): readonly Draft[] {
	const { parsed, problems, warnings } = work;
	const drafts = parsed.code.map(makeDraft);
	for (const entry of parsed.properties) if (isYamlSnapshot(entry)) drafts.push(yamlSnapshot(entry, problems));
	const patcher = new Patcher(drafts, { problems, warnings }, ({ kind, package_name, fqn, calls }) => {
		return resolveConfig({ kind, package_name, fqn, yaml: null, calls }, work.projects).enabled === false;
	});
	for (const entry of parsed.properties) patcher.apply(entry);
	const own = takeOverloads(drafts, problems);
	for (const draft of own) {
		addConstraintRefs(draft);
		checkName(draft, work);
	}
	return own;
}

/** A snapshot without a file: `relation: ref('x')`. */
function yamlSnapshot(entry: YamlEntry, problems: Diagnostic[]): Draft {
	const relation = textOf(entry.value.relation);
	const call = readCall(relation);
	if (call === undefined)
		problems.push(
			diagnostic(
				"TFM-PARSE-028",
				{
					snapshot: entry.name,
					problem: `snapshots ${relation}, which is neither ref(…) nor source(…)`,
					hint: "write relation: ref('model')",
				},
				entry.at(["relation"]),
			),
		);
	const raw_code = `select * from {{ ${relation} }}`;
	return blankDraft({
		kind: "snapshot",
		name: entry.name,
		package_name: entry.package_name,
		path: `${entry.name}.sql`,
		original_file_path: entry.original_file_path,
		file: entry.file,
		fqn: [entry.package_name, ...entry.folders, entry.name],
		locate: () => entry.at(["name"]).at,
		raw_code,
		...(entry.checksum === undefined ? {} : { checksum: entry.checksum() }),
		refs: call === undefined || isSourceCall(call) ? [] : [call],
		sources: call !== undefined && isSourceCall(call) ? [call] : [],
	});
}

/** A foreign key's `to: ref('x')` makes an edge (dbt). */
function addConstraintRefs(draft: Draft): void {
	if (draft.patch === null || draft.kind !== "model") return;
	const constraints = [
		...draft.patch.constraints,
		...draft.patch.columns.flatMap(({ record }) => listOf(record.constraints)),
	];
	for (const constraint of constraints) {
		const { type, to } = recordOr(constraint);
		const call = type === "foreign_key" && typeof to === "string" ? readCall(to) : undefined;
		if (call === undefined) continue;
		if (isSourceCall(call)) draft.sources = [...draft.sources, call];
		else draft.refs = [...draft.refs, call];
	}
}

function draftTests(
	{ parsed, config, ports, problems, warnings }: ManifestWork,
	sources: readonly SourceDraft[],
): readonly Draft[] {
	const planner = new TestPlanner(ports, problems, {
		macros: parsed.macros,
		nested: config.project.flags.require_generic_test_arguments_property !== false,
	});
	const tested = new Set(["models", "seeds", "snapshots"]);
	for (const entry of parsed.properties) if (tested.has(entry.section)) planner.addNode(entry);
	for (const source of sources) planner.addSource(source);
	warnings.push(...planner.warnings);
	return planner.drafts;
}

const declaredConfigs = (sources: readonly SourceDraft[], exposures: readonly ExposureDraft[]) => [
	...sources.map(({ source_name, name, ...draft }) => {
		const { config, entry, path } = draft;
		return { kind: "source" as const, name: `${source_name}.${name}`, config, entry, path };
	}),
	...exposures.map(({ name, config, entry }) => ({ kind: "exposure" as const, name, config, entry, path: [] })),
];

/** Resolves the configuration of every draft and takes from it what nodes show beside it. */
function configure(drafts: readonly Draft[], { projects, problems, config: settings }: ManifestWork): void {
	// dbt's older way, for projects that keep it: what a template in config() or in a property file gave.
	const asGiven = settings.project.flags.state_modified_compare_more_unrendered_values === false;
	const checked = new Set<object>();
	const shared = new Map<object, Draft["unrendered"]>();
	for (const draft of drafts) {
		const { kind, package_name, fqn, calls, patch } = draft;
		const yaml = yamlConfig(draft, patch?.config ?? null);
		draft.config = resolveConfig({ kind, package_name, fqn, yaml, calls }, projects);
		const plain = yaml === null && calls.length === 0;
		let unrendered = plain ? shared.get(draft.config) : undefined;
		if (unrendered === undefined) {
			const call = asGiven ? mergeCalls(calls, MERGE_RULES[kind]) : writtenCall(draft);
			const written = {
				kind,
				package_name,
				fqn,
				yaml: asGiven ? yaml : yamlConfig(draft, patch?.unrenderedConfig ?? null),
				call,
			};
			unrendered = Object.freeze(unrenderedConfig({ ...written, isLast: isReadLast(draft) }, projects));
			if (plain) shared.set(draft.config, unrendered);
		}
		draft.unrendered = unrendered;
		draft.tags = allTags(draft, projects);
		draft.group = typeof draft.config.group === "string" ? draft.config.group : null;
		checkConfig(draft, checked, problems);
	}
}

/** A Python model is a table unless its property file or the model itself says otherwise, whatever the project says (dbt). */
const yamlConfig = (draft: Draft, yaml: PlainRecord | null): PlainRecord | null =>
	isPython(draft) ? { materialized: "table", ...yaml } : yaml;

const isPython = ({ kind, language }: Draft): boolean => kind === "model" && language === "python";

/** What dbt keeps of a file's config() for comparing states: the texts of its first call; values where it did not render. */
function writtenCall(draft: Draft): PlainRecord {
	const { rendered, written, calls, kind, test, raw_code, patch } = draft;
	const [first] = calls;
	if (first === undefined) return {};
	// Python's values have no text of Jinja's: they are kept as they are.
	if (isPython(draft)) return Object.assign({}, ...calls);
	if (!rendered) {
		const last: PlainRecord = Object.assign({}, ...calls);
		return test !== null ? last : underscored(isConfigured(patch) ? mergeKeywords(calls, MERGE_RULES[kind]) : last);
	}
	if (test?.metadata == null) {
		if (written === null) return asWritten(first);
		return Object.keys(written).length === 0 ? mergeCalls(calls, MERGE_RULES[kind]) : written;
	}
	// A generic test's text calls its macro, and config() where the property file gives one.
	return raw_code.includes("config(") ? asWritten(calls.at(-1) ?? first) : mergeCalls(calls, MERGE_RULES[kind]);
}

/** Only where a property file has a config of its own does dbt put the calls together once more, lists and all. */
const isConfigured = (patch: Draft["patch"]): boolean => patch !== null && Object.keys(patch.config).length > 0;

/** A model that dbt did not render and no property file describes gets the file's values last of all. */
const isReadLast = ({ kind, rendered, patch }: Draft): boolean => kind === "model" && !rendered && patch === null;

/** dbt keeps tags in the order of finding: those of the tests or of the file first, then those of the property file. */
function allTags(draft: Draft, projects: ProjectConfigs): readonly string[] {
	const own = tagsOf(draft.config);
	if (draft.firstTags.length === 0 && (draft.patch === null || draft.patch.config.tags === undefined))
		return dedupe(own);
	const { kind, package_name, fqn, calls } = draft;
	const before =
		draft.patch === null ? [] : tagsOf(resolveConfig({ kind, package_name, fqn, yaml: null, calls }, projects));
	return dedupe([...draft.firstTags, ...before, ...own]);
}

const SEMANTIC_NOUNS = { metric: "metrics", semantic_model: "semantic models", saved_query: "saved queries" } as const;

function checkSourceNames(
	sources: readonly SourceDraft[],
	exposures: readonly ExposureDraft[],
	semantics: SemanticLayer,
	{ parsed, problems }: ManifestWork,
): void {
	const seen = new Map<string, YamlEntry>();
	const check = (
		kind: string,
		name: string,
		id: string,
		entry: YamlEntry,
		path: readonly (string | number)[],
	): void => {
		const first = seen.get(id);
		if (first === undefined) seen.set(id, entry);
		else
			problems.push(
				diagnostic(
					"TFM-PARSE-017",
					{ kind, name },
					{ ...entry.at(path), related: [{ label: "the other one", ...first.at([]) }] },
				),
			);
	};
	for (const source of sources)
		if (source.config.enabled !== false)
			check("source tables", `${source.source_name}.${source.name}`, source.unique_id, source.entry, source.path);
	for (const { name, unique_id, entry } of exposures) check("exposures", name, unique_id, entry, []);
	for (const draft of allSemanticDrafts(semantics))
		if (isLive(draft)) check(SEMANTIC_NOUNS[draft.kind], draft.name, draft.unique_id, draft.entry, draft.path);
	for (const entry of parsed.groups)
		check("groups", entry.name, `group.${entry.package_name}.${entry.name}`, entry, []);
}

/** A generic test belongs to the node it is declared on, enabled or not, and to that node's group. */
function attachTests(drafts: readonly Draft[], index: NodeIndex): void {
	let last: { readonly wanted: RefArgs; readonly package_name: string; readonly target: Draft | null } | undefined;
	for (const draft of drafts) {
		const wanted = draft.test?.attachedTo ?? null;
		if (wanted === null) continue;
		const { package_name } = draft;
		// Tests of one node have one reference to it, and come one after the other.
		if (last?.wanted !== wanted || last.package_name !== package_name) {
			const found = index.findRef({ ...wanted, package: package_name }, package_name);
			const target = found.kind === "found" || found.kind === "disabled" ? found.target : null;
			last = { wanted, package_name, target };
		}
		if (last.target === null) continue;
		draft.attached = last.target.unique_id;
		draft.group = last.target.group;
	}
}

interface Resolving {
	readonly drafts: readonly Draft[];
	readonly exposures: readonly ExposureDraft[];
	readonly semantics: SemanticLayer;
	readonly index: NodeIndex;
	/** Packages whose protected models are theirs alone. */
	readonly restricted: ReadonlySet<string>;
}

/** Edges of all enabled drafts and exposures; tests that cannot run are disabled. */
function resolveAll(
	{ drafts, exposures, semantics, index, restricted }: Resolving,
	work: ManifestWork,
): ReadonlyMap<string, readonly NodeId[]> {
	const metricsOf = (reader: MetricReader, calls: readonly (readonly string[])[]): readonly NodeId[] =>
		calls.flatMap((names) => {
			const found = findMetric(names, reader, semantics.index, work.problems);
			return found === undefined ? [] : [nodeId(found.unique_id)];
		});
	let last: Draft | null = null;
	for (const draft of drafts) {
		if (!isEnabled(draft)) continue;
		const { refs, sources, functions, metrics } = draft;
		if (refs.length + sources.length + functions.length + metrics.length === 0) continue;
		if (last !== null && readsTheSame(draft, last)) {
			draft.depends = last.depends;
			continue;
		}
		const isGeneric = draft.test?.metadata != null;
		const said = work.problems.length + work.warnings.length;
		const resolution = resolveReader(
			{
				unique_id: draft.unique_id,
				kind: draft.kind,
				package_name: draft.package_name,
				original_file_path: draft.original_file_path,
				group: draft.group,
				refs: draft.refs,
				sources: draft.sources,
				functions: draft.functions,
				findFunction: (names) => (isGeneric ? placeOf(draft) : findCall(draft, "function", names)),
				findRef: (ref) =>
					isGeneric
						? placeOf(draft)
						: findCall(draft, "ref", ref.package === null ? [ref.name] : [ref.package, ref.name]),
				findSource: (source) => (isGeneric ? placeOf(draft) : findCall(draft, "source", source)),
			},
			index,
			work,
			restricted,
		);
		const isQuiet = said === work.problems.length + work.warnings.length;
		last = isGeneric && isQuiet && !resolution.dropped ? draft : null;
		const { unique_id, package_name } = draft;
		const reader = { unique_id, package_name, placeOf: (names: readonly string[]) => findCall(draft, "metric", names) };
		draft.depends = metrics.length === 0 ? resolution.depends : [...resolution.depends, ...metricsOf(reader, metrics)];
		if (!resolution.dropped) continue;
		draft.config = { ...draft.config, enabled: false };
		draft.unresolved = true;
	}
	const inputs = new Map<string, readonly NodeId[]>();
	for (const exposure of exposures) {
		if (exposure.config.enabled === false) continue;
		const reader = {
			...exposure,
			kind: "exposure",
			group: null,
			findRef: exposure.placeOf,
			findSource: exposure.placeOf,
		};
		const { depends } = resolveReader(reader, index, work, restricted);
		inputs.set(exposure.unique_id, [...depends, ...metricsOf(exposure, exposure.metrics)]);
	}
	return inputs;
}

/** Most tests of one node read nothing else, share the list that says so, and come one after the other. */
const readsTheSame = (test: Draft, last: Draft): boolean =>
	test.refs === last.refs &&
	test.kind === last.kind &&
	test.package_name === last.package_name &&
	test.group === last.group &&
	[test, last].every((one) => one.sources.length + one.functions.length + one.metrics.length === 0);

const placeOf = (draft: Draft): FilePlace => draft.descriptionAt?.() ?? { at: draft.locate() };

function assignLayers(
	drafts: ReadonlyMap<NodeId, Draft>,
	sources: ReadonlyMap<NodeId, SourceDraft>,
	{ config, problems, warnings }: ManifestWork,
): ReadonlyMap<NodeId, Layer> {
	const { project } = config;
	if (project.layering === null) return new Map();
	return new LayerAssigner({ layering: project.layering, project, drafts, sources, problems, warnings }).assign();
}
