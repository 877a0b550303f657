/**
 * What a node's inputs are, as a hash: which candidate, which published generation, which loaded files. `retry` reuses a
 * candidate only when its inputs are the very ones it was built from.
 *
 * A published table is known by the run that published it. A view holds no rows, so it also stands for what it reads, and
 * an ephemeral model stands for its inputs alone. A relation that tfm neither builds nor loads has no identity to
 * compare and counts as unchanged.
 */
import { hash } from "node:crypto";
import type { Session } from "../core/adapter.ts";
import { readElsewhere } from "../core/deferral.ts";
import { landingTableOf } from "../core/landingTable.ts";
import type { NodeId, SourceNode } from "../core/node.ts";
import type { RunJob, RunPorts } from "../core/ports.ts";
import type { PublishedRow } from "../core/state.ts";

interface StandsAs {
	readonly builtBy: string;
	readonly codeHash: string;
	readonly inputsHash: string;
}

export interface Identities {
	readonly remember: (published: ReadonlyMap<NodeId, PublishedRow>) => void;
	/** Whether a relation of this node was published by tfm, in this run or before it. */
	readonly isPublished: (id: NodeId) => boolean;
	readonly publishedNow: (rows: readonly PublishedRow[]) => void;
	/** A source was filled: its ledger is read again. */
	readonly loaded: (source: NodeId) => void;
	/** Hash of the files whose rows are in a landing table. */
	readonly ledgerOf: (source: SourceNode, session: Session) => Promise<string>;
	readonly inputsHash: (id: NodeId, session: Session) => Promise<string>;
}

/** Materializations that read their own published relation. */
const GROWS: ReadonlySet<string> = new Set(["incremental", "snapshot"]);

const sha256 = (text: string): string => hash("sha256", text, "hex");

export function createIdentities(
	job: RunJob,
	ports: Pick<RunPorts, "state" | "adapter">,
	standing: ReadonlyMap<NodeId, StandsAs>,
): Identities {
	const { manifest } = job;
	const published = new Map<NodeId, PublishedRow>();
	const ledgers = new Map<NodeId, string>();
	/** Identities in the published world; begun anew whenever something is published or loaded. */
	let current = new Map<NodeId, string>();

	const parentsOf = (id: NodeId): readonly NodeId[] => manifest.parents.get(id) ?? [];
	const materialized = (id: NodeId): string | undefined => manifest.nodes.get(id)?.config.materialized;

	async function ledgerOf(source: SourceNode, session: Session): Promise<string> {
		const id = source.unique_id;
		const seen = ledgers.get(id);
		if (seen !== undefined) return seen;
		const files = await ports.state.loadedFiles(session, landingTableOf(source, ports.adapter.dialect));
		const lines = files.map((f) => `${f.path}\0${f.contentHash}\0${f.loadedAt}`).sort();
		const ledger = sha256(lines.join("\n"));
		ledgers.set(id, ledger);
		return ledger;
	}

	/** Not the run's id alone: an orchestrator may give a repeated run the id of the first one. */
	function generationOf(id: NodeId): string {
		const row = published.get(id);
		return row === undefined ? "published elsewhere" : `published ${row.runId} ${row.publishedAt} ${row.codeHash}`;
	}

	const readsOn = (id: NodeId): boolean => materialized(id) === "view" || materialized(id) === "ephemeral";

	/** Post-order over what views read; an explicit stack, since chains of views may be long. */
	async function publishedIdentity(of: NodeId, session: Session): Promise<string> {
		// A publish by another worker begins a new map; this answer is made of what was true when it was asked for.
		const known = current;
		const stack: NodeId[] = [of];
		while (stack.length > 0) {
			const id = stack[stack.length - 1]!;
			if (known.has(id)) {
				stack.pop();
				continue;
			}
			const elsewhere = readElsewhere(job.deferral, id);
			if (elsewhere !== undefined) {
				known.set(id, `deferred to ${elsewhere}`);
				continue;
			}
			const below = readsOn(id) ? parentsOf(id) : [];
			const missing = below.filter((parent) => !known.has(parent));
			if (missing.length > 0) {
				stack.push(...missing);
				continue;
			}
			stack.pop();
			const source = manifest.sources.get(id);
			if (source !== undefined) {
				known.set(id, source.load === null ? "external" : `loaded ${await ledgerOf(source, session)}`);
				continue;
			}
			const own = materialized(id) === "ephemeral" ? "ephemeral" : generationOf(id);
			const reads = below.map((parent) => known.get(parent)!);
			known.set(id, reads.length === 0 ? own : sha256([own, ...reads].join("\n")));
		}
		return known.get(of)!;
	}

	/** Inputs with ephemerals replaced by what they read: their text is inlined, with the reader's references. */
	function concreteInputs(id: NodeId): readonly NodeId[] {
		const found = new Set<NodeId>(parentsOf(id));
		for (const parent of found) {
			if (materialized(parent) !== "ephemeral") continue;
			for (const further of parentsOf(parent)) found.add(further);
		}
		return [...found].filter((parent) => materialized(parent) !== "ephemeral").sort();
	}

	return {
		remember: (rows) => {
			for (const [id, row] of rows) published.set(id, row);
		},
		isPublished: (id) => published.has(id),
		publishedNow: (rows) => {
			for (const row of rows) published.set(row.node, row);
			current = new Map();
		},
		loaded: (source) => {
			ledgers.delete(source);
			current = new Map();
		},
		ledgerOf,
		inputsHash: async (id, session) => {
			// New rows are computed from what is published under the node itself.
			const parts = GROWS.has(materialized(id) ?? "") ? [`itself\0${generationOf(id)}`] : [];
			for (const input of concreteInputs(id)) {
				const stands = standing.get(input);
				parts.push(
					`${input}\0${
						stands === undefined
							? await publishedIdentity(input, session)
							: `candidate ${stands.builtBy} ${stands.codeHash} ${stands.inputsHash}`
					}`,
				);
			}
			return sha256(parts.join("\n"));
		},
	};
}
