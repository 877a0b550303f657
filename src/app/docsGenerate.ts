import { copyFileSync, cpSync, existsSync, rmSync } from "node:fs";
import { join, relative, resolve, sep } from "node:path";
import { fail, TfmError } from "../core/diagnostic.ts";
import type { PastTrace } from "../core/history.ts";
import type { ExitCode, Invocation } from "../core/invocation.ts";
import { findNode, type Manifest } from "../core/manifest.ts";
import type { GraphNode, NodeId } from "../core/node.ts";
import { type RunResults, readRunResults, type SiteSample, type SiteSource } from "../docs/docs.ts";
import { type CatalogRow, catalogKey, dbtMessage, toCatalogJson } from "../report/report.ts";
import { writeCatalog } from "./artifacts.ts";
import { analysisOf } from "./columnLineage/analysisOf.ts";
import { type ShownColumns, shownColumns } from "./columnLineage/shownColumns.ts";
import { openCommandLog, openEvents } from "./commandEvents.ts";
import { COMPILED_KINDS, compileSelected, printSelected } from "./compile.ts";
import { type Database, PUBLISHED, withDatabase } from "./database.ts";
import { siteFindings } from "./docsFindings.ts";
import { readSamples } from "./docsSamples.ts";
import { countOption, pastOf, readTrace, writeDocsSite } from "./docsSite.ts";
import { type OpenProject, openProject } from "./openProject.ts";
import { selectIds } from "./selectFor.ts";

/** A relation that the catalog is asked for. */
interface Wanted {
	readonly id: NodeId;
	readonly kind: "node" | "source";
	readonly database: string;
	readonly schema: string;
	readonly identifier: string;
}

interface Catalog {
	readonly rows: readonly CatalogRow[];
	/** What databases answered instead of rows. */
	readonly errors: readonly TfmError[];
	/** Null: the database was not asked. */
	readonly trace: PastTrace | null;
	readonly samples: ReadonlyMap<string, SiteSample>;
}

interface Asked {
	readonly wanted: readonly Wanted[];
	readonly earlier: RunResults;
	/** Of each relation and of each failing test; 0: none. */
	readonly sampleRows: number;
	readonly shown: ShownColumns | null;
}

/**
 * `tfm docs generate`: manifest.json and run_results.json as `tfm compile` writes them, and catalog.json: the columns of
 * the relations of the selected nodes and sources as the database has them. With --no-compile catalog.json is
 * written of them, and the selection is not looked at (dbt). Then the site of all artifacts in target/site. Exit code 1
 * when a database could not be asked.
 */
