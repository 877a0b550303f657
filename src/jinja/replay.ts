/**
 * Suspend and replay: a template that needs the database asks a journal. Where the journal has no answer yet, the
 * render is abandoned by throwing Suspend; the executor runs the request, appends the exchange and renders again from
 * the start. One ReplayCursor serves one pass.
 */
import { fail } from "../core/diagnostic.ts";
import type { DbAnswer, DbRequest, Journal, JournalEntry, TemplateMessage } from "../core/request.ts";

/** Thrown through a template to stop it; no template code can catch it. Not an Error: it carries no stack. */
export class Suspend {
	readonly request: DbRequest;
	/** The place in the journal where the answer belongs. */
	readonly sequence: number;

	constructor(request: DbRequest, sequence: number) {
		this.request = request;
		this.sequence = sequence;
	}
}

/** The text by which two requests are the same request. */
const fingerprint = (request: DbRequest): string =>
	JSON.stringify(request, (_key, value: unknown) =>
		typeof value === "object" && value !== null && !Array.isArray(value)
			? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
			: value,
	);

const describe = (entry: JournalEntry): string =>
	entry.kind === "value" ? `the value "${entry.name}"` : `a request "${entry.request.kind}"`;

export class ReplayCursor {
	readonly #journal: Journal;
	#position = 0;
	readonly #messages: TemplateMessage[] = [];
	#over = false;

	constructor(journal: Journal) {
		this.#journal = journal;
	}

	/**
	 * The journal's next answer. Throws Suspend when it has none, 024 when the database had refused, and a plain Error
	 * when this pass asks for something else than the earlier one did: a template must not depend on anything that the
	 * journal does not hold.
	 */
	ask(request: DbRequest): DbAnswer {
		this.#checkOpen();
		const sequence = this.#position;
		const entry = this.#journal.entries[sequence];
		if (entry === undefined) throw new Suspend(request, sequence);
		if (entry.kind !== "exchange" || fingerprint(entry.request) !== fingerprint(request)) {
			const macro = request.kind === "query" && request.macro !== undefined ? ` in macro ${request.macro}` : "";
			throw new Error(
				`rendering is not repeatable: step ${sequence} was ${describe(entry)} and is now a request "${request.kind}"${macro}`,
			);
		}
		this.#position++;
		if (entry.answer.kind === "error") {
			const { message, sqlstate } = entry.answer;
			fail("TFM-JINJA-024", { message, sqlstate });
		}
		return entry.answer;
	}

	/** A value read once per node and the same on every pass: the clock, a random number, an environment variable. */
	once<T>(name: string, produce: () => T): T {
		this.#checkOpen();
		const sequence = this.#position++;
		const entry = this.#journal.entries[sequence];
		if (entry === undefined) {
			const value = produce();
			this.#journal.append({ kind: "value", name, value });
			return value;
		}
		if (entry.kind !== "value" || entry.name !== name)
			throw new Error(
				`rendering is not repeatable: step ${sequence} was ${describe(entry)} and is now the value "${name}"`,
			);
		return entry.value as T;
	}

	/** Keeps a line of log() or print(); only the pass that completes has its lines shown. */
	message(message: TemplateMessage): void {
		this.#messages.push(message);
	}

	/** Ends the pass. What another template got hold of and uses later is refused (028): the answers are not its own. */
	close(): void {
		this.#over = true;
	}

	#checkOpen(): void {
		if (this.#over) fail("TFM-JINJA-028", { problem: "a macro or an object of another template was called" });
	}

	/** What this pass wrote, for the caller to flush after the pass completed. */
	get messages(): readonly TemplateMessage[] {
		return this.#messages;
	}
}
