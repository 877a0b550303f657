import { describe, expect, it } from "vitest";
import { type BatchRequest, batchesOf } from "./batches.ts";
import { eventTimeText, readEventTime } from "./eventTime.ts";

const at = (text: string): Date => readEventTime(text)!;

const request = (rest: Partial<BatchRequest>): BatchRequest => ({
	size: "day",
	begin: at("2024-01-30"),
	lookback: 1,
	incremental: true,
	asked: null,
	now: at("2024-02-02 12:30:00"),
	...rest,
});

const shown = (rest: Partial<BatchRequest>) =>
	batchesOf(request(rest)).map((b) => [b.id, b.start, b.end].map((x) => (x instanceof Date ? eventTimeText(x) : x)));

const ids = (rest: Partial<BatchRequest>) => batchesOf(request(rest)).map((batch) => batch.id);

describe("the windows of a microbatch model", () => {
	it("are the present one and those to look back at, ending with the window that holds now", () => {
		expect(shown({})).toEqual([
			["20240201", "2024-02-01 00:00:00+00:00", "2024-02-02 00:00:00+00:00"],
			["20240202", "2024-02-02 00:00:00+00:00", "2024-02-03 00:00:00+00:00"],
		]);
		expect(ids({ lookback: 0 })).toEqual(["20240202"]);
		expect(ids({ lookback: 3 })).toEqual(["20240130", "20240131", "20240201", "20240202"]);
	});

	it("take the window that ends at a boundary for the present one", () => {
		expect(ids({ now: at("2024-02-02") })).toEqual(["20240131", "20240201"]);
	});

	it("begin at `begin` where the table is built from nothing", () => {
		expect(ids({ incremental: false })).toEqual(["20240130", "20240131", "20240201", "20240202"]);
		expect(ids({ incremental: false, size: "month" })).toEqual(["202401", "202402"]);
		expect(ids({ incremental: false, size: "year" })).toEqual(["2024"]);
	});

	it("are those asked for, in whole batches", () => {
		const asked = { start: at("2024-02-29 22:15:00"), end: at("2024-03-01 00:20:00") };
		expect(ids({ asked })).toEqual(["20240229", "20240301"]);
		expect(shown({ asked, size: "hour" })).toEqual([
			["20240229T22", "2024-02-29 22:00:00+00:00", "2024-02-29 23:00:00+00:00"],
			["20240229T23", "2024-02-29 23:00:00+00:00", "2024-03-01 00:00:00+00:00"],
			["20240301T00", "2024-03-01 00:00:00+00:00", "2024-03-01 01:00:00+00:00"],
		]);
		expect(ids({ asked, size: "month" })).toEqual(["202402", "202403"]);
	});

	it("are one, cut at the end, where `begin` lies after it", () => {
		expect(shown({ incremental: false, begin: at("2024-03-05") })).toEqual([
			["20240305", "2024-03-05 00:00:00+00:00", "2024-02-03 00:00:00+00:00"],
		]);
	});
});

describe("a time of the configuration", () => {
	it("is read as the clock of UTC, whatever its zone", () => {
		for (const text of [
			"2024-01-31",
			"20240131",
			"2024-01-31 00:00",
			"2024-01-31T00:00:00Z",
			"2024-01-31T00:00:00+02:00",
		])
			expect(eventTimeText(at(text)), text).toBe("2024-01-31 00:00:00+00:00");
		expect(eventTimeText(at("2024-01-31T01:02:03.25"))).toBe("2024-01-31 01:02:03.250000+00:00");
	});

	it("is nothing where it names no day", () => {
		for (const text of ["2024-02-30", "yesterday", "2024-01-01T25:00", ""]) expect(readEventTime(text)).toBeNull();
	});
});
