/**
 * From the words of a command line to the ids of nodes: criteria find nodes, `+` and `@` add relatives, tests come
 * along, sets are joined, intersected and subtracted. Step by step what dbt v1.12 does (spec 2.4 and 2.5), so that a
 * selector means the same here; `--layer` and `layer:` are ours.
 */
import { type Diagnostic, diagnostic, fail } from "../core/diagnostic.ts";
import { allNodes, findNode, type Manifest } from "../core/manifest.ts";
import type { GraphNode, NodeId, ResourceType } from "../core/node.ts";
import { type NodeOutline, outlinesOf } from "../core/nodeOutline.ts";
import { suggestName } from "../core/suggestName.ts";
import { fnmatcher } from "./fnmatch.ts";
import type { Graph } from "./graph.ts";
import { type EarlierRuns, kindOfMethod, nodeTest, outlineTest, RESOURCE_TYPES } from "./methods.ts";
import {
	type IndirectSelection,
	parseSelectors,
	type SelectorCriterion,
	type SelectorExpression,
	type SelectorGroup,
} from "./parseSelector.ts";
import { ancestors, descendants, wholeFamily } from "./relatives.ts";
import type { NamedSelectors } from "./selectorDefinitions.ts";

export interface SelectionRequest {
	/** Each may hold several words; none = everything. */
	readonly select: readonly string[];
	readonly exclude: readonly string[];
	/** `--selector`; then `select` and `exclude` are not looked at (dbt warns of that). */
	readonly selector?: string | undefined;
	/** `--layer`: only nodes of these layers. */
	readonly layers: readonly string[];
	/** Layers of the project, for messages; those that nodes are in where absent. */
	readonly knownLayers?: readonly string[] | undefined;
	/** Only these kinds of nodes; none = those that the command takes by default, as `default` says; `all` = all of them. */
	readonly resourceTypes: readonly string[];
	readonly excludeResourceTypes: readonly string[];
	/** The kinds that the command deals in; absent = every kind. */
	readonly kinds?: CommandKinds | undefined;
	readonly indirect?: IndirectSelection | undefined;
	/** Entries of selectors.yml. */
	readonly selectors?: NamedSelectors | undefined;
	/** Also models without SQL, which dbt lists but does not run. */
	readonly includeEmpty?: boolean | undefined;
	/** Whether the root project has this file or folder (relative); absent = every path of a node is there. */
	readonly existsInRoot?: ((path: string) => boolean) | undefined;
	/** For state:, result: and source_status:. */
	readonly earlier?: EarlierRuns | undefined;
}

export interface CommandKinds {
	readonly all: readonly ResourceType[];
	/** Without `--resource-type`; absent = all. */
	readonly default?: readonly ResourceType[];
}

export interface SelectionResult {
	/** Sorted. */
	readonly ids: readonly NodeId[];
	/** Words that selected nothing (TFM-SELECT-005), flags without effect (TFM-SELECT-012). */
	readonly warnings: readonly Diagnostic[];
}

type Ids = ReadonlySet<NodeId>;

/** Found at once, and tests that come along if their other inputs turn up. */
interface Found {
	readonly direct: Ids;
	readonly indirect: Ids;
}

/** Everything, without a warning where there is none of a kind. */
const EVERYTHING = ["fqn:*", "source:*", "exposure:*", "metric:*", "semantic_model:*"];

/** The nodes that a request means. Throws TFM-SELECT-001 … 014 for requests that mean nothing. */
export function selectNodes(manifest: Manifest, graph: Graph, request: SelectionRequest): SelectionResult {
	const layers = layersOf(manifest, graph, request);
	const selection = new Selection(manifest, graph, request);
	const { direct } = selection.evaluate(expressionOf(request));
	const ids = [...selection.kept(direct)].filter((id) => {
		const layer = findNode(manifest, id)?.layer ?? null;
		return layers.size === 0 || (layer !== null && layers.has(layer));
	});
	const warnings = [...ignoredFlags(request), ...(request.earlier?.warnings() ?? []), ...selection.warnings];
	return Object.freeze({ ids: Object.freeze(ids.sort()), warnings: Object.freeze(warnings) });
}

/** `--selector` wins over `--select` and `--exclude`; dbt says so too, since the words look as if they counted. */
function ignoredFlags({ selector, select, exclude }: SelectionRequest): readonly Diagnostic[] {
	if (selector === undefined) return [];
	const flags = [select.length > 0 ? "--select" : "", exclude.length > 0 ? "--exclude" : ""].filter((f) => f !== "");
	return flags.length === 0 ? [] : [diagnostic("TFM-SELECT-012", { flags, selector }, { severity: "warning" })];
}

