import { setTimeout as pause } from "node:timers/promises";
import type { Adapter } from "../../core/adapter.ts";
import type { DeferredRelation } from "../../core/deferral.ts";
import { fail } from "../../core/diagnostic.ts";
import type { Invocation } from "../../core/invocation.ts";
import type { IsolatedEnvironment } from "../../core/isolatedEnvironment.ts";
import { isStored, type NodeId } from "../../core/node.ts";
import { storedName } from "../../core/storedName.ts";
import { suggestName } from "../../core/suggestName.ts";
import { createStateStore } from "../../history/stateStore.ts";
import type { OpenProject } from "../openProject.ts";
import { cloneIncrementals } from "./cloneIncrementals.ts";
import { environmentSettings } from "./environmentSettings.ts";
import { joinEnvironment } from "./joinEnvironment.ts";
import { isEnvironmentName } from "./placeInEnvironment.ts";
import { notebookIn, schemasOf } from "./placeProject.ts";
import { relationsOf } from "./relationsElsewhere.ts";

/** The row of an environment. Throws TFM-ENV-004. */
export async function requireEnvironment(
	adapter: Pick<Adapter, "withSession" | "facts">,
	project: string,
	name: string,
): Promise<IsolatedEnvironment> {
	const { environments } = await createStateStore(adapter.facts.type);
	return adapter.withSession(async (session) => {
		const all = await environments.list(session, project);
		const found = all.find((one) => one.name === name);
		const known = all.map((one) => one.name);
		const possible = isEnvironmentName(name);
		return found ?? fail("TFM-ENV-004", { name, suggestion: suggestName(name, known), possible });
	});
}

/**
 * Where everything stands outside of the environment that the project is placed in. What the command may build is
 * written down first, once no other command is dropping it. Throws TFM-ENV-002 … TFM-ENV-004.
 */
export async function enterEnvironment(
	invocation: Invocation,
	project: OpenProject,
	about: {
		readonly selected: ReadonlySet<NodeId>;
		readonly builds: boolean;
		readonly adapter: Adapter;
		/** Told what is copied into the environment; absent: nothing is. */
		readonly say?: (line: string) => void;
	},
): Promise<ReadonlyMap<NodeId, DeferredRelation>> {
	const { environment, engine, manifest } = project;
	if (environment === undefined) throw new Error("the project is placed in no environment");
	const { name, outside } = environment;
	const { adapter } = about;
	const row = await requireEnvironment(adapter, manifest.projectName, name);
	const { storeFailures } = invocation.flags;
	const keeps = (id: NodeId): boolean => {
		const node = manifest.nodes.get(id);
		return node?.resource_type === "test" && (node.config.store_failures ?? storeFailures) === true;
	};
	// Tests alone make nothing, unless they keep the rows that fail.
	if (about.builds || [...about.selected].some(keeps)) {
		const schemas = schemasOf(project, {
			built: about.selected,
			adapter,
			notebook: notebookIn(project, name),
			keepsFailures: storeFailures === true,
		});
		const sleep = (ms: number, signal: AbortSignal) => pause(ms, undefined, { signal });
		const place = { adapter, state: await createStateStore(adapter.facts.type), invocation, sleep };
		await joinEnvironment(place, { ...row, schemas, runId: project.runId });
	}
	const { env: _, ...extra } = invocation.flags.extra;
	const plain = { ...invocation, flags: { ...invocation.flags, extra } };
	const theirs = await relationsOf(plain, project, row.defer);
	const relations = new Map<NodeId, DeferredRelation>();
	for (const node of outside.nodes.values()) {
		if (!isStored(node) || node.resource_type === "test" || node.config.materialized === "ephemeral") continue;
		const relation = theirs.get(node.unique_id) ?? storedName(node, engine.dialect);
		relations.set(node.unique_id, { relation, relation_name: engine.dialect.render(relation), isTable: false });
	}
	if (about.builds && about.say !== undefined && !invocation.flags.fullRefresh)
		await cloneIncrementals({
			adapter,
			project,
			notebook: notebookIn(project, name),
			selected: about.selected,
			outside: (id) => relations.get(id)?.relation,
			upTo: environmentSettings(project.config.project).cloneUpTo,
			signal: invocation.signal,
			say: about.say,
		});
	return relations;
}
