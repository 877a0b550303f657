import type { ExitCode, Invocation } from "../core/invocation.ts";
import { rollbackLayer } from "../execute/rollbackLayer.ts";
import { layerArgument, needed, publishWith } from "./publishWith.ts";

/** `tfm rollback LAYER --to RUN`: the layer's relations become what they were after that run. */
export async function rollbackCommand(invocation: Invocation): Promise<ExitCode> {
	const to = needed(invocation, "to", "--to, the id of the run to go back to");
	return publishWith(invocation, async ({ project, ports, job }) => {
		const layer = layerArgument(invocation, project);
		const run = await rollbackLayer(job(new Set()), ports, { layer, to });
		if (run === null) invocation.stdout.write(`nothing to roll back: ${layer} is as it was after run ${to}\n`);
		return run;
	});
}
