/**
 * Nodes whose materialization a project or a package brings. Its template does the work; what it has to keep to is
 * checked here: dbt's rules for what it returns, and, where it builds aside, that it left one table there.
 */
import type { Candidate } from "../core/adapter.ts";
import { type Diagnostic, diagnostic, fail } from "../core/diagnostic.ts";
import type { FunctionNode } from "../core/node.ts";
import type {
	AdapterResponse,
	BuildInput,
	Materialized,
	NodePlan,
	OverloadsDone,
	Plan,
	TestInput,
} from "../core/plan.ts";
import { type RelationName, relationKey } from "../core/relation.ts";
import { createOverload, database, materialize, perform } from "./ask.ts";
import { pointAt } from "./pointAt.ts";

type Own = NonNullable<TestInput["own"]>;
type Main = NonNullable<Materialized["main"]>;

const refuse = (input: BuildInput | TestInput, own: Own, problem: string, hint: string, dbt?: string): never =>
	fail(
		"TFM-RUN-024",
		{ node: input.node.name, macro: own.macro, problem, hint, ...(dbt === undefined ? {} : { dbt }) },
		{ at: input.node.location },
	);

function checkLanguage(input: BuildInput | TestInput, own: Own): void {
	const languages = own.supportedLanguages;
	if (languages === null || languages.includes(input.node.language)) return;
	const hint = "supported_languages of the materialization names the languages that it takes";
	const { language } = input.node;
	const dbt = `Materialization "${own.macro.split(".").at(-1)}" only supports languages [${languages.map((l) => `'${l}'`).join(", ")}]; got "${language}"`;
	refuse(input, own, `is for models in ${languages.join(", ")}, and this one is in ${language}`, hint, dbt);
}

/** dbt's rules: a materialization returns its relations, and one of its statements is called "main". */
function checkReturned(input: BuildInput | TestInput, own: Own, outcome: Materialized): Main {
	if (outcome.relations === null)
		return refuse(
			input,
			own,
			`returned ${outcome.returned.slice(0, 200)} in place of its relations`,
			"end it with {{ return({'relations': [target_relation]}) }}",
			`The materialization ("${input.node.config.materialized}") did not explicitly return a list of relations to add to the cache.`,
		);
	if (outcome.main === null)
		return refuse(
			input,
			own,
			'ran no statement called "main"',
			"the statement that builds the node stands in {% call statement('main') %} … {% endcall %}",
		);
	return outcome.main;
}

export function responseOf({ message, code, rowsAffected }: Main): AdapterResponse {
	return {
		_message: message,
		...(code === null ? {} : { code }),
		...(rowsAffected === null ? {} : { rows_affected: rowsAffected }),
	};
}

/** Built aside, only `this` can be published, and only a table: the query of a view is the materialization's own. */
function* checkCandidate(input: BuildInput, own: Own, outcome: Materialized): Plan<void> {
	const at: RelationName = input.standsAt;
	const hint = "set publish: direct, and it works on the published names as in dbt, without a gate";
	for (const relation of outcome.relations ?? [])
		if (relation.identifier !== at.identifier || (relation.schema !== "" && relation.schema !== at.schema))
			refuse(input, own, `returned ${relation.identifier} beside {{ this }}`, hint);
	const answer = yield* database({ kind: "relations", database: at.database, schema: at.schema });
	const there = answer.kind === "relations" ? answer.relations : [];
	const found = there.find((relation) => relationKey({ ...relation, database: at.database }) === relationKey(at));
	if (found === undefined) refuse(input, own, "left nothing under the name of {{ this }}", hint);
	else if (found.kind !== "table") refuse(input, own, `left a ${found.kind.replace("_", " ")} and no table`, hint);
}

/** A model, seed or snapshot. `described.candidate` is the published relation itself where it works in place. */
export function* planOwn(input: BuildInput, described: Candidate): Plan<NodePlan> {
	const own = input.own;
	if (own === null) throw new Error(`${input.node.unique_id} has no materialization of its own`);
	checkLanguage(input, own);
	const self = own.inPlace ? null : input.standsAt;
	const { outcome, kept } = yield* materialize({ materialization: own, sql: input.sql, self });
	const main = checkReturned(input, own, outcome);
	if (!kept) {
		const facts = { node: input.node.name, macro: own.macro };
		yield* perform({
			kind: "warn",
			diagnostic: diagnostic("TFM-RUN-026", facts, { at: input.node.location, severity: "warning" }),
		});
	}
	const response = responseOf(main);
	if (!own.inPlace) {
		yield* checkCandidate(input, own, outcome);
		yield* perform({
			kind: "transaction",
			body: function* () {
				yield* perform({ kind: "dress", candidate: described });
				yield* pointAt(input, described);
				yield* perform({ kind: "stands", candidate: described, response });
			},
		});
	} else if (input.pointer !== null) yield* perform({ kind: "transaction", body: () => pointAt(input, described) });
	const { node } = input;
	return {
		kind: "built",
		candidate: described,
		message: response._message ?? "",
		response,
		executedSql: outcome.executedSql,
		...(node.resource_type === "function" ? { overloads: yield* createOverloads(input, node, own) } : {}),
	};
}

/** A function's other signatures, by the same materialization. Each is tried, whatever became of the one before (dbt). */
function* createOverloads(input: BuildInput, node: FunctionNode, own: Own): Plan<OverloadsDone> {
	const [successful, failed]: [string[], string[]] = [[], []];
	const failures: Diagnostic[] = [];
	for (const [overload, sql] of (input.overloads ?? []).entries()) {
		const name = node.overloads[overload]?.defined_in ?? "";
		const body = function* () {
			const { outcome } = yield* materialize({ materialization: own, sql, self: null, overload });
			checkReturned(input, own, outcome);
		};
		const failure = yield* createOverload({
			name,
			position: overload + 1,
			total: node.overloads.length,
			body: sql === null ? null : body,
		});
		(failure === null ? successful : failed).push(name);
		if (failure !== null) failures.push({ ...failure, message: `${name}: ${failure.message}` });
	}
	const results = { successful, failed };
	if (failures.length === 0) return { results, problem: null };
	const at = node.overloads.find(({ defined_in }) => failed.includes(defined_in))?.body_at ?? node.location;
	const facts = { function: node.name, failed, all: node.overloads.length, messages: failures.map((f) => f.message) };
	return { results, problem: diagnostic("TFM-RUN-042", facts, { at }) };
}

/** A test whose materialization is overridden: its statement "main" counts, as the built-in one does. */
export function* ownTestMain(input: TestInput, own: Own): Plan<{ readonly main: Main; readonly executedSql: string }> {
	checkLanguage(input, own);
	const { outcome } = yield* materialize({ materialization: own, sql: input.sql, self: null });
	return { main: checkReturned(input, own, outcome), executedSql: outcome.executedSql ?? input.sql };
}
