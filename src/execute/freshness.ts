/** How old a source is: asked through the project's macros, judged, and worded. */
import type { Session } from "../core/adapter.ts";
import { type Diagnostic, diagnostic } from "../core/diagnostic.ts";
import {
	agedBy,
	ageText,
	type FreshnessCriteria,
	type FreshnessReading,
	type FreshnessTime,
	freshnessCriteria,
} from "../core/freshness.ts";
import type { SourceNode } from "../core/node.ts";
import type { NodeResult } from "../core/result.ts";
import { changeTime } from "./changeTimes.ts";
import { driveTemplate, emitMessages } from "./driveTemplate.ts";
import { failureDiagnostic } from "./failureDiagnostic.ts";
import { freshnessGate } from "./freshnessGate.ts";
import { bindingOf, type Run } from "./run.ts";

/** Of a result: the status, and all that says how it came about. */
export type FreshnessOutcome = Pick<NodeResult, "status" | "message" | "diagnostic" | "adapter_response"> &
	Required<Pick<NodeResult, "freshness">>;

const BEGINNING = "0001-01-01";

const timeText = (time: FreshnessTime | null): string =>
	time?.count == null || time.period === null ? "" : `${time.count} ${time.period}${time.count === 1 ? "" : "s"}`;

interface Staleness {
	readonly age: number;
	readonly newest: string;
	readonly by: "row" | "change";
}

function stale(source: SourceNode, { age, newest, by }: Staleness, criteria: FreshnessCriteria): Diagnostic {
	const facts = {
		by,
		source: `${source.source_name}.${source.name}`,
		age: ageText(age),
		allowed: timeText(criteria.error_after),
		newest: newest.startsWith(BEGINNING) ? null : newest,
	};
	return diagnostic("TFM-FRESH-004", facts, { at: source.location });
}

/** Rejects as any node's work does: with TfmError, or with what the database refused. */
export async function askFreshness(run: Run, session: Session, source: SourceNode): Promise<FreshnessOutcome> {
	const { compiler, judgeFreshness } = run.ports;
	const id = source.unique_id;
	const criteria = freshnessCriteria(source);
	if (criteria === null) throw new Error(`${id} has no freshness to hold it to`);
	const byCatalog = agedBy(source, run.ports.adapter.dialect) === "catalog";
	const ask = async (): Promise<FreshnessReading> => {
		const drive = { run, session, node: id, inTransaction: false };
		const read = await driveTemplate(drive, (journal) => compiler.readFreshness(id, journal, bindingOf(run)));
		emitMessages(run, id, read.messages);
		return read.reading;
	};
	const { response, ...reading } = await (byCatalog ? changeTime(run, session, source) : ask());
	const status = judgeFreshness(reading.age, criteria);
	const newest = reading.max_loaded_at;
	return {
		status,
		message:
			status === "warn"
				? `${byCatalog ? `it was changed ${ageText(reading.age)} ago` : `the newest row is ${ageText(reading.age)} old`}, a warning is due after ${timeText(criteria.warn_after)}`
				: null,
		diagnostic:
			status === "error"
				? stale(source, { age: reading.age, newest, by: byCatalog ? "change" : "row" }, criteria)
				: null,
		adapter_response: response,
		freshness: { ...reading, criteria },
	};
}

/** Where the database refused the question, the source is the place to look at, not the macro that asked. */
export function ageUnknown(run: Run, source: SourceNode, error: unknown): Diagnostic {
	const found = failureDiagnostic(run, source, error);
	const at = { at: source.location };
	const said = { source: `${source.source_name}.${source.name}`, message: found.message };
	if (found.code === "TFM-JINJA-024") return diagnostic("TFM-FRESH-007", said, at);
	return found.at === undefined ? { ...found, ...at } : found;
}

/** Under `gate: warn` a stale source only warns. */
export function weighFreshness(run: Run, source: SourceNode, outcome: FreshnessOutcome): FreshnessOutcome {
	if (outcome.status !== "error" || freshnessGate(run, source) !== "warn") return outcome;
	run.softened.add(source.unique_id);
	const says = outcome.diagnostic?.message ?? "stale";
	return { ...outcome, status: "warn", diagnostic: null, message: `${says} (the gate of ${source.layer} only warns)` };
}
