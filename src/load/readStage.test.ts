import { expect, test } from "vitest";
import { loadMistakes } from "./loadSpec.ts";
import { landingBench } from "./testing/landingBench.ts";

const { mistakes } = landingBench();

test("a stage is named as in SQL, and what is about files of the project does not go with it", () => {
	const told = (block: Parameters<typeof loadMistakes>[0]) => loadMistakes(block).map(({ problem }) => problem);
	expect(told({ stage: '@"Raw".public.inbox/a/b/', pattern: ".*[.]gz", mode: "replace" })).toEqual([]);
	expect(told({ stage: "inbox" })).toEqual(['stage "inbox" names no stage']);
	expect(told({ stage: "@inbox/../other" })).toEqual(['stage "@inbox/../other" names no stage']);
	expect(told({ stage: "@inbox", files: "a/*", format: "csv", pattern: "(" })).toEqual([
		"has stage and files",
		'pattern "(" is no regular expression',
		"has stage, whose files are JSON Lines",
	]);
	expect(told({ stage: "@inbox", mode: "merge", keys: ["id"] })).toEqual([
		"has stage and keys",
		'mode "merge" is not one of append, replace',
	]);
	expect(told({ files: "a/*.csv", columns: "infer", pattern: "a" })).toEqual([
		"has pattern, which is for files of a stage",
	]);
});

test("a database without stages refuses the load at its place", async () => {
	expect(await mistakes({ stage: "@inbox" })).toEqual([
		"TFM-LOAD-033 models/landing/_raw.yml:7:5 raw.t is loaded from a stage, which postgres does not have",
	]);
});
