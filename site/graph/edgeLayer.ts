/**
 * Many edges are a long piece of work for a browser without a graphics card. They are drawn on a picture of their own, a
 * slice at a time, and the picture is kept while the same edges are seen in the same place.
 */
export interface EdgeLayer {
	/** The picture, if it is the one of this key; else null. */
	ready(key: string): HTMLCanvasElement | null;
	/** Makes the picture: `slice` draws the edges from one position to another. `done` is not called after a stop. */
	start(key: string, count: number, slice: Slice, done: () => void): void;
	stop(): void;
}
type Slice = (context: CanvasRenderingContext2D, from: number, to: number) => void;

/** Some 15 ms of work where there is no graphics card. */
const SLICE = 1200;

export function createEdgeLayer(size: () => { readonly width: number; readonly height: number }): EdgeLayer {
	const picture = document.createElement("canvas");
	const context = picture.getContext("2d")!;
	/** What is drawn on it makes the browser finish the slice now, and not all slices at once at the end. */
	const finished = document.createElement("canvas").getContext("2d")!;
	let made: string | null = null;
	let next: ReturnType<typeof setTimeout> | undefined;
	return {
		ready: (key) => (made === key ? picture : null),
		stop: () => clearTimeout(next),
		start(key, count, slice, done) {
			clearTimeout(next);
			made = null;
			Object.assign(picture, size());
			let from = 0;
			const step = (): void => {
				slice(context, from, Math.min(count, from + SLICE));
				finished.drawImage(picture, 0, 0, 1, 1, 0, 0, 1, 1);
				from += SLICE;
				if (from < count) next = setTimeout(step);
				else {
					made = key;
					done();
				}
			};
			next = setTimeout(step);
		},
	};
}
