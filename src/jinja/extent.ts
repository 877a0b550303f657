import { fail } from "../core/diagnostic.ts";

const MOST_VALUES = 5_000_000;

/**
 * Counts the values that are written out. A list may hold another one twice, that one a third twice, and so on: forty
 * such lists take no memory and have a million million leaves.
 */
export class Extent {
	#values = 0;

	visit(): void {
		if (++this.#values > MOST_VALUES) fail("TFM-JINJA-021", { what: "a value written out", limit: MOST_VALUES });
	}
}
