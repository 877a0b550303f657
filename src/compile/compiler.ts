/**
 * One node → SQL. A template is rendered with the run's names as often as the database has something to answer: each
 * pass starts anew, takes the answers that the journal holds and stops at the first one it lacks. Ephemeral models are
 * rendered for each consumer, with the consumer's relations, and written in front of its query. Macros that plans call,
 * hooks and operations go the same way.
 */
import {
	type ContextScope,
	createReferences,
	createRunScope,
	cteObject,
	describedColumn,
	flagOf,
	freshnessReading,
	graphData,
	type InvocationFacts,
	type MacroEntry,
	type MacroRegistry,
	type ProjectFacts,
	SharedGraph,
	sourceObject,
	sourceScopeNames,
} from "../context/context.ts";
import type { Dialect } from "../core/adapter.ts";
import type {
	Binding,
	ChangeTimesOutcome,
	ComparedQuery,
	CompileOutcome,
	CompilerPort,
	ExtraContext,
	FreshnessOutcome,
	InlinedCte,
	MacroCall,
	MaterializeOutcome,
	OwnMaterialization,
	RenderOutcome,
} from "../core/compiler.ts";
import type { Config } from "../core/config.ts";
import { fail } from "../core/diagnostic.ts";
import { freshnessCriteria, loadedAtField } from "../core/freshness.ts";
import type { Manifest } from "../core/manifest.ts";
import type { ExecutableNode, NodeId, OperationNode, SourceNode } from "../core/node.ts";
import { goodRows, readQuarantine, rejectedRows, writtenQuarantine } from "../core/quarantine.ts";
import { RecentMap } from "../core/recentMap.ts";
import type { Journal } from "../core/request.ts";
import {
	compileTemplate,
	fromPlain,
	type KeptTemplates,
	type ReplayCursor,
	type Resumable,
	type Template,
	toPlain,
	toText,
	type Value,
} from "../jinja/jinja.ts";
import { CHANGE_TIMES_MACRO, changeTimes } from "./changeTimes.ts";
import { CompiledTexts } from "./compiledTexts.ts";
import { EphemeralModels, type InlinedModel } from "./ephemeralModels.ts";
import { cteText, injectCtes } from "./injectCtes.ts";
import { macroArguments } from "./macroValues.ts";
import { materializationFor, movedTo, readMaterialized, signedAs } from "./materialization.ts";
import { called, inPass, RenderPasses, rendered } from "./renderPasses.ts";
import { storingFailures } from "./storingFailures.ts";
import { inputModel, testedModel } from "./unitTests.ts";

export interface CompilerInput {
	readonly manifest: Manifest;
	readonly config: Config;
	readonly registry: MacroRegistry;
	readonly dialect: Dialect;
	/** What templates see as `target.type`. */
	readonly adapterType: string;
	readonly invocation: InvocationFacts;
	/** For fromyaml(); throws TfmError. */
	readonly parseYaml: (text: string) => unknown;
	/** What parsing compiled already. */
	readonly templates: KeptTemplates;
}

export interface Compiler extends CompilerPort {
	/** Inline code of `show` and `compile`: a node that the manifest does not hold. */
	compileInline(node: OperationNode, journal: Journal, binding: Binding): CompileOutcome;
	/** Whether a template looked at `graph`, and with it at other nodes than those it reads. */
	readonly graphAsked: boolean;
}

export function createCompiler(input: CompilerInput): Compiler {
	return new NodeCompiler(input);
}

/** The rows of a model with a quarantine, or of its rejects, out of its whole query. */
function split(node: ExecutableNode, sql: string): string {
	if (node.resource_type !== "model") return sql;
	const written = writtenQuarantine(node.config);
	const rules = written === undefined ? [] : readQuarantine(written);
	if (typeof rules === "string" || rules.length === 0) return sql;
	return typeof node.config.rejects_of === "string" ? rejectedRows(sql, rules) : goodRows(sql, rules);
}

/** One pass over what is rendered for a node. */
interface CompilePass {
	readonly cursor: ReplayCursor;
	readonly binding: Binding;
}

interface NodePass extends CompilePass {
	readonly ephemeral: EphemeralModels;
	/** Takes the unique ids of the macros that the node's text calls. */
	readonly macros: Set<string>;
}

// A template holds two to ten kilobytes and is seldom asked for once its node is built.
const TEMPLATES = 1_000;

