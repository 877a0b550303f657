import { Cancellation } from "../core/cancellation.ts";
import { type ExitCode, type Invocation, isDbtFormat, type OutputOptions } from "../core/invocation.ts";
import type { Actions } from "./actions.ts";
import { besideLongRendering } from "./besideLongRendering.ts";
import type { LoggedCommand } from "./commandLog.ts";
import { parseArgv } from "./parseArgv.ts";
import type { World } from "./world.ts";
import { helpWidth } from "./writtenPage.ts";

/** Everything after `--version`: help, completion, or a command; what it throws becomes a message and a code. */
export async function runCommandLine(outer: World, actions: Actions): Promise<ExitCode> {
	let world = outer;
	const startedAt = world.clock();
	const controller = new AbortController();
	const unsubscribe = listen(world, controller);
	let invocation: Invocation | undefined;
	let logged: LoggedCommand | null = null;
	try {
		const parsed = await parseArgv(world.argv, helpWidth(world.stdout.columns));
		if (parsed.kind === "help") {
			world.stdout.write(parsed.text);
			return 0;
		}
		if (parsed.kind === "incomplete") {
			world.stderr.write(parsed.text);
			return 2;
		}
		if (parsed.command.name === "completion") {
			const { completionScript } = await import("./completionScript.ts");
			const shell = parsed.argument ?? "";
			const script = completionScript(shell);
			if (script === null) {
				const { fail } = await import("../core/diagnostic.ts");
				return fail("TFM-CLI-014", { shell });
			}
			world.stdout.write(script);
			return 0;
		}
		// Pages of help and completion have no use for what follows, the table of all errors among it.
		const { readFlags } = await import("./readFlags.ts");
		const { scrubSecrets } = await import("./scrubSecrets.ts");
		const { readDotEnv, readProjectFlags } = await import("../app/readDotEnv.ts");
		world = { ...outer, env: readDotEnv(outer.cwd, outer.env) };
		const projectDir = typeof parsed.given.projectDir === "string" ? parsed.given.projectDir : undefined;
		const projectFlags =
			parsed.command.name === "init" ? {} : readProjectFlags({ cwd: world.cwd, projectDir, env: world.env });
		const { flags, output, remarks } = await readFlags({ ...parsed, env: world.env, projectFlags });
		const dbtLines = isDbtFormat(output.logFormat) || output.logFormatFile !== undefined;
		if (dbtLines) {
			const { logCommand } = await import("./commandLog.ts");
			logged = logCommand({ command: parsed.command.name, flags, output, world, startedAt });
		}
		invocation = {
			command: parsed.command.which ?? parsed.command.name,
			commandLine: scrubSecrets(["tfm", ...world.argv].join(" "), world.env),
			flags,
			output,
			remarks,
			cwd: world.cwd,
			env: world.env,
			stdout: logged?.stdout ?? world.stdout,
			...(logged === null ? {} : { log: logged.log }),
			stderr: world.stderr,
			signal: controller.signal,
			clock: world.clock,
			ask: world.ask,
			assetsDir: world.assetsDir,
			host: world.host,
		};
		const action = await actions[parsed.command.name]();
		const code = await action(invocation);
		logged?.complete(code);
		return code;
	} catch (error) {
		const aborted = controller.signal.aborted && isAbort(error);
		const guessed = guessOutput(world.argv);
		// A mistake in the command line itself is told in the form that the line asks for.
		if (invocation === undefined && guessed.logFormat === "json") {
			const { logCommand } = await import("./commandLog.ts");
			logged = logCommand({ command: world.argv[0] ?? "", flags: undefined, output: guessed, world, startedAt });
		}
		const code = aborted ? 130 : await report(error, { world, startedAt, invocation, logged });
		logged?.complete(code);
		return code;
	} finally {
		unsubscribe();
	}
}

async function report(
	error: unknown,
	about: {
		readonly world: World;
		readonly startedAt: Date;
		readonly invocation: Invocation | undefined;
		readonly logged: LoggedCommand | null;
	},
): Promise<ExitCode> {
	const { world, startedAt, invocation, logged } = about;
	const { reportFailure } = await import("./reportFailure.ts");
	return await reportFailure(error, {
		world,
		startedAt,
		output: invocation?.output ?? guessOutput(world.argv),
		flags: invocation?.flags,
		logged: logged?.fail,
	});
}

/** A failure that is not a command's: printed as the command line's flags, as far as they can be guessed, ask for. */
export async function reportOutside(error: unknown, world: World): Promise<ExitCode> {
	const { reportFailure } = await import("./reportFailure.ts");
	return await reportFailure(error, {
		world,
		startedAt: world.clock(),
		output: guessOutput(world.argv),
		flags: undefined,
	});
}

/**
 * First signal: abort, and say so unless a live display just did. Second: out, at once. While a template renders for
 * long, nothing of ours could hear a signal: it ends the process, as it would without a listener.
 */
function listen(world: World, controller: AbortController): () => void {
	let heard = 0;
	const hear = () =>
		world.onSignal((signal) => {
			heard++;
			if (heard > 1) return world.exit(130);
			const cancellation = new Cancellation(signal);
			controller.abort(cancellation);
			if (cancellation.announced) return;
			world.stderr.write(`${signal === "SIGINT" ? "\n" : ""}cancelling; once more to stop at once\n`);
		});
	return besideLongRendering(hear);
}

const isAbort = (error: unknown): boolean =>
	error instanceof Error && (error.name === "AbortError" || (error as { kind?: unknown }).kind === "cancelled");

/** How to print a mistake in the command line itself, when its options could not be read. */
function guessOutput(argv: readonly string[]): OutputOptions {
	const words = argv.join(" ");
	return {
		logFormat: (/--log-format[= ](json|events)\b/.exec(words)?.[1] as "json" | "events" | undefined) ?? "text",
		verbosity: argv.includes("-vv") || argv.includes("--debug") ? 2 : 0,
		color: /--no-use-colors|--color[= ]never/.test(words) ? "never" : "auto",
		progress: "auto",
		width: null,
	};
}
