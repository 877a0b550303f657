/**
 * Property files: which sections a YAML file has, entry by entry, each checked for its shape and with its Jinja
 * rendered. What an entry means for a node is the manifest's business.
 */
import { type Checksum, codeChecksum } from "../core/codeChecksum.ts";
import { type Diagnostic, diagnostic, TfmError } from "../core/diagnostic.ts";
import type { Plain } from "../core/node.ts";
import type { PlainRecord, YamlEntry } from "../core/parsed.ts";
import { suggestName } from "../core/suggestName.ts";
import { readYaml, type YamlDocument } from "../yaml/readYaml.ts";
import { checkFields, type EntryPath, nameShape } from "./checkShape.ts";
import { foldersOf, type ProjectFile } from "./packageFiles.ts";
import { REQUIRED, SECTIONS } from "./propertyShapes.ts";
import { readText } from "./readText.ts";
import { hasJinja, renderYaml } from "./renderYaml.ts";

/** Renders one text of a property file natively; throws TfmError. */
export type RenderProperty = (text: string, file: ProjectFile, place: () => { line: number; column: number }) => Plain;

export interface PropertyResult {
	readonly entries: readonly YamlEntry[];
	readonly problems: readonly Diagnostic[];
	readonly warnings: readonly Diagnostic[];
}

/** Older and other names of sections. */
const ALIASES: { readonly [key: string]: string } = { tests: "data_tests" };
const KNOWN = [...Object.keys(SECTIONS), "version", "anchors"];

const NOUNS: { readonly [section: string]: string } = {
	models: "model",
	seeds: "seed",
	snapshots: "snapshot",
	analyses: "analysis",
	macros: "macro",
	data_tests: "test",
	functions: "function",
	sources: "source",
	exposures: "exposure",
	groups: "group",
	unit_tests: "unit test",
	metrics: "metric",
	semantic_models: "semantic model",
	saved_queries: "saved query",
};

const NOTHING: PropertyResult = Object.freeze({ entries: [], problems: [], warnings: [] });

/** `1.0`, `2.`, `1e3`: floats that JavaScript does not tell from integers. */
const INTEGRAL_FLOAT = /\d\.0*(?![\d\w])|\d[eE][+-]?\d/;

interface Reading {
	readonly file: ProjectFile;
	readonly document: YamlDocument;
	readonly render: RenderProperty | null;
	readonly entries: YamlEntry[];
	readonly problems: Diagnostic[];
	readonly warnings: Diagnostic[];
	readonly hasFloats: boolean;
	readonly checksum: () => Checksum;
}

export function readProperties(file: ProjectFile, render: RenderProperty): PropertyResult {
	const text = readText(file);
	if (typeof text !== "string") return { ...NOTHING, problems: [text] };
	let document: YamlDocument;
	try {
		document = readYaml(text, file.file, { stripped: true });
	} catch (error) {
		if (error instanceof TfmError) return { ...NOTHING, problems: error.diagnostics };
		throw error;
	}
	let checksum: Checksum | undefined;
	const reading: Reading = {
		file,
		document,
		checksum: () => (checksum ??= codeChecksum(text)),
		render: hasJinja(text) ? render : null,
		entries: [],
		problems: [],
		warnings: [...document.repeated],
		hasFloats: INTEGRAL_FLOAT.test(text),
	};
	readSections(reading);
	return reading;
}

function readSections(reading: Reading): void {
	const { document, problems, warnings } = reading;
	const { value } = document;
	if (value === null) return;
	if (typeof value !== "object" || Array.isArray(value)) {
		const facts = {
			where: "a property file",
			expected: "a mapping of sections such as `models:`",
			found: nameShape(value),
		};
		problems.push(diagnostic("TFM-PARSE-006", facts, document.at([])));
		return;
	}
	const sections = value as PlainRecord;
	for (const key of Object.keys(sections)) {
		const section = ALIASES[key] ?? key;
		const list = sections[key] ?? null;
		if (Object.hasOwn(SECTIONS, section)) {
			if (list === null) continue;
			if (Array.isArray(list)) for (let i = 0; i < list.length; i++) readEntry(reading, section, [key, i]);
			else {
				const facts = { where: `"${key}"`, expected: "a list of entries", found: nameShape(list) };
				problems.push(diagnostic("TFM-PARSE-006", facts, document.at([key])));
			}
		} else if (key === "version") checkVersion(list, reading);
		else if (key !== "anchors") {
			const facts = { key, where: "a property file", suggestion: suggestName(key, KNOWN) };
			warnings.push(diagnostic("TFM-PARSE-005", facts, { ...document.at([key], "key"), severity: "warning" }));
		}
	}
}

