/**
 * Rendering holds the thread: a signal is not heard before it ends. Renders that take long say so on a channel of the
 * platform's, so that whoever listens for signals can let the system's own answer to them through meanwhile.
 */
import { channel } from "node:diagnostics_channel";

/** Its messages are empty; they come from inside of the render. */
export const LONG_RENDERING = "tfm:long-rendering";

const stillRendering = channel(LONG_RENDERING);

/** Costs nothing where nobody listens. */
export function sayStillRendering(): void {
	if (stillRendering.hasSubscribers) stillRendering.publish(undefined);
}
