import { type Layout, type LayoutInput, layeredLayout } from "../../src/docs/layeredLayout.ts";
import { index } from "../data.ts";

let worker: Worker | null = null;
let asked = 0;
const waiting = new Map<number, { readonly input: LayoutInput; readonly answer: (layout: Layout) => void }>();

/**
 * The layout, made in a thread of its own. Where there is none (a site that is one file, a web server that forbids it)
 * it is made here, a moment later.
 */
export function layoutAside(input: LayoutInput): Promise<Layout> {
	return new Promise((answer) => {
		waiting.set(++asked, { input, answer });
		const thread = index.worker === null ? null : (worker ?? start(index.worker));
		if (thread === null) setTimeout(here);
		else thread.postMessage({ id: asked, input });
	});
}

function start(file: string): Worker | null {
	try {
		worker = new Worker(file, { type: "module" });
	} catch {
		// Not a fault of the site: the reader's browser or server allows no threads.
		return null;
	}
	worker.onmessage = ({ data: { id, layout } }: MessageEvent<{ id: number; layout: Layout }>) => {
		waiting.get(id)?.answer(layout);
		waiting.delete(id);
	};
	worker.onerror = here;
	return worker;
}

/** All that is asked for is answered in this thread. */
function here(): void {
	for (const [id, { input, answer }] of waiting) {
		waiting.delete(id);
		answer(layeredLayout(input));
	}
}
