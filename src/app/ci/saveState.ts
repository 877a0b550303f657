import { fail } from "../../core/diagnostic.ts";
import type { ExitCode, Invocation } from "../../core/invocation.ts";
import { projectStateText } from "../../state/readProjectState.ts";
import { openEvents } from "../commandEvents.ts";
import { openProject } from "../openProject.ts";
import { stateKey } from "./baseState.ts";
import { ciSettings } from "./ciSettings.ts";
import { withCiTarget } from "./ciTarget.ts";
import { headState } from "./headState.ts";
import { commitStates } from "./stateStore.ts";

/**
 * `tfm state save`: the state of HEAD for the target that `tfm ci` will have, kept under its commit. Throws TFM-CI-008 …
 * 009.
 */
export async function saveStateCommand(asked: Invocation): Promise<ExitCode> {
	const invocation = await withCiTarget(asked);
	const project = await openProject(invocation);
	const { out } = invocation.flags.extra;
	const { state: configured } = ciSettings(project.config.project);
	const settings = typeof out === "string" ? ({ kind: "folder", path: out } as const) : configured;
	const store = commitStates(settings, project.config.project.root, invocation);
	if (store?.put == null) fail("TFM-CI-008", {});
	const { state } = await headState(invocation, project);
	if (state.commit === null) fail("TFM-CI-009", {});
	const key = stateKey(project, state.commit);
	await store.put(key, [...projectStateText(state)].join(""));
	const events = openEvents(invocation, project);
	const nodes = Object.keys(state.nodes).length;
	const text = `kept the state of ${state.commit.slice(0, 10)} (${nodes} nodes) in ${store.where}, as ${key}`;
	events({ event: "message", text, node_id: null, print: true });
	events.close();
	return 0;
}
