/** Lays a large neighbourhood out beside the page, which goes on answering its reader. */
import { type LayoutInput, layeredLayout } from "../../src/docs/layeredLayout.ts";

/** The question comes with a number, and the answer goes back with it. */
export interface LayoutQuestion {
	readonly id: number;
	readonly input: LayoutInput;
}

const scope = self as unknown as {
	onmessage: (event: MessageEvent<LayoutQuestion>) => void;
	postMessage(answer: object): void;
};
scope.onmessage = ({ data: { id, input } }) => scope.postMessage({ id, layout: layeredLayout(input) });
