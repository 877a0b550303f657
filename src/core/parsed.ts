import type { Checksum } from "./codeChecksum.ts";
import type { Diagnostic } from "./diagnostic.ts";
import type { Location } from "./location.ts";
import type { DocBlock } from "./manifest.ts";
import type { MacroNode, Plain, RefArgs } from "./node.ts";

/** A record of plain values, as YAML and config() give them. */
export type PlainRecord = { readonly [key: string]: Plain };

/** A place with its line for the code frame: what `diagnostic()` takes. */
export interface FilePlace {
	readonly at: Location;
	readonly source?: string;
}

/** What a text asks for, found by scanning it or by rendering it as dbt does while parsing (`execute` is false). */
export interface Collected {
	readonly refs: readonly RefArgs[];
	readonly sources: readonly (readonly [string, string])[];
	/** Names in function() calls; absent = none. */
	readonly functions?: readonly (readonly string[])[];
	/** Names in metric() calls; absent = none. */
	readonly metrics?: readonly (readonly string[])[];
	/** Keyword arguments of the config() calls, in order, not merged; hooks under their dashed names. */
	readonly configs: readonly PlainRecord[];
	/** Keywords of the first config() call as written, where the text was rendered and has one; absent otherwise. */
	readonly writtenConfig?: PlainRecord;
	/** Unique ids of the macros that were called, in order of the first call. */
	readonly macros: readonly string[];
	/** Nothing but literal ref(), source() and config() calls: dbt reads such a text without rendering it. */
	readonly plain?: boolean;
}

/** A SQL resource or seed as the files give it: no YAML, no project configuration, no names resolved. */
export interface ParsedCode {
	readonly kind: "model" | "seed" | "snapshot" | "analysis" | "test" | "function";
	readonly name: string;
	readonly package_name: string;
	/** Relative to the resource path it was found under, with `/`. */
	readonly path: string;
	/** Relative to the package's root. */
	readonly original_file_path: string;
	/** Relative to the root project: what messages show. */
	readonly file: string;
	/** Absolute directory of the package; seeds need it to find their rows. */
	readonly root_path: string;
	/** Folders between the resource path and the file; snapshots add the file's name (dbt's fqn rule). */
	readonly folders: readonly string[];
	readonly raw_code: string;
	/** Absent = SQL. */
	readonly language?: "python" | "javascript";
	/** 1-based place of raw_code's first character in its file. */
	readonly line: number;
	readonly column: number;
	readonly checksum: { readonly name: string; readonly checksum: string };
	readonly collected: Collected;
	/** Seeds: the file's text, read when asked; throws TfmError where it cannot be. */
	readonly text?: () => string;
}

/** A file of rows for unit tests: `<test-path>/fixtures/**`. */
export interface FixtureFile {
	readonly name: string;
	readonly package_name: string;
	/** Relative to the root project. */
	readonly file: string;
	readonly format: "csv" | "sql";
	/** Read when asked; throws TfmError where it cannot be. */
	readonly text: () => string;
}

export type PropertySection = "models" | "seeds" | "snapshots" | "analyses" | "macros" | "data_tests" | "functions";

/** One entry of a YAML property file, its shape validated. */
export interface YamlEntry<S extends string = string> {
	readonly section: S;
	readonly name: string;
	readonly package_name: string;
	readonly original_file_path: string;
	readonly file: string;
	/** Folders between the resource path and the file. */
	readonly folders: readonly string[];
	/** Path below the resource path. */
	readonly path: string;
	/** Jinja rendered where dbt renders it: everywhere but tests, descriptions and hooks. */
	readonly value: PlainRecord;
	/** As written. */
	readonly written: PlainRecord;
	/** Place of a key or value inside the entry; computed when asked. */
	readonly at: (path: readonly (string | number)[], part?: "key" | "value") => FilePlace;
	/** Of the whole file, white space taken together: what a node has that stands in no file of its own (dbt). */
	readonly checksum?: () => Checksum;
	/** A scalar as the file writes it (`1.0` where the value is 1); null where the file writes no such number. */
	readonly scalarText: ((path: readonly (string | number)[]) => string | undefined) | null;
}

/** Everything that the files of the project and its packages say. Sorted: packages by name with the root first, then files by path. */
export interface ParsedProject {
	readonly code: readonly ParsedCode[];
	readonly properties: readonly YamlEntry<PropertySection>[];
	readonly sources: readonly YamlEntry<"sources">[];
	readonly exposures: readonly YamlEntry<"exposures">[];
	readonly groups: readonly YamlEntry<"groups">[];
	readonly unitTests: readonly YamlEntry<"unit_tests">[];
	readonly metrics: readonly YamlEntry<"metrics">[];
	readonly semanticModels: readonly YamlEntry<"semantic_models">[];
	readonly savedQueries: readonly YamlEntry<"saved_queries">[];
	readonly fixtures: readonly FixtureFile[];
	readonly macros: readonly MacroNode[];
	readonly docs: readonly DocBlock[];
	readonly warnings: readonly Diagnostic[];
}
