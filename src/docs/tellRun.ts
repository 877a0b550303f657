import type { ServerResponse } from "node:http";
import type { NodeState, RunTold } from "./siteData.ts";

/** A run that goes on. */
export interface RunNow {
	readonly id: string;
	/** Nodes and tests. */
	readonly of: number;
	readonly done: number;
	readonly failed: number;
	/** By unique id, of those that were begun or left out; the same map each time, which grows. */
	readonly states: ReadonlyMap<string, NodeState>;
}

/** A page that listens. */
export type Listener = Pick<ServerResponse, "write" | "writableNeedDrain">;

export interface RunTeller {
	tell(listeners: Iterable<Listener>): void;
}

const END = "event: end\ndata: now\n\n";

/** Tells each page all of the run once, then what has changed, and that it has ended. A page that does not read is passed over. */
export function createRunTeller(read: () => RunNow | null): RunTeller {
	let told: { readonly id: string; readonly text: string; readonly states: ReadonlyMap<string, NodeState> } | null =
		null;
	/** By page, the run of which it knows all. */
	let knows = new WeakMap<Listener, string>();
	return {
		tell(listeners) {
			const run = read();
			if (run === null) {
				if (told !== null) for (const listener of listeners) if (knows.has(listener)) listener.write(END);
				told = null;
				knows = new WeakMap();
				return;
			}
			const before = told?.id === run.id ? told.states : new Map<string, NodeState>();
			const changed = [...run.states].filter(([id, state]) => before.get(id) !== state);
			const text = changed.length > 0 ? message(run, changed) : "";
			const head = `${run.of} ${run.done} ${run.failed}`;
			const same = told?.id === run.id && changed.length === 0 && told.text === head;
			told = { id: run.id, text: head, states: new Map(run.states) };
			let whole: string | undefined;
			for (const listener of listeners) {
				const known = knows.get(listener);
				if (listener.writableNeedDrain) {
					if (known !== undefined) knows.set(listener, "");
				} else if (known !== run.id) {
					whole ??= message(run, [...run.states]);
					listener.write(known === undefined ? whole : END + whole);
					knows.set(listener, run.id);
				} else if (!same) listener.write(text || message(run, []));
			}
		},
	};
}

function message({ of, done, failed, states }: RunNow, status: readonly (readonly [string, NodeState])[]): string {
	const running = [...states].flatMap(([id, state]) => (state === "running" ? [id] : []));
	const told: RunTold = { of, done, failed, running, status: Object.fromEntries(status) };
	return `event: run\ndata: ${JSON.stringify(told)}\n\n`;
}
