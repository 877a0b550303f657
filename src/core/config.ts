import type { AlertSettings } from "./alerts.ts";
import type { Checksum } from "./codeChecksum.ts";
import type { Diagnostic, DiagnosticPlaces } from "./diagnostic.ts";
import type { Location } from "./location.ts";
import type { Plain } from "./node.ts";
import type { QuotePolicy } from "./relation.ts";
import type { TemplateMessage } from "./request.ts";

export interface Layer {
	readonly name: string;
	/** Folder relative to a model path, `staging` by default; empty: whatever lies in no other layer's folder. */
	readonly path: string;
	/** The default custom schema of its nodes; null: none, so that they stand where dbt puts them. */
	readonly schema: string | null;
	readonly database: string | null;
	readonly gate: "error" | "warn" | "off";
	readonly contract: "required" | "optional";
	/** How many replaced generations of its relations are kept, for `tfm rollback`; absent: none. */
	readonly keepGenerations?: number;
	/** No column with personal data may be in it: `tfm check` fails. Absent: allowed. */
	readonly pii?: "forbidden";
	/** Position from 0; a model may read layers of its own or a smaller index. */
	readonly index: number;
	/** Snowflake: what builds, tests and publishes what names no `snowflake_warehouse` of its own; null: the profile's. */
	readonly warehouse?: string | null;
}

export interface Layering {
	readonly layers: readonly Layer[];
	readonly gateScope: "lineage" | "layer";
	readonly publishScope: "layer" | "run";
	/** How a table takes its new rows where its own `publish` says nothing: moved, or by statements of its rows. */
	readonly publishMethod: "swap" | "dml";
	readonly skipLayers: "allowed" | "error";
}

export type SchemaNaming = "prefix" | "exact" | "exact_in_prod";

/** A tree of `models:` / `seeds:` … configuration as written, rendered where YAML allows Jinja. */
export type ConfigTree = { readonly [key: string]: Plain };

/** Configuration by kind of node. */
export interface ConfigTrees {
	readonly models: ConfigTree;
	readonly seeds: ConfigTree;
	readonly snapshots: ConfigTree;
	readonly data_tests: ConfigTree;
	readonly sources: ConfigTree;
	readonly exposures: ConfigTree;
	readonly metrics: ConfigTree;
	readonly semantic_models: ConfigTree;
	readonly saved_queries: ConfigTree;
	readonly unit_tests: ConfigTree;
	readonly analyses: ConfigTree;
	readonly functions: ConfigTree;
}

/** One package: the root project or a dependency. Paths are relative to `root` and use `/`. */
export interface ProjectConfig {
	readonly name: string;
	readonly version: string | null;
	/** Absolute directory. */
	readonly root: string;
	/** The file it came from, relative to the root project: `tfm_project.yml`. */
	readonly file: string;
	readonly profile: string | null;
	readonly modelPaths: readonly string[];
	readonly seedPaths: readonly string[];
	readonly testPaths: readonly string[];
	readonly snapshotPaths: readonly string[];
	readonly macroPaths: readonly string[];
	readonly analysisPaths: readonly string[];
	readonly functionPaths: readonly string[];
	/** Of semantic models for exchange between tools (Open Semantic Interchange), which tfm does not read. */
	readonly osiPaths: readonly string[];
	readonly docsPaths: readonly string[];
	/** Of the project file: what dbt keeps with the hooks that it holds. */
	readonly checksum: Checksum;
	/** Folders that `docs generate` copies into the target folder. */
	readonly assetPaths: readonly string[];
	readonly targetPath: string;
	readonly logPath: string;
	readonly packagesInstallPath: string;
	readonly cleanTargets: readonly string[];
	readonly trees: ConfigTrees;
	/** The same as the file has them, templates and all: what `state:modified` compares. Absent: as `trees`. */
	readonly writtenTrees?: ConfigTrees;
	readonly vars: { readonly [key: string]: Plain };
	readonly onRunStart: readonly string[];
	readonly onRunEnd: readonly string[];
	readonly dispatch: readonly { readonly macro_namespace: string; readonly search_order: readonly string[] }[];
	readonly quoting: Partial<QuotePolicy>;
	readonly flags: { readonly [key: string]: Plain };
	readonly layering: Layering | null;
	readonly schemaNaming: SchemaNaming;
	/** `restrict-access`: protected models may not be read from other packages. */
	readonly restrictAccess?: boolean;
	/** `query-comment` as written; absent = not given. */
	readonly queryComment?: Plain;
	/** The keys that only tfm has and other rooms read: publish, load, ci, history; as written, rendered. */
	readonly tfm?: { readonly [key: string]: Plain };
	/** `alerts:` of the root project; absent: none. */
	readonly alerts?: AlertSettings;
	/** Where top-level keys stand in the file, for later errors. */
	readonly places: ReadonlyMap<string, Location>;
}

/** The database to work on. `fields` holds what the adapter validates; secrets are in it, so it is never printed. */
export interface TargetConfig {
	readonly profileName: string;
	readonly targetName: string;
	readonly type: "pglite" | "postgres" | "snowflake";
	readonly threads: number;
	readonly database: string;
	readonly schema: string;
	readonly fields: { readonly [key: string]: Plain };
	/** Names among the fields that templates may see: dbt's connection_info of the engine, never a secret. */
	readonly shown: readonly string[];
	/** Where the profile was read, or null for the embedded default. */
	readonly file: string | null;
	/** Where its output begins in that file, and the line without its values. Absent: no file has it. */
	readonly place?: Pick<DiagnosticPlaces, "at" | "source">;
}

export interface Config {
	readonly project: ProjectConfig;
	/** Installed packages, by name. */
	readonly packages: readonly ProjectConfig[];
	readonly target: TargetConfig;
	/** `--vars`, already parsed; these win over every project's. */
	readonly cliVars: { readonly [key: string]: Plain };
	/** Values that no output may show. */
	readonly secrets: readonly string[];
	/** `selectors:` of selectors.yml, rendered, with the place of any part of the list; absent where there is none. */
	readonly selectors?: {
		readonly entries: readonly Plain[];
		readonly at: (path: readonly (string | number)[]) => DiagnosticPlaces;
	};
	/** The shell's environment over the .env file's. */
	readonly env?: { readonly [name: string]: string | undefined };
	/** False with --no-version-check: what asks for another dbt is taken all the same. */
	readonly checkVersion?: boolean;
	/** Absolute. */
	readonly targetDir: string;
	readonly logDir: string;
	/** Remarks found while reading (deprecated keys …). */
	readonly warnings: readonly Diagnostic[];
	/** What log() and print() said in the project file and in packages.yml. */
	readonly said?: readonly TemplateMessage[];
}
