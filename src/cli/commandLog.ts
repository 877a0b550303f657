import { join, resolve } from "node:path";
import type { Diagnostic } from "../core/diagnostic.ts";
import { type ExitCode, type Flags, isDbtFormat, type OutputOptions, type OutputStream } from "../core/invocation.ts";
import type { CommandLog, LogMessage } from "../core/logMessage.ts";
import { DBT_VERSION, TFM_VERSION } from "../core/version.ts";
import { createLogSink, createLogWriter, createRedactor, dbtMessage, openLogFile } from "../report/report.ts";
import { createDeprecationCount } from "./deprecationCount.ts";
import { findProjectRoot } from "./reportFailure.ts";
import { scrubSecrets, secretValues } from "./scrubSecrets.ts";
import type { World } from "./world.ts";

/** Commands whose `--output json` is a form of their lines; for the others stdout belongs to the document. */
const TELLS_IN_LINES: ReadonlySet<string> = new Set(["show", "compile", "ls", "list"]);
const CUSTOM_ENV = /^DBT_ENV_CUSTOM_ENV_/;

/** What a command's call is logged as, from its first message to its last. */
export interface LoggedCommand {
	readonly log: CommandLog;
	/** Where the command writes its own text: with `json` each piece is a message, so that stdout is JSON throughout. */
	readonly stdout: OutputStream;
	readonly fail: (diagnostics: readonly Diagnostic[]) => void;
	readonly complete: (code: ExitCode) => void;
}

/** Begins the log of a command; null when dbt's lines were not asked for. */
export function logCommand(call: {
	readonly command: string;
	/** Undefined when the command line itself could not be read. */
	readonly flags: Flags | undefined;
	readonly output: OutputOptions;
	readonly world: World;
	readonly startedAt: Date;
}): LoggedCommand | null {
	const { command, flags, output, world, startedAt } = call;
	const form = isDbtFormat(output.logFormat) ? output.logFormat : null;
	if (form === null && output.logFormatFile === undefined) return null;

	const runId = world.env.TFM_INVOCATION_ID ?? crypto.randomUUID();
	const stamp = { invocationId: runId, pid: world.host.pid, extra: customEnv(world.env) };
	const redact = createRedactor(secretValues(world.env));
	const stdoutTaken = flags?.extra.output === "json" && !TELLS_IN_LINES.has(command);
	const screen = stdoutTaken ? (form === "json" ? world.stderr : null) : world.stdout;
	const onScreen = form !== null && screen !== null;
	const file = createFileSink(call, stamp);
	const sinks = [file.write];
	if (onScreen)
		sinks.push(
			createLogSink({
				form: form === "dbt" ? "text" : form,
				level: screenLevel(output),
				print: output.print,
				stamp,
				write: (text) => screen.write(text),
			}),
		);
	const deprecations = createDeprecationCount(flags?.extra.showAllDeprecations === true);
	const write = (message: LogMessage): void => {
		if (!deprecations.isTold(message)) return;
		const clean = redact(message);
		for (const sink of sinks) sink(clean);
	};
	const now = (): string => world.clock().toISOString();
	const words = `tfm ${command}`;

	write(
		dbtMessage("MainReportVersion", `Running with tfm=${TFM_VERSION}`, {
			ts: now(),
			data: { log_version: 3, version: `=${DBT_VERSION}` },
		}),
	);
	const args = argTexts(flags ?? {}, scrubSecrets(["tfm", ...world.argv].join(" "), world.env));
	write(
		dbtMessage("MainReportArgs", `running tfm with arguments ${JSON.stringify(args)}`, { ts: now(), data: { args } }),
	);
	const fail = (diagnostics: readonly Diagnostic[]): void => {
		for (const diagnostic of diagnostics) write(failureMessage(diagnostic, now()));
	};
	const complete = (code: ExitCode): void => {
		const elapsed = (world.clock().getTime() - startedAt.getTime()) / 1000;
		const success = code === 0;
		const completed_at = now();
		const summary = deprecations.summary(completed_at);
		if (summary !== null) write(summary);
		write(
			dbtMessage(
				"CommandCompleted",
				`Command \`${words}\` ${success ? "succeeded" : "failed"} at ${completed_at.slice(11, 23)} after ${elapsed.toFixed(2)} seconds`,
				{ ts: completed_at, data: { command: words, completed_at, elapsed, success } },
			),
		);
		file.close();
	};
	return {
		log: { runId, onScreen, write, open: file.open },
		stdout: form === "json" && !stdoutTaken ? noteStream(world.stdout, write, now) : world.stdout,
		fail,
		complete,
	};
}

