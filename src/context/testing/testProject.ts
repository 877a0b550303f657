/** A small project for tests: macros as text, the built-in ones read from their files, a plain dialect. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { POSTGRES_COLUMN_TYPES } from "../../adapters/postgresFamily/columnTypes.ts";
import { createPostgresDialect } from "../../adapters/postgresFamily/dialect.ts";
import { createSnowflakeDialect } from "../../adapters/snowflake/dialect.ts";
import type { Dialect } from "../../core/adapter.ts";
import type { Config, ProjectConfig } from "../../core/config.ts";
import type { MacroNode, Plain } from "../../core/node.ts";
import { compileTemplate, findBlocks, KeptTemplates } from "../../jinja/jinja.ts";
import { readYaml } from "../../yaml/readYaml.ts";
import {
	createMacroRegistry,
	createParseCollector,
	createParseScope,
	type MacroDefinition,
	PARSE_RENDERING,
	type ParseSubject,
	type ProjectFacts,
} from "../context.ts";
import type { ParseCollector } from "../parseCollector.ts";

const QUOTE_ALL = { database: true, schema: true, identifier: true };
const quote = (identifier: string): string => `"${identifier.replaceAll('"', '""')}"`;

export const TEST_DIALECT: Dialect = {
	name: "postgres",
	maxIdentifierBytes: 63,
	defaultQuoting: QUOTE_ALL,
	quote,
	literal: (value) => (typeof value === "string" ? `'${value.replaceAll("'", "''")}'` : String(value)),
	render: (relation) => [relation.database, relation.schema, relation.identifier].filter(Boolean).map(quote).join("."),
	isReservedSchema: () => false,
	fold: (identifier) => identifier.toLowerCase(),
	storedDatabase: (name) => name,
	readsDatabases: false,
	storedSchema: (name) => name,
	keepsChangeTimes: false,
	readsOneMoment: null,
	upToDateType: "materialized_view",
	columnTypes: POSTGRES_COLUMN_TYPES,
	building: createPostgresDialect().building,
	landing: createPostgresDialect().landing,
	comparing: createPostgresDialect().comparing,
	typeLabel: (type) => type,
};

function macrosOf(packageName: string, text: string, file = `macros/${packageName}.sql`): MacroDefinition[] {
	const source = { file, text };
	return findBlocks(source).map((block) => {
		const node: MacroNode = {
			unique_id: `macro.${packageName}.${block.macroName}`,
			name: block.macroName,
			resource_type: "macro",
			package_name: packageName,
			path: file,
			original_file_path: file,
			macro_sql: block.text,
			parameters: block.parameters,
			description: "",
			line: block.line,
			column: block.column,
		};
		return { node, source, block };
	});
}

const BUILT_IN: readonly (readonly [string, string])[] = [
	["dbt", "src/context/macros"],
	["dbt_postgres", "src/adapters/postgresFamily/macros"],
	["dbt_snowflake", "src/adapters/snowflake/macros"],
];

let builtIn: readonly MacroDefinition[] | null = null;

function builtInMacros(engine: string): readonly MacroDefinition[] {
	builtIn ??= BUILT_IN.flatMap(([packageName, directory]) =>
		(readdirSync(directory, { recursive: true }) as string[])
			.filter((file) => file.endsWith(".sql"))
			.sort()
			.flatMap((file) => macrosOf(packageName, readFileSync(join(directory, file), "utf8"), join(directory, file))),
	);
	return builtIn.filter(({ node }) => ["dbt", `dbt_${engine}`].includes(node.package_name));
}

export interface TestProject {
	/** Macros by package; `shop` is the root project. */
	readonly macros?: Readonly<Record<string, string>>;
	readonly dispatch?: ProjectConfig["dispatch"];
	readonly vars?: Readonly<Record<string, Plain>>;
	readonly packageVars?: Readonly<Record<string, Readonly<Record<string, Plain>>>>;
	readonly cliVars?: Readonly<Record<string, Plain>>;
	readonly env?: Readonly<Record<string, string>>;
	readonly flags?: Readonly<Record<string, Plain>>;
	readonly schemaNaming?: ProjectConfig["schemaNaming"];
	readonly targetName?: string;
	readonly quoting?: ProjectConfig["quoting"];
	/** Postgres where absent. */
	readonly engine?: "postgres" | "snowflake";
}

