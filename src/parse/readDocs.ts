import { type Diagnostic, diagnostic, TfmError } from "../core/diagnostic.ts";
import type { Location } from "../core/location.ts";
import type { DocBlock } from "../core/manifest.ts";
import { compileTemplate, findBlocks, type TemplateSource } from "../jinja/jinja.ts";
import type { ProjectFile } from "./packageFiles.ts";
import { readText } from "./readText.ts";

export interface DocsResult {
	readonly docs: readonly DocBlock[];
	/** Where each of them is. */
	readonly places: readonly Location[];
	readonly problems: readonly Diagnostic[];
}

/** dbt renders them with no names at all: `{% raw %}` is how they show braces. */
const contentsOf = (body: TemplateSource): string =>
	(JINJA.test(body.text)
		? compileTemplate(body).render({ get: () => undefined }, { undefined: "strict" })
		: body.text
	).trim();
const JINJA = /\{[{%#]/;

/** The `{% docs name %}` blocks of a Markdown file; text around them means nothing. */
export function readDocs(file: ProjectFile): DocsResult {
	const text = readText(file);
	if (typeof text !== "string") return { docs: [], places: [], problems: [text] };
	if (!text.includes("docs")) return { docs: [], places: [], problems: [] };
	const docs: DocBlock[] = [];
	const places: Location[] = [];
	const problems: Diagnostic[] = [];
	try {
		for (const block of findBlocks({ file: file.file, text }, ["docs"])) {
			places.push({ file: file.file, line: block.line, column: block.column });
			docs.push({
				unique_id: `doc.${file.package_name}.${block.name}`,
				name: block.name,
				package_name: file.package_name,
				path: file.path,
				original_file_path: file.original_file_path,
				block_contents: contentsOf(block.body),
			});
		}
	} catch (error) {
		if (!(error instanceof TfmError)) throw error;
		problems.push(...error.diagnostics);
	}
	return { docs, places, problems };
}

/** Two blocks of one name in one package: `doc()` could not say which it means. */
export function duplicateDocs(results: readonly DocsResult[]): readonly Diagnostic[] {
	const seen = new Map<string, Location>();
	const problems: Diagnostic[] = [];
	for (const { docs, places } of results)
		for (const [i, { unique_id, name }] of docs.entries()) {
			const at = places[i] as Location;
			const first = seen.get(unique_id);
			if (first === undefined) seen.set(unique_id, at);
			else {
				const related = [{ label: "the other one", at: first }];
				problems.push(diagnostic("TFM-PARSE-017", { kind: "docs", name }, { at, related }));
			}
		}
	return problems;
}
