/**
 * Names while the project is read: nothing touches a database, `execute` is false, and what a template refers to is
 * collected instead of resolved. A reference answers with the relation of the node itself, as in dbt, because its
 * target may not have been read yet.
 */
import type { RenderOptions, Scope, Template, Value } from "../jinja/jinja.ts";
import { BASE_MEMBERS, renderVariable } from "./baseMembers.ts";
import { type BaseContext, ContextScope, type Members } from "./contextScope.ts";
import { viewOf } from "./objects/lazyMapping.ts";
import { MetricName, metricFunction } from "./objects/metricFunction.ts";
import { parseAdapter } from "./objects/parseAdapter.ts";
import { ParseConfig } from "./objects/parseConfig.ts";
import { functionFunction, refFunction, sourceFunction } from "./objects/refFunction.ts";
import { type RelationObject, relationObject } from "./objects/relationObject.ts";
import { VarFunction, variablesFor } from "./objects/varFunction.ts";
import { createParseCollector, type ParseCollector } from "./parseCollector.ts";
import type { ProjectFacts } from "./projectFacts.ts";
import type { ParseSubject } from "./readingWatch.ts";
import { testKeywords } from "./testKeywords.ts";

/** Undefined names and their attributes are let pass while parsing. */
export const PARSE_RENDERING: RenderOptions = Object.freeze({ undefined: "chainable" });

interface ParseContext extends BaseContext {
	readonly subject: ParseSubject;
	readonly collector: ParseCollector;
}

/** dbt's relation of a node that has no schema of its own yet: the target's. */
const ownRelation = ({ facts, subject }: ParseContext): RelationObject => {
	const { database, schema } = facts.config.target;
	return relationObject(facts.dialect, { database, schema, identifier: subject.name });
};

const configOf = ({ facts, subject }: ParseContext) => {
	const { fqn, ...named } = subject;
	return fqn === undefined ? {} : (facts.projectConfig?.({ ...named, fqn }) ?? {});
};

const MEMBERS: Members<ParseContext> = new Map<string, (c: ParseContext, scope: ContextScope) => Value>([
	...BASE_MEMBERS,
	["execute", () => false],
	["this", ownRelation],
	// Macros of packages ask `model.config.materialized`. What the node's own files say is not known yet, as in dbt.
	["model", (c) => viewOf({ config: configOf(c), ...c.subject }, "omitted")],
	[
		"ref",
		(c) =>
			refFunction(c.facts, (args) => {
				c.collector.refs.push(args);
				return ownRelation(c);
			}),
	],
	[
		"source",
		(c) =>
			sourceFunction(c.facts, (source, table) => {
				c.collector.sources.push([source, table]);
				return ownRelation(c);
			}),
	],
	[
		"function",
		(c) =>
			functionFunction((names) => {
				c.collector.functions.push(names);
				return ownRelation(c);
			}),
	],
	[
		"metric",
		(c) =>
			metricFunction((names) => {
				c.collector.metrics.push(names);
				return new MetricName(names);
			}),
	],
	["config", (c) => new ParseConfig((config) => c.collector.configs.push(config))],
	[
		"var",
		(c, scope) =>
			new VarFunction({
				render: renderVariable(c, scope),
				variables: variablesFor(c.facts.config, c.packageName),
				label: c.label,
				missing: "none",
				onRead: (name, value) => c.collector.vars.set(name, value),
			}),
	],
	["adapter", parseAdapter],
]);

/** The scope of one node's template while parsing; render with PARSE_RENDERING. */
export function createParseScope(facts: ProjectFacts, subject: ParseSubject, collector: ParseCollector): Scope {
	const context: ParseContext = {
		facts,
		subject,
		collector,
		packageName: subject.package_name,
		label: subject.unique_id,
		rendering: PARSE_RENDERING,
		stack: [],
		onMacro: (id, depth) => {
			if (depth === 0) collector.macros.add(id);
		},
		write: (message) => collector.messages.push(message),
		onEnv: (name, value) => collector.env.set(name, value),
		once: (_name, produce) => produce(),
		results: new Map(),
		...(subject.test_metadata == null ? {} : { extra: testKeywords(subject.test_metadata) }),
	};
	return new ContextScope(context, MEMBERS);
}

/** Renders a text as dbt does while it parses, and gives what it said about itself. */
export function collectFrom(facts: ProjectFacts, template: Template, subject: ParseSubject): ParseCollector {
	const read = (): ParseCollector => {
		const collector = createParseCollector();
		template.render(createParseScope(facts, subject, collector), PARSE_RENDERING);
		return collector;
	};
	return facts.watch?.({ source: template.source, subject }, read) ?? read();
}
