/**
 * Names while a node is compiled and built: references are resolved to the relations of this run, `execute` is true,
 * and the database answers through the journal. The same scope serves a node's own text, its hooks, macros that a plan
 * calls for it, and, without a node, operations. One scope belongs to one pass.
 */

import { boundConstraints } from "../core/boundConstraints.ts";
import type { Binding, ExtraContext } from "../core/compiler.ts";
import type { DeferredRelation } from "../core/deferral.ts";
import { fail } from "../core/diagnostic.ts";
import type { Manifest } from "../core/manifest.ts";
import type { ExecutableNode, NodeId, Plain, RefArgs, SourceNode } from "../core/node.ts";
import { isSourceCall, type ReferenceCall } from "../core/referenceText.ts";
import { type QuotePolicy, type RelationName, relationKey } from "../core/relation.ts";
import { storedName } from "../core/storedName.ts";
import { fromPlain, HostFunction, type RenderOptions, type ReplayCursor, type Value } from "../jinja/jinja.ts";
import { BASE_MEMBERS } from "./baseMembers.ts";
import { type BaseContext, ContextScope, type Members } from "./contextScope.ts";
import { batchConfig, batchView, eventTimeFilter } from "./eventTimeFilter.ts";
import { DatabasePort } from "./objects/databasePort.ts";
import { viewOf } from "./objects/lazyMapping.ts";
import { metricFunction, metricText, ResolvedMetric } from "./objects/metricFunction.ts";
import { createdAt, modelFields, nodeFields } from "./objects/nodeView.ts";
import {
	functionFunction,
	functionText,
	refFunction,
	refText,
	sourceFunction,
	sourceText,
} from "./objects/refFunction.ts";
import {
	definedOnly,
	type RelationFields,
	RelationObject,
	relationObject,
	storedRelationObject,
} from "./objects/relationObject.ts";
import { resultObjects } from "./objects/resultObject.ts";
import { runAdapter } from "./objects/runAdapter.ts";
import { RunConfig } from "./objects/runConfig.ts";
import { flagOf, type ProjectFacts } from "./projectFacts.ts";
import type { Found, References } from "./references.ts";
import type { SharedGraph } from "./sharedGraph.ts";
import { testKeywords } from "./testKeywords.ts";

/** Undefined names print nothing, and doing anything else with them is an error. */
export const RUN_RENDERING: RenderOptions = Object.freeze({ undefined: "strict" });

/** How a reference reads less than everything. */
export type RowsRead = Pick<RelationFields, "limit" | "eventTime">;

/** The rows of a unit test in place of relations. */
export interface GivenInputs {
	/** The input that stands for this node; throws TfmError where none does. `reference`: the call. */
	readonly relationOf: (target: ExecutableNode | SourceNode, reference: string) => RelationObject;
	/** `this`; null where the test gives no rows for it (dbt). */
	readonly self: RelationObject | null;
	/** Answers of macros by `name` or `package.name`, and other names of the context by their bare ones. */
	readonly macros: Readonly<Record<string, Plain>>;
}

export interface RunScopeInput {
	readonly facts: ProjectFacts;
	readonly manifest: Manifest;
	readonly graph: SharedGraph;
	readonly references: References;
	/** Null for operations: there is no `this`, no config and no model. */
	readonly node: ExecutableNode | null;
	/** Who is rendered, for messages. */
	readonly label: string;
	readonly binding: Binding;
	readonly cursor: ReplayCursor;
	/** What an ephemeral model is here; without it, referring to one is an error (hooks, operations). */
	readonly ephemeral?: (node: ExecutableNode, rows: RowsRead) => RelationObject;
	/** Unit tests: what a reference means there, and `this`; the model's own references are not looked at. */
	readonly given?: GivenInputs;
	/** `sql` and `compiled_code`: the node's compiled query, for macros that build it. */
	readonly sql?: string;
	readonly extra?: ExtraContext;
	readonly onWrite?: (text: string) => void;
	/** Takes the unique id of each macro that the text itself calls. */
	readonly onCall?: (id: string) => void;
}

interface RunContext extends BaseContext, Omit<RunScopeInput, "extra"> {
	readonly database: DatabasePort;
}

const publishedName = (node: ExecutableNode): RelationName => ({
	database: node.database,
	schema: node.schema,
	identifier: node.alias,
});

/** The quoting of a node's relation is the project's: dbt keeps a `quoting` config and does nothing with it. */
const quotingOf = (facts: ProjectFacts): Partial<QuotePolicy> => definedOnly(facts.config.project.quoting);

/** The relation of a name as a macro call passes it. */
const boundRelation = (
	facts: ProjectFacts,
	_node: ExecutableNode | null,
	name: RelationName,
	type: RelationObject["fields"]["type"] = null,
): RelationObject => relationObject(facts.dialect, name, { type, quote: quotingOf(facts) });

