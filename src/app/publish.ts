import type { ExitCode, Invocation } from "../core/invocation.ts";
import type { NodeId } from "../core/node.ts";
import { publishHeld } from "../execute/publishHeld.ts";
import { layerArgument, needed, publishWith } from "./publishWith.ts";

const quoted = (text: string): string => (/^[\w./:@-]+$/.test(text) ? text : `"${text.replaceAll('"', '\\"')}"`);

/** `tfm publish LAYER --run R --accept TEST --reason "…"`: lets through what the gate of a layer held back in that run. */
export async function publishCommand(invocation: Invocation): Promise<ExitCode> {
	const { extra } = invocation.flags;
	const heldIn = needed(invocation, "run", "--run, the id of the run whose gate closed");
	const reason = needed(invocation, "reason", '--reason "…", for those who read it later');
	const accept = Array.isArray(extra.accept) ? extra.accept.map(String) : [];
	return publishWith(invocation, async ({ project, ports, job }) => {
		const layer = layerArgument(invocation, project);
		const { name, user } = invocation.host;
		const commandFor = (tests: readonly string[]): string =>
			[
				"tfm publish",
				layer,
				"--run",
				heldIn,
				...tests.map((test) => `--accept ${quoted(test)}`),
				"--reason",
				quoted(reason),
			].join(" ");
		const none: ReadonlySet<NodeId> = new Set();
		return publishHeld(job(none), ports, { layer, heldIn, accept, reason, by: `${user}@${name}`, commandFor });
	});
}
