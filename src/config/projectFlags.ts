import { resolve } from "node:path";
import { type Diagnostic, TfmError } from "../core/diagnostic.ts";
import type { Plain } from "../core/node.ts";
import { isMapping, own } from "../yaml/shapeCheck.ts";
import type { Environment } from "./environment.ts";
import { findProjectDir } from "./loadConfig.ts";
import { readProjectFiles } from "./loadProject.ts";

/**
 * The `flags:` block of the project file as written: what stands in for flags that neither the command line nor the
 * environment gives. Empty where there is no project or its file is wrong, which the command itself will say.
 */
export function readProjectFlags(request: {
	readonly cwd: string;
	readonly projectDir?: string | undefined;
	readonly env: Environment;
}): { readonly [name: string]: Plain } {
	const { cwd, projectDir, env } = request;
	const problems: Diagnostic[] = [];
	try {
		const flags = projectDir === undefined ? {} : { projectDir: resolve(cwd, projectDir) };
		const dir = findProjectDir({ cwd, flags, env });
		const value = readProjectFiles(dir, dir, problems)?.main.value ?? null;
		const written = isMapping(value) ? own(value, "flags") : undefined;
		return isMapping(written) ? written : {};
	} catch (error) {
		if (error instanceof TfmError) return {};
		throw error;
	}
}
