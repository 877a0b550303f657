import { type ContextScope, RUN_RENDERING, type SharedGraph } from "../context/context.ts";
import type { Journal, Suspended } from "../core/request.ts";
import {
	type Arguments,
	type RenderOptions,
	ReplayCursor,
	type Resumable,
	Suspend,
	type Template,
	type Value,
} from "../jinja/jinja.ts";

interface Pass<T> {
	readonly cursor: ReplayCursor;
	readonly rendering: Resumable<T>;
}

function startPass<T>(journal: Journal, render: (cursor: ReplayCursor) => Resumable<T>): Pass<T> {
	const cursor = new ReplayCursor(journal);
	return { cursor, rendering: render(cursor) };
}

/** The passes of all renderings of a command, which ask the database through their journals. */
export class RenderPasses {
	readonly #graph: SharedGraph;
	/** Passes that wait for an answer, by the journal that will hold it. One journal serves one rendering. */
	readonly #stopped = new WeakMap<Journal, Pass<unknown>>();

	constructor(graph: SharedGraph) {
		this.#graph = graph;
	}

	/**
	 * Renders until a question that the journal cannot answer yet. A pass that yielded its question goes on when the same
	 * journal comes again, one that threw it starts over.
	 */
	attempt<T>(journal: Journal, render: (cursor: ReplayCursor) => Resumable<T>): T | Suspended {
		const pass = (this.#stopped.get(journal) as Pass<T> | undefined) ?? startPass(journal, render);
		this.#stopped.delete(journal);
		const { cursor, rendering } = pass;
		try {
			const step = rendering.next();
			if (step.done !== true) {
				this.#stopped.set(journal, pass);
				return { kind: "suspended", request: step.value.request };
			}
			this.#graph.keep(cursor);
			cursor.close();
			return step.value;
		} catch (stop) {
			if (!(stop instanceof Suspend)) {
				this.#graph.keep(cursor);
				journal.failed?.(cursor.messages);
			}
			cursor.close();
			if (stop instanceof Suspend) return { kind: "suspended", request: stop.request };
			throw stop;
		}
	}
}

/** What a pass draws at random is drawn once for all passes, and known to whoever looks at the journal. */
export const inPass = (cursor: ReplayCursor): RenderOptions => ({ ...RUN_RENDERING, replay: cursor });

/** A template's text: by code that can be resumed where it has asked several times already. */
export function* rendered(template: Template, scope: ContextScope, cursor: ReplayCursor): Resumable<string> {
	if (!cursor.asksOften) return template.render(scope, inPass(cursor));
	return yield* template.renderResumable(scope, inPass(cursor));
}

/** What a macro gives, in the same way. */
export function* called(
	macro: ReturnType<ContextScope["callable"]>,
	args: Arguments,
	cursor: ReplayCursor,
): Resumable<Value> {
	return cursor.asksOften ? yield* macro.resumable(args) : macro.call(args);
}
