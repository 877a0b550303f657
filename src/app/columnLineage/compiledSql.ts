import { setImmediate as turn } from "node:timers/promises";
import { type Compiler, createCompiler } from "../../compile/compiler.ts";
import type { InvocationFacts, ProjectFacts } from "../../context/context.ts";
import { TfmError } from "../../core/diagnostic.ts";
import type { Invocation } from "../../core/invocation.ts";
import type { ExecutableNode, ModelNode, NodeId, SnapshotNode, TestNode } from "../../core/node.ts";
import type { Journal, JournalEntry } from "../../core/request.ts";
import { storedName } from "../../core/storedName.ts";
import { type Database, PUBLISHED, templatesAsk, withDatabase } from "../database.ts";
import type { OpenProject } from "../openProject.ts";

export type AnalysedNode = ModelNode | SnapshotNode;

/** What a template gave: SQL, or why there is none. */
export type Compiled =
	| {
			readonly sql: string;
			/** What an incremental model adds to the table that is there: another text, and no database is needed for it. */
			readonly incremental?: string;
	  }
	| {
			readonly reason: string;
			/** The database would have to be asked, and must not. */
			readonly asks?: true;
	  };

export const analysedNodes = ({ manifest }: OpenProject): readonly AnalysedNode[] =>
	[...manifest.nodes.values()].filter(isAnalysed);

export const isAnalysed = (node: ExecutableNode): node is AnalysedNode =>
	(node.resource_type === "model" || node.resource_type === "snapshot") && node.language === "sql";

export interface CompiledSql {
	readonly compiled: ReadonlyMap<NodeId, Compiled>;
	/** Whether templates asked the database: their SQL may be another one tomorrow. */
	readonly asked: boolean;
	/** Whether templates looked at `graph`: their SQL may hang on the text of any node. */
	readonly graphAsked: boolean;
	/** Whether templates drew a number at random, or failed for want of time or memory. */
	readonly unsteady: boolean;
}

/** Of each node its SQL, which may be rendered when somebody asks for it. */
export type SqlByNode = Pick<ReadonlyMap<NodeId, Compiled>, "get">;

/** So many are rendered before whatever else waits has its turn: an edit, where a command watches files. */
const AT_ONCE = 20;

/**
 * The SQL of models and snapshots as a full build runs it, under published names, and beside it what an incremental model
 * adds later; no database is asked what exists. A template that asks the database something else has it
 * opened, once; a template that fails is not the end of the others.
 */
export async function compiledSql(
	invocation: Invocation,
	project: OpenProject,
	nodes: readonly (AnalysedNode | TestNode)[],
): Promise<CompiledSql> {
	const found = new Map<NodeId, Compiled>();
	const waiting: NodeId[] = [];
	const renderer = new OfflineRenderer(project);
	for (const [i, node] of nodes.entries()) {
		if (i % AT_ONCE === AT_ONCE - 1) await turn();
		const compiled = renderer.render(node);
		if (compiled === null) waiting.push(node.unique_id);
		else found.set(node.unique_id, compiled);
	}
	const { graphAsked, unsteady } = renderer;
	const offline = { compiled: found, asked: false, graphAsked, unsteady };
	if (waiting.length === 0) return offline;
	if (invocation.flags.extra.introspect === false) {
		for (const id of waiting) found.set(id, MAY_NOT_ASK);
		return offline;
	}
	const renderRest = async (database: Database): Promise<void> => {
		for (const id of waiting) {
			const pass = database.render((journal) => database.compiler.compileNode(id, journal, PUBLISHED));
			found.set(
				id,
				await pass.then(
					({ compiled }) => ({ sql: compiled.sql }),
					(error: unknown) => ({ reason: failureOf(error).reason }),
				),
			);
		}
	};
	try {
		const facts = refreshing(project.facts, true);
		await withDatabase(invocation, { ...project, facts }, renderRest, { asks: templatesAsk(waiting) });
	} catch (error) {
		const reason = `its template asks the database: ${failureOf(error).reason}`;
		for (const id of waiting) if (!found.has(id)) found.set(id, { reason });
	}
	return { ...offline, asked: true };
}

/** The same of a node when somebody asks for it; no database is asked. */
export function compiledWhenAsked(project: OpenProject): SqlByNode {
	const renderer = new OfflineRenderer(project);
	const found = new Map<NodeId, Compiled>();
	return {
		get(id) {
			const known = found.get(id);
			if (known !== undefined) return known;
			const node = project.manifest.nodes.get(id);
			if (node === undefined || !isAnalysed(node)) return undefined;
			const compiled = renderer.render(node) ?? MAY_NOT_ASK;
			found.set(id, compiled);
			return compiled;
		},
	};
}

