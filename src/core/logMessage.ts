export type MessageLevel = "debug" | "info" | "warn" | "error";

/** One message in dbt's structured log: what `--log-format json` and logs/dbt.log are made of. */
export interface LogMessage {
	/** dbt's name of the event: `LogModelResult`. */
	readonly name: string;
	/** `Q012` */
	readonly code: string;
	readonly level: MessageLevel;
	/** The line that a person reads; it may have several lines. */
	readonly msg: string;
	/** `MainThread` or `Thread-1 (worker)`. */
	readonly thread: string;
	/** ISO 8601 with Z. */
	readonly ts: string;
	/** The event's own fields, with dbt's names. */
	readonly data: { readonly [key: string]: unknown };
}

/** Where a command's messages go when dbt's lines were asked for, on the screen, in logs/dbt.log, or both. */
export interface CommandLog {
	/** Id of the invocation, the same as that of the run. */
	readonly runId: string;
	/** False: the messages go to the file alone, and the screen is another's. */
	readonly onScreen: boolean;
	readonly write: (message: LogMessage) => void;
	/** Tells in which folder the log file belongs, as soon as the project is read. True the first time. */
	readonly open: (logDir: string) => boolean;
}
