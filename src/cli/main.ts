/**
 * The command line. argv → a command's use case → an exit code.
 *
 * The way through: `--version`, the help page of all commands and completion scripts are answered before anything else
 * is imported, the latter two from files that the build wrote (writtenPage). parseArgv (commander, from commandTable and
 * the option tables) finds command and options; readFlags checks values and adds the environment; the use case is
 * imported and called with an Invocation. Nothing else in tfm reads argv, the environment or `process`.
 *
 * Exit codes are dbt's: 0 well, 1 a node, test or gate failed, 2 anything raised outside a node's result (usage,
 * configuration, compilation, an internal error), and 130 when cancelled. The first SIGINT or SIGTERM aborts the
 * invocation's signal and the use case winds down; the second ends the process.
 */

import type { ExitCode } from "../core/invocation.ts";
import { DBT_VERSION, TFM_VERSION } from "../core/version.ts";
import { ACTIONS, type Actions } from "./actions.ts";
import { forwardClock } from "./forwardClock.ts";
import { flush, processWorld, type World } from "./world.ts";
import { writtenPage } from "./writtenPage.ts";

/** What bin/tfm.js calls. Ends the process: a driver's forgotten handle must not keep a finished run alive. */
export async function runProcess(): Promise<void> {
	const assetsDir = new URL("..", import.meta.url);
	const { fileURLToPath } = process.getBuiltinModule("node:url");
	let lost: NodeJS.ErrnoException | null = null;
	const world = processWorld(fileURLToPath(assetsDir).replace(/[\\/]$/, ""), (error) => {
		lost ??= error;
	});
	const code = await main(world);
	await flush();
	process.exit(lost === null ? code : await reportLostOutput(lost, code, world));
}

/** A result that could not be written is no success, even when everything else went well. */
async function reportLostOutput(error: NodeJS.ErrnoException, code: ExitCode, world: World): Promise<ExitCode> {
	const { reportOutside } = await import("./runCommandLine.ts");
	await reportOutside(Object.assign(error, { path: "standard output" }), world);
	return code === 0 ? 2 : code;
}

/** One call of tfm. Never rejects. */
export async function main(world: World, actions: Actions = ACTIONS): Promise<ExitCode> {
	const first = world.argv[0];
	if (first === "--version" || first === "-V") {
		world.stdout.write(`tfm ${TFM_VERSION} (dbt ${DBT_VERSION.split(".", 2).join(".")} compatible)\n`);
		return 0;
	}
	const page = writtenPage(world);
	if (page !== null) {
		world.stdout.write(page);
		return 0;
	}
	const { runCommandLine } = await import("./runCommandLine.ts");
	return await runCommandLine({ ...world, clock: forwardClock(world.clock) }, actions);
}