export async function docsGenerate(invocation: Invocation): Promise<ExitCode> {
	if (typeof invocation.flags.extra.from === "string") return docsOfArtifacts(invocation, invocation.flags.extra.from);
	const project = await openProject(invocation);
	const { compile = true, emptyCatalog = false } = invocation.flags.extra;
	// Compiling writes a run_results.json of its own.
	const earlier = readRunResults(project.config.targetDir);
	const sampleRows = sampleRowsOf(invocation);
	// What cannot be rendered (a query for a table that no run has built) is told, and has no SQL in the site.
	const unrendered: TfmError[] = [];
	const compiled =
		compile === false ? [] : await compileSelected(invocation, project, (error) => unrendered.push(error));
	// dbt shows a single node here as well; a person asked for the site.
	if (invocation.log?.onScreen === true) printSelected(invocation, project, compiled);
	openCommandLog(invocation, project);
	// Which columns are personal is known from the lineage alone.
	const analysed = compile !== false || sampleRows > 0 ? await analysisOf(invocation, project) : null;
	const ids =
		compile === false
			? [...project.manifest.nodes.keys(), ...project.manifest.sources.keys()]
			: selectIds(invocation, project, { all: [...COMPILED_KINDS, "source"] }).ids;
	copyAssets(project);
	const wanted = emptyCatalog === true ? [] : wantedRelations(project.manifest, ids);
	const { log, clock } = invocation;
	if (emptyCatalog !== true)
		log?.write(dbtMessage("BuildingCatalog", "Building catalog", { ts: clock().toISOString(), data: {} }));
	const { rows, errors, trace, samples } = await readCatalog(invocation, project, {
		wanted,
		earlier,
		sampleRows,
		shown: analysed === null ? null : shownColumns(analysed.lineage.nodes),
	});

	const nodes = new Map<string, string>();
	const sources = new Map<string, string[]>();
	for (const relation of wanted) {
		const key = catalogKey(relation);
		if (relation.kind === "node") nodes.set(key, relation.id);
		else sources.set(key, [...(sources.get(key) ?? []), relation.id]);
	}
	const path = writeCatalog(invocation, project, (meta) =>
		toCatalogJson(
			rows,
			{ nodes, sources },
			meta,
			errors.flatMap(({ diagnostics }) => diagnostics.map((d) => d.message)),
		),
	);
	const events = openEvents(invocation, project, [], { again: compile !== false });
	for (const error of [...unrendered, ...errors])
		for (const diagnostic of error.diagnostics) events({ event: "diagnostic", diagnostic }, "error");
	const written = join(project.config.targetDir, path);
	if (invocation.log?.onScreen === true) {
		const ts = invocation.clock().toISOString();
		invocation.log.write(
			dbtMessage("CatalogWritten", `Catalog written to ${written}`, { ts, data: { path: written } }),
		);
	} else {
		const text = `catalog written to ${relative(invocation.cwd, written)}`;
		events({ event: "message", text, node_id: null, print: true });
	}
	const target = project.config.targetDir;
	// With --no-compile there may be no manifest to make a site of.
	if (existsSync(join(target, "manifest.json"))) {
		const findings = analysed === null ? new Map() : siteFindings(project, analysed);
		const site = await writeDocsSite(invocation, { target, project, earlier, trace, samples, findings });
		// dbt's name for the page that is one file.
		const copy = invocation.flags.extra.static === true ? join(target, "static_index.html") : null;
		if (copy !== null) copyFileSync(resolve(invocation.cwd, site.folder, "index.html"), copy);
		const also = copy === null ? "" : ` and ${relative(invocation.cwd, copy)}`;
		if (invocation.log?.onScreen !== true)
			events({ event: "message", text: `${siteWritten(invocation, site)}${also}`, node_id: null, print: true });
	}
	events.close();
	return unrendered.length + errors.length === 0 ? 0 : 1;
}

function siteWritten({ flags }: Invocation, { folder }: Awaited<ReturnType<typeof writeDocsSite>>): string {
	if (flags.extra.singleFile === true || flags.extra.static === true) return `site written to ${folder}/index.html`;
	const serve = flags.extra.out === undefined ? "tfm docs serve" : `tfm docs serve --out ${folder}`;
	return `site written to ${folder}; to look at it: ${serve}`;
}

/** `--from`: the site of a folder of artifacts that tfm or dbt left, without a project and without a database. */
async function docsOfArtifacts(invocation: Invocation, from: string): Promise<ExitCode> {
	const target = resolve(invocation.cwd, from);
	const earlier = readRunResults(target);
	const site = await writeDocsSite(invocation, { target, project: null, earlier, trace: null, samples: new Map() });
	invocation.stdout.write(`${siteWritten(invocation, site)}\n`);
	return 0;
}

/**
 * Pictures and other files that descriptions show: each of `asset-paths` under the target folder, in place of an earlier
 * copy (dbt). A folder that the target folder lies in is not copied into itself.
 */
function copyAssets({ config }: OpenProject): void {
	for (const path of config.project.assetPaths) {
		const [from, to] = [resolve(config.project.root, path), resolve(config.targetDir, path)];
		if (to === from || to.startsWith(from + sep)) continue;
		rmSync(to, { recursive: true, force: true });
		if (existsSync(from)) cpSync(from, to, { recursive: true });
	}
}

