import { type CodeEntry, code } from "./entry.ts";

/** The command that writes an artifact; dbt's where dbt made the folder. */
function writerOf(file: string): string {
	switch (file.split(/[\\/]/).at(-1)) {
		case "run_results.json":
			return "tfm build, or dbt build in a folder that dbt made";
		case "sources.json":
			return "tfm source freshness, or dbt source freshness in a folder that dbt made";
		case "lineage.columns.json":
			return "tfm lineage";
		case "diff.json":
			return "tfm ci, or remove the file";
		default:
			return "tfm docs generate, or dbt docs generate in a folder that dbt made";
	}
}

/** The docs site. */
export const DOCS_CODES = {
	"TFM-DOCS-001": code<{ file: string; found: string; wanted: string }>({
		message: (f) => `${f.file} is of ${f.found}, and the site is made of ${f.wanted}`,
		next: (f) =>
			`write it anew${/(?:lineage\.columns|diff)\.json$/.test(f.file) ? "" : " with tfm, or with dbt 1.8 or newer"}: ${writerOf(f.file)}`,
		explain:
			"The docs site reads manifest.json of version 12, catalog.json of version 1 and run_results.json of versions 4 to 6, which tfm and dbt from 1.8 on write. A file of another version, or one that says no version, is not guessed at.",
	}),
	"TFM-DOCS-002": code<{ file: string; problem: string }>({
		message: (f) => `${f.file} cannot be read: ${f.problem}`,
		next: (f) => `write it anew: ${writerOf(f.file)}`,
		explain:
			"An artifact is cut off, is no JSON, or is missing: a command that wrote it was stopped, or the disk was full. In a folder that dbt made it is dbt that writes it anew.",
	}),
	"TFM-DOCS-003": code<{ bytes: number; limit: number }>({
		message: (f) =>
			`the site would be a file of ${(f.bytes / 1e6).toFixed(1)} MB, more than the ${f.limit / 1e6} MB that --single-file allows`,
		hint: () => "--exclude-code leaves the SQL out, --runs 5 most of the history",
		next: () => "tfm docs generate without --single-file writes a folder that any web server shows",
		explain:
			"`--single-file` puts all data into one page, which the browser has to read before it shows anything. Beyond 20 MB that is no site to work with.",
	}),
	"TFM-DOCS-004": code<{ port: number; host: string; reason: string }>({
		message: (f) => `cannot listen on ${f.host}:${f.port}: ${f.reason}`,
		next: (f) =>
			/EADDRNOTAVAIL|ENOTFOUND|EAI_AGAIN/.test(f.reason)
				? "name an address of this machine: tfm docs serve --host 127.0.0.1, or 0.0.0.0 for all of them"
				: "choose another: tfm docs serve --port 8090",
		explain:
			"The port is taken by another program, or this user may not listen on it. Without `--port`, `tfm docs serve` takes the next free port from 8080 on.",
	}),
	"TFM-DOCS-005": code<{ folder: string }>({
		message: (f) => `there is no site in ${f.folder}`,
		next: () => "tfm docs generate",
		explain: "`tfm docs serve` shows, and `tfm docs check` checks, what `tfm docs generate` wrote.",
	}),
	"TFM-DOCS-006": code<{ link: string; where: string }>({
		message: (f) => `${f.where} links to ${f.link}, which is not there`,
		explain: "Found by `tfm docs check` in a description: the file, picture or page that it names is not in the site.",
	}),
	"TFM-DOCS-007": code<{ model: string; columns: readonly string[]; described: boolean }>({
		message: (f) =>
			f.described
				? `${f.model} is public, and ${f.columns.length === 1 ? "its column" : "its columns"} ${f.columns.slice(0, 5).join(", ")}${f.columns.length > 5 ? ` and ${f.columns.length - 5} more` : ""} ${f.columns.length === 1 ? "has" : "have"} no description`
				: `${f.model} is public and has no description`,
		next: () => "describe it in its YAML file",
		explain:
			"Found by `tfm docs check`: a model with `access: public` is for people outside its team, who have nothing but its description to go by.",
	}),
	"TFM-DOCS-008": code<{ what: string; bytes: number; limit: number }>({
		message: (f) => `${f.what} has ${(f.bytes / 1000).toFixed(1)} kB, more than ${f.limit / 1000} kB`,
		explain:
			"Found by `tfm docs check`: what a browser must fetch before it shows a page is bounded, so that the site stays quick.",
	}),
	"TFM-DOCS-009": code<{ option: string; value: string; expected: string }>({
		message: (f) => `--${f.option} is "${f.value}", expected ${f.expected}`,
		explain: "An option of `tfm docs` that is no number or no address.",
	}),
	"TFM-DOCS-010": code<{ folder: string }>({
		message: (f) => `${f.folder} holds files that are no docs site; nothing is written into it`,
		next: () => "name an empty folder, or one that will be made: --out docs-site",
		explain: "`--out` is cleaned of earlier files of the site, so it may not be a folder that holds something else.",
	}),
} satisfies Record<string, CodeEntry<never>>;
