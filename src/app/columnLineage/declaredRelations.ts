import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { TfmError } from "../../core/diagnostic.ts";
import type { LandingDialect } from "../../core/landingDialect.ts";
import type { ColumnSpec, ExecutableNode, NodeId, SeedNode, SourceNode } from "../../core/node.ts";
import { storedName } from "../../core/storedName.ts";
import { rejectsOf } from "../../load/landingTable.ts";
import { readLoadSpec } from "../../load/loadSpec.ts";
import { readSeed } from "../../load/readSeed.ts";
import { seedChecksum } from "../../parse/checksum.ts";
import type { KnownColumn, KnownRelation } from "../../sql/analysis.ts";
import { SQL_DIALECTS, type SqlDialectName } from "../../sql/sqlDialect.ts";
import type { OpenProject } from "../openProject.ts";

/** Beyond this the types of a seed's columns are not worth reading it. */
const SEED_BYTES = 5_000_000;

/** Sources and seeds: what is known of their columns without SQL and without a database. */
export async function declaredRelations(
	project: OpenProject,
	dialect: SqlDialectName,
): Promise<ReadonlyMap<string, KnownRelation>> {
	const found: KnownRelation[] = [];
	for (const source of project.manifest.sources.values()) found.push(...ofSource(source, project, dialect));
	for (const node of project.manifest.nodes.values())
		if (node.resource_type === "seed") found.push(await seedRelation(node, project, dialect));
	return new Map(found.map((relation) => [relation.id, relation]));
}

/** The same of one source, with what a load turned away from it, or of one seed; none of anything else. */
export async function declaredAs(
	project: OpenProject,
	dialect: SqlDialectName,
	id: NodeId,
): Promise<readonly KnownRelation[]> {
	const source = project.manifest.sources.get(id);
	if (source !== undefined) return ofSource(source, project, dialect);
	const node = project.manifest.nodes.get(id);
	return node?.resource_type === "seed" ? [await seedRelation(node, project, dialect)] : [];
}

const ofSource = (source: SourceNode, project: OpenProject, dialect: SqlDialectName): readonly KnownRelation[] => [
	sourceRelation(source, project, dialect),
	...(source.load === null ? [] : [rejectsRelation(source, project)]),
];

/** A column as a property file names it, under the name that the database gives it. */
export const storedColumn = ({ name, quote }: Pick<ColumnSpec, "name" | "quote">, dialect: SqlDialectName): string =>
	SQL_DIALECTS[dialect].fold(name, quote === true);

const ownColumns = ({ types }: LandingDialect): readonly KnownColumn[] => [
	{ name: "_tfm_file", type: types.text },
	{ name: "_tfm_row", type: types.bigint },
	{ name: "_tfm_loaded_at", type: types.timestamptz },
];

/** The table of what a load turned away: no node, and read by name. */
export const rejectsId = (source: string): string => `${source}__rejects`;

function rejectsRelation(source: SourceNode, { engine }: OpenProject): KnownRelation {
	const { database, schema, identifier } = rejectsOf(engine.dialect, storedName(source, engine.dialect));
	const own: readonly KnownColumn[] = [
		{ name: "raw", type: "text" },
		{ name: "reason", type: "text" },
	];
	const columns = landed([...own, ...ownColumns(engine.dialect.landing)], engine);
	return { id: rejectsId(source.unique_id), name: [database, schema, identifier], columns, open: false };
}

/** Columns of tables that tfm fills, under the names that the database gives them: models write them bare. */
const landed = (columns: readonly KnownColumn[], { dialect }: OpenProject["engine"]): readonly KnownColumn[] =>
	dialect.defaultQuoting.identifier ? columns : columns.map((c) => ({ ...c, name: dialect.fold(c.name) }));

/** What a landing load fills has the columns of its load: block; undefined: they are found in the files. */
function loadedColumns(source: SourceNode, landing: LandingDialect): readonly KnownColumn[] | undefined {
	if (source.load === null) return undefined;
	const { columns } = readLoadSpec(source);
	if (columns === "infer") return undefined;
	if (columns === "record") return [{ name: "record", type: landing.types.json }, ...ownColumns(landing)];
	return [...columns.map(({ name, type }) => ({ name, type: landing.types[type] })), ...ownColumns(landing)];
}

/**
 * Only a source that says of every column what type it has is taken to have no other ones: most projects list just the
 * columns that they test.
 */
function sourceRelation(source: SourceNode, { engine }: OpenProject, dialect: SqlDialectName): KnownRelation {
	const { database, schema, identifier } = storedName(source, engine.dialect);
	const relation = { id: source.unique_id, name: [database, schema, identifier] };
	const loaded = loadedColumns(source, engine.dialect.landing);
	if (loaded !== undefined) return { ...relation, columns: landed(loaded, engine), open: false };
	const specs = Object.values(source.columns);
	const columns = specs.map((spec): KnownColumn => {
		const name = storedColumn(spec, dialect);
		return spec.data_type === null ? { name } : { name, type: spec.data_type.toLowerCase() };
	});
	const open = columns.length === 0 || columns.some(({ type }) => type === undefined);
	return { ...relation, columns, open };
}

/**
 * Whether the seeds among these are what they were when the project was read, for who looked at them since. A large one
 * has another time once it was written to, and is not taken for what it was.
 */
export const seedsStand = (nodes: Iterable<ExecutableNode>): boolean =>
	[...nodes].every((node) => {
		if (node.resource_type !== "seed" || node.checksum.name !== "sha256") return true;
		const path = join(node.root_path, node.original_file_path);
		return existsSync(path) && seedChecksum(readFileSync(path, "utf8")).checksum === node.checksum.checksum;
	});

async function seedRelation(seed: SeedNode, { engine }: OpenProject, dialect: SqlDialectName): Promise<KnownRelation> {
	const path = join(seed.root_path, seed.original_file_path);
	const { database, schema, identifier } = storedName(seed, engine.dialect);
	const relation = { id: seed.unique_id, name: [database, schema, identifier] };
	if (!existsSync(path) || statSync(path).size > SEED_BYTES) {
		const columns = Object.values(seed.columns).map((spec) => ({ name: storedColumn(spec, dialect) }));
		return { ...relation, columns, open: true };
	}
	const written = seed.config.column_types;
	const columnTypes = typeof written === "object" && written !== null ? (written as Record<string, string>) : {};
	const { delimiter, quote_columns: quoted } = seed.config;
	const options = { columnTypes, delimiter: typeof delimiter === "string" ? delimiter : "," };
	const table = await readSeed(path, seed.location.file, options).catch((error: unknown) => {
		// What is wrong in the file is for `tfm seed` to say.
		if (error instanceof TfmError) return null;
		throw error;
	});
	if (table === null) return { ...relation, columns: [], open: true };
	const { columns } = table;
	const named = columns.map(({ name, ddl }) => ({
		name:
			(quoted ?? engine.dialect.defaultQuoting.identifier) === false ? SQL_DIALECTS[dialect].fold(name, false) : name,
		type: ddl.toLowerCase(),
	}));
	return { ...relation, columns: named, open: false };
}
