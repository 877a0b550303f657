import { describe, expect, it } from "vitest";
import type { SourceNode } from "../core/node.ts";
import { readLoadSpec } from "./loadSpec.ts";

const formatOf = (files: string): string =>
	readLoadSpec({ source_name: "raw", name: "orders", load: { files, columns: "infer" } } as unknown as SourceNode)
		.format;

describe("the format of landing files", () => {
	it.each([
		["data/orders/*.csv", "csv"],
		["data/orders/*.csv.gz", "csv"],
		["data/orders/*.csv*", "csv"],
		["data/orders/*.{csv,csv.gz}", "csv"],
		["data/orders/2026.JSONL", "jsonl"],
		["data/orders.csv/*.ndjson.gz", "jsonl"],
		["data/orders/part-*.parquet", "parquet"],
		["data/orders/*.json", "json"],
		["data/csv/*", "json"],
	])("of %s is %s unless format: says another", (files, format) => {
		expect(formatOf(files)).toBe(format);
	});
});
