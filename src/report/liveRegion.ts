import type { OutputStream } from "../core/invocation.ts";

/** At most this many lines at the bottom of the terminal are ever rewritten; what scrolled above them is final. */
export const LIVE_LINES = 8;

/**
 * A few lines at the bottom of a terminal that are drawn over. Between draws the cursor stands below them, so a killed
 * process leaves a terminal that works.
 */
export class LiveRegion {
	readonly #stream: OutputStream;
	#drawn = 0;

	constructor(stream: OutputStream) {
		this.#stream = stream;
	}

	/** Lines must not be wider than the terminal: a wrapped line would be counted as one. */
	draw(lines: readonly string[]): void {
		const shown = lines.slice(0, LIVE_LINES);
		this.#stream.write(this.#erase() + shown.map((line) => `${line}\n`).join(""));
		this.#drawn = shown.length;
	}

	clear(): void {
		if (this.#drawn === 0) return;
		this.#stream.write(this.#erase());
		this.#drawn = 0;
	}

	/** Up to the first drawn line, and everything below it away. */
	#erase(): string {
		return this.#drawn === 0 ? "" : `\x1b[${this.#drawn}A\x1b[0J`;
	}
}
