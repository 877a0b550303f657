import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { LONG_RENDERING } from "../core/longRendering.ts";

/** A render that has held the thread for so long, in milliseconds, may go on for ever. */
const LONG = 300;

/**
 * Listens until the returned function is called, but not while a render holds the thread for long: a listener takes the
 * system's own answer to a signal away, and is itself not called before the render ends.
 */
export function besideLongRendering(listen: () => () => void): () => void {
	let stop: (() => void) | null = listen();
	let since: number | null = null;
	let ended = false;
	const heardOf = () => {
		if (since === null) {
			since = performance.now();
			// Only once the thread is free again.
			setImmediate(() => {
				since = null;
				if (!ended) stop ??= listen();
			});
		} else if (stop !== null && performance.now() - since > LONG) {
			stop();
			stop = null;
		}
	};
	subscribe(LONG_RENDERING, heardOf);
	return () => {
		ended = true;
		unsubscribe(LONG_RENDERING, heardOf);
		stop?.();
		stop = null;
	};
}
