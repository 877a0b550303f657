import { type CodeEntry, code } from "./entry.ts";

export const OBSERVABILITY_CODES = {
	"TFM-OBS-001": code<{ what: string; reason: string }>({
		message: (f) => `${f.what} could not be sent or written: ${f.reason}`,
		hint: () => "the run is as it was",
		explain:
			"A collector of traces or of OpenLineage events did not take what it was sent, or a JUnit file could not be written. What watches a run never fails it; after the first failure nothing more is sent in this run.",
	}),
} satisfies Record<string, CodeEntry<never>>;
