import { TfmError } from "../core/diagnostic.ts";
import type { Invocation } from "../core/invocation.ts";
import type { Checkout } from "../core/state.ts";
import { checkoutOf } from "../git/git.ts";
import type { OpenProject } from "./openProject.ts";

/** The commit of the project's files; null where git does not say, which is no reason not to run. */
export async function runCheckout(
	{ env, signal }: Pick<Invocation, "env" | "signal">,
	{ config }: Pick<OpenProject, "config">,
): Promise<Checkout | null> {
	try {
		return await checkoutOf({ dir: config.project.root, env, signal });
	} catch (error) {
		if (signal.aborted || error instanceof TfmError) return null;
		throw error;
	}
}
