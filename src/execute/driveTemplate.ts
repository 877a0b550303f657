import type { Session } from "../core/adapter.ts";
import { fail } from "../core/diagnostic.ts";
import type { NodeId, SeedNode } from "../core/node.ts";
import type { Journal, JournalEntry, Suspended, TemplateMessage } from "../core/request.ts";
import { saidEvent } from "../core/saidEvent.ts";
import { hearTemplate } from "../core/warningPolicy.ts";
import { answerRequest } from "./answerRequest.ts";
import type { Run } from "./run.ts";
import { withRetries } from "./statement.ts";
import { tellStrayTypes } from "./tellStrayTypes.ts";

function createJournal(run: Run, node: NodeId | null): Journal {
	const entries: JournalEntry[] = [];
	return {
		entries,
		append: (entry) => void entries.push(entry),
		failed: (said) => void tell(run, node, said),
	};
}

export interface TemplateDrive {
	readonly run: Run;
	readonly session: Session;
	readonly node: NodeId | null;
	/** Whose file `load_agate_table()` reads; null or absent where the node is no seed. */
	readonly seed?: SeedNode | null;
	/** Inside a transaction a failed statement has spoilt it, so nothing is sent twice. */
	readonly inTransaction: boolean;
	/** What adapter.commit() does; without it nothing, since who opened the transaction ends it. */
	readonly commit?: () => Promise<void>;
}

/**
 * Renders until the template asks for nothing more: each request is answered on the pinned session and recorded, and
 * the render starts over from the journal. Lines of log() and print() come from the last pass only.
 */
export async function driveTemplate<T extends { readonly kind: string }>(
	drive: TemplateDrive,
	render: (journal: Journal) => T | Suspended,
): Promise<Exclude<T, Suspended>> {
	const { run, session, node } = drive;
	const journal = createJournal(run, node);
	for (;;) {
		const outcome = render(journal);
		if (outcome.kind !== "suspended") return outcome as Exclude<T, Suspended>;
		run.signal.throwIfAborted();
		const { request } = outcome as Suspended;
		if (request.kind === "seed" && drive.seed) {
			await tellStrayTypes(run, drive.seed);
			journal.append({
				kind: "exchange",
				request,
				answer: { kind: "table", table: await run.ports.seed.rows(drive.seed) },
			});
			continue;
		}
		const ask = () => answerRequest(run, session, request, node, drive.commit);
		const answer = await (drive.inTransaction ? ask() : withRetries(run, ask));
		journal.append({ kind: "exchange", request, answer });
	}
}

/** Tells what a template said; throws TFM-JINJA-023 where it warned and warnings count as errors. */
export function emitMessages(run: Run, node: NodeId | null, messages: readonly TemplateMessage[]): void {
	const refused = tell(run, node, messages);
	if (refused !== undefined) fail("TFM-JINJA-023", { message: refused.text });
}

function tell(run: Run, node: NodeId | null, messages: readonly TemplateMessage[]): TemplateMessage | undefined {
	const { told, refused } = hearTemplate(messages, run.job.flags.templateRulings);
	for (const message of told) run.ports.emit(...saidEvent(message, node));
	return refused;
}
