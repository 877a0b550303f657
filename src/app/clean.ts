import { existsSync, realpathSync, rmSync } from "node:fs";
import { isAbsolute, join, relative, resolve, sep } from "node:path";
import { loadConfig, shellSecretCommand } from "../config/loadConfig.ts";
import { type Diagnostic, diagnostic, TfmError } from "../core/diagnostic.ts";
import type { ExitCode, Invocation } from "../core/invocation.ts";
import { tellRemarks } from "./tellRemarks.ts";

/** `tfm clean`: deletes the project's clean-targets, by default the target folder; all of them are checked first. */
export async function cleanCommand(invocation: Invocation): Promise<ExitCode> {
	const { cwd, flags, env } = invocation;
	const config = await loadConfig({
		cwd,
		flags,
		env,
		command: "clean",
		readSecretCommand: shellSecretCommand({ env, cwd }),
	});
	const { project } = config;
	const root = realpathSync(project.root);
	const onlyInside = flags.extra.cleanProjectFilesOnly !== false;
	const sources = [
		project.modelPaths,
		project.seedPaths,
		project.testPaths,
		project.snapshotPaths,
		project.macroPaths,
		project.analysisPaths,
	]
		.flat()
		.map((path) => resolve(root, path));

	const refused: Diagnostic[] = [];
	const targets = (project.cleanTargets.length > 0 ? project.cleanTargets : [config.targetDir]).map((target) => ({
		target,
		path: resolve(root, target),
	}));
	for (const { target, path } of targets) {
		const place = { at: project.places.get("clean-targets") };
		const inside = (outer: string, inner: string) => inner === outer || inner.startsWith(outer + sep);
		if (onlyInside && path !== root && !isInside(root, path))
			refused.push(diagnostic("TFM-APP-011", { path: target, target }, place));
		else if (inside(path, root) || sources.some((source) => inside(path, source) || inside(source, path)))
			refused.push(diagnostic("TFM-APP-012", { path: target }, place));
	}
	if (refused.length > 0) throw new TfmError(refused);
	const old = ["dbt_modules", project.packagesInstallPath].map((path) => project.cleanTargets.includes(path));
	const place = { at: project.places.get("clean-targets"), severity: "warning" as const };
	const remarks = old[0] && !old[1] ? [diagnostic("TFM-DEPR-009", {}, place)] : [];
	tellRemarks([...(invocation.remarks ?? []), ...config.warnings, ...remarks], config, invocation);

	let count = 0;
	for (const { target, path } of targets) {
		if (!existsSync(path)) continue;
		rmSync(path, { recursive: true, force: true });
		count++;
		if (invocation.output.verbosity >= 0)
			invocation.stdout.write(`deleted ${isAbsolute(target) ? relative(root, path) : target}\n`);
	}
	if (count === 0 && invocation.output.verbosity >= 0) invocation.stdout.write("nothing to delete\n");
	return 0;
}

/** Symbolic links are followed: a link out of the project is outside. */
function isInside(root: string, path: string): boolean {
	const real = existsSync(path) ? realpathSync(path) : path;
	const way = relative(root, real);
	return way !== "" && !way.startsWith("..") && !isAbsolute(way) && join(root, way) === real;
}