function checkVersion(found: Plain, { document, warnings }: Reading): void {
	if (found === null || found === 2 || found === "2" || found === 2.0) return;
	const facts = { found: String(found) };
	warnings.push(diagnostic("TFM-PARSE-035", facts, { ...document.at(["version"]), severity: "warning" }));
}

/** Sections whose entries have an owner, whom one can ask (dbt). */
const OWNED: ReadonlySet<string> = new Set(["groups", "exposures"]);

const isRecord = (value: Plain | undefined): value is PlainRecord =>
	typeof value === "object" && value !== null && !Array.isArray(value);

function readEntry(reading: Reading, section: string, prefix: EntryPath): void {
	const { document, file, problems, warnings, entries, hasFloats } = reading;
	const [key, index] = prefix as [string, number];
	const written = ((document.value as PlainRecord)[key] as readonly Plain[])[index] ?? null;
	const noun = NOUNS[section] ?? section;
	if (typeof written !== "object" || written === null || Array.isArray(written)) {
		const facts = { where: `an entry of "${key}"`, expected: "a mapping with a name", found: nameShape(written) };
		problems.push(diagnostic("TFM-PARSE-006", facts, document.at(prefix)));
		return;
	}
	const at = (path: EntryPath, part: "key" | "value" = "value") => document.at([...prefix, ...path], part);
	const value = rendered(reading, section, written as PlainRecord, prefix);
	if (value === null) return;
	const name = value.name ?? null;
	if (name === null || typeof name === "object") {
		const unnamed = diagnostic("TFM-PARSE-007", { where: `an entry of "${key}"`, key: "name" }, document.at(prefix));
		// dbt runs such a project: a data test is there without its properties.
		if (key !== "data_tests") problems.push(unnamed);
		else
			warnings.push({
				...unnamed,
				severity: "warning",
				dbt: `Unable to parse 'data_tests' section of file '${file.original_file_path}': Entry did not contain a name`,
			});
		return;
	}
	const before = problems.length;
	const where = `${noun} "${String(name)}"`;
	checkFields(value, SECTIONS[section] ?? {}, where, [], { problems, warnings, at });
	for (const required of REQUIRED[section] ?? [])
		if ((value[required] ?? null) === null)
			problems.push(diagnostic("TFM-PARSE-007", { where, key: required }, at([])));
	if (OWNED.has(section) && isRecord(value.owner) && !value.owner.name && !value.owner.email)
		problems.push(diagnostic("TFM-PARSE-075", { where }, at(["owner"])));
	if (problems.length > before) return;
	entries.push({
		section,
		name: String(name),
		package_name: file.package_name,
		original_file_path: file.original_file_path,
		file: file.file,
		folders: foldersOf(file.path),
		path: file.path,
		value,
		written: written as PlainRecord,
		at,
		checksum: reading.checksum,
		scalarText: hasFloats ? (path) => document.written([...prefix, ...path]) : null,
	});
}

/** Null when a template in the entry is wrong; every wrong one is reported. */
function rendered(
	{ document, file, render, problems }: Reading,
	section: string,
	written: PlainRecord,
	prefix: EntryPath,
): PlainRecord | null {
	if (render === null) return written;
	const before = problems.length;
	const value = renderYaml(section, written, (text, path) => {
		try {
			return render(text, file, () => document.place([...prefix, ...path]));
		} catch (error) {
			if (!(error instanceof TfmError)) throw error;
			problems.push(...error.diagnostics);
			return null;
		}
	});
	return problems.length > before ? null : value;
}
