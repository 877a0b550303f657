import { type Diagnostic, TfmError } from "../core/diagnostic.ts";
import type { DocBlock } from "../core/manifest.ts";
import { compileTemplate, findBlocks, type TemplateSource } from "../jinja/jinja.ts";
import type { ProjectFile } from "./packageFiles.ts";
import { readText } from "./readText.ts";

export interface DocsResult {
	readonly docs: readonly DocBlock[];
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
	if (typeof text !== "string") return { docs: [], problems: [text] };
	if (!text.includes("docs")) return { docs: [], problems: [] };
	const docs: DocBlock[] = [];
	const problems: Diagnostic[] = [];
	try {
		for (const block of findBlocks({ file: file.file, text }, ["docs"])) {
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
	return { docs, problems };
}