function expressionOf(request: SelectionRequest): SelectorExpression {
	const { select, exclude, selectors } = request;
	const name = request.selector ?? (select.length === 0 && exclude.length === 0 ? selectors?.byDefault : undefined);
	if (name !== undefined && name !== null) return named(name, selectors);
	const indirect = request.indirect ?? "eager";
	const all = select.length === 0;
	const included = parseSelectors(all ? EVERYTHING : select, { indirect, warn: !all });
	const excluded = parseSelectors(exclude, { indirect, warn: true });
	// The difference itself does not look at left-over tests again: dbt leaves it at its default.
	return { kind: "difference", parts: [included, excluded], indirect: "eager", expected: null };
}

function named(name: string, selectors: NamedSelectors | undefined): SelectorExpression {
	const known = [...(selectors?.definitions.keys() ?? [])].sort();
	return (
		selectors?.definitions.get(name) ?? fail("TFM-SELECT-009", { name, suggestion: suggestName(name, known), known })
	);
}

class Selection {
	readonly warnings: Diagnostic[] = [];
	readonly #manifest: Manifest;
	readonly #graph: Graph;
	readonly #request: SelectionRequest;
	readonly #keep: (node: GraphNode) => boolean;
	readonly #ofKind: (type: ResourceType) => boolean;
	/** False: no test can be kept, so that none has to be looked for. */
	#takesTests: boolean;
	/** Names of selectors.yml that are being resolved. */
	readonly #open: string[] = [];
	#known: readonly NodeOutline[] | undefined;
	#read: readonly GraphNode[] | undefined;

	constructor(manifest: Manifest, graph: Graph, request: SelectionRequest) {
		this.#manifest = manifest;
		this.#graph = graph;
		this.#request = request;
		this.#ofKind = kindTest(request);
		this.#keep = (node) => this.#ofKind(node.resource_type) && (request.includeEmpty === true || !isEmpty(node));
		this.#takesTests = this.#ofKind("test") || this.#ofKind("unit_test");
	}

	/** What names the nodes: where nothing else is asked, most of a large project is not read. */
	get #outlines(): readonly NodeOutline[] {
		this.#known ??= allNodes(this.#manifest)
			.flatMap((map) => [...outlinesOf(map)])
			.filter((node) => this.#graph.has(node.unique_id));
		return this.#known;
	}

	get #nodes(): readonly GraphNode[] {
		this.#read ??= allNodes(this.#manifest)
			.flatMap((map) => [...map.values()])
			.filter((node) => this.#graph.has(node.unique_id));
		return this.#read;
	}

