import { describe, expect, it } from "vitest";
import { sampleWindow } from "../core/sample.ts";
import { type NamedText, readEventWindow, readSample } from "./readEventTimes.ts";

const start = (text: string): NamedText => ({ name: "--event-time-start", text });
const end = (text: string): NamedText => ({ name: "--event-time-end", text });
const sample = async (text: string, now = "2024-03-31T12:30:00Z") => {
	const { start: from, end: to } = sampleWindow(await readSample({ name: "--sample", text }), new Date(now));
	return [from.toISOString(), to.toISOString()];
};

describe("--event-time-start and --event-time-end", () => {
	it("come together, the first before the second", () => {
		const window = readEventWindow(start("2024-01-02"), end("2024-01-02T08:00:00"));
		expect(window?.end.toISOString()).toBe("2024-01-02T08:00:00.000Z");
		expect(readEventWindow(null, null)).toBeUndefined();
		expect(() => readEventWindow(start("2024-01-02"), null)).toThrow("TFM-CLI-015");
		expect(() => readEventWindow(null, end("2024-01-02"))).toThrow("--event-time-start");
		expect(() => readEventWindow(start("2024-01-02"), end("2024-01-02"))).toThrow("TFM-CLI-003");
		expect(() => readEventWindow(start("2024-01-0x"), end("2024-01-02"))).toThrow("2024-01-0x");
	});
});

describe("--sample", () => {
	it("is the last so many hours, days, months or years, not cut at any boundary", async () => {
		expect(await sample("36 hours")).toEqual(["2024-03-30T00:30:00.000Z", "2024-03-31T12:30:00.000Z"]);
		expect((await sample("3 Days"))[0]).toBe("2024-03-28T12:30:00.000Z");
		expect((await sample("1 month"))[0]).toBe("2024-02-29T12:30:00.000Z");
		expect((await sample("1 year", "2024-02-29T00:00:00Z"))[0]).toBe("2023-02-28T00:00:00.000Z");
	});

	it("is a window where one is written", async () => {
		const window = await sample("{'start': '2024-01-01', 'end': '2024-01-03 10:00:00'}");
		expect(window).toEqual(["2024-01-01T00:00:00.000Z", "2024-01-03T10:00:00.000Z"]);
	});

	it.each(["3", "x days", "3 weeks", "3 days ago", "{start: 2024-01-01}"])("cannot be %s", async (text) => {
		await expect(sample(text)).rejects.toThrow("TFM-CLI-003");
	});
});