/** Models, seeds, snapshots and sources that have a relation. */
function wantedRelations(manifest: Manifest, ids: readonly NodeId[]): readonly Wanted[] {
	const RELATIONAL: ReadonlySet<GraphNode["resource_type"]> = new Set(["model", "seed", "snapshot"]);
	return ids.flatMap((id): Wanted | [] => {
		const node = findNode(manifest, id);
		if (node?.resource_type === "source")
			return { id, kind: "source", database: node.database, schema: node.schema, identifier: node.identifier };
		if (node === undefined || !RELATIONAL.has(node.resource_type) || !("alias" in node)) return [];
		if (node.config.materialized === "ephemeral") return [];
		return { id, kind: "node", database: node.database ?? "", schema: node.schema, identifier: node.alias };
	});
}

/** One query for each database, by dbt's macro `get_catalog_relations`, which a project may have replaced. */
async function readCatalog(invocation: Invocation, project: OpenProject, asked: Asked): Promise<Catalog> {
	const { wanted, earlier, sampleRows, shown } = asked;
	if (wanted.length === 0) return { rows: [], errors: [], trace: null, samples: new Map() };
	const byDatabase = new Map<string, Wanted[]>();
	for (const relation of wanted) {
		const group = byDatabase.get(relation.database);
		if (group === undefined) byDatabase.set(relation.database, [relation]);
		else group.push(relation);
	}
	const read = async (database: Database): Promise<Catalog> => {
		const rows: CatalogRow[] = [];
		const errors: TfmError[] = [];
		for (const [name, relations] of byDatabase) {
			try {
				rows.push(...(await askCatalog(database, name, relations)));
			} catch (error) {
				if (!(error instanceof TfmError)) throw error;
				errors.push(error);
			}
		}
		const trace = await readTrace(invocation, project, database);
		if (sampleRows === 0 || shown === null) return { rows, errors, trace, samples: new Map() };
		const there = new Set(
			rows.map(({ table_database: database, table_schema: schema, table_name: identifier }) =>
				catalogKey({ database: String(database), schema: String(schema), identifier: String(identifier) }),
			),
		);
		const taken = await readSamples(
			{ project, database, rows: sampleRows },
			{
				relations: wanted.flatMap((relation) => (there.has(catalogKey(relation)) ? [relation.id] : [])),
				failing: failingTests(project.manifest, pastOf({ trace, earlier }).results),
				wholeRows: invocation.flags.extra.wholeRows === true,
				shown,
			},
		);
		return { rows, errors: [...errors, ...taken.errors], trace, samples: taken.samples };
	};
	return await withDatabase(invocation, project, read, { asks: "the catalog asks" });
}

const MOST_ROWS = 100;

/** Throws TFM-DOCS-009. */
function sampleRowsOf({ flags: { extra } }: Invocation): number {
	const rows = countOption(extra, "sampleRows", "sample-rows", 0);
	if (rows > MOST_ROWS)
		fail("TFM-DOCS-009", { option: "sample-rows", value: String(rows), expected: `a whole number up to ${MOST_ROWS}` });
	return rows;
}

const failingTests = (manifest: Manifest, results: SiteSource["results"]): readonly NodeId[] =>
	[...manifest.nodes.values()].flatMap((node) =>
		node.resource_type === "test" && ["fail", "warn"].includes(results.get(node.unique_id)?.status ?? "")
			? [node.unique_id]
			: [],
	);

async function askCatalog(
	{ render, compiler }: Database,
	name: string,
	wanted: readonly Wanted[],
): Promise<readonly CatalogRow[]> {
	const relations = wanted.map(({ database, schema, identifier }) => ({ database, schema, identifier }));
	const positional = [name, relations].map((value) => ({ kind: "value", value }) as const);
	const call = { macro: "tfm_catalog", positional, keyword: {}, node: null };
	const { value } = await render((journal) => compiler.renderMacro(call, journal, PUBLISHED));
	const { columns, rows } = value as { columns: readonly string[]; rows: readonly (readonly unknown[])[] };
	return rows.map((cells) => Object.fromEntries(columns.map((column, i) => [column, cells[i]])));
}
