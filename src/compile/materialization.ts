/** Materializations that a project or a package brings: which node has one, and what it says that it has done. */
import { cellsOf, flagOf, type ProjectFacts, relationNameOf, responseOf } from "../context/context.ts";
import type { Dialect } from "../core/adapter.ts";
import type { MaterializeOutcome, OwnMaterialization } from "../core/compiler.ts";
import type { ExecutableNode } from "../core/node.ts";
import type { RelationName } from "../core/relation.ts";
import type { TemplateMessage } from "../core/request.ts";
import { PyDict, repr, type Value } from "../jinja/jinja.ts";

/** dbt's name of the way in which a node is built: a config for models, the resource type for the others. */
const kindOf = (node: ExecutableNode): string =>
	node.resource_type === "model" ? node.config.materialized : node.resource_type;

/**
 * Built by the template, as dbt does it, and not by a plan: a function stands under its own name at once, and a dynamic
 * table is looked at, altered and refreshed where it stands.
 */
const isBuiltByTemplate = (node: ExecutableNode): boolean =>
	node.resource_type === "function" || (node.resource_type === "model" && kindOf(node) === "dynamic_table");

/** A seed for which one of these is replaced is loaded by dbt's steps, which call it, and not by a plan. */
const SEED_MACROS = ["create_csv_table", "reset_csv_table", "load_csv_rows"];

export function materializationFor(facts: ProjectFacts, node: ExecutableNode): OwnMaterialization | null {
	const explicit =
		flagOf(facts.invocation, "REQUIRE_EXPLICIT_PACKAGE_OVERRIDES_FOR_BUILTIN_MATERIALIZATIONS") !== false;
	const entry = facts.registry.materialization(kindOf(node), explicit);
	const isPlanned =
		!isBuiltByTemplate(node) &&
		!(
			node.resource_type === "seed" && SEED_MACROS.some((name) => facts.registry.isReplacedFor(name, node.package_name))
		) &&
		facts.registry.isInternal(entry?.node.package_name ?? "");
	if (entry === undefined || isPlanned) return null;
	return { macro: entry.node.unique_id, supportedLanguages: entry.node.supported_languages ?? null };
}

/** The node under another name, where a materialization builds it aside: `this`, `schema` and `model` agree. */
export function movedTo(node: ExecutableNode, self: RelationName | undefined, dialect: Dialect): ExecutableNode {
	if (self === undefined) return node;
	const { database, schema, identifier: alias } = self;
	return { ...node, database, schema, alias, relation_name: dialect.render(self) };
}

/** A function under another of its signatures: what `model` says of arguments and of what is returned. */
export function signedAs(node: ExecutableNode, overload: number | undefined): ExecutableNode {
	const other = node.resource_type === "function" && overload !== undefined ? node.overloads[overload] : undefined;
	if (other === undefined || node.resource_type !== "function") return node;
	return { ...node, arguments: other.arguments, returns: other.returns ?? node.returns };
}

/** The relations that were returned; null when the value has not dbt's shape. */
function relationsIn(returned: Value): readonly RelationName[] | null {
	const list = returned instanceof PyDict ? returned.get("relations") : undefined;
	if (!Array.isArray(list)) return null;
	const names = list.map(relationNameOf);
	return names.includes(null) ? null : (names as RelationName[]);
}

export function readMaterialized(
	returned: Value,
	main: Value,
	more: { readonly executedSql: string | null; readonly messages: readonly TemplateMessage[] },
): MaterializeOutcome {
	return Object.freeze({
		kind: "materialized",
		relations: relationsIn(returned),
		returned: repr(returned ?? null),
		main: main instanceof PyDict ? { ...responseOf(main.get("response")), rows: cellsOf(main.get("table")) } : null,
		...more,
	});
}
