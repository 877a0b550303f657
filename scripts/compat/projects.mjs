import { readFileSync } from "node:fs";
import { basename, resolve } from "node:path";

/**
 * The projects to run: `{ name, git | local, ref?, folder?, packages?, commands, vars?, env?, schema?, volatile?, notes? }`.
 *
 * `packages` maps the folder's name inside dbt_packages to a git address, or to a path in the checkout itself, so that
 * neither tool needs the package hub. `commands` are argument lists. `volatile` names columns whose values differ from
 * one run to the next whatever the tool: { "schema.relation": ["column"] }, or `true` for the whole relation.
 */
export function readProjects({ list, only, project, commands, folder, cache, mirrors }) {
	if (project !== undefined)
		return [
			{
				name: basename(resolve(project)),
				local: resolve(project),
				folder,
				commands: commands.split(";").map((command) => command.trim().split(/\s+/)),
				cache,
				mirrors,
			},
		];
	const chosen = only?.split(",");
	const all = JSON.parse(readFileSync(list, "utf8")).projects;
	for (const name of chosen ?? [])
		if (!all.some((p) => p.name === name))
			throw new Error(`no project ${name} in ${list}: ${all.map((p) => p.name).join(", ")}`);
	return all
		.filter((p) => chosen === undefined || chosen.includes(p.name))
		.map((p) => ({
			folder: ".",
			...p,
			local: p.local === undefined ? undefined : resolve(list, "..", p.local),
			cache,
			mirrors,
		}));
}
