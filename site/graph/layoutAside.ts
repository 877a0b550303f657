import { type Layout, type LayoutInput, layeredLayout } from "../../src/docs/layeredLayout.ts";
import { index } from "../data.ts";

/** Null: there is none, or it is of no use. */
let worker: Worker | null | undefined;
let asked = 0;
const waiting = new Map<number, { readonly input: LayoutInput; readonly answer: (layout: Layout) => void }>();

/**
 * The layout, made in a thread of its own. Where there is none (a browser or a web server that forbids it) it is made
 * here, a moment later.
 */
export function layoutAside(input: LayoutInput): Promise<Layout> {
	return new Promise((answer) => {
		waiting.set(++asked, { input, answer });
		if (worker === undefined)
			worker = index.worker === null ? start(programInPage(), "classic") : start(index.worker, "module");
		if (worker === null) setTimeout(here);
		else worker.postMessage({ id: asked, input });
	});
}

/** In a site that is one file the thread's program stands in the page; of modules a page from a disk may start none. */
function programInPage(): string | null {
	const program = document.getElementById("layout")?.textContent;
	return program ? URL.createObjectURL(new Blob([program], { type: "text/javascript" })) : null;
}

function start(file: string | null, type: WorkerType): Worker | null {
	if (file === null) return null;
	let thread: Worker;
	try {
		thread = new Worker(file, { type });
	} catch {
		// Not a fault of the site: the reader's browser or server allows no threads.
		return null;
	}
	thread.onmessage = ({ data: { id, layout } }: MessageEvent<{ id: number; layout: Layout }>) => {
		waiting.get(id)?.answer(layout);
		waiting.delete(id);
	};
	thread.onerror = () => {
		worker = null;
		here();
	};
	return thread;
}

/** All that is asked for is answered in this thread. */
function here(): void {
	for (const [id, { input, answer }] of waiting) {
		waiting.delete(id);
		answer(layeredLayout(input));
	}
}
