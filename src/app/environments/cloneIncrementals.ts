/** Tables of incremental models are copied into an environment before the first run there: it goes on from their rows. */
import type { Adapter, Session } from "../../core/adapter.ts";
import { sizeText } from "../../core/byteSize.ts";
import { DatabaseError } from "../../core/databaseError.ts";
import { isStored, type ModelNode, type NodeId } from "../../core/node.ts";
import { type RelationName, relationKey } from "../../core/relation.ts";
import { relationsAround } from "../../core/relationsAround.ts";
import { storedName } from "../../core/storedName.ts";
import type { Placeable } from "./placeProject.ts";

export interface CloneWork {
	readonly adapter: Adapter;
	/** Placed in the environment. */
	readonly project: Placeable;
	readonly notebook: string;
	readonly selected: ReadonlySet<NodeId>;
	/** Where the nodes stand outside of it. */
	readonly outside: (id: NodeId) => RelationName | undefined;
	/** Bytes; 0: nothing is copied. */
	readonly upTo: number;
	readonly signal: AbortSignal;
	/** Told of each table, before the first row is copied. */
	readonly say: (line: string) => void;
}

interface Pair {
	readonly node: ModelNode;
	readonly from: RelationName;
	readonly into: RelationName;
}

/**
 * What is copied: selected incremental models that are not in the environment yet and stand outside as a table of at
 * most `upTo` bytes, or of any size where a clone shares its rows. Returns their ids. Each table comes about in a transaction of its own, so that a run that is killed
 * leaves none half filled; two runs in one environment find the table of the other.
 */
export async function cloneIncrementals(work: CloneWork): Promise<ReadonlySet<NodeId>> {
	const { adapter, project, notebook, upTo, signal, say } = work;
	const cloned = new Set<NodeId>();
	const pairs = upTo === 0 ? [] : pairsOf(work);
	if (pairs.length === 0) return cloned;
	await adapter.withSession(async (session) => {
		const found = await relationsAround(
			session,
			pairs.flatMap(({ from, into }) => [from, into]),
		);
		const kinds = new Map(found.map((relation) => [relationKey(relation), relation.kind]));
		const missing = pairs.filter(
			({ from, into }) => kinds.get(relationKey(from)) === "table" && !kinds.has(relationKey(into)),
		);
		const sizes = await session.listSizes(missing.map(({ from }) => from));
		for (const pair of missing) {
			signal.throwIfAborted();
			const bytes = sizes.get(relationKey(pair.from))?.bytes ?? 0;
			const { name } = pair.node;
			const where = `${pair.from.schema}.${pair.from.identifier}`;
			const { sharesClones } = project.engine.dialect.building;
			if (bytes > upTo && !sharesClones) {
				say(
					`${name} is built in full: ${where} has ${sizeText(bytes)}, and environments.clone_up_to is ${sizeText(upTo)}`,
				);
				continue;
			}
			say(`${name} goes on from ${sharesClones ? `a clone of ${where}` : `a copy of ${where} (${sizeText(bytes)})`}`);
			await adapter.publisher.ensureSchemas(session, notebook, [pair.into]);
			if (await clone(session, pair, project, signal)) cloned.add(pair.node.unique_id);
		}
	});
	return cloned;
}

function pairsOf({ project: { manifest, engine }, selected, outside }: CloneWork): readonly Pair[] {
	return [...selected].sort().flatMap((id): readonly Pair[] => {
		const node = manifest.nodes.get(id);
		if (node?.resource_type !== "model" || node.config.materialized !== "incremental" || !isStored(node)) return [];
		// Partitions are not copied with their table, and who asks for a full refresh wants none of its rows.
		if (node.config.full_refresh === true || node.config.partition_by != null) return [];
		const from = outside(id);
		return from === undefined ? [] : [{ node, from, into: storedName(node, engine.dialect) }];
	});
}

/** False: another run was quicker. */
async function clone(
	session: Session,
	{ node, from, into }: Pair,
	{ engine: { dialect } }: Placeable,
	signal: AbortSignal,
): Promise<boolean> {
	const name = (relation: RelationName): string => dialect.building.nameOf(relation);
	const permanent = node.config.transient === false;
	try {
		await session.transaction(async () => {
			for (const sql of dialect.building.cloneTable(name(into), name(from), permanent))
				await session.execute(sql, { signal });
		});
		return true;
	} catch (error) {
		if (error instanceof DatabaseError && IS_THERE.has(error.sqlstate ?? "")) return false;
		throw error;
	}
}

/** duplicate_table, on Snowflake as well; unique_violation in the catalog, where both were made in the same moment. */
const IS_THERE: ReadonlySet<string> = new Set(["42P07", "42710", "23505"]);
