import type { Invocation } from "../../core/invocation.ts";
import { readConfigWithoutProfile } from "../openProject.ts";
import { isForksChange } from "./baseFunctions.ts";
import { ciSettings } from "./ciSettings.ts";

/** The command with the target of `ci.target`, where the command line names none. */
export async function withCiTarget(invocation: Invocation): Promise<Invocation> {
	const { flags } = invocation;
	if (flags.target !== undefined || flags.extra.static === true) return invocation;
	// The project file is the fork's: it does not say what a database is asked.
	if (isForksChange(invocation.env)) return invocation;
	const { target } = ciSettings((await readConfigWithoutProfile(invocation)).project).data;
	return target === null ? invocation : { ...invocation, flags: { ...flags, target } };
}

/** Whether a target is named that can be built with: without one, or with --static, only files are looked at. */
export const buildsToo = ({ flags }: Invocation): boolean => flags.target !== undefined && flags.extra.static !== true;
