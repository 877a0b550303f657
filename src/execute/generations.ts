/**
 * Previous generations (`keep_generations`): what a publish replaces is kept in a schema of its own, and the record says
 * what stood when, so that `tfm rollback` can put a whole layer back. Of a view its query is enough.
 */
import type { BoundStatement, Candidate, CandidateKind, KeptGeneration, Session } from "../core/adapter.ts";
import type { NodeId } from "../core/node.ts";
import { isOfTarget } from "../core/ofTarget.ts";
import type { RunJob, RunPorts } from "../core/ports.ts";
import type { RelationName } from "../core/relation.ts";
import type { GenerationRow, StoodRow } from "../core/state.ts";
import { layerNamed, layerOf, type Run, type Standing } from "./run.ts";
import { databaseErrorOf, runBound } from "./statement.ts";

const keepOf = (run: Run, id: NodeId): number => layerNamed(run, layerOf(run, id))?.keepGenerations ?? 0;

/** The generations of a layer that stood, or are kept, in the schemas of this target. */
export async function generationsHere(
	{ job, ports }: { readonly job: RunJob; readonly ports: Pick<RunPorts, "adapter" | "state"> },
	session: Session,
	layer: string,
): ReturnType<RunPorts["state"]["listGenerations"]> {
	const { generations: all, stood } = await ports.state.listGenerations(session, job.manifest.projectName, layer);
	const here = (row: GenerationRow) => isOfTarget(job.manifest, ports.adapter.dialect, row.node, row.candidate.target);
	const elsewhere = new Set(all.filter((row) => !here(row)).map((row) => `${row.node} ${row.generation}`));
	return {
		generations: all.filter(here),
		stood: stood.filter((row) => !elsewhere.has(`${row.node} ${row.generation}`)),
	};
}

/** Learns which generation each relation of this run is at present, where generations are kept. */
export async function rememberGenerations(run: Run, session: Session): Promise<void> {
	for (const layer of run.job.layering?.layers ?? []) {
		if ((layer.keepGenerations ?? 0) === 0) continue;
		const { generations, stood } = await generationsHere(run, session, layer.name);
		const kinds = new Map(generations.map((g) => [`${g.node} ${g.generation}`, g.candidate.kind] as const));
		for (const { node, generation } of stood) {
			const kind = kinds.get(`${node} ${generation}`);
			if (kind !== undefined) run.generations.set(node, { generation, kind });
		}
	}
}

/** What a candidate leaves behind: the candidate of new rows is a view, but what it is brought into is a table. */
const kindLeft = (candidate: Candidate): CandidateKind => (candidate.apply === undefined ? candidate.kind : "table");

/** Where the relation that is replaced now shall be kept; undefined where it shall not, or is only a query. */
export function keptAs(run: Run, id: NodeId, candidate: Candidate): RelationName | undefined {
	const present = run.generations.get(id);
	if (keepOf(run, id) === 0 || present === undefined || present.kind === "view") return undefined;
	// An orchestrator may give a repeated run the id of the first one: then there is nothing to tell the two apart by.
	if (present.generation === run.job.runId) return undefined;
	const { publisher } = run.ports.adapter;
	return publisher.generationOf(run.job.manifest.projectName, candidate.target, present.generation);
}

interface Going {
	readonly members: readonly { readonly id: NodeId; readonly standing: Standing }[];
	readonly kept: readonly KeptGeneration[];
	readonly at: string;
	readonly generationOf: ReadonlyMap<NodeId, string> | undefined;
}

/** What stands from now on, and where the replaced relations went. */
export function recordGenerations(run: Run, going: Going): readonly BoundStatement[] {
	const { state } = run.ports;
	const { runId } = run.job;
	const project = run.job.manifest.projectName;
	const rows: GenerationRow[] = [];
	const stood: StoodRow[] = [];
	for (const { id, standing } of going.members) {
		const layer = layerOf(run, id);
		if (layer === null || keepOf(run, id) === 0) continue;
		const { codeHash, seedHash } = standing;
		const { keepAs: _, apply: __, ...rest } = standing.candidate;
		const candidate = { ...rest, kind: kindLeft(standing.candidate) };
		const generation = going.generationOf?.get(id) ?? runId;
		rows.push({ project, node: id, generation, layer, codeHash, seedHash, candidate, keptAs: null });
		stood.push({ project, node: id, runId, layer, generation, since: going.at });
	}
	if (rows.length === 0) return [];
	return [
		...state.saveGenerations(rows, stood),
		...going.kept.flatMap(({ node, relation }) => {
			const before = run.generations.get(node);
			return before === undefined
				? []
				: state.moveGeneration({ project, node, generation: before.generation, keptAs: relation });
		}),
	];
}

interface Aged {
	readonly row: GenerationRow;
	/** Position of the last time it began to stand. */
	readonly last: number;
}

/** Those of one node that are too old: neither present nor among the last `keep` that went. */
function tooOld(rows: readonly Aged[], keep: number): readonly GenerationRow[] {
	const newestFirst = [...rows].sort((a, b) => b.last - a.last);
	return newestFirst.slice(keep + 1).map((aged) => aged.row);
}

/** Drops what is older than `keep_generations` asks for. The publish stands whatever happens here; the next one tries again. */
export async function pruneGenerations(
	run: Run,
	published: readonly NodeId[],
	generationOf: ReadonlyMap<NodeId, string> | undefined,
): Promise<void> {
	const { adapter, emit, state } = run.ports;
	const project = run.job.manifest.projectName;
	const nodes = new Set(published.filter((id) => keepOf(run, id) > 0));
	if (nodes.size === 0) return;
	for (const id of nodes) {
		const candidate = run.standing.get(id)?.candidate;
		const kind = candidate === undefined ? "table" : kindLeft(candidate);
		run.generations.set(id, { generation: generationOf?.get(id) ?? run.job.runId, kind });
	}
	const layers = new Set([...nodes].flatMap((id) => layerOf(run, id) ?? []));
	try {
		await adapter.withSession(async (session) => {
			for (const layer of layers) {
				const { generations, stood } = await generationsHere(run, session, layer);
				const last = new Map(stood.map((s, i) => [`${s.node} ${s.generation}`, i] as const));
				const out = [...nodes].flatMap((node) => {
					const own = generations.filter((row) => row.node === node);
					return tooOld(
						own.map((row) => ({ row, last: last.get(`${row.node} ${row.generation}`) ?? -1 })),
						keepOf(run, node),
					);
				});
				if (out.length === 0) continue;
				await session.transaction(async () => {
					await adapter.publisher.dropGenerations(
						session,
						out.flatMap((row) => row.keptAs ?? []),
					);
					await runBound(session, state.forgetGenerations(project, out));
				});
			}
		});
	} catch (error) {
		const refused = databaseErrorOf(error);
		if (refused === null) throw error;
		const text = `old generations could not be dropped: ${run.toPublished(refused.message)}`;
		emit({ event: "message", text, node_id: null, print: false }, "warn");
	}
}