	/** Those of the kinds that are asked for. The others are not read, where their kinds are known. */
	kept(ids: Ids): Ids {
		const others = new Set(
			(this.#known ?? []).flatMap((node) => (this.#ofKind(node.resource_type) ? [] : [node.unique_id])),
		);
		return new Set(
			[...ids].filter((id) => {
				if (others.has(id)) return false;
				const node = findNode(this.#manifest, id);
				return node !== undefined && this.#keep(node);
			}),
		);
	}

	evaluate(expression: SelectorExpression): Found {
		return expression.kind === "criterion" ? this.#criterion(expression) : this.#group(expression);
	}

	#group(group: SelectorGroup): Found {
		const parts = group.parts.map((part) => this.evaluate(part));
		const direct = combine(
			group.kind,
			parts.map((part) => part.direct),
		);
		const both = combine(
			group.kind,
			parts.map(({ direct: now, indirect: later }) => (later.size === 0 ? now : new Set([...now, ...later]))),
		);
		const complete = this.#withCompleted(direct, both, group.indirect);
		if (group.expected !== null && complete.size === 0 && !this.#findsTests(group))
			this.#warn(group.expected, group.parts);
		return { direct: complete, indirect: both };
	}

	/** Whether tests are found where nothing else is, of a command that takes none: dbt does not say then that nothing matches. */
	#findsTests(group: SelectorGroup): boolean {
		if (this.#takesTests) return false;
		const told = this.warnings.length;
		this.#takesTests = true;
		const { direct } = this.evaluate(group);
		this.#takesTests = false;
		this.warnings.length = told;
		return direct.size > 0;
	}

	#criterion(criterion: SelectorCriterion): Found {
		if (criterion.method === "selector")
			return { direct: this.#around(criterion, this.#byName(criterion)), indirect: NO_IDS };
		return this.#withTests(this.#around(criterion, this.#matching(criterion)), criterion.indirect);
	}

	#matching(criterion: SelectorCriterion): Ids {
		const named = outlineTest(criterion, this.#manifest, this.#request);
		const found =
			named === null
				? this.#nodesFor(criterion).filter(nodeTest(criterion, this.#manifest, this.#request))
				: this.#outlines.filter(named);
		return new Set(found.map((node) => node.unique_id));
	}

	/** What has to be read for this method: everything is selected by asking for sources and the like, too. */
	#nodesFor(criterion: SelectorCriterion): readonly GraphNode[] {
		const kind = kindOfMethod(criterion);
		if (kind === null || this.#read !== undefined) return this.#nodes;
		return this.#outlines.flatMap(({ unique_id: id, resource_type: type }) =>
			type === kind ? (findNode(this.#manifest, id) ?? []) : [],
		);
	}

	/** Adds the relatives that `+` and `@` ask for. */
	#around(criterion: SelectorCriterion, found: Ids): Ids {
		const graph = this.#graph;
		const around = new Set(found);
		if (criterion.family) for (const id of wholeFamily(graph, found)) around.add(id);
		if (criterion.parents > 0) for (const id of ancestors(graph, found, criterion.parents)) around.add(id);
		if (criterion.children > 0) for (const id of descendants(graph, found, criterion.children)) around.add(id);
		return around;
	}

	/**
	 * Entries of selectors.yml keep their own exclusions: their tests are not looked for again. As in dbt each is a whole
	 * selection, of the command's kinds only, before `+` is looked at: of `selector:x+` in `tfm test` the tests of x.
	 */
	#byName(criterion: SelectorCriterion): Ids {
		const pattern = String(criterion.value);
		const { selectors } = this.#request;
		const matches = fnmatcher(pattern);
		const names = [...(selectors?.definitions.keys() ?? [])].filter(matches).sort();
		if (names.length === 0) named(pattern, selectors);
		const found = new Set<NodeId>();
		for (const name of names) {
			if (this.#open.includes(name)) {
				fail("TFM-SELECT-010", { names: [...this.#open.slice(this.#open.indexOf(name)), name] });
			}
			this.#open.push(name);
			for (const id of this.kept(this.evaluate(named(name, selectors)).direct)) found.add(id);
			this.#open.pop();
		}
		return found;
	}

	/** Tests that read what is selected: they come along, or wait for their other inputs. */
	#withTests(selected: Ids, indirect: IndirectSelection): Found {
		if (indirect === "empty" || !this.#takesTests) return { direct: selected, indirect: NO_IDS };
		const direct = new Set(selected);
		const later = new Set<NodeId>();
		const buildable = indirect === "buildable" ? this.#buildable(selected, true) : selected;
		for (const id of selected) {
			for (const child of this.#graph.children(id)) {
				const inputs = this.#testInputs(child);
				if (inputs === undefined) continue;
				if (indirect === "eager" || inputs.every((input) => buildable.has(input))) direct.add(child);
				else later.add(child);
			}
		}
		return { direct, indirect: later };
	}

	/** Tests whose inputs came together only when sets were combined. */
	#withCompleted(direct: Ids, both: Ids, indirect: IndirectSelection): Ids {
		if ((indirect !== "cautious" && indirect !== "buildable") || both.size === direct.size) return direct;
		const complete = new Set(direct);
		const buildable = indirect === "buildable" ? this.#buildable(direct, false) : complete;
		for (const id of [...both].sort()) {
			const inputs = this.#testInputs(id);
			if (inputs?.every((input) => buildable.has(input)) === true) complete.add(id);
		}
		return complete;
	}

	/** What stands already, or is built on the way: the selection, its ancestors and, the first time, all sources. */
	#buildable(selected: Ids, withSources: boolean): Ids {
		const around = new Set([...selected, ...ancestors(this.#graph, selected)]);
		if (withSources) for (const id of this.#manifest.sources.keys()) around.add(id);
		return around;
	}

	/** What a data test reads, or the model of a unit test; undefined for other nodes. */
	#testInputs(id: NodeId): readonly NodeId[] | undefined {
		const node = this.#manifest.nodes.get(id) ?? this.#manifest.unitTests.get(id);
		return node?.resource_type === "test" || node?.resource_type === "unit_test" ? node.depends_on.nodes : undefined;
	}

	#warn(raw: string, parts: readonly SelectorExpression[]): void {
		const only = parts.length === 1 && parts[0]?.kind === "criterion" ? parts[0] : undefined;
		const suggestion = only === undefined ? undefined : this.#suggest(only);
		this.warnings.push(diagnostic("TFM-SELECT-005", { raw, suggestion }, { severity: "warning" }));
	}

	/** A name near to one that matched nothing. */
	#suggest(criterion: SelectorCriterion): string | undefined {
		const names: Partial<Record<SelectorCriterion["method"], (node: GraphNode) => readonly string[]>> = {
			fqn: (node) => (node.resource_type === "source" || node.resource_type === "test" ? [] : [node.name]),
			tag: (node) => node.tags,
			layer: (node) => (node.layer === null ? [] : [node.layer]),
			package: (node) => [node.package_name],
			source: (node) => (node.resource_type === "source" ? [node.source_name, `${node.source_name}.${node.name}`] : []),
			exposure: (node) => (node.resource_type === "exposure" ? [node.name] : []),
			unit_test: (node) => (node.resource_type === "unit_test" ? [node.name] : []),
			test_name: (node) =>
				node.resource_type === "test" && node.test_metadata !== null ? [node.test_metadata.name] : [],
			file: (node) => [node.original_file_path.split("/").at(-1) ?? ""],
			path: (node) => [node.original_file_path, node.original_file_path.split("/").slice(0, -1).join("/")],
		};
		const of = names[criterion.method];
		if (of === undefined) return undefined;
		const value = String(criterion.value);
		// `raw.drugs`, or `drugs` alone, is a table of a source, which only the method selects.
		const whole = criterion.method !== "fqn" ? [] : this.#nodes.flatMap((node) => names.source!(node));
		const source = whole.find((name) => name === value) ?? whole.find((name) => name.endsWith(`.${value}`));
		return source !== undefined ? `source:${source}` : suggestName(value, new Set(this.#nodes.flatMap(of)));
	}
}

const NO_IDS: Ids = new Set<NodeId>();

function combine(kind: SelectorGroup["kind"], sets: readonly Ids[]): Ids {
	const [first, ...rest] = sets;
	if (first === undefined) return NO_IDS;
	if (rest.length === 0) return first;
	if (kind === "union") return new Set(sets.flatMap((set) => [...set]));
	const keeps =
		kind === "intersection" ? (set: Ids, id: NodeId) => set.has(id) : (set: Ids, id: NodeId) => !set.has(id);
	return new Set([...first].filter((id) => rest.every((set) => keeps(set, id))));
}

/** Models without SQL: dbt leaves them out of a selection that is made. */
const isEmpty = (node: GraphNode): boolean =>
	"raw_code" in node && node.resource_type !== "seed" && node.raw_code.trim() === "";

/** Kinds of nodes that a command deals in. */
function kindTest(request: SelectionRequest): (type: ResourceType) => boolean {
	const types = wantedTypes(request);
	const notTypes = new Set(typeNames(request.excludeResourceTypes));
	for (const type of notTypes) checkType(type);
	return (type) => (types === null || types.has(type)) && !notTypes.has(type);
}

const typeNames = (given: readonly string[]): string[] =>
	given.flatMap((names) => names.split(/[\s,]+/)).filter((name) => name !== "");

/** Null = every kind. */
function wantedTypes({ resourceTypes, kinds }: SelectionRequest): ReadonlySet<string> | null {
	const given = typeNames(resourceTypes);
	const byDefault = kinds?.default ?? kinds?.all ?? null;
	if (given.length === 0) return byDefault === null ? null : new Set(byDefault);
	const wanted = new Set<string>();
	for (const type of given) {
		const group = type === "all" ? (kinds?.all ?? null) : type === "default" ? byDefault : [checkType(type)];
		if (group === null) return null;
		for (const name of group) if (kinds === undefined || kinds.all.includes(name as ResourceType)) wanted.add(name);
	}
	return wanted;
}

function checkType(type: string): string {
	if (RESOURCE_TYPES.includes(type)) return type;
	return fail("TFM-SELECT-008", { type, suggestion: suggestName(type, RESOURCE_TYPES), known: RESOURCE_TYPES });
}

/** `--layer`, every name checked; empty = all. */
function layersOf(manifest: Manifest, graph: Graph, request: SelectionRequest): ReadonlySet<string> {
	const layers = new Set(request.layers.flatMap((names) => names.split(",")).map((name) => name.trim()));
	if (layers.size === 0) return layers;
	const used = graph.ids.map((id) => findNode(manifest, id)?.layer ?? null).filter((layer) => layer !== null);
	const known = request.knownLayers ?? [...new Set(used)].sort();
	for (const layer of layers) {
		if (known.includes(layer)) continue;
		fail("TFM-SELECT-007", { layer, suggestion: suggestName(layer, known), known });
	}
	return layers;
}
