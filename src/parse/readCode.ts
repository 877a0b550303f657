import { closeSync, openSync, readSync, statSync } from "node:fs";
import { codeChecksum } from "../core/codeChecksum.ts";
import type { Diagnostic } from "../core/diagnostic.ts";
import { diagnostic, TfmError } from "../core/diagnostic.ts";
import type { FixtureFile, ParsedCode } from "../core/parsed.ts";
import { findBlocks, type TemplateSource } from "../jinja/jinja.ts";
import { LARGE_SEED_BYTES, pathChecksum, seedChecksum } from "./checksum.ts";
import { type Collector, NOTHING_COLLECTED } from "./collect.ts";
import { foldersOf, type ProjectFile, stem } from "./packageFiles.ts";
import { readPythonModel } from "./pythonModel.ts";
import { readMarked, readText } from "./readText.ts";

const KINDS = {
	model: "model",
	analysis: "analysis",
	function: "function",
	foreign_function: "function",
	python_model: "model",
	singular_test: "test",
	snapshot: "snapshot",
} as const;

const LANGUAGES: { readonly [ending: string]: "python" | "javascript" } = { ".py": "python", ".js": "javascript" };

export interface CodeResult {
	readonly code: readonly ParsedCode[];
	readonly problems: readonly Diagnostic[];
}

/** One model, analysis or singular test; as many snapshots as the file has blocks. An empty file is none. */
export function readCode(file: ProjectFile, collector: Collector): CodeResult {
	const text = readText(file);
	if (typeof text !== "string") return { code: [], problems: [text] };
	try {
		return {
			code: file.kind === "snapshot" ? snapshotsOf(file, text, collector) : nodeOf(file, text, collector),
			problems: [],
		};
	} catch (error) {
		if (error instanceof TfmError) return { code: [], problems: error.diagnostics };
		throw error;
	}
}

/** The text without white space around it, as dbt keeps it, and where it begins. */
function trimmed(text: string): { readonly text: string; readonly line: number; readonly column: number } {
	const start = text.length - text.trimStart().length;
	const before = text.slice(0, start);
	const lineStart = before.lastIndexOf("\n") + 1;
	return { text: text.trim(), line: before.split("\n").length, column: start - lineStart + 1 };
}

function nodeOf(file: ProjectFile, text: string, collector: Collector): readonly ParsedCode[] {
	const kind = KINDS[file.kind as keyof typeof KINDS];
	const name = stem(file.path);
	const raw = trimmed(text);
	const source: TemplateSource = { file: file.file, text: raw.text, line: raw.line, column: raw.column };
	const path = kind === "analysis" && !collector.correctedAnalyses ? `analysis/${file.path}` : file.path;
	const language = LANGUAGES[path.slice(path.lastIndexOf(".")).toLowerCase()];
	const subject = {
		unique_id: `${kind}.${file.package_name}.${name}`,
		name,
		package_name: file.package_name,
		resource_type: kind,
		fqn: [file.package_name, ...foldersOf(path), name],
		path,
		original_file_path: file.original_file_path,
	};
	const collected =
		file.kind === "python_model"
			? readPythonModel(raw.text, { file: file.file, line: raw.line })
			: collector.collect(source, subject);
	return [
		{
			kind,
			name,
			...places(file),
			path,
			folders: foldersOf(path),
			raw_code: raw.text,
			...(language === undefined ? {} : { language }),
			line: raw.line,
			column: raw.column,
			checksum: codeChecksum(raw.text),
			collected,
		},
	];
}

function snapshotsOf(file: ProjectFile, text: string, collector: Collector): readonly ParsedCode[] {
	return findBlocks({ file: file.file, text }, ["snapshot"]).map((block) => {
		const body = trimmed(block.body.text);
		const line = (block.body.line ?? 1) + body.line - 1;
		const column = body.line === 1 ? (block.body.column ?? 1) + body.column - 1 : body.column;
		const collected = collector.collect(
			{ file: file.file, text: body.text, line, column },
			{
				unique_id: `snapshot.${file.package_name}.${block.name}`,
				name: block.name,
				package_name: file.package_name,
				resource_type: "snapshot",
				fqn: [file.package_name, ...foldersOf(file.path), stem(file.path), block.name],
				path: file.path,
				original_file_path: file.original_file_path,
			},
		);
		return {
			kind: "snapshot" as const,
			name: block.name,
			...places(file),
			path: file.path,
			folders: [...foldersOf(file.path), stem(file.path)],
			raw_code: block.body.text,
			line: block.body.line ?? 1,
			column: block.body.column ?? 1,
			checksum: codeChecksum(text.trim()),
			collected,
		};
	});
}

const places = (file: ProjectFile) => ({
	package_name: file.package_name,
	original_file_path: file.original_file_path,
	file: file.file,
	root_path: file.root_path,
});

/** A seed: its checksum and that it has a header. The rows are read when the seed is loaded. */
export function readSeed(file: ProjectFile): CodeResult {
	const size = statSync(file.absolute, { throwIfNoEntry: false })?.size ?? 0;
	const large = size > LARGE_SEED_BYTES;
	const text = large ? readHead(file.absolute) : readMarked(file);
	if (typeof text !== "string") return { code: [], problems: [text] };
	const at = { file: file.file, line: 1, column: 1 };
	if (/^\s*(\r|\n|$)/.test(text) && text.trim() === "")
		return { code: [], problems: [diagnostic("TFM-PARSE-033", { file: file.file }, { at })] };
	return {
		code: [
			{
				kind: "seed",
				name: stem(file.path),
				...places(file),
				path: file.path,
				folders: foldersOf(file.path),
				raw_code: "",
				line: 1,
				column: 1,
				checksum: large ? pathChecksum(file.original_file_path) : seedChecksum(text),
				collected: NOTHING_COLLECTED,
				text: () => wholeText(file),
			},
		],
		problems: [],
	};
}

/** A file of rows for unit tests, read by whoever uses it. */
export const readFixture = (file: ProjectFile): FixtureFile => ({
	name: stem(file.path),
	package_name: file.package_name,
	file: file.file,
	format: file.path.toLowerCase().endsWith(".csv") ? "csv" : "sql",
	text: () => wholeText(file),
});

function wholeText(file: ProjectFile): string {
	const text = readText(file);
	if (typeof text === "string") return text;
	throw new TfmError([text]);
}

/** The first bytes of a large file: enough to see whether it has a header. */
function readHead(absolute: string): string {
	const descriptor = openSync(absolute, "r");
	try {
		const bytes = Buffer.alloc(4096);
		return bytes.subarray(0, readSync(descriptor, bytes, 0, bytes.length, 0)).toString("utf8");
	} finally {
		closeSync(descriptor);
	}
}
