import { appendFileSync, existsSync, mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { readSourceLine } from "../app/readSourceLine.ts";
import { targetPlace } from "../app/targetPlace.ts";
import { DatabaseError } from "../core/databaseError.ts";
import { type Diagnostic, type DiagnosticPlaces, diagnostic, TfmError } from "../core/diagnostic.ts";
import type { ExitCode, Flags, OutputOptions } from "../core/invocation.ts";
import { LateFailure } from "../core/lateFailure.ts";
import { makeFolders } from "../core/makeFolders.ts";
import { nextWithin } from "../report/nextWithin.ts";
import { printDiagnostics } from "../report/printDiagnostics.ts";
import { scrubSecrets, secretValues } from "./scrubSecrets.ts";
import type { World } from "./world.ts";

interface Failure {
	readonly world: World;
	readonly startedAt: Date;
	readonly output: OutputOptions;
	/** Undefined when the command line itself could not be read. */
	readonly flags: Flags | undefined;
	/** Takes the messages instead of the screen, where that shows dbt's log in JSON. */
	readonly logged?: ((diagnostics: readonly Diagnostic[]) => void) | undefined;
}

const PROJECT_FILES = ["tfm_project.yml", "dbt_project.yml"];

/** What a command threw → messages on stderr and exit code 2. A stack goes to the log file, and to -vv. */
export async function reportFailure(thrown: unknown, failure: Failure): Promise<ExitCode> {
	const { world, flags, output } = failure;
	const begun = thrown instanceof LateFailure;
	const error = begun ? thrown.reason : thrown;
	const root = findProjectRoot(resolve(world.cwd, flags?.projectDir ?? "."));
	const place =
		flags !== undefined && error instanceof DatabaseError
			? await targetPlace({ cwd: world.cwd, flags, env: world.env })
			: {};
	const known = explainError(error, place);
	const { env: environment } = flags?.extra ?? {};
	const within = typeof environment === "string" ? ` --env ${environment}` : "";
	const diagnostics = (known ?? [internalError(error, failure, root)]).map((one) => nextWithin(one, within));
	failure.logged?.(diagnostics);
	if (output.logFormat === "json" && failure.logged !== undefined) return 2;
	printDiagnostics(diagnostics, {
		output,
		env: world.env,
		stdout: world.stdout,
		stderr: world.stderr,
		now: world.clock(),
		readLine: readSourceLine(root ?? world.cwd),
		secrets: secretValues(world.env),
		begun,
		elapsedMs: flags === undefined || known === null ? null : world.clock().getTime() - failure.startedAt.getTime(),
	});
	if (known === null && output.verbosity === 2) world.stderr.write(`${scrubSecrets(stackOf(error), world.env)}\n`);
	return 2;
}

/**
 * Mistakes of the user and of the machine around us; null for what only a bug can explain. `place`: where the database
 * is described that refused.
 */
function explainError(error: unknown, place: DiagnosticPlaces): readonly Diagnostic[] | null {
	if (error instanceof TfmError) return error.diagnostics;
	if (error instanceof DatabaseError) {
		const problem = error.detail === undefined ? error.message : `${error.message} (${error.detail})`;
		return [diagnostic("TFM-CLI-013", { problem, hint: error.hint }, place)];
	}
	const fault = error as NodeJS.ErrnoException;
	if (!(error instanceof Error) || typeof fault.code !== "string" || typeof fault.syscall !== "string") return null;
	// Of a document that could not be put in its place, the place.
	const path = (fault as { readonly dest?: string }).dest ?? fault.path ?? "a file";
	switch (fault.code) {
		case "EACCES":
		case "EPERM":
		case "EROFS":
			return [diagnostic("TFM-CLI-010", { path, reason: fault.code === "EROFS" ? "read-only" : "denied" })];
		case "ENOSPC":
		case "EDQUOT":
			return [diagnostic("TFM-CLI-011", { path })];
		case "ENOTDIR":
			return [diagnostic("TFM-CLI-012", { path, reason: "a file stands where a folder should be" })];
		case "EISDIR":
			return [diagnostic("TFM-CLI-012", { path, reason: "a folder stands where a file should be" })];
		case "EEXIST":
			return [
				diagnostic("TFM-CLI-012", {
					path,
					reason:
						fault.syscall === "mkdir" ? "a file stands where a folder should be" : "something stands there already",
				}),
			];
		case "ELOOP":
			return [diagnostic("TFM-CLI-012", { path, reason: "a link there leads back to itself" })];
		case "EMFILE":
		case "ENFILE":
			return [diagnostic("TFM-CLI-012", { path, reason: "too many files are open (ulimit -n)" })];
		case "ENAMETOOLONG":
			return [diagnostic("TFM-CLI-012", { path, reason: "its name is too long" })];
		default:
			return null;
	}
}

function internalError(error: unknown, failure: Failure, root: string | null): Diagnostic {
	const problem = (error instanceof Error ? error.message : String(error)).split("\n", 1)[0] ?? "";
	return diagnostic("TFM-INTERNAL-001", { problem, logFile: keepStack(error, failure, root) });
}

/** Appends the stack to the log; undefined when no place can be written to. */
function keepStack(error: unknown, { world, flags, output }: Failure, root: string | null): string | undefined {
	const folder =
		flags?.logPath === undefined ? (root === null ? null : join(root, "logs")) : resolve(world.cwd, flags.logPath);
	const file = output.logFile === undefined ? null : resolve(world.cwd, output.logFile);
	const line = JSON.stringify({
		v: 1,
		ts: world.clock().toISOString(),
		level: "error",
		event: "internal.error",
		argv: world.argv,
		stack: stackOf(error),
	});
	const clean = scrubSecrets(line, world.env);
	for (const path of [file ?? (folder === null ? null : join(folder, "tfm.log")), join(tmpdir(), "tfm-error.log")]) {
		if (path === null) continue;
		try {
			makeFolders(dirname(path), { existsSync, mkdirSync });
			appendFileSync(path, `${clean}\n`);
			return path;
		} catch {
			// Not writable: the next place, and at last the hint to use -vv.
		}
	}
	return undefined;
}

function stackOf(error: unknown): string {
	if (!(error instanceof Error)) return String(error);
	const cause = error.cause === undefined ? "" : `\ncaused by ${stackOf(error.cause)}`;
	return (error.stack ?? error.message) + cause;
}

/** Places in diagnostics are relative to the project's root, which is here or above. */
export function findProjectRoot(start: string): string | null {
	for (let folder = start; ; folder = dirname(folder)) {
		if (PROJECT_FILES.some((file) => existsSync(join(folder, file)))) return folder;
		if (dirname(folder) === folder) return null;
	}
}
