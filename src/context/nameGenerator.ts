/** Names of relations by the macros generate_schema_name, generate_alias_name and generate_database_name. */
import { fail } from "../core/diagnostic.ts";
import { HostObject, toText, type Value } from "../jinja/jinja.ts";
import { BASE_MEMBERS } from "./baseMembers.ts";
import { type BaseContext, ContextScope, type Members } from "./contextScope.ts";
import { viewOf } from "./objects/lazyMapping.ts";
import { parseAdapter } from "./objects/parseAdapter.ts";
import type { ProjectFacts } from "./projectFacts.ts";
import { RUN_RENDERING } from "./runScope.ts";

export type NameKind = "schema" | "alias" | "database" | "pointer";

/** What the macros may ask of the node: plain data with at least these. */
export interface NamedNode {
	readonly unique_id: string;
	readonly package_name: string;
	readonly [field: string]: unknown;
}

/**
 * Names a node. `custom` is its config (`schema`, `alias`, `database`) or null. The macro is that of the node's own
 * package, else of the root project, else built in. Errors: those of the macro, and REF-006 where it gives no text.
 */
export type GenerateName = (kind: NameKind, custom: string | null, node: NamedNode) => string;

const MEMBERS: ReadonlyMap<string, (context: BaseContext, scope: ContextScope) => Value> = new Map<
	string,
	(context: BaseContext, scope: ContextScope) => Value
>([...BASE_MEMBERS, ["execute", () => false], ["adapter", parseAdapter]]);

const BUILT_IN: ReadonlySet<string> = new Set(["dbt", "dbt_postgres", "dbt_snowflake"]);

const macroOf = (kind: NameKind): string =>
	kind === "pointer" ? "generate_latest_version_pointer_alias" : `generate_${kind}_name`;

export function createNameGenerator(facts: ProjectFacts): GenerateName {
	const scopes = new Map<string, ContextScope>();
	const scopeOf = (packageName: string): ContextScope => {
		let scope = scopes.get(packageName);
		if (scope === undefined) {
			scope = new ContextScope(
				{
					facts,
					packageName,
					label: `the names of ${packageName}`,
					rendering: RUN_RENDERING,
					stack: [],
					results: new Map(),
					write: () => {},
					once: (_name, produce) => produce(),
				},
				MEMBERS as Members<never>,
			);
			scopes.set(packageName, scope);
		}
		return scope;
	};

	/** tfm's own schema and database macros look at nothing but the custom name: one answer serves all nodes. */
	const answers = new Map<string, string>();
	const isOwn = (kind: NameKind, packageName: string): boolean => {
		if (kind === "alias" || kind === "pointer") return false;
		const macro = facts.registry.find(macroOf(kind), packageName);
		const dispatched = facts.registry.dispatch(macroOf(kind), "dbt", packageName).entry;
		return [macro, dispatched].every((entry) => entry !== undefined && BUILT_IN.has(entry.node.package_name));
	};

	return (kind, custom, node) => {
		const key = `${kind}\0${node.package_name}\0${custom === null ? "" : `=${custom}`}`;
		const known = answers.get(key);
		if (known !== undefined) return known;
		const macro = scopeOf(node.package_name).get(macroOf(kind));
		if (!(macro instanceof HostObject) || macro.call === undefined)
			return fail("TFM-REF-011", { macro: macroOf(kind) });
		const answer = macro.call({ positional: [custom, viewOf(node)], keyword: new Map() });
		const name = answer === null || answer === undefined ? "" : toText(answer).trim();
		if (name === "")
			fail("TFM-REF-006", {
				callee: `${macroOf(kind)}()`,
				problem: `gave no name for ${node.unique_id}`,
				usage: "a macro that prints the name",
				dbt: `Node '${node.unique_id}' has a ${kind} set to None as a result of a ${macroOf(kind)} call.`,
			});
		if (isOwn(kind, node.package_name)) answers.set(key, name);
		return name;
	};
}