/** The same for a name as it is stored: a candidate, or what a plan works on. */
export const storedRelation = (
	facts: ProjectFacts,
	name: RelationName,
	type: RelationObject["fields"]["type"] = null,
): RelationObject => storedRelationObject(facts.dialect, name, { type, quote: quotingOf(facts) });

/** `--empty`, `--sample` and batches. */
const rowsRead = (c: RunContext, target: ExecutableNode | SourceNode): RowsRead => ({
	limit: flagOf(c.facts.invocation, "EMPTY") === true ? 0 : null,
	eventTime: eventTimeFilter(c.facts, { node: c.node, batch: c.binding.batch }, target),
});

/** Turns a failed search into its error. */
function found<T>(result: Found<T>, reference: string, from: string, source: boolean): T {
	switch (result.kind) {
		case "found":
			return result.node;
		case "disabled":
			return fail("TFM-REF-002", { reference, from, target: result.id });
		case "ambiguous":
			return fail("TFM-REF-003", { reference, from, candidates: result.candidates });
		case "missing":
			return fail(source ? "TFM-REF-005" : "TFM-REF-001", { reference, from, suggestion: result.suggestion });
	}
}

/** Refuses what was not seen while reading the project: the run's order does not know it. */
function checkDeclared(c: RunContext, id: NodeId, reference: string): void {
	if (c.node === null || c.node.resource_type === "operation" || c.node.depends_on.nodes.includes(id)) return;
	fail("TFM-REF-004", { reference, from: c.label, target: id });
}

const deferredTo = ({ facts }: RunContext, id: NodeId): DeferredRelation | undefined =>
	facts.deferral?.reads.has(id) === true ? facts.deferral.relations.get(id) : undefined;

/** dbt tells who reads a model without a version that a newer one is there. */
function sayNewer(c: RunContext, target: ExecutableNode): void {
	const newer = c.references.newerThan(target);
	if (newer === null || target.resource_type !== "model") return;
	const { name, package_name } = target;
	const version = String(target.version);
	c.write({
		text: `${c.label.split(".").at(2) ?? c.label} reads ref('${name}'), which is version ${version}; version ${newer} is there, and is meant once it is the latest`,
		info: true,
		remark: {
			name: "UnpinnedRefNewVersionAvailable",
			ref_node_name: name,
			ref_node_package: package_name,
			ref_node_version: version,
			ref_max_version: String(newer),
		},
	});
}

function refRelation(c: RunContext, args: RefArgs): RelationObject {
	const reference = refText(args);
	const target = found(c.references.ref(args, c.packageName), reference, c.label, false);
	if (c.given !== undefined) return c.given.relationOf(target, reference);
	checkDeclared(c, target.unique_id, reference);
	if (args.version === null) sayNewer(c, target);
	if (target.config.materialized === "ephemeral" && target.resource_type === "model") {
		if (c.ephemeral !== undefined) return c.ephemeral(target, rowsRead(c, target));
		return fail("TFM-REF-014", { reference, from: c.label, target: target.unique_id });
	}
	const quote = quotingOf(c.facts);
	const name = c.binding.relationOf(target.unique_id);
	const deferred = name === undefined ? deferredTo(c, target.unique_id)?.relation : undefined;
	const written = publishedName(target);
	if (name !== undefined)
		return storedRelationObject(c.facts.dialect, name, { quote, written, ...rowsRead(c, target) });
	return relationObject(c.facts.dialect, deferred ?? written, { quote, ...rowsRead(c, target) });
}

/** Sources have their own quoting; the project's does not reach them (dbt). */
function sourceRelation(c: RunContext, source: string, table: string): RelationObject {
	const reference = sourceText(source, table);
	const target: SourceNode = found(c.references.source(source, table, c.packageName), reference, c.label, true);
	if (c.given !== undefined) return c.given.relationOf(target, reference);
	const { database, schema, identifier } = target;
	const written = { database, schema, identifier };
	const name = c.binding.relationOf(target.unique_id);
	const options = { quote: definedOnly(target.quoting), ...rowsRead(c, target) };
	if (name !== undefined) return storedRelationObject(c.facts.dialect, name, { ...options, written });
	return relationObject(c.facts.dialect, written, options);
}

/** A source's relation to hand to a macro: all of it, whatever rows the command reads. */
export const sourceObject = (facts: ProjectFacts, source: SourceNode): RelationObject =>
	relationObject(
		facts.dialect,
		{ database: source.database, schema: source.schema, identifier: source.identifier },
		{ quote: definedOnly(source.quoting) },
	);