const MAY_NOT_ASK: Compiled = { reason: "its template asks the database, which --no-introspect forbids", asks: true };

/** The same project under `--full-refresh` or without it; what else of its flags is asked for is asked of them. */
function refreshing(facts: ProjectFacts, on: boolean): ProjectFacts {
	const { invocation } = facts;
	const asked = Object.keys(invocation.flags).map((name) => [name, { get: () => invocation.flags[name] }] as const);
	const given = ["FULL_REFRESH", "full_refresh"].map((name) => [name, { get: () => on }] as const);
	const flags = Object.defineProperties(
		{},
		Object.fromEntries([...asked, ...given].map(([name, { get }]) => [name, { get, enumerable: true }])),
	);
	const { flags: _before, ...rest } = Object.getOwnPropertyDescriptors(invocation);
	const same = Object.defineProperties({}, rest) as Omit<InvocationFacts, "flags">;
	return {
		...facts,
		invocation: Object.defineProperty(same, "flags", { value: flags, enumerable: true }) as InvocationFacts,
	};
}

/** Renders nodes without a database. */
class OfflineRenderer {
	readonly #project: OpenProject;
	readonly #whole: Compiler;
	#later: Compiler | undefined;
	readonly #journals = watchedJournals();
	#failedForWant = false;

	constructor(project: OpenProject) {
		this.#project = project;
		this.#whole = this.#compiler(true);
	}

	#compiler(fullRefresh: boolean): Compiler {
		const { manifest, facts } = this.#project;
		return createCompiler({ ...refreshing(facts, fullRefresh), manifest });
	}

	get graphAsked(): boolean {
		return this.#whole.graphAsked || this.#later?.graphAsked === true;
	}

	get unsteady(): boolean {
		return this.#failedForWant || this.#journals.drawn();
	}

	/** Null: its template asks the database. */
	render(node: AnalysedNode | TestNode): Compiled | null {
		let sql: string;
		try {
			const outcome = this.#whole.compileNode(node.unique_id, this.#journals.open(), PUBLISHED);
			if (outcome.kind === "suspended") return null;
			sql = outcome.compiled.sql;
		} catch (error) {
			return { reason: this.#failure(error) };
		}
		const incremental = node.config.materialized === "incremental" ? this.#incrementalForm(node) : null;
		return incremental === null || incremental === sql ? { sql } : { sql, incremental };
	}

	/**
	 * Rendered as if the model's table were there and nothing else in its schema. Null: its template asks the database more
	 * than that. What it would add is not known without the database.
	 */
	#incrementalForm(node: AnalysedNode | TestNode): string | null {
		this.#later ??= this.#compiler(false);
		const table = storedName(node, this.#project.engine.dialect);
		const journal = this.#journals.open();
		const answer = { kind: "relations", relations: [{ ...table, kind: "table" }] } as const;
		try {
			const first = this.#later.compileNode(node.unique_id, journal, PUBLISHED);
			if (first.kind !== "suspended") return first.compiled.sql;
			const { request } = first;
			if (request.kind !== "relations" || request.schema !== table.schema) return null;
			journal.append({ kind: "exchange", request, answer });
			const second = this.#later.compileNode(node.unique_id, journal, PUBLISHED);
			return second.kind === "suspended" ? null : second.compiled.sql;
		} catch (error) {
			this.#failure(error);
			return null;
		}
	}

	#failure(error: unknown): string {
		const { reason, forWant } = failureOf(error);
		this.#failedForWant ||= forWant;
		return reason;
	}
}

/** Journals that tell whether any template drew a number at random. */
export function watchedJournals(): { readonly open: () => Journal; readonly drawn: () => boolean } {
	let drawn = false;
	const open = (): Journal => {
		const entries: JournalEntry[] = [];
		const append = (entry: JournalEntry): void => {
			drawn ||= entry.kind === "value" && entry.name === "random";
			entries.push(entry);
		};
		return { entries, append };
	};
	return { open, drawn: () => drawn };
}

/** What hangs on the machine and its load as well: a pattern that takes too long, memory that is not there. */
const FOR_WANT: ReadonlySet<string> = new Set(["TFM-JINJA-021", "TFM-JINJA-027"]);

/** A mistake of the project or of its environment; anything else is a fault of tfm's own and goes on. */
export function failureOf(error: unknown): { readonly reason: string; readonly forWant: boolean } {
	if (!(error instanceof TfmError)) throw error;
	const [first] = error.diagnostics;
	return { reason: first?.message ?? error.message, forWant: first !== undefined && FOR_WANT.has(first.code) };
}
