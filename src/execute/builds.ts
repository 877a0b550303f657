/**
 * What `--changed` knows: of each published relation its version and the versions that it was built from. A node whose
 * text, configuration and inputs' versions are those of its last build is left as it stands.
 *
 * A table is known by the build that filled it. A view holds no rows, so its version is also that of all it reads now;
 * an ephemeral model stands for its inputs alone. Seeds go by their content, landing tables by their ledger. What has no
 * version (a source that somebody else fills, a table where rows leave by their age, another environment's relation)
 * counts as new each time, unless the project says `volatile: false` of it.
 */
import { hash, randomUUID } from "node:crypto";
import type { CandidateKind, Session } from "../core/adapter.ts";
import { readElsewhere } from "../core/deferral.ts";
import { findNode } from "../core/manifest.ts";
import type { NodeId, SourceNode } from "../core/node.ts";
import type { BuildableNode } from "../core/plan.ts";
import type { RunJob, RunPorts } from "../core/ports.ts";
import { type RelationName, relationKey } from "../core/relation.ts";
import type { BuildFacts, PublishedRow } from "../core/state.ts";

export interface Builds {
	readonly remember: (known: {
		readonly published: ReadonlyMap<NodeId, PublishedRow>;
		readonly seeds: ReadonlyMap<NodeId, string>;
		/** Kinds of relations that exist, by `relationKey`; null: not asked for. */
		readonly there: ReadonlyMap<string, string> | null;
	}) => void;
	/** From here on readers of the node read this build. Null: nobody can say what it was made of. */
	readonly stands: (id: NodeId, build: BuildFacts | null, seedHash: string | null) => void;
	/** What a build of this query would be made of. */
	readonly describe: (query: Query, session: Session) => Promise<BuildFacts>;
	/** Why the node is to be built, in words that stand alone; null: it is as it was built last. */
	readonly whyDue: (query: Query, code: string, build: BuildFacts, targets: readonly RelationName[]) => string | null;
	/** The run that built what stands. */
	readonly builtBy: (id: NodeId) => string | undefined;
	/** A hash of what a test looks at, `text` and the versions of its inputs; null: one of them has none. */
	readonly testedHash: (id: NodeId, sql: string, text: string, session: Session) => Promise<string | null>;
}

export interface Query {
	readonly node: BuildableNode;
	/** With published names; empty for a seed. */
	readonly sql: string;
	readonly kind: CandidateKind;
	readonly mode: string;
	/** Texts beside the query that are part of it: a function's other signatures. */
	readonly more?: readonly string[];
	/** Its batches are published one by one; compiled when their turn comes, so nothing is known of their text before. */
	readonly inBatches?: boolean;
}

const sha256 = (parts: readonly string[]): string => hash("sha256", parts.join("\0"), "hex");

