import type { LandingSink } from "./landingSink.ts";
import type { LandingFormat } from "./landingTypes.ts";
import type { LoadSpec } from "./loadSpec.ts";
import { readCsv } from "./readCsv.ts";
import { readJsonLines, readJsonPage } from "./readJson.ts";
import type { FileDigest } from "./textFile.ts";
import type { StoredFile } from "./utf8Blocks.ts";

type Reader = (stored: StoredFile, spec: LoadSpec, sink: LandingSink) => AsyncGenerator<void, FileDigest>;

const READERS: Readonly<Record<Exclude<LandingFormat, "parquet">, Reader>> = {
	csv: readCsv,
	jsonl: readJsonLines,
	json: readJsonPage,
};

/** A file's records into the sink; yields when the sink is full, returns what was read. */
export async function* readRecords(
	stored: StoredFile,
	spec: LoadSpec,
	sink: LandingSink,
): AsyncGenerator<void, FileDigest> {
	if (spec.format !== "parquet") return yield* READERS[spec.format](stored, spec, sink);
	const { readParquet } = await import("./readParquet.ts");
	return yield* readParquet(stored, spec, sink);
}
