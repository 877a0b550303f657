import { TfmError } from "../core/diagnostic.ts";
import type { SeedNode } from "../core/node.ts";
import type { Run } from "./run.ts";

/**
 * Remarks on types that a seed's config has for columns which its file does not have, each time the seed is run, also
 * where its table is left alone. Throws TFM-LOAD-036 where the flags make it an error.
 */
export async function tellStrayTypes(run: Run, seed: SeedNode): Promise<void> {
	const becomes = run.job.flags.strayTypes ?? "warning";
	const found = becomes === "silent" ? null : await run.ports.seed.strayTypes(seed);
	if (found === null) return;
	if (becomes === "error") throw new TfmError({ ...found, severity: "error" });
	run.ports.emit({ event: "diagnostic", diagnostic: found }, "warn");
}
