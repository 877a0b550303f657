import { expect, it } from "vitest";
import { RecentMap } from "./recentMap.ts";

it("keeps those that were asked for last, and makes the others again", () => {
	const made: string[] = [];
	const recent = new RecentMap<string, string | undefined>(2);
	const ask = (key: string) =>
		recent.of(key, () => {
			made.push(key);
			return key === "none" ? undefined : key.toUpperCase();
		});
	expect(["a", "b", "a", "none", "none", "a", "b"].map(ask)).toEqual(["A", "B", "A", undefined, undefined, "A", "B"]);
	expect([made, recent.size]).toEqual([["a", "b", "none", "b"], 2]);
});
