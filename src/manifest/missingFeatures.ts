/**
 * What a project needs and tfm does not have, said when it is read: package by package, all at once, with the nearest
 * way round. The nodes themselves fail when it is their turn; nothing is refused here.
 */
import { relative, sep } from "node:path";
import { lackingUses, OVERRIDE } from "../context/context.ts";
import type { Config } from "../core/config.ts";
import { type Diagnostic, diagnostic, TfmError } from "../core/diagnostic.ts";
import type { Location } from "../core/location.ts";
import type { ExecutableNode, MacroNode } from "../core/node.ts";

export interface ProjectNeeds {
	/** Enabled ones. */
	readonly nodes: readonly ExecutableNode[];
	readonly macros: ReadonlyMap<string, MacroNode>;
	readonly config: Config;
}

interface Need {
	readonly package_name: string;
	readonly what: string;
	/** The node or macro, as messages name it. */
	readonly who: string;
	readonly way: string;
	readonly at: () => Location;
}

const LEAVE_OUT = "leave it out with `enabled: false`; the rest of the project runs";

/** Whether a text can use any of what is looked for: nearly none does. */
const TELLTALE =
	/\b(?:adapter|modules|run_query|load_result|load_agate_table)\b|\{%[-+]?\s*(?:include|import|from|extends|block)\b/;

/** What plans build without a macro of that name. */
const PLANNED = ["view", "table", "incremental", "materialized_view", "ephemeral"];

export function missingFeatures(project: ProjectNeeds): readonly Diagnostic[] {
	const groups = new Map<string, Need[]>();
	for (const need of [...needsOfNodes(project), ...needsOfMacros(project)]) {
		const key = `${need.package_name}\0${need.what}`;
		const group = groups.get(key);
		if (group === undefined) groups.set(key, [need]);
		else group.push(need);
	}
	return [...groups.values()].flatMap((needs): readonly Diagnostic[] => {
		const [first] = needs;
		if (first === undefined) return [];
		const found = [...new Set(needs.map(({ who }) => who))].sort();
		const facts = { package: first.package_name, what: first.what, found, way: first.way };
		return [diagnostic("TFM-PARSE-070", facts, { at: first.at(), severity: "warning" })];
	});
}

/** dbt refuses the whole project, not only what calls the function. Throws TFM-PARSE-073. */
export function requireKnownLanguages(nodes: Iterable<ExecutableNode>): void {
	const found = [...nodes].filter((node) => node.resource_type === "function" && node.language === "javascript");
	const [first] = found;
	if (first === undefined) return;
	const functions = found.map(({ name }) => name).sort();
	throw new TfmError(diagnostic("TFM-PARSE-073", { functions }, { at: first.location }));
}

function needsOfNodes({ nodes, macros }: ProjectNeeds): readonly Need[] {
	const materializations = new Set(
		[...macros.values()].flatMap(
			({ name }) => /^materialization_(.+)_(?:default|postgres|snowflake)$/.exec(name)?.[1] ?? [],
		),
	);
	return nodes.flatMap((node): readonly Need[] => {
		const { package_name, name, config } = node;
		const need = (what: string, way: string): readonly Need[] => [
			{ package_name, what, who: name, way, at: () => node.location },
		];
		if (node.language !== "sql") {
			return need(`Python ${node.resource_type}s`, `write it in SQL, or ${LEAVE_OUT}`);
		}
		const own = TELLTALE.test(node.raw_code) ? lackingUses(node.raw_code) : [];
		if (own.length > 0)
			return own.map(({ what, line }) => ({
				package_name,
				what,
				who: name,
				way: `do without it in this branch, or ${LEAVE_OUT}`,
				at: () => ({ ...node.location, line: node.location.line + line, column: 1 }),
			}));
		const { materialized } = config;
		if (node.resource_type !== "model" || PLANNED.includes(materialized) || materializations.has(materialized))
			return [];
		return need(`the materialization "${materialized}"`, `choose one of ${PLANNED.join(", ")}, or ${LEAVE_OUT}`);
	});
}

const CALL = /(?<![\w.])(?:([A-Za-z_]\w*)\s*\.\s*)?([A-Za-z_]\w*)\s*\(/g;

/** Where reading does not come to. */
const GUARD = /\b(?:execute|is_incremental)\b/;

/** Macros that are named where reading does not come to: behind `execute` and `is_incremental()`. */
function* namedBehindExecute({ nodes, macros }: ProjectNeeds): Generator<string> {
	const guarded = nodes.filter(({ raw_code }) => GUARD.test(raw_code));
	if (guarded.length === 0) return;
	const byName = new Map<string, string[]>();
	for (const { name, package_name, unique_id } of macros.values())
		for (const key of [`.${name}`, `${package_name}.${name}`]) byName.set(key, [...(byName.get(key) ?? []), unique_id]);
	for (const { raw_code } of guarded)
		for (const { 1: owner = "", 2: name = "" } of raw_code.matchAll(CALL)) yield* byName.get(`${owner}.${name}`) ?? [];
}

/** Methods of `adapter` and tags that are not there, in macros that enabled nodes come to. */
function needsOfMacros(project: ProjectNeeds): readonly Need[] {
	const { nodes, macros, config } = project;
	const reached = new Set(nodes.flatMap((node) => node.depends_on.macros));
	for (const id of namedBehindExecute(project)) reached.add(id);
	for (const id of reached) for (const next of macros.get(id)?.depends_on?.macros ?? []) reached.add(next);
	const packages = [config.project, ...config.packages];
	return [...reached].sort().flatMap((id): readonly Need[] => {
		const macro = macros.get(id);
		const owner = packages.find(({ name }) => name === macro?.package_name);
		if (macro === undefined || owner === undefined) return [];
		const folder = relative(config.project.root, owner.root).split(sep).join("/");
		const file = folder === "" ? macro.original_file_path : `${folder}/${macro.original_file_path}`;
		return lackingUses(macro.macro_sql).map(({ what, line }) => ({
			package_name: macro.package_name,
			what,
			who: `the macro ${macro.name}`,
			way: OVERRIDE,
			at: () => ({ file, line: macro.line + line, column: 1 }),
		}));
	});
}
