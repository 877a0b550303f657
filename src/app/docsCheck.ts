import { existsSync } from "node:fs";
import { join, relative } from "node:path";
import { fail } from "../core/diagnostic.ts";
import type { ExitCode, Invocation } from "../core/invocation.ts";
import { checkSite } from "../docs/docs.ts";
import { printDiagnostics } from "../report/report.ts";
import { siteFolder } from "./docsSite.ts";
import { readConfigWithoutProfile } from "./openProject.ts";
import { readSourceLine } from "./readSourceLine.ts";

/** `tfm docs check`: all that is wrong with the site, and exit code 1 then. */
export async function docsCheck(invocation: Invocation): Promise<ExitCode> {
	const { cwd, env, stdout, stderr, output, clock, flags } = invocation;
	// A site that --out names is checked wherever it stands.
	const config = flags.extra.out === undefined ? await readConfigWithoutProfile(invocation) : null;
	const folder = siteFolder(invocation, config?.targetDir ?? cwd);
	if (!existsSync(join(folder, "index.html"))) fail("TFM-DOCS-005", { folder: relative(cwd, folder) || "." });
	const found = checkSite(folder);
	if (found.length > 0) {
		const [now, root] = [clock(), config?.project.root ?? cwd];
		const readLine = readSourceLine(root);
		printDiagnostics(found, { output, env, stdout, stderr, now, readLine, elapsedMs: 0 });
		return 1;
	}
	stdout.write("the site is in order\n");
	return 0;
}
