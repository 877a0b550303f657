import { createHash } from "node:crypto";
import { variablesFor } from "../context/objects/varFunction.ts";
import type { BuildableNode } from "../core/plan.ts";
import type { RunPorts } from "../core/ports.ts";
import { volatileCall } from "../sql/unsteadySql.ts";
import { readNames } from "../state/fingerprint.ts";
import { type UsedMacro, usedMacros } from "../state/usedMacros.ts";
import type { OpenProject } from "./openProject.ts";

const BUILT_IN: ReadonlySet<string> = new Set(["dbt", "dbt_postgres", "dbt_snowflake"]);
/** What these say stands in the compiled text, or in the relation's name. */
const IN_TEXT = /^(?:generate_\w+_name|ref|source|get_where_subquery|test_\w+)$/;
const ADAPTERS = /^(?:default|postgres|snowflake)__/;

type Project = Pick<OpenProject, "manifest" | "config" | "facts">;

/** Macros of the project and its packages that take the place of one of dbt's, or are a materialization. */
function overriding({ manifest }: Project): readonly string[] {
	const macros = [...manifest.macros.values()];
	const bare = (name: string): string => name.replace(ADAPTERS, "");
	const known = new Set(macros.filter((m) => BUILT_IN.has(m.package_name)).map((m) => bare(m.name)));
	return macros
		.filter((m) => !BUILT_IN.has(m.package_name) && !IN_TEXT.test(bare(m.name)))
		.filter((m) => known.has(bare(m.name)) || m.name.startsWith("materialization_"))
		.map((m) => m.unique_id)
		.sort();
}

/**
 * What decides how a node is built and is not in its compiled query: macros in the place of dbt's own, its hooks, and
 * the macros, variables and environment variables that they name. A name that is put together while rendering is not seen.
 */
export function buildSurroundings(project: Project): RunPorts["surroundingsOf"] {
	const { manifest, config, facts } = project;
	const macrosOf = usedMacros(manifest);
	let general: readonly UsedMacro[] | undefined;
	let byName: ReadonlyMap<string, readonly string[]> | undefined;

	/** Macros of the project that a hook's text calls by name. */
	function calledIn(text: string): readonly string[] {
		if (byName === undefined) {
			const names = new Map<string, string[]>();
			for (const { name, unique_id: id, package_name: owner } of manifest.macros.values())
				if (!BUILT_IN.has(owner)) names.set(name, [...(names.get(name) ?? []), id]);
			byName = names;
		}
		const called = [...text.matchAll(/([A-Za-z_]\w*)\s*\(/g)].flatMap(([, name]) => byName?.get(name ?? "") ?? []);
		return [...new Set(called)].sort();
	}

	return (node: BuildableNode) => {
		general ??= macrosOf(overriding(project));
		const hooks = [...node.config["pre-hook"], ...node.config["post-hook"]].map(({ sql }) => sql);
		const macros = hooks.length === 0 ? [] : macrosOf(calledIn(hooks.join("\n")));
		const texts = [...hooks, ...macros.map(({ text }) => text)];
		const variables = variablesFor(config, node.package_name);
		const values = readNames([...texts, ...general.map(({ text }) => text)]).map(([kind, name]) => [
			kind,
			name,
			(kind === "env" ? facts.invocation.env[name] : variables.lookup(name)) ?? null,
		]);
		const parts = [general.map(({ hash }) => hash), hooks, macros.map(({ hash }) => hash), values];
		const call = texts.map(volatileCall).find((found) => found !== null) ?? null;
		return {
			hash: createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 16),
			unsteady: call === null ? null : `has a hook that calls ${call}`,
		};
	};
}
