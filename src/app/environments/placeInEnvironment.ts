import { join } from "node:path";
import type { Config } from "../../core/config.ts";
import { fail } from "../../core/diagnostic.ts";
import type { Plain } from "../../core/node.ts";
import { type Placeable, placeProject } from "./placeProject.ts";

/** Also the end of a schema's name, so that nothing in it needs quotes. */
const NAME = /^[a-z][a-z0-9_]{0,29}$/;

/** Whether a person may call an environment so. */
export const isEnvironmentName = (name: string): boolean => NAME.test(name) && !name.startsWith("ci_");

/** `--env`, or the argument of `tfm env create`. Throws TFM-ENV-001. */
export function environmentNamed(written: Plain | undefined): string {
	const name = String(written ?? "");
	return isEnvironmentName(name) ? name : fail("TFM-ENV-001", { name, suggestion: allowedName(name) });
}

/** The allowed name nearest to what was written: `anna_s` for `Anna's`. */
function allowedName(written: string): string | undefined {
	const name = written
		.toLowerCase()
		.replace(/[^a-z0-9]+/g, "_")
		.replace(/^(ci_|[0-9_])+|_+$/g, "")
		.slice(0, 30);
	return isEnvironmentName(name) ? name : undefined;
}

/** Where runs in an environment leave their artifacts. */
export const artifactsIn = ({ targetDir }: Pick<Config, "targetDir">, name: string): string =>
	join(targetDir, "environments", name);

/**
 * The project with all of it in the environment: what is not there is read elsewhere once the database is open
 * (enterEnvironment). Artifacts have a folder of their own, so that `retry` goes on from runs in the same place.
 */
export function placeInEnvironment<P extends Placeable>(project: P, name: string) {
	const built = new Set(project.manifest.nodes.keys());
	const placed = placeProject(project, { name, built, elsewhere: new Map() });
	const config = { ...placed.config, targetDir: artifactsIn(project.config, name) };
	return Object.freeze({
		...placed,
		config,
		facts: { ...placed.facts, config },
		known: null,
		environment: { name, outside: project.manifest },
	});
}
