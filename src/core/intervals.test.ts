import { describe, expect, it } from "vitest";
import { batchesOf } from "./batches.ts";
import { missingBatches } from "./intervals.ts";

const day = (n: number): Date => new Date(Date.UTC(2024, 0, n));
const window = (from: number, to: number) => ({ start: day(from), end: day(to) });
const days = (from: number, to: number) =>
	batchesOf({ size: "day", begin: day(1), lookback: 0, incremental: true, asked: window(from, to), now: day(31) });
const labels = (from: number, to: number, built: readonly ReturnType<typeof window>[]) =>
	missingBatches(days(from, to), built).map((batch) => batch.label.slice(-2));

describe("the batches that are missing", () => {
	it("are all where nothing was built", () => {
		expect(labels(1, 4, [])).toEqual(["01", "02", "03"]);
	});

	it("are the gaps between what was built, in whatever order that is told", () => {
		expect(labels(1, 7, [window(5, 6), window(2, 3), window(3, 4)])).toEqual(["01", "04", "06"]);
	});

	it("are not those inside a longer window, nor those that smaller ones fill", () => {
		const hours = Array.from({ length: 24 }, (_, h) => ({
			start: new Date(Date.UTC(2024, 0, 9, h)),
			end: new Date(Date.UTC(2024, 0, 9, h + 1)),
		}));
		expect(labels(7, 11, [window(7, 9), ...hours.slice(0, 23)])).toEqual(["09", "10"]);
		expect(labels(7, 11, [window(7, 9), ...hours])).toEqual(["10"]);
	});
});