class NodeCompiler implements Compiler {
	readonly #facts: ProjectFacts;
	readonly #manifest: Manifest;
	/** False with `compile --no-inject-ephemeral-ctes`: the query is shown without what it would need to run. */
	readonly #injects: boolean;
	readonly #references: ReturnType<typeof createReferences>;
	readonly #templates = new RecentMap<NodeId, Template>(TEMPLATES);
	readonly #graph: SharedGraph;
	readonly #passes: RenderPasses;
	readonly #texts = new CompiledTexts();

	constructor({ manifest, ...facts }: CompilerInput) {
		this.#facts = facts;
		this.#manifest = manifest;
		this.#graph = new SharedGraph(graphData(manifest, facts.invocation.startedAt));
		this.#passes = new RenderPasses(this.#graph);
		this.#references = createReferences(manifest, {
			rootPackage: manifest.projectName,
			ownPackageFirst: flagOf(facts.invocation, "REQUIRE_REF_SEARCHES_NODE_PACKAGE_BEFORE_ROOT") === true,
		});
		this.#injects = flagOf(facts.invocation, "INJECT_EPHEMERAL_CTES") !== false;
	}

	get graphAsked(): boolean {
		return this.#graph.asked;
	}

	compileNode(id: NodeId, journal: Journal, binding: Binding): CompileOutcome {
		return this.#compile(this.#node(id), journal, binding);
	}

	compileInline(node: OperationNode, journal: Journal, binding: Binding): CompileOutcome {
		return this.#compile(node, journal, binding);
	}

	#compile(node: ExecutableNode, journal: Journal, binding: Binding): CompileOutcome {
		return this.#passes.attempt(journal, (cursor) => this.#compiled(node, { cursor, binding }));
	}

	*#compiled(node: ExecutableNode, { cursor, binding }: CompilePass): Resumable<CompileOutcome> {
		const ephemeral = new EphemeralModels();
		const macros = new Set<string>();
		const sql = yield* this.#render(node, { cursor, binding, ephemeral, macros });
		const overloads: string[] = [];
		for (const { raw_body: text, body_at } of node.resource_type === "function" ? node.overloads : []) {
			const read = new EphemeralModels();
			const body = this.#facts.templates.of({ ...body_at, text });
			const pass = { cursor, binding, ephemeral: read, macros };
			overloads.push(injectCtes(yield* this.#render(node, pass, body), read.models));
		}
		const compiled = {
			id: node.unique_id,
			sql: this.#injects ? injectCtes(sql, ephemeral.models) : sql,
			ctes: ephemeral.models.map(inlinedCte),
			macros: [...macros],
			...(overloads.length === 0 ? {} : { overloads }),
			messages: cursor.messages,
		};
		this.#texts.add(node, compiled.sql);
		return { kind: "compiled", compiled: Object.freeze(compiled) } as const;
	}

	/** The node's own text, or the body of another signature of a function. */
	*#render(node: ExecutableNode, pass: NodePass, template?: Template): Resumable<string> {
		// dbt renders no Jinja in Python either.
		if (node.resource_type === "model" && node.language === "python") return node.raw_code;
		return split(node, yield* rendered(template ?? this.#template(node), this.#nodeScope(node, pass), pass.cursor));
	}

	/** Names of a node's own text; ephemeral models that it reads are rendered when it names them. */
	#nodeScope(node: ExecutableNode, pass: NodePass): ContextScope {
		const { cursor, binding, ephemeral } = pass;
		return this.#scope(
			node,
			node.unique_id,
			{ cursor, binding },
			{
				onCall: (id) => pass.macros.add(id),
				ephemeral: (model, rows) => {
					const relation = cteObject(this.#facts.dialect, `__dbt__cte__${model.alias}`, rows);
					// `this` of an ephemeral model is its own, whatever its consumer's is, and a batch is the consumer's alone (dbt).
					const {
						self: _consumer,
						batch: _its,
						...bound
					} = { ...binding, relationOf: binding.relationOf.bind(binding) };
					ephemeral.include(model, relation.render(), (macros) =>
						this.#template(model).render(this.#nodeScope(model, { ...pass, binding: bound, macros }), inPass(cursor)),
					);
					return relation;
				},
			},
		);
	}

	compileUnitTest(id: NodeId, journal: Journal, binding: Binding): CompileOutcome {
		return this.#passes.attempt(journal, (cursor) => this.#compiledUnitTest(id, { cursor, binding }));
	}

	*#compiledUnitTest(id: NodeId, { cursor, binding }: CompilePass): Resumable<CompileOutcome> {
		const { test, model, facts } = this.#unitTest(id);
		for (const { node, input, location } of test.given)
			if (node === null) fail("TFM-UNIT-013", { test: test.name, input }, { at: location });
		const inputs = new EphemeralModels();
		const include = (original: ExecutableNode | SourceNode, reference: string) => {
			const input = test.given.find((given) => given.node === original.unique_id);
			if (input === undefined)
				return fail("TFM-UNIT-014", { test: test.name, reads: reference, model: model.unique_id });
			const { node, name } = inputModel(input, original, model);
			const relation = cteObject(this.#facts.dialect, name);
			const self = binding.relationOf(original.unique_id);
			const bound = { relationOf: binding.relationOf.bind(binding), ...(self === undefined ? {} : { self }) };
			inputs.include(node, relation.toText(), () => {
				const scope = this.#scope(node, node.unique_id, { cursor, binding: bound }, {});
				return this.#templateOf(node).render(scope, inPass(cursor));
			});
			return relation;
		};
		// dbt asks for `this` first, whether the model uses it or not.
		const self = test.given.some(({ node }) => node === model.unique_id) ? include(model, "this") : null;
		const given = { relationOf: include, self, macros: test.overrides?.macros ?? {} };
		const scope = this.#scope(testedModel(test, model), id, { cursor, binding }, { given }, facts);
		const sql = yield* rendered(this.#template(model), scope, cursor);
		const ctes = inputs.models.map(inlinedCte);
		const compiled = { id, sql: injectCtes(sql, inputs.models), ctes, macros: [], messages: cursor.messages };
		return { kind: "compiled", compiled: Object.freeze(compiled) } as const;
	}

	renderComparison(id: NodeId, query: ComparedQuery, journal: Journal, binding: Binding): RenderOutcome {
		return this.#passes.attempt(journal, (cursor) => this.#comparison(id, query, { cursor, binding }));
	}

	*#comparison(id: NodeId, query: ComparedQuery, { cursor, binding }: CompilePass): Resumable<RenderOutcome> {
		const { test, model } = this.#unitTest(id);
		const node = testedModel(test, model);
		const scope = this.#scope(node, id, { cursor, binding }, { sql: query.sql });
		const { format, code } = test.expect;
		const rows = format === "sql" ? [] : expressionOf(id, code).renderNative(scope, inPass(cursor));
		const columns = query.columns.map(({ name, type }) => describedColumn(this.#facts.dialect, name, type));
		const args = { positional: [rows, format === "sql" ? code : null, columns], keyword: new Map() };
		const value = yield* called(scope.callable(this.#macro("tfm_unit_test_query", node)), args, cursor);
		return { kind: "rendered", text: toText(value), value: null, messages: cursor.messages } as const;
	}

	/** A unit test, its model, and what templates share with the test's variables and environment in place of theirs. */
	#unitTest(id: NodeId) {
		const test = this.#manifest.unitTests.get(id);
		const tested = test?.depends_on.nodes[0];
		if (test === undefined || tested === undefined) throw new Error(`the manifest has no unit test ${id}`);
		const model = this.#node(tested);
		const { vars = {}, env_vars = {} } = test.overrides ?? {};
		const { config, invocation } = this.#facts;
		const env = Object.fromEntries(Object.entries(env_vars).map(([name, value]) => [name, toText(fromPlain(value))]));
		const facts: ProjectFacts = {
			...this.#facts,
			config: { ...config, cliVars: { ...config.cliVars, ...vars } },
			invocation: { ...invocation, env: { ...invocation.env, ...env } },
		};
		return { test, model, facts };
	}

	readFreshness(id: NodeId, journal: Journal, binding: Binding): FreshnessOutcome {
		return this.#passes.attempt(journal, (cursor) => this.#freshness(id, { cursor, binding }));
	}

	*#freshness(id: NodeId, { cursor, binding }: CompilePass): Resumable<FreshnessOutcome> {
		const source = this.#source(id);
		const label = `${source.source_name}.${source.name}`;
		const relation = sourceObject(this.#facts, source);
		const query = source.loaded_at_query ?? null;
		const field = loadedAtField(source);
		const named = { source: source.source_name, table: source.name, adapter: this.#facts.adapterType };
		if (query === null && field === null) fail("TFM-FRESH-001", named, { at: source.location });
		const positional: Value[] =
			query !== null
				? [relation, this.#sourceText(source, query, { cursor, binding })]
				: [relation, field, freshnessCriteria(source)?.filter ?? null];
		const macro = query !== null ? "collect_freshness_custom_sql" : "collect_freshness";
		const scope = this.#scope(null, label, { cursor, binding }, {});
		const returned = yield* called(scope.callable(this.#operation(macro)), { positional, keyword: new Map() }, cursor);
		const reading = freshnessReading(returned, { macro, source: label, write: scope.context.write });
		return { kind: "read", reading, messages: cursor.messages } as const;
	}

	readChangeTimes(ids: readonly NodeId[], journal: Journal, binding: Binding): ChangeTimesOutcome {
		return this.#passes.attempt(journal, (cursor) => this.#changeTimes(ids, { cursor, binding }));
	}

	*#changeTimes(ids: readonly NodeId[], { cursor, binding }: CompilePass): Resumable<ChangeTimesOutcome> {
		const scope = this.#scope(null, CHANGE_TIMES_MACRO, { cursor, binding }, {});
		const macro = scope.callable(this.#operation(CHANGE_TIMES_MACRO));
		const sources = ids.map((id) => this.#source(id));
		const readings = yield* changeTimes(this.#facts, sources, (positional) =>
			called(macro, { positional: [...positional], keyword: new Map() }, cursor),
		);
		return { kind: "read", readings, messages: cursor.messages } as const;
	}

	/** An operation's own search would prefer tfm's macro to that of a package; here dbt takes any package's first. */
	#operation(macro: string): MacroEntry {
		return this.#facts.registry.findAnywhere(macro) ?? this.#macro(macro, null);
	}

	/** Text of a source's properties, rendered when it is needed. */
	#sourceText(source: SourceNode, text: string, pass: CompilePass): string {
		const extra = sourceScopeNames(this.#facts, source);
		const scope = this.#scope(null, source.unique_id, pass, { extra });
		const file = `${source.source_name}.${source.name} (loaded_at_query)`;
		return compileTemplate({ file, text }).render(scope, inPass(pass.cursor));
	}

	renderMacro(call: MacroCall, journal: Journal, binding: Binding): RenderOutcome {
		return this.#passes.attempt(journal, (cursor) => this.#renderedMacro(call, { cursor, binding }));
	}

	*#renderedMacro(call: MacroCall, { cursor, binding }: CompilePass): Resumable<RenderOutcome> {
		const node = call.node === null ? null : this.#node(call.node);
		const label = node?.unique_id ?? `macro ${call.macro}`;
		const sql = call.sql === undefined ? {} : { sql: call.sql };
		const scope = this.#scope(node, label, { cursor, binding }, sql);
		const macro = scope.callable(this.#macro(call.macro, node));
		const value = yield* called(macro, macroArguments(this.#facts, node, call), cursor);
		const text = value === null || value === undefined ? "" : toText(value);
		return { kind: "rendered", text, value: toPlain(value), messages: cursor.messages } as const;
	}

	renderText(
		text: string,
		options: { readonly node: NodeId | null; readonly label: string; readonly extra?: ExtraContext },
		journal: Journal,
		binding: Binding,
	): RenderOutcome {
		return this.#passes.attempt(journal, (cursor) => this.#renderedText(text, options, { cursor, binding }));
	}

	*#renderedText(
		text: string,
		options: Parameters<CompilerPort["renderText"]>[1],
		{ cursor, binding }: CompilePass,
	): Resumable<RenderOutcome> {
		const node = options.node === null ? null : this.#node(options.node);
		const extra = options.extra === undefined ? {} : { extra: options.extra };
		const scope = this.#scope(node, options.label, { cursor, binding }, extra);
		const value = yield* rendered(compileTemplate({ file: options.label, text }), scope, cursor);
		return { kind: "rendered", text: value, value, messages: cursor.messages } as const;
	}

	materializationOf(id: NodeId): OwnMaterialization | null {
		const node = this.#node(id);
		return materializationFor(this.#facts, node);
	}

	materialize(
		materialization: OwnMaterialization,
		about: { readonly node: NodeId; readonly sql: string | null; readonly overload?: number },
		journal: Journal,
		binding: Binding,
	): MaterializeOutcome {
		return this.#passes.attempt(journal, (cursor) => this.#materialized(materialization, about, { cursor, binding }));
	}

	*#materialized(
		materialization: OwnMaterialization,
		about: Parameters<CompilerPort["materialize"]>[1],
		{ cursor, binding }: CompilePass,
	): Resumable<MaterializeOutcome> {
		let written: string | null = null;
		const node = movedTo(signedAs(this.#node(about.node), about.overload), binding.self, this.#facts.dialect);
		const scope = this.#scope(
			node,
			node.unique_id,
			{ cursor, binding },
			{
				...(about.sql === null ? {} : { sql: about.sql }),
				onWrite: (text) => {
					written = text;
				},
			},
		);
		const entry = this.#facts.registry.byId(materialization.macro);
		if (entry === undefined) throw new Error(`there is no macro ${materialization.macro}`);
		const returned = yield* called(scope.callable(entry), NO_ARGUMENTS, cursor);
		return readMaterialized(returned, scope.context.results.get("main"), {
			executedSql: written,
			messages: cursor.messages,
		});
	}

	isOverridden(macro: string): boolean {
		return this.#facts.registry.isOverridden(macro);
	}

	readsThis(id: NodeId): boolean {
		return this.#template(this.#node(id)).mentions("this");
	}

	#scope(
		node: ExecutableNode | null,
		label: string,
		pass: { readonly cursor: ReplayCursor; readonly binding: Binding },
		more: Pick<Parameters<typeof createRunScope>[0], "ephemeral" | "sql" | "extra" | "onWrite" | "onCall" | "given">,
		facts: ProjectFacts = pass.binding.wholeRows === true ? storingFailures(this.#facts) : this.#facts,
	): ContextScope {
		return createRunScope({
			facts,
			manifest: this.#manifest,
			graph: this.#graph,
			references: this.#references,
			node,
			label,
			...pass,
			...more,
		});
	}

	/** dbt's search: the node's package (or the root project), then tfm's own; for operations any package at last. */
	#macro(name: string, node: ExecutableNode | null): MacroEntry {
		const { registry } = this.#facts;
		const packageName = node?.package_name ?? this.#manifest.projectName;
		const [prefix, bare] = name.includes(".") ? name.split(".", 2) : [undefined, name];
		const entry =
			prefix === undefined
				? (registry.find(name, packageName) ?? registry.findAnywhere(name))
				: registry.findIn(prefix, bare ?? "");
		if (entry !== undefined) return entry;
		return fail("TFM-REF-011", { macro: name, suggestion: registry.suggest(name, packageName) });
	}

	#source(id: NodeId): SourceNode {
		const source = this.#manifest.sources.get(id);
		if (source === undefined) throw new Error(`the manifest has no source ${id}`);
		return source;
	}

	#node(id: NodeId): ExecutableNode {
		const node = this.#manifest.nodes.get(id);
		if (node === undefined) throw new Error(`the manifest has no node ${id}`);
		return node;
	}

	#template(node: ExecutableNode): Template {
		return this.#templates.of(node.unique_id, () => this.#templateOf(node));
	}

	#templateOf(node: ExecutableNode): Template {
		if (node.resource_type === "test" && node.test_metadata !== null)
			return this.#facts.templates.of({
				text: node.raw_code,
				get file() {
					return node.location.file;
				},
				get madeAt() {
					return node.location;
				},
			});
		return this.#facts.templates.of({
			text: node.raw_code,
			line: node.code_line,
			column: node.code_column,
			// Of a test it is asked for only when something is wrong with it: finding it may read the project again.
			get file() {
				return node.location.file;
			},
		});
	}
}

const NO_ARGUMENTS = Object.freeze({ positional: [], keyword: new Map() });

const inlinedCte = ({ id, reads, macros, ...cte }: InlinedModel): InlinedCte => ({
	id,
	sql: cteText(cte),
	reads,
	macros,
});

/** A Python literal as a template of its own. */
const expressionOf = (label: string, code: string): Template =>
	compileTemplate({ file: `${label} (expect)`, text: `{{ ${code} }}` });
