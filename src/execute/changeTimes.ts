/** Ages of sources by the engine's catalog: one question for all that need it, as dbt asks it. */
import type { Session } from "../core/adapter.ts";
import { fail } from "../core/diagnostic.ts";
import { agedBy, type FreshnessReading } from "../core/freshness.ts";
import type { NodeId, SourceNode } from "../core/node.ts";
import { driveTemplate, emitMessages } from "./driveTemplate.ts";
import { freshnessGate } from "./freshnessGate.ts";
import { bindingOf, type Run } from "./run.ts";
import { wasStopped } from "./stopped.ts";

type Readings = ReadonlyMap<NodeId, FreshnessReading>;

async function ask(run: Run, session: Session, ids: readonly NodeId[]): Promise<Readings> {
	const drive = { run, session, node: null, inTransaction: false };
	const read = await driveTemplate(drive, (journal) =>
		run.ports.compiler.readChangeTimes(ids, journal, bindingOf(run)),
	);
	emitMessages(run, null, read.messages);
	return read.readings;
}

async function askForAll(run: Run, session: Session): Promise<Readings | null> {
	const ids = [...run.graph.tasks.values()].flatMap((task) => {
		if (task.kind !== "freshness" || agedBy(task.node, run.ports.adapter.dialect) !== "catalog") return [];
		return run.gated && freshnessGate(run, task.node) === null ? [] : [task.id];
	});
	// dbt's words.
	const text = `Pulling freshness from warehouse metadata tables for ${ids.length} sources`;
	run.ports.emit({ event: "message", text, node_id: null, print: false }, "info");
	try {
		return await ask(run, session, ids);
	} catch (error) {
		if (wasStopped(run, error)) throw error;
		const said = `Metadata freshness could not be computed in batch: ${error instanceof Error ? error.message : error}`;
		run.ports.emit({ event: "message", text: said, node_id: null, print: false }, "warn");
		return null;
	}
}

/** The age of one source. Rejects with TFM-FRESH-007 where the catalog does not have its table. */
export async function changeTime(run: Run, session: Session, source: SourceNode): Promise<FreshnessReading> {
	const { unique_id: id, name, source_name } = source;
	run.changeTimes.asked ??= askForAll(run, session);
	const readings = (await run.changeTimes.asked) ?? (await ask(run, session, [id]));
	const label = `${source_name}.${name}`;
	const message = `its catalog has no table ${source.schema}.${source.identifier}`;
	return readings.get(id) ?? fail("TFM-FRESH-007", { source: label, message }, { at: source.location });
}
