/**
 * What scripts/build.mjs writes beside the program: pages that depend on nothing but the tables of commands, so that
 * writtenPage.ts has them without loading the tables. The product does not import this file.
 */
import { completionScript } from "./completionScript.ts";
import { parseArgv } from "./parseArgv.ts";
import { completionFile, HELP_FILE, HELP_WIDTH, SHELLS } from "./writtenPage.ts";

/** Paths within the assets' folder → texts. */
export async function writePages(): Promise<ReadonlyMap<string, string>> {
	const files = new Map<string, string>();
	const pages: { from: number; text: string }[] = [];
	for (let width = HELP_WIDTH.least; width <= HELP_WIDTH.most; width++) {
		const page = await parseArgv(["--help"], width);
		if (page.kind === "help" && page.text !== pages.at(-1)?.text) pages.push({ from: width, text: page.text });
	}
	files.set(HELP_FILE, JSON.stringify(pages));
	for (const shell of SHELLS) files.set(completionFile(shell), completionScript(shell) ?? "");
	return files;
}
