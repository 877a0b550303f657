/**
 * Relations without rows on the embedded database, for unit tests whose inputs the target lacks. What tells the columns
 * of an input, in this order: an enforced contract; a seed's file; a model's own SQL, over relations made in the same
 * way; `data_type` in YAML, for columns without one the type that the analysis of the SQL infers, and else the values
 * that unit tests give.
 */
import type { Session } from "../core/adapter.ts";
import type { Binding } from "../core/compiler.ts";
import { fail } from "../core/diagnostic.ts";
import { findNode } from "../core/manifest.ts";
import type { ModelNode, NodeId, SeedNode, SnapshotNode, SourceNode, UnitTestNode } from "../core/node.ts";
import type { RelationName } from "../core/relation.ts";
import { driveTemplate } from "./driveTemplate.ts";
import { type GuessedColumn, guessColumns } from "./givenTypes.ts";
import type { Run } from "./run.ts";
import { statement } from "./statement.ts";
import { wasStopped } from "./stopped.ts";

type Stageable = ModelNode | SeedNode | SnapshotNode | SourceNode;

interface Staging {
	readonly run: Run;
	readonly session: Session;
	readonly test: UnitTestNode;
}

function stageable(run: Run, id: NodeId): Stageable | undefined {
	const node = findNode(run.job.manifest, id);
	switch (node?.resource_type) {
		case "model":
		case "seed":
		case "snapshot":
		case "source":
			return node;
		default:
			return undefined;
	}
}

/** The name of a relation there: the target's, without its database, which the embedded one is not. */
export function stagedName(run: Run, id: NodeId): RelationName | undefined {
	const node = stageable(run, id);
	if (node === undefined) return undefined;
	const identifier = node.resource_type === "source" ? node.identifier : node.alias;
	return { database: "", schema: node.schema, identifier };
}

/** Throws TFM-UNIT-015 for an input whose columns nothing tells. */
export async function stageInputs(
	run: Run,
	session: Session,
	test: UnitTestNode,
	inputs: readonly NodeId[],
): Promise<void> {
	for (const id of inputs) {
		const tried = await stage({ run, session, test }, id);
		if (tried === null) continue;
		const { input, location } = test.given.find((given) => given.node === id)!;
		fail("TFM-UNIT-015", { test: test.name, input, tried }, { at: location });
	}
}

/** Null when the relation is there now, else what was tried in vain. */
async function stage(staging: Staging, id: NodeId): Promise<readonly string[] | null> {
	const { run } = staging;
	const known = run.staged.get(id);
	if (known !== undefined) return known.tried;
	const node = stageable(run, id);
	const name = stagedName(run, id);
	if (node === undefined || name === undefined) return ["it is no relation"];
	// A model that reads itself must not wait for itself.
	run.staged.set(id, { tried: ["it reads itself"] });
	const tried: string[] = [];
	for (const way of waysFor(node)) {
		const problem = await way(staging, node, name);
		if (problem === null) {
			run.staged.set(id, { tried: null });
			return null;
		}
		tried.push(problem);
	}
	run.staged.set(id, { tried });
	return tried;
}

/** Makes the relation, or says why it cannot. */
type Way = (staging: Staging, node: Stageable, name: RelationName) => Promise<string | null>;

function waysFor(node: Stageable): readonly Way[] {
	switch (node.resource_type) {
		case "source":
			return [fromKnownColumns];
		case "seed":
			return [fromFile, fromKnownColumns];
		case "snapshot":
			return [fromSql, fromKnownColumns];
		case "model":
			return hasContract(node) ? [fromKnownColumns] : [fromSql, fromKnownColumns];
	}
}

const hasContract = ({ config }: ModelNode): boolean =>
	(config.contract as { readonly enforced?: unknown } | undefined)?.enforced === true;

/** Of what has SQL that the embedded database could not run (an extension, another dialect) the text still tells. */
const mayInfer = (node: Stageable): boolean =>
	node.resource_type === "snapshot" || (node.resource_type === "model" && !hasContract(node));

