import { fail } from "../../core/diagnostic.ts";
import { suggestName } from "../../core/suggestName.ts";
import { bindArguments, HostFunction, PyDict, toText, type Value } from "../../jinja/jinja.ts";
import type { BaseContext, ContextScope } from "../contextScope.ts";
import { RelationClass } from "./apiObject.ts";
import { indexConfig } from "./indexConfig.ts";
import { definedOnly } from "./relationObject.ts";

/** The members below, for whoever looks through a text for calls of others. */
export const ADAPTER_BASICS: ReadonlySet<string> = new Set([
	"type",
	"dispatch",
	"quote",
	"quote_as_configured",
	"quote_seed_column",
	"verify_database",
	"parse_index",
	"Relation",
	"Column",
	"config",
]);

/** Members of `adapter` that need no database: the same while parsing and while running. */
export function adapterBasics(context: BaseContext, scope: ContextScope, name: string): Value {
	const { dialect, adapterType, config } = context.facts;
	switch (name) {
		case "type":
			return new HostFunction(name, () => adapterType);
		case "dispatch":
			return new HostFunction(name, (args) => {
				const given = bindArguments(name, ["macro_name", "macro_namespace?", "packages?"], args);
				return dispatch(context, scope, given);
			});
		case "quote":
			return new HostFunction(name, (args) =>
				dialect.quote(toText(bindArguments(name, ["identifier"], args).identifier)),
			);
		case "quote_as_configured":
			return new HostFunction(name, (args) => {
				const given = bindArguments(name, ["identifier", "quote_key"], args);
				const policy: Readonly<Record<string, boolean>> = {
					...dialect.defaultQuoting,
					...definedOnly(config.project.quoting),
				};
				const key = toText(given.quote_key);
				const identifier = toText(given.identifier);
				return !Object.hasOwn(policy, key) || policy[key] === true ? dialect.quote(identifier) : identifier;
			});
		case "quote_seed_column":
			return new HostFunction(name, (args) => {
				const given = bindArguments(name, ["column", "quote_config?"], args);
				const column = toText(given.column);
				const quoted = given.quote_config ?? dialect.defaultQuoting.identifier;
				return quoted === false ? column : dialect.quote(column);
			});
		case "verify_database":
			return new HostFunction(name, (args) => {
				const database = toText(bindArguments(name, ["database"], args).database).replace(/^"|"$/g, "");
				if (database.toLowerCase() !== config.target.database.toLowerCase())
					fail("TFM-REF-013", {
						callee: `the database "${database}"`,
						reason: `one connection reaches one database, and the profile names "${config.target.database}"`,
					});
				return "";
			});
		case "parse_index":
			return new HostFunction(name, (args) => indexConfig(bindArguments(name, ["raw_index"], args).raw_index));
		case "Relation":
			return new RelationClass(dialect, config.project.quoting);
		case "Column":
			return (scope.builtin("api") as PyDict).get("Column");
		case "config":
			return PyDict.from({
				credentials: scope.builtin("target"),
				project_name: config.project.name,
				quoting: PyDict.from({ ...config.project.quoting }),
			});
	}
	return undefined;
}

function dispatch(context: BaseContext, scope: ContextScope, given: Record<string, Value>): Value {
	const wrong = (problem: string, usage: string): never =>
		fail("TFM-REF-006", { callee: "adapter.dispatch()", problem, usage });
	const { macro_name: name, macro_namespace: namespace = null } = given;
	if (typeof name !== "string") return wrong("needs the macro's name as text", "adapter.dispatch('name', 'package')");
	if (name.includes(".")) {
		const [prefix, ...rest] = name.split(".");
		return wrong(
			`was given "${name}", and a macro's name has no dot`,
			`adapter.dispatch('${rest.join(".")}', '${prefix}')`,
		);
	}
	if (given.packages !== undefined)
		wrong("no longer takes packages", `adapter.dispatch('${name}', macro_namespace='package')`);
	if (namespace !== null && typeof namespace !== "string")
		return wrong("needs its namespace as text", `adapter.dispatch('${name}', 'package')`);
	const { registry } = context.facts;
	const { entry, searched } = registry.dispatch(name, namespace, context.packageName);
	if (entry !== undefined) return scope.callable(entry);
	// A generic test of a package is called for a node of another one: its own package is looked at, too.
	const caller = namespace === null ? context.stack.at(-1)?.split(".")[1] : undefined;
	const own = caller === undefined ? undefined : registry.dispatch(name, caller, context.packageName).entry;
	if (own !== undefined) return scope.callable(own);
	const known = namespace === null ? registry.namesFor(context.packageName) : registry.namesIn(namespace);
	const suggestion = suggestName(`default__${name}`, known);
	return fail("TFM-REF-010", { macro: name, namespace, searched, suggestion });
}
