import type { Adapter, ClosedSchema, Publisher, Session } from "../core/adapter.ts";
import { DatabaseError } from "../core/databaseError.ts";
import { diagnostic, fail, TfmError } from "../core/diagnostic.ts";
import type { Emit } from "../core/events.ts";
import { findNode } from "../core/manifest.ts";
import type { NodeId } from "../core/node.ts";
import type { StateAccess, StateStore } from "../core/state.ts";
import { storedName } from "../core/storedName.ts";
import { missingDatabases } from "../execute/missingDatabases.ts";
import { createForgetfulState } from "../history/forgetfulState.ts";
import { createStateStore } from "../history/stateStore.ts";
import type { OpenProject } from "./openProject.ts";

export interface OpenState {
	/** With the publisher that the role's rights allow. */
	readonly adapter: Adapter;
	readonly state: StateStore;
	/** False: this run keeps no notes in the database. */
	readonly remembers: boolean;
}

type Writing = "relations" | "landing" | "nothing";

/** Landing loads live by their ledger; what dbt builds needs no memory. */
function writingOf({ manifest }: OpenProject, selected: ReadonlySet<NodeId>): Writing {
	let found: Writing = "nothing";
	for (const id of selected) {
		const node = findNode(manifest, id);
		if (node?.resource_type === "source" && node.load !== null) return "landing";
		if (
			node?.resource_type === "model" ? node.config.materialized !== "ephemeral" : BUILT.has(node?.resource_type ?? "")
		)
			found = "relations";
	}
	return found;
}

const BUILT: ReadonlySet<string> = new Set(["seed", "snapshot", "function"]);

/**
 * tfm's own tables and the publisher for a run of these nodes. A role that may neither make nor use those tables gets a
 * store that remembers nothing, with one remark (TFM-DB-023), and one that may make no schemas has its candidates beside
 * their targets; a project with layers or landing loads is refused (TFM-DB-022, TFM-PUB-006), before anything is touched.
 * Runs that write nothing are not asked.
 */
export async function openState(about: {
	readonly adapter: Adapter;
	readonly project: OpenProject;
	readonly selected: ReadonlySet<NodeId>;
	readonly emit: Emit;
}): Promise<OpenState> {
	const { adapter, project, selected, emit } = about;
	const writing = writingOf(project, selected);
	const state = await createStateStore(adapter.facts.type);
	if (writing === "nothing") return { adapter, state, remembers: true };
	const layered = project.config.project.layering !== null;
	const { access, closed } = await adapter.withSession(async (session) => ({
		access: await state.access(session),
		closed: await closedTo(session, about),
	}));
	requireNotes(writing, layered, { access, closed });
	// Not by the policy of warnings: dbt knows no such remark, and its exit code stays.
	if (access.kind === "refused")
		emit({ event: "diagnostic", diagnostic: diagnostic("TFM-DB-023", access, { severity: "warning" }) }, "warn");
	const { publisher } = adapter;
	return {
		adapter: closed.length === 0 ? adapter : withPublisher(adapter, publisher.beside(project.runId)),
		state: access.kind === "ready" ? state : createForgetfulState(),
		remembers: access.kind === "ready",
	};
}

/** Throws TFM-DB-022 with every statement that is needed. */
function requireNotes(
	writing: Writing,
	layered: boolean,
	{ access, closed }: { readonly access: StateAccess; readonly closed: readonly ClosedSchema[] },
): void {
	const aside = layered ? closed : [];
	if (access.kind === "refused" && (layered || writing === "landing")) {
		const grants = [...new Set([...access.grants, ...aside.map(({ grant }) => grant)])];
		fail("TFM-DB-022", { reason: access.reason, grants });
	}
	if (aside.length === 0) return;
	const reason = `candidates are built in schemas that the role may not use: ${aside.map(({ schema }) => schema).join(", ")}`;
	fail("TFM-DB-022", { reason, grants: [...new Set(aside.map(({ grant }) => grant))] });
}

/**
 * The candidate schemas of what is selected that the role can do nothing with. Throws TFM-DB-030 where a database is not
 * there.
 */
async function closedTo(
	session: Session,
	{
		adapter,
		project,
		selected,
	}: { readonly adapter: Adapter; readonly project: OpenProject; readonly selected: ReadonlySet<NodeId> },
): Promise<readonly ClosedSchema[]> {
	const { manifest, environment } = project;
	// Its schemas are made, those for candidates among them; and asking may make one, before it is written down.
	if (environment !== undefined) return [];
	const placed = [...selected].flatMap((id) => {
		const node = manifest.nodes.get(id);
		// What is ephemeral stands nowhere.
		if (node?.resource_type === "model" && node.config.materialized === "ephemeral") return [];
		return node?.resource_type === "model" || node?.resource_type === "seed" || node?.resource_type === "snapshot"
			? [{ node, target: storedName(node, adapter.dialect) }]
			: [];
	});
	const targets = placed.map(({ target }) => target);
	try {
		return await adapter.publisher.closedSchemas(session, manifest.projectName, targets);
	} catch (error) {
		if (!(error instanceof DatabaseError) || error.kind !== "sql") throw error;
		const nodes = placed.map(({ node, target: { database } }) => ({ node, database }));
		const missing = await missingDatabases(session, adapter.dialect, nodes);
		throw missing.length === 0 ? error : new TfmError(missing, { cause: error });
	}
}

/** Some members of an adapter are read anew each time: they stay what they are. */
const withPublisher = (adapter: Adapter, publisher: Publisher): Adapter =>
	Object.create(adapter, { publisher: { value: publisher, enumerable: true } });
