/**
 * Suspend and replay: a template that needs the database asks a journal. Where the journal has no answer yet, the
 * render is abandoned by throwing Suspend; the executor runs the request, appends the exchange and renders again from
 * the start. A rendering that asks often is resumed instead (resumable.ts): starting over for each of its questions
 * would cost the square of their number. One ReplayCursor serves one pass, however often it is resumed.
 */
import { fail } from "../core/diagnostic.ts";
import type { DbAnswer, DbRequest, Journal, JournalEntry, TemplateMessage } from "../core/request.ts";

/** Thrown through a template to stop it; no template code can catch it. Not an Error: it carries no stack. */
export class Suspend {
	readonly request: DbRequest;
	/** The place in the journal where the answer belongs. */
	readonly sequence: number;
	/** Thrown through template code that cannot be resumed; whoever called it must start over. */
	leftTemplate = false;

	constructor(request: DbRequest, sequence: number) {
		this.request = request;
		this.sequence = sequence;
	}
}

/** Gives its questions to whoever resumes it once the journal has the answer. */
export type Resumable<T> = Generator<Suspend, T, void>;

/** A place in a pass to which a repeated call of plain code goes back. */
export interface ReplayMark {
	readonly position: number;
	readonly messages: number;
}

/** So many answers are replayed; most templates that ask need fewer, and no second compilation of their code. */
const REPLAYED = 3;

/**
 * Whether two plain values are the same; a key that is absent and one that is undefined are. Asked for every request of
 * every pass, so that a template with hundreds of queries compares tens of thousands.
 */
function same(one: unknown, other: unknown): boolean {
	if (Object.is(one, other)) return true;
	if (typeof one !== "object" || typeof other !== "object" || one === null || other === null) return false;
	if (Array.isArray(one) || Array.isArray(other))
		return (
			Array.isArray(one) &&
			Array.isArray(other) &&
			one.length === other.length &&
			one.every((value, i) => same(value, other[i]))
		);
	const [left, right] = [one as { readonly [key: string]: unknown }, other as { readonly [key: string]: unknown }];
	for (const key in left) if (!same(left[key], right[key])) return false;
	for (const key in right) if (right[key] !== undefined && left[key] === undefined) return false;
	return true;
}

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
		if (entry.kind !== "exchange" || !same(entry.request, request)) {
			const macro = request.kind === "query" && request.macro !== undefined ? ` in macro ${request.macro}` : "";
			throw new Error(
				`rendering is not repeatable: step ${sequence} was ${describe(entry)} and is now a request "${request.kind}"${macro}`,
			);
		}
		this.#position++;
		if (entry.answer.kind === "error") {
			const { message, sqlstate, hint } = entry.answer;
			fail("TFM-JINJA-024", { message, sqlstate, hint });
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

	/** Whether this pass is one that asks often, so that it should be rendered by code that can be resumed. */
	get asksOften(): boolean {
		return this.#journal.entries.length >= REPLAYED;
	}

	mark(): ReplayMark {
		return { position: this.#position, messages: this.#messages.length };
	}

	rewind({ position, messages }: ReplayMark): void {
		this.#position = position;
		this.#messages.length = messages;
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