/** dbt's `-q` leaves errors and what was asked for; `-d` shows everything. */
function screenLevel({ verbosity, logLevel }: OutputOptions) {
	if (verbosity === 2) return "debug";
	if (verbosity < 0 && logLevel === undefined) return verbosity === -1 ? "error" : "none";
	return logLevel ?? "info";
}

/** logs/dbt.log. What comes before its folder is known waits; without a project it goes where one would have it. */
function createFileSink(
	{ flags, output, world }: Parameters<typeof logCommand>[0],
	stamp: Parameters<typeof createLogSink>[0]["stamp"],
) {
	const waiting: string[] = [];
	const onProblem = (error: Error): void => world.stderr.write(`no dbt.log is kept: ${error.message}\n`);
	let opened = false;
	let writer: ReturnType<typeof createLogWriter> | undefined;
	const given = output.logFormatFile ?? (output.logFormat === "json" ? "json" : "debug");
	const level = output.logLevelFile ?? "debug";
	const sink = createLogSink({
		form: given,
		level,
		stamp,
		write: (line) => void (writer === undefined ? waiting.push(line) : writer.append(line)),
	});
	const open = (logDir: string): boolean => {
		if (opened) return false;
		opened = true;
		if (level === "none") return true;
		try {
			const target = openLogFile(join(logDir, "dbt.log"));
			writer = createLogWriter({ target, onProblem, ...limitOf(output) });
			for (const line of waiting.splice(0)) writer.append(line);
		} catch (error) {
			onProblem(error as Error);
		}
		return true;
	};
	const close = (): void => {
		const root = findProjectRoot(resolve(world.cwd, flags?.projectDir ?? "."));
		if (!opened && root !== null)
			open(flags?.logPath === undefined ? join(root, "logs") : resolve(world.cwd, flags.logPath));
		writer?.close();
	};
	return { write: sink, open, close };
}

const limitOf = ({ logFileMaxBytes: maxBytes }: OutputOptions) => (maxBytes === undefined ? {} : { maxBytes });

const customEnv = (env: World["env"]): Readonly<Record<string, string>> =>
	Object.fromEntries(
		Object.entries(env).flatMap(([name, value]) =>
			CUSTOM_ENV.test(name) && value !== undefined ? [[name.replace(CUSTOM_ENV, ""), value]] : [],
		),
	);

/** dbt writes the values of flags as Python does. */
function argTexts(flags: Partial<Flags>, invocation_command: string): Readonly<Record<string, string>> {
	const python = (value: unknown): string =>
		value === true ? "True" : value === false ? "False" : value === null ? "None" : String(value);
	const given = Object.entries(flags).filter(([, value]) => ["string", "number", "boolean"].includes(typeof value));
	return {
		...Object.fromEntries(
			given.map(([key, value]) => [key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), python(value)]),
		),
		invocation_command,
	};
}

function failureMessage({ code, message, hint, dbt, at }: Diagnostic, ts: string): LogMessage {
	const place = at === undefined ? {} : { file: at.file, line: at.line, column: at.column };
	const where = at === undefined ? "" : `\n  ${at.file}:${at.line}:${at.column}`;
	const exc = `${code}: ${message}${where}${dbt === undefined ? "" : `\n${dbt}`}`;
	return dbtMessage("MainEncounteredError", `[ERROR]: Encountered an error:\n${exc}`, {
		ts,
		data: { exc, code, ...place, ...(hint === undefined ? {} : { hint }) },
	});
}

function noteStream(stdout: OutputStream, write: (message: LogMessage) => void, now: () => string): OutputStream {
	return {
		write: (text) => {
			const msg = text.replace(/\n$/, "");
			if (msg !== "") write(dbtMessage("Note", msg, { ts: now() }));
		},
		get isTTY() {
			return stdout.isTTY;
		},
		get columns() {
			return stdout.columns;
		},
	};
}
