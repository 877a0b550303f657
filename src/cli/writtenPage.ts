import type { World } from "./world.ts";

/** Columns that help pages are set in: lines neither too short to read nor as long as a wide terminal's. */
export const HELP_WIDTH = { least: 60, most: 110 };

export const helpWidth = (columns: number): number => Math.min(HELP_WIDTH.most, Math.max(HELP_WIDTH.least, columns));

/** In the assets' folder: a JSON list of `{ from, text }`, each page with the least width that it is set for, ascending. */
export const HELP_FILE = "pages/help.json";

export const completionFile = (shell: string): string => `pages/completion.${shell}`;

export const SHELLS: readonly string[] = ["bash", "zsh", "fish"];

/**
 * The page that these words ask for, if the build wrote it (writePages.ts): the help of all commands, or a shell's
 * completion. To make them from the tables takes as long as node takes to start, and shells wait for completion each
 * time they open. Null where the words ask for something else, or nothing is written, as under tests of the sources.
 */
export function writtenPage({ argv, stdout, assetsDir }: World): string | null {
	const [first, second] = argv;
	if (argv.length === 0 || (argv.length === 1 && (first === "--help" || first === "-h" || first === "help"))) {
		const text = readAsset(assetsDir, HELP_FILE);
		if (text === null) return null;
		const width = helpWidth(stdout.columns);
		const pages: readonly { readonly from: number; readonly text: string }[] = JSON.parse(text);
		return pages.findLast(({ from }) => from <= width)?.text ?? null;
	}
	if (argv.length === 2 && first === "completion" && SHELLS.includes(second!))
		return readAsset(assetsDir, completionFile(second!));
	return null;
}

function readAsset(assetsDir: string, file: string): string | null {
	try {
		return process.getBuiltinModule("node:fs").readFileSync(`${assetsDir}/${file}`, "utf8");
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
		throw error;
	}
}
