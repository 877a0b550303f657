import { readFileSync } from "node:fs";
import { relative, sep } from "node:path";
import type { Diagnostic } from "../core/diagnostic.ts";
import { diagnostic, TfmError } from "../core/diagnostic.ts";
import { readYaml, type YamlDocument } from "../yaml/readYaml.ts";

/** A path as messages name it: relative to the project root with `/`, absolute where it lies outside. */
export function displayPath(root: string, path: string): string {
	const inside = relative(root, path);
	return inside === "" || inside.startsWith("..") ? path : inside.split(sep).join("/");
}

/** The text of a file; undefined when there is none. Throws TFM-CONFIG-002 for what cannot be read. */
export function readText(path: string, display: string): string | undefined {
	try {
		return new TextDecoder("utf-8", { fatal: true }).decode(readFileSync(path));
	} catch (error) {
		const code = (error as NodeJS.ErrnoException).code;
		if (code === "ENOENT" || code === "ENOTDIR") return undefined;
		const problem =
			error instanceof TypeError
				? "it is not UTF-8 text"
				: code === "EACCES"
					? "permission denied"
					: code === "EISDIR"
						? "it is a folder"
						: ((error as Error).message ?? String(error));
		throw new TfmError(
			diagnostic("TFM-CONFIG-002", { file: display, problem }, { at: { file: display, line: 1, column: 1 } }),
		);
	}
}

/** One YAML file of the configuration; undefined when there is none. A file that is not YAML lands in `problems`. */
export function readConfigYaml(
	path: string,
	options: { readonly root: string; readonly problems: Diagnostic[] },
): YamlDocument | undefined {
	const display = displayPath(options.root, path);
	try {
		const text = readText(path, display);
		return text === undefined ? undefined : readYaml(text, display);
	} catch (error) {
		if (!(error instanceof TfmError)) throw error;
		options.problems.push(...error.diagnostics);
		return undefined;
	}
}
