import { expect, test } from "vitest";
import { loadMistakes } from "./loadSpec.ts";
import { landingBench } from "./testing/landingBench.ts";

const { mistakes } = landingBench();

test("a stage is named as in SQL, and what is about files of the project does not go with it", () => {
	const told = (block: Parameters<typeof loadMistakes>[0]) => loadMistakes(block).map(({ problem }) => problem);
	expect(told({ stage: '@"Raw".public.inbox/a/b/', pattern: ".*[.]gz", mode: "replace" })).toEqual([]);
	expect(told({ stage: "inbox" })).toEqual(['stage "inbox" names no stage']);
	expect(told({ stage: "@inbox/../other" })).toEqual(['stage "@inbox/../other" names no stage']);
	expect(told({ stage: "@inbox", files: "a/*", pattern: "(", max_uncompressed: "1GB" })).toEqual([
		"has stage and files",
		"has stage and max_uncompressed",
		'pattern "(" is no regular expression',
	]);
	expect(told({ files: "a/*.csv", columns: "infer", pattern: "a" })).toEqual([
		"has pattern, which is for files of a stage",
	]);
});

test("files of a stage have a format and columns, as far as a database that reads them itself can go", () => {
	const told = (block: Parameters<typeof loadMistakes>[0]) => loadMistakes(block).map(({ problem }) => problem);
	const columns = [{ name: "id", type: "bigint" }];
	expect(told({ stage: "@inbox", pattern: ".*[.]csv", columns, mode: "merge", keys: ["id"] })).toEqual([]);
	expect(told({ stage: "@inbox/csv/2026" })).toEqual(["format csv needs columns"]);
	expect(told({ stage: "@inbox", format: "parquet" })).toEqual([]);
	expect(told({ stage: "@inbox", format: "csv", columns: "infer", mode: "merge", keys: ["id"] })).toEqual([]);
	expect(told({ stage: "@inbox", format: "parquet", columns: "infer" })).toEqual([
		"has stage, format parquet and columns: infer",
	]);
	expect(told({ stage: "@inbox", format: "csv", columns, quote: "|" })).toEqual(['has stage and quote "|"']);
	expect(told({ stage: "@inbox", format: "json", records: "data", encoding: "latin1" })).toEqual([
		"has stage and encoding latin1",
	]);
	const at = { name: "at", type: "timestamp", formats: ["YYYY-MM-DD HH24:MI TZH"] };
	expect(told({ stage: "@inbox", format: "parquet", columns: [at, { name: "raw", type: "bytea" }] })).toEqual([
		"column at: a format with an offset is for timestamptz where the files are of a stage",
		"column raw: bytea is not read from Parquet files of a stage",
	]);
});

test("a database without stages refuses the load at its place", async () => {
	expect(await mistakes({ stage: "@inbox" })).toEqual([
		"TFM-LOAD-033 models/landing/_raw.yml:7:5 raw.t is loaded from a stage, which postgres does not have",
	]);
});