function projectConfig(name: string, vars: Readonly<Record<string, Plain>>, given: TestProject): ProjectConfig {
	return {
		name,
		version: null,
		root: `/nowhere/${name}`,
		file: "tfm_project.yml",
		profile: null,
		modelPaths: ["models"],
		seedPaths: ["seeds"],
		testPaths: ["tests"],
		snapshotPaths: [],
		macroPaths: ["macros"],
		analysisPaths: [],
		functionPaths: [],
		osiPaths: [],
		docsPaths: [],
		checksum: { name: "none", checksum: "" },
		assetPaths: [],
		targetPath: "target",
		logPath: "logs",
		packagesInstallPath: "packages",
		cleanTargets: [],
		trees: {
			models: {},
			seeds: {},
			snapshots: {},
			data_tests: {},
			sources: {},
			exposures: {},
			metrics: {},
			semantic_models: {},
			saved_queries: {},
			unit_tests: {},
			analyses: {},
			functions: {},
		},
		vars,
		onRunStart: [],
		onRunEnd: [],
		dispatch: given.dispatch ?? [],
		quoting: given.quoting ?? {},
		flags: {},
		layering: null,
		schemaNaming: given.schemaNaming ?? "prefix",
		places: new Map(),
	};
}

export function testFacts(given: TestProject = {}): ProjectFacts {
	const engine = given.engine ?? "postgres";
	const macros = given.macros ?? {};
	const packages = Object.keys(macros).filter((name) => name !== "shop");
	const config: Config = {
		project: projectConfig("shop", given.vars ?? {}, given),
		packages: packages.map((name) => projectConfig(name, given.packageVars?.[name] ?? {}, {})),
		target: {
			profileName: "shop",
			targetName: given.targetName ?? "dev",
			type: engine === "snowflake" ? engine : "pglite",
			threads: 1,
			database: "db",
			schema: "dev",
			fields: { password: "hunter2", host: "localhost" },
			shown: ["host"],
			file: null,
		},
		cliVars: given.cliVars ?? {},
		secrets: [],
		targetDir: "/nowhere/target",
		logDir: "/nowhere/logs",
		warnings: [],
	} as Config;
	return {
		config,
		dialect: engine === "snowflake" ? createSnowflakeDialect() : TEST_DIALECT,
		adapterType: engine,
		invocation: {
			id: "run-1",
			startedAt: new Date("2024-02-29T12:34:56.789Z"),
			flags: given.flags ?? {},
			env: given.env ?? {},
		},
		parseYaml: (text) => readYaml(text, "fromyaml()", { markDates: true }).value,
		templates: new KeptTemplates(),
		registry: createMacroRegistry({
			rootPackage: "shop",
			packages,
			internalPackages: [`dbt_${engine}`, "dbt"],
			adapterTypes: [engine],
			dispatch: given.dispatch ?? [],
			macros: [...builtInMacros(engine), ...Object.entries(macros).flatMap(([name, text]) => macrosOf(name, text))],
		}),
	};
}

export interface Parsed {
	readonly text: string;
	readonly collector: ParseCollector;
}

/** Renders a template as parsing does. */
export function parse(text: string, facts = testFacts(), subject: Partial<ParseSubject> = {}): Parsed {
	const collector = createParseCollector();
	const whole = {
		unique_id: "model.shop.m",
		name: "m",
		package_name: "shop",
		resource_type: "model",
		...subject,
	};
	const template = compileTemplate({ file: "models/m.sql", text });
	return { text: template.render(createParseScope(facts, whole, collector), PARSE_RENDERING), collector };
}
