import { readFileSync } from "node:fs";
import { relative, sep } from "node:path";
import type { Diagnostic } from "../core/diagnostic.ts";
import { diagnostic, TfmError } from "../core/diagnostic.ts";
import { readYaml, type YamlDocument } from "../yaml/readYaml.ts";
import { concealValues } from "../yaml/shapeCheck.ts";

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

/** Messages that quote what is written: in a file with secrets it may be one that was not put in quotes. */
const QUOTING: ReadonlySet<string> = new Set(["TFM-YAML-008", "TFM-YAML-009", "TFM-YAML-010", "TFM-YAML-011"]);

function withoutValues(found: Diagnostic): Diagnostic {
	const places = { at: found.at, source: found.source === undefined ? undefined : concealValues(found.source) };
	if (!QUOTING.has(found.code))
		return Object.freeze({ ...found, ...(places.source === undefined ? {} : { source: places.source }) });
	return diagnostic(
		"TFM-YAML-001",
		{ problem: "this value means something else to YAML", hint: "put it in quotes" },
		places,
	);
}

/** One YAML file of the configuration; undefined when there is none. A file that is not YAML lands in `problems`. */
export function readConfigYaml(
	path: string,
	options: { readonly root: string; readonly problems: Diagnostic[]; readonly holdsSecrets?: boolean },
): YamlDocument | undefined {
	const display = displayPath(options.root, path);
	try {
		const text = readText(path, display);
		return text === undefined ? undefined : readYaml(text, display);
	} catch (error) {
		if (!(error instanceof TfmError)) throw error;
		options.problems.push(
			...(options.holdsSecrets === true ? error.diagnostics.map(withoutValues) : error.diagnostics),
		);
		return undefined;
	}
}
