import type { Diagnostic } from "./diagnostic.ts";
import type { EventWindow } from "./eventTime.ts";
import type { CommandLog, MessageLevel } from "./logMessage.ts";
import type { Plain } from "./node.ts";
import type { SampleSpec } from "./sample.ts";
import type { WarningPolicy } from "./warningPolicy.ts";

/** Flags as the commands share them; names follow dbt's. Absent = not given. */
export interface Flags {
	readonly projectDir?: string;
	readonly profilesDir?: string;
	readonly profile?: string;
	readonly target?: string;
	readonly targetPath?: string;
	/** Folder of tfm.log; wins over the project's `log-path`. */
	readonly logPath?: string;
	readonly vars?: { readonly [key: string]: Plain };
	readonly threads?: number;
	readonly select: readonly string[];
	readonly exclude: readonly string[];
	readonly selector?: string;
	readonly resourceTypes: readonly string[];
	readonly excludeResourceTypes: readonly string[];
	readonly indirectSelection?: "eager" | "cautious" | "buildable" | "empty";
	/** `--layer a,b` */
	readonly layers: readonly string[];
	readonly fullRefresh: boolean;
	readonly failFast: boolean;
	readonly gates: boolean;
	readonly storeFailures?: boolean;
	readonly warnError: boolean;
	/** `--warn-error-options`; wins over warnError. */
	readonly warnErrorOptions?: WarningPolicy;
	/** Milliseconds. */
	readonly lockTimeoutMs: number;
	readonly statementTimeoutMs?: number;
	readonly showRows: number;
	/** --show-rows was given: samples have whole rows, not only keys. */
	readonly wholeRows?: boolean;
	readonly writeJson: boolean;
	readonly empty: boolean;
	/** `--state`: folder with the artifacts of an earlier run, as written (relative to the project's folder). */
	readonly state?: string;
	/** `--defer-state`: instead of `state` for deferral alone. */
	readonly deferState?: string;
	readonly defer: boolean;
	readonly favorState: boolean;
	/** `--event-time-start` and `--event-time-end`: the batches to build. */
	readonly eventTime?: EventWindow;
	readonly sample?: SampleSpec;
	/**
	 * Command-specific, validated by the command. `given`: names of the flags and variables that were set, so that the
	 * project's own `flags:` can stand in for the others.
	 */
	readonly extra: { readonly [key: string]: Plain };
}

export interface OutputStream {
	write(text: string): void;
	readonly isTTY: boolean;
	readonly columns: number;
}

/** Everything a use case needs from the world, so that it can be called in process by tests. */
export interface Invocation {
	readonly command: string;
	/** As typed, secrets scrubbed; for artifacts. */
	readonly commandLine: string;
	readonly flags: Flags;
	readonly output: OutputOptions;
	/** What the command line and the environment say in words that dbt calls deprecated. */
	readonly remarks?: readonly Diagnostic[];
	readonly cwd: string;
	readonly env: Readonly<Record<string, string | undefined>>;
	readonly stdout: OutputStream;
	readonly stderr: OutputStream;
	/** Aborted by SIGINT/SIGTERM. */
	readonly signal: AbortSignal;
	readonly clock: () => Date;
	/** Lines typed by a person; null where there is no terminal. */
	readonly ask: ((question: string) => Promise<string>) | null;
	/** Absolute folder with the shipped macros and the template data directory. */
	readonly assetsDir: string;
	/** Present when dbt's lines were asked for, on the screen or in logs/dbt.log. */
	readonly log?: CommandLog;
	readonly host: { readonly name: string; readonly pid: number; readonly user: string };
}

/**
 * `text` is tfm's own picture of a run, `events` its events, one JSON object a line. The others are dbt's: `dbt` the
 * lines that it prints (`--log-format text`), `debug` the same with date and thread, `json` its structured log.
 */
export type LogFormat = "text" | "events" | "dbt" | "debug" | "json";

export const isDbtFormat = (format: LogFormat): format is "dbt" | "debug" | "json" =>
	format !== "text" && format !== "events";

export interface OutputOptions {
	readonly logFormat: LogFormat;
	/** `--log-level`, of dbt's lines; absent: what the verbosity says. */
	readonly logLevel?: MessageLevel | "none";
	/** `--log-format-file`, `--log-level-file`, `--log-file-max-bytes`: of logs/dbt.log. */
	readonly logFormatFile?: "text" | "debug" | "json";
	readonly logLevelFile?: MessageLevel | "none";
	readonly logFileMaxBytes?: number;
	/** -q = -1, -qq = -2, -v = 1, -vv = 2 */
	readonly verbosity: -2 | -1 | 0 | 1 | 2;
	readonly color: "auto" | "always" | "never";
	readonly progress: "auto" | "plain" | "none";
	readonly width: number | null;
	/** `--log-file`: the debug log goes here instead of tfm.log in the log folder. */
	readonly logFile?: string;
	/** False leaves out what `print()` in templates writes. */
	readonly print?: boolean;
}

export type ExitCode = 0 | 1 | 2 | 130;
