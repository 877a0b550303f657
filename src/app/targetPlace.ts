import { loadConfig } from "../config/loadConfig.ts";
import type { TargetConfig } from "../core/config.ts";
import { TfmError } from "../core/diagnostic.ts";
import type { Invocation } from "../core/invocation.ts";

/**
 * Where the target of a command that has failed stands in profiles.yml. The files are read once more, and no command is
 * called for a secret; nothing where they are not as the command found them.
 */
export async function targetPlace(
	asked: Pick<Invocation, "cwd" | "flags" | "env">,
): Promise<NonNullable<TargetConfig["place"]>> {
	try {
		const { target } = await loadConfig({ ...asked, command: "debug", readSecretCommand: async () => "" });
		return target.place ?? {};
	} catch (error) {
		if (error instanceof TfmError) return {};
		throw error;
	}
}