export function createBuilds(
	job: RunJob,
	ports: Pick<RunPorts, "compiler" | "unsteadyQuery" | "surroundingsOf">,
	ledgerOf: (source: SourceNode, session: Session) => Promise<string>,
): Builds {
	const { manifest } = job;
	let before: ReadonlyMap<NodeId, PublishedRow> = new Map();
	let there: ReadonlyMap<string, string> | null = null;
	const now = new Map<NodeId, BuildFacts | null>();
	const seeds = new Map<NodeId, string>();
	/** Of what is settled in this run before anybody reads it, and of what this run does not touch: never out of date. */
	const seen = new Map<NodeId, string | null>();

	const parentsOf = (id: NodeId): readonly NodeId[] => manifest.parents.get(id) ?? [];
	const isEphemeral = (id: NodeId): boolean => manifest.nodes.get(id)?.config.materialized === "ephemeral";
	const isDeclared = (id: NodeId): boolean =>
		(findNode(manifest, id) as { readonly config?: { readonly volatile?: unknown } } | undefined)?.config?.volatile ===
		false;

	const buildOf = (id: NodeId): BuildFacts | null =>
		now.has(id) ? (now.get(id) ?? null) : (before.get(id)?.build ?? null);

	async function sourceVersion(source: SourceNode, session: Session): Promise<string | null> {
		const { unique_id: id, load, columns } = source;
		if (load === null) return isDeclared(id) ? "declared" : null;
		const leaves = (load as { readonly retention?: unknown }).retention != null;
		if (leaves && !isDeclared(id)) return null;
		const shape = Object.values(columns).map(({ name, data_type: type }) => [name, type]);
		return sha256([await ledgerOf(source, session), JSON.stringify([load, shape])]);
	}

	/** Of a node whose readers see through it: all that it reads, and nothing where it says something new by itself. */
	function throughView(own: string | null, reads: readonly (string | null)[]): string | null {
		if (own === null || reads.includes(null)) return null;
		return sha256([own, ...(reads as string[])]);
	}

	/** Post-order over what views read; an explicit stack, since chains of views may be long. */
	async function versionOf(of: NodeId, session: Session): Promise<string | null> {
		const stack: NodeId[] = [of];
		while (stack.length > 0) {
			const id = stack[stack.length - 1]!;
			if (seen.has(id)) {
				stack.pop();
				continue;
			}
			const build = buildOf(id);
			const isView = build?.kind === "view" && manifest.nodes.get(id)?.resource_type !== "function";
			const below = isView || isEphemeral(id) ? parentsOf(id) : [];
			const missing = job.deferral?.reads.has(id) === true ? [] : below.filter((parent) => !seen.has(parent));
			if (missing.length > 0) {
				stack.push(...missing);
				continue;
			}
			stack.pop();
			const source = manifest.sources.get(id);
			const reads = below.map((parent) => seen.get(parent) ?? null);
			if (job.deferral?.reads.has(id) === true) seen.set(id, null);
			else if (source !== undefined) seen.set(id, await sourceVersion(source, session));
			else if (isEphemeral(id)) seen.set(id, throughView("ephemeral", reads));
			else if (manifest.nodes.get(id)?.resource_type === "seed") seen.set(id, seeds.get(id) ?? null);
			else if (isView) seen.set(id, throughView(build.unsteady === null ? build.version : null, reads));
			else seen.set(id, build?.version ?? null);
		}
		return seen.get(of) ?? null;
	}

	/** Inputs with ephemerals replaced by what they read: their text is inlined. */
	function concreteInputs(id: NodeId): readonly NodeId[] {
		const found = new Set<NodeId>(parentsOf(id));
		for (const parent of found) if (isEphemeral(parent)) for (const further of parentsOf(parent)) found.add(further);
		return [...found].filter((parent) => !isEphemeral(parent)).sort();
	}

	async function inputsOf(id: NodeId, session: Session): Promise<BuildFacts["inputs"]> {
		const inputs: { [input: string]: string | null } = {};
		for (const input of concreteInputs(id)) inputs[input] = await versionOf(input, session);
		return inputs;
	}

	/** As they are written in the query. */
	function namesIn(id: NodeId): readonly string[] {
		return [id, ...concreteInputs(id)].flatMap((input) => {
			const name = (findNode(manifest, input) as { readonly relation_name?: string | null } | undefined)?.relation_name;
			const elsewhere = readElsewhere(job.deferral, input);
			return [...(name == null ? [] : [name]), ...(elsewhere === undefined ? [] : [elsewhere])];
		});
	}

	function unsteadyBuild({ node, sql, inBatches }: Query): string | null {
		const hooks = [...node.config["pre-hook"], ...node.config["post-hook"]];
		if (hooks.some((hook) => !hook.transaction)) return "has a hook outside of its transaction";
		if (inBatches === true) return "is published batch by batch";
		if (isDeclared(node.unique_id)) return null;
		if (node.config.volatile === true) return "is declared volatile";
		if (node.resource_type === "seed") return null;
		if (ports.compiler.materializationOf(node.unique_id) !== null) return "has a materialization of the project's own";
		return ports.surroundingsOf(node).unsteady ?? ports.unsteadyQuery(sql, namesIn(node.unique_id));
	}

	/** A function is made anew each time, which changes nothing for its readers while its text is the same. */
	function functionVersion({ node, sql, more = [] }: Query, inputs: BuildFacts["inputs"]): BuildFacts {
		const steady = isDeclared(node.unique_id) || node.config.volatility === "deterministic";
		const unsteady = steady ? null : "is not declared deterministic";
		const version = sha256([sql, ...more, JSON.stringify(node.config), JSON.stringify(inputs)]);
		return { version, inputs, kind: "view", mode: "function", surroundings: "", unsteady };
	}

	const nameOf = (id: string): string => findNode(manifest, id as NodeId)?.name ?? id;

	function changedInputs(known: BuildFacts["inputs"], inputs: BuildFacts["inputs"]): string | null {
		const unknown = Object.keys(inputs).filter((id) => inputs[id] === null);
		const changed = Object.keys(inputs).filter((id) => inputs[id] !== null && inputs[id] !== known[id]);
		const [first, ...others] = changed.map(nameOf);
		const more = others.length === 0 ? "" : ` and ${others.length} more ${others.length === 1 ? "input" : "inputs"}`;
		if (first !== undefined) return `${first}${more} changed`;
		if (unknown.length > 0) return `nothing tells whether ${nameOf(unknown[0]!)} changed`;
		return Object.keys(known).length === Object.keys(inputs).length ? null : "it reads other inputs";
	}

	return {
		remember: (known) => {
			before = known.published;
			there = known.there;
			for (const [id, content] of known.seeds) seeds.set(id, content);
		},
		stands: (id, build, seedHash) => {
			now.set(id, build);
			if (seedHash !== null) seeds.set(id, seedHash);
		},
		describe: async (query, session) => {
			const { node, kind, mode } = query;
			const inputs = await inputsOf(node.unique_id, session);
			if (node.resource_type === "function") return functionVersion(query, inputs);
			const surroundings = ports.surroundingsOf(node).hash;
			return { version: randomUUID(), inputs, kind, mode, surroundings, unsteady: unsteadyBuild(query) };
		},
		whyDue: ({ node, mode }, code, build, targets) => {
			const row = before.get(node.unique_id);
			if (row === undefined) return "it was not built before";
			if (row.build === null) return "nothing tells what it was built from";
			if (build.unsteady !== null) return `it ${build.unsteady}`;
			if (row.build.mode !== mode && row.build.mode.includes(" over nothing")) return "it was built whole last time";
			if (row.codeHash !== code || row.build.mode !== mode)
				return `its ${node.resource_type === "seed" ? "file" : "SQL"} or configuration changed`;
			if (row.build.surroundings !== build.surroundings) return "what its hooks or its materialization use changed";
			const changed = changedInputs(row.build.inputs, build.inputs);
			if (changed !== null) return changed;
			const [main, ...pointers] = targets;
			const stands = main !== undefined && there?.get(relationKey(main)) === row.build.kind;
			return stands && pointers.every((pointer) => there?.has(relationKey(pointer))) ? null : "its relation is gone";
		},
		builtBy: (id) => before.get(id)?.runId,
		testedHash: async (id, sql, text, session) => {
			if (ports.unsteadyQuery(sql, namesIn(id)) !== null && !isDeclared(id)) return null;
			const inputs = await inputsOf(id, session);
			return Object.values(inputs).includes(null) ? null : sha256([text, JSON.stringify(inputs)]);
		},
	};
}
