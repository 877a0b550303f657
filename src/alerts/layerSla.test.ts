import { describe, expect, it } from "vitest";
import { judgeSla, slowText } from "./layerSla.ts";

const BY = { minutes: 7 * 60, zone: "Europe/Prague", text: "07:00 Europe/Prague" };
const at = (text: string) => `2026-11-${text}:00.000Z`;
const judge = (now: string, last: string | null, firstSince: string | null, maxLagMs: number | null = null) => {
	const sla = { layer: "gold", by: maxLagMs === null ? BY : null, maxLagMs };
	const { kind, item } = judgeSla(
		sla,
		{ last: last && at(last), firstSince: firstSince && at(firstSince) },
		new Date(at(now)),
	);
	return `${kind}: ${item.what}`;
};

describe("a promise about a layer", () => {
	it("is kept by a publish of the day before the deadline", () => {
		expect(judge("21T06:30", "21T05:59", "21T05:59")).toBe("kept: was published in time");
	});

	it("is broken when the deadline has passed and nothing was published that day", () => {
		expect(judge("21T06:30", "20T05:00", null)).toBe(
			"broken: not published by 07:00 Europe/Prague; last published 2026-11-20 05:00 UTC",
		);
		expect(judge("21T06:30", null, null)).toContain("it was never published");
	});

	it("is not yet broken before the deadline, when yesterday's publish was in time", () => {
		expect(judge("21T05:30", "20T05:00", "20T05:00")).toBe("kept: was published in time");
	});

	it("is kept late by a publish after the deadline", () => {
		expect(judge("21T07:00", "21T06:32", "21T06:32")).toBe("late: published 32m after 07:00 Europe/Prague");
	});

	it("of an age is broken by a layer that is older", () => {
		expect(judge("21T12:00", "20T05:00", null, 26 * 3_600_000)).toBe(
			"broken: 31h old, 26h is promised; last published 2026-11-20 05:00 UTC",
		);
		expect(judge("21T06:00", "20T05:00", null, 26 * 3_600_000)).toMatch(/^kept/);
	});
});

describe("a slow run", () => {
	it("takes more than its multiple of the median of at least five earlier ones", () => {
		const slow = { times: 2, atLeastMs: 30_000 };
		expect(slowText(slow, 100, [40, 45, 41, 400, 42])).toBe("took 100s, usually 42s");
		expect(slowText(slow, 80, [40, 45, 41, 400, 42])).toBeNull();
		expect(slowText(slow, 100, [40, 45, 41, 42])).toBeNull();
		expect(slowText(slow, 20, [1, 1, 1, 1, 1])).toBeNull();
	});
});