/** In a transaction of its own, so that what fails leaves nothing. */
async function attempt({ run, session }: Staging, what: string, work: () => Promise<void>): Promise<string | null> {
	try {
		await session.transaction(work);
		return null;
	} catch (error) {
		if (wasStopped(run, error)) throw error;
		return `${what}: ${error instanceof Error ? error.message : String(error)}`;
	}
}

const execute = ({ run, session, test }: Staging, sql: string): Promise<unknown> =>
	statement(run, { node: test.unique_id, purpose: "unit test input", sql }, (options) => session.execute(sql, options));

async function createSchema(staging: Staging, { schema }: RelationName): Promise<void> {
	await execute(staging, `create schema if not exists ${staging.run.ports.adapter.dialect.quote(schema)}`);
}

const fromFile: Way = (staging, node, name) =>
	attempt(staging, "its file", async () => {
		const { run, session } = staging;
		await createSchema(staging, name);
		await run.ports.seed.load({ node: node as SeedNode, session, relation: name, signal: run.signal });
	});

const fromKnownColumns: Way = async (staging, node, name) => {
	const { run, test } = staging;
	const inferred = mayInfer(node) ? await run.ports.inferColumns(node.unique_id) : [];
	const columns = guessColumns(run.job.manifest, node.unique_id, node.columns, test, inferred);
	if (columns.length === 0) return "no data_type in YAML, and no given values";
	const { dialect } = run.ports.adapter;
	const line = ({ name: column, type }: GuessedColumn) => `${dialect.quote(column)} ${type}`;
	return attempt(staging, "its columns in YAML and the given values", async () => {
		await createSchema(staging, name);
		await execute(staging, `create table ${dialect.render(name)} (${columns.map(line).join(", ")})`);
	});
};

/** The node's own query over what it reads, run for its columns alone. */
const fromSql: Way = async (staging, node, name) => {
	const { run, session } = staging;
	const missing = await stageReads(staging, node.unique_id);
	if (missing !== null) return missing;
	return attempt(staging, "its own SQL", async () => {
		await createSchema(staging, name);
		const drive = { run, session, node: node.unique_id, inTransaction: true };
		const binding: Binding = { relationOf: (id) => stagedName(run, id), self: name };
		const { compiled } = await driveTemplate(drive, (journal) =>
			run.ports.compiler.compileNode(node.unique_id, journal, binding),
		);
		const meta = node.resource_type === "snapshot" ? snapshotColumns(node) : "";
		const { dialect } = run.ports.adapter;
		const query = `select *${meta} from (\n${compiled.sql}\n) as unit_test_input where false`;
		await execute(staging, `create table ${dialect.render(name)} as ${query}`);
	});
};

/** What a node reads, looking through ephemeral models; the first that cannot be made says why. */
async function stageReads(staging: Staging, id: NodeId): Promise<string | null> {
	const { manifest } = staging.run.job;
	for (const parent of manifest.parents.get(id) ?? []) {
		const node = stageable(staging.run, parent);
		if (node === undefined) continue;
		const isEphemeral = node.resource_type === "model" && node.config.materialized === "ephemeral";
		if (isEphemeral) {
			const inner = await stageReads(staging, parent);
			if (inner !== null) return inner;
			continue;
		}
		const tried = await stage(staging, parent);
		if (tried !== null) return `its own SQL reads ${node.name} (${tried.join("; ")})`;
	}
	return null;
}

/** What a snapshot's table has beside its query's columns. */
function snapshotColumns({ config }: SnapshotNode): string {
	const names = (config.snapshot_meta_column_names ?? {}) as { readonly [name: string]: string | null | undefined };
	const column = (name: string, type: string) => `, null::${type} as ${names[name] ?? name}`;
	return [
		column("dbt_scd_id", "text"),
		column("dbt_updated_at", "timestamp"),
		column("dbt_valid_from", "timestamp"),
		column("dbt_valid_to", "timestamp"),
		config.hard_deletes === "new_record" ? column("dbt_is_deleted", "text") : "",
	].join("");
}