/** What `loaded_at_query` of a source sees beside the names of operations (dbt's SourceContext). */
export function sourceScopeNames(facts: ProjectFacts, source: SourceNode): ExtraContext {
	const fields = nodeFields(source, facts.invocation.startedAt);
	return { this: sourceObject(facts, source), source_node: fields, model: fields };
}

/** A function stands under its own name as soon as it is created: it has no candidate. */
function functionRelation(c: RunContext, names: readonly string[]): RelationObject {
	const reference = functionText(names);
	const target = found(c.references.function(names, c.packageName), reference, c.label, false);
	checkDeclared(c, target.unique_id, reference);
	const relation = deferredTo(c, target.unique_id)?.relation ?? publishedName(target);
	return relationObject(c.facts.dialect, relation, { quote: quotingOf(c.facts) });
}

function resolvedMetric(c: RunContext, names: readonly string[]): Value {
	const reference = metricText(names);
	const target = found(c.references.metric(names, c.packageName), reference, c.label, false);
	checkDeclared(c, target.unique_id, reference);
	return new ResolvedMetric(target, c.manifest, c.facts.invocation.startedAt);
}

function selfRelation(c: RunContext): Value {
	if (c.node === null || c.node.resource_type === "operation") return null;
	if (c.given !== undefined) return c.given.self;
	const { self } = c.binding;
	if (self === undefined) return boundRelation(c.facts, c.node, publishedName(c.node));
	return storedRelationObject(c.facts.dialect, self, { quote: quotingOf(c.facts), written: publishedName(c.node) });
}

/** `defer_relation`: this node where --state has it, in commands that defer. */
function otherRelation({ facts, node }: RunContext): Value {
	const deferred = node === null ? undefined : facts.deferral?.relations.get(node.unique_id);
	return deferred === undefined ? null : boundRelation(facts, node, deferred.relation);
}

/** Where the node's query is known, macros find it in `model` too: dbt's snapshot strategies read it there. */
function modelView(c: RunContext): Value {
	const { node, sql, binding, facts } = c;
	if (node === null) return null;
	const fields = modelFields(node);
	const constraints = node.resource_type === "model" ? boundConstraints(node, (call) => callText(c, call)) : {};
	const compiled = sql === undefined ? {} : { compiled: true, compiled_code: sql };
	const batch = binding.batch === undefined ? {} : batchView(binding.batch, node.config);
	const view = {
		// Only who reads it has asked for the time.
		get created_at() {
			return createdAt(facts.invocation.startedAt);
		},
		...{ ...fields, ...constraints, ...compiled, ...batch },
	};
	return viewOf(view, "omitted");
}

/** The relation of a foreign key's `to`: here and now a candidate, if the run has built one; always by its bare name. */
function callText(c: RunContext, call: ReferenceCall): string {
	return isSourceCall(call) ? sourceRelation(c, ...call).render() : refRelation(c, call).render();
}

/** The node's config; while a batch is built with its window in it. */
function configObject(c: RunContext): Value {
	const { node, label } = c;
	const { batch, whole } = c.binding;
	const config =
		node === null || (batch === undefined && whole !== true)
			? (node?.config ?? null)
			: {
					...node.config,
					...(batch === undefined ? {} : batchConfig(batch, node.config)),
					// What is_incremental() asks first.
					...(whole === true ? { full_refresh: true } : {}),
				};
	return new RunConfig(config, label, node?.resource_type ?? "operation", () => modelView(c));
}

/** The node that a relation is of, among those that are read here; a test's subquery with its `where` is its node's. */
function nodeOfRelation(c: RunContext, relation: Value): ExecutableNode | undefined {
	const { node, manifest, binding } = c;
	const read = (node?.depends_on.nodes ?? []).flatMap((id) => manifest.nodes.get(id) ?? []);
	if (!(relation instanceof RelationObject)) {
		const tested = node?.resource_type === "test" ? node.attached_node : null;
		return tested === null ? undefined : manifest.nodes.get(tested);
	}
	const key = relationKey(relation.storedName);
	const stored = (one: ExecutableNode) => boundRelation(c.facts, one, publishedName(one)).storedName;
	return read.find((one) => relationKey(binding.relationOf(one.unique_id) ?? stored(one)) === key);
}

/** The published name of what `relation` names here, or the name under which it was built. */
const nameOfRelation = (which: "published" | "built") => (c: RunContext) =>
	new HostFunction(`_tfm_${which}_name`, ({ positional: [relation = null] }) => {
		const node = nodeOfRelation(c, relation);
		if (node === undefined) return relation;
		const built = which === "built" ? c.binding.relationOf(node.unique_id) : undefined;
		return built === undefined ? boundRelation(c.facts, node, publishedName(node)) : storedRelation(c.facts, built);
	});

