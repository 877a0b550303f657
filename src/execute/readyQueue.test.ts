import fc from "fast-check";
import { expect, it } from "vitest";
import { createReadyQueue } from "./readyQueue.ts";

it("gives back whatever went in, smallest first, however pushes and pops are mixed", () => {
	fc.assert(
		fc.property(fc.array(fc.option(fc.nat(50))), (steps) => {
			const queue = createReadyQueue();
			const model: number[] = [];
			for (const step of steps) {
				if (step === null) {
					model.sort((a, b) => a - b);
					expect(queue.pop()).toBe(model.shift());
				} else {
					queue.push(step);
					model.push(step);
				}
				expect(queue.size).toBe(model.length);
			}
		}),
	);
});