/** Where the table of the test's node is published, as the history has it. */
function testedSchema({ facts, manifest, node }: RunContext): Value {
	const tested = node?.resource_type === "test" ? node.attached_node : null;
	const found = tested === null ? undefined : manifest.nodes.get(tested);
	return found === undefined ? "" : storedName(found, facts.dialect).schema;
}

/** What a test calls that has too few earlier builds to compare with, and so passes. */
const tellShortHistory = ({ cursor }: RunContext) =>
	new HostFunction("_tfm_short_history", ({ positional }) => {
		const [builds = 0, least = 0] = positional.map(Number);
		const text = `skipped for lack of history: ${builds} of ${least} builds`;
		cursor.message({ text, info: false, shortHistory: { builds, least } });
		return "";
	});

/** With --empty the types are those of all rows, and no row is handed on (dbt). Undefined where the node is no seed. */
function seedTable(c: RunContext): Value {
	if (c.node?.resource_type !== "seed") return undefined;
	return new HostFunction("load_agate_table", () => {
		const table = c.database.seedTable();
		if (flagOf(c.facts.invocation, "EMPTY") !== true) return table;
		return table.withoutRows();
	});
}

const hooksOf =
	(key: "pre-hook" | "post-hook") =>
	(c: RunContext): Value =>
		c.node === null || c.node.resource_type === "test" ? [] : viewOf(c.node.config[key]);

const MEMBERS: Members<RunContext> = new Map<string, (c: RunContext, scope: ContextScope) => Value>([
	...BASE_MEMBERS,
	["execute", () => true],
	["ref", (c) => refFunction(c.facts, (args) => refRelation(c, args))],
	["source", (c) => sourceFunction(c.facts, (source, table) => sourceRelation(c, source, table))],
	["function", (c) => functionFunction((names) => functionRelation(c, names))],
	["metric", (c) => metricFunction((names) => resolvedMetric(c, names))],
	["load_agate_table", (c, scope) => seedTable(c) ?? BASE_MEMBERS.get("load_agate_table")?.(c, scope)],
	["this", selfRelation],
	["defer_relation", otherRelation],
	["model", modelView],
	["config", configObject],
	["graph", (c) => c.graph.view(c.cursor)],
	// What tests that compare with the published version are made of; macros of tfm call them, authors call published().
	["_tfm_published_name", nameOfRelation("published")],
	["_tfm_built_name", nameOfRelation("built")],
	["_tfm_tested_node", (c) => (c.node?.resource_type === "test" ? (c.node.attached_node ?? "") : "")],
	["_tfm_tested_schema", testedSchema],
	["_tfm_short_history", tellShortHistory],
	["adapter", (c, scope) => runAdapter({ context: c, scope, database: c.database })],
	["schema", (c) => c.node?.schema ?? c.facts.config.target.schema],
	["database", (c) => c.node?.database ?? c.facts.config.target.database],
	["sql", (c) => c.sql ?? null],
	["compiled_code", (c) => c.sql ?? null],
	["pre_hooks", hooksOf("pre-hook")],
	["post_hooks", hooksOf("post-hook")],
]);

/** Macros that only pass statements on: who called them is what a message should name. */
const PLUMBING: ReadonlySet<string> = new Set(["macro.dbt.statement", "macro.dbt.run_query"]);

const answersOf = (macros: GivenInputs["macros"]): ReadonlyMap<string, Value> =>
	new Map(Object.entries(macros).map(([name, answer]) => [name, fromPlain(answer)]));

/** The scope of one pass; render with RUN_RENDERING. */
export function createRunScope(input: RunScopeInput): ContextScope {
	const { facts, cursor, node } = input;
	const stack: string[] = [];
	const extra = new Map<string, (scope: ContextScope) => Value>();
	const { startedAt } = facts.invocation;
	for (const [name, value] of Object.entries(input.extra ?? {}))
		extra.set(name, () => (name === "results" ? resultObjects(value, startedAt) : viewOf(value)));
	if (node?.resource_type === "test" && node.test_metadata !== null)
		for (const [name, value] of testKeywords(node.test_metadata)) extra.set(name, value);
	const context: RunContext = {
		...input,
		extra,
		packageName: node?.package_name ?? facts.config.project.name,
		rendering: { ...RUN_RENDERING, replay: cursor },
		...(input.given === undefined ? {} : { answers: answersOf(input.given.macros) }),
		stack,
		onMacro: (id, depth) => {
			if (depth === 0) input.onCall?.(id);
		},
		results: new Map(),
		write: (message) => cursor.message(message),
		once: (name, produce) => cursor.once(name, produce),
		database: new DatabasePort({
			cursor,
			dialect: facts.dialect,
			macro: () => stack.findLast((id) => !PLUMBING.has(id)),
			write: (text) => cursor.message({ text, info: true }),
		}),
	};
	return new ContextScope(context, MEMBERS as Members<never>);
}
