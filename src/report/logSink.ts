import type { LogMessage, MessageLevel } from "../core/logMessage.ts";
import { isResult } from "./dbtMessage.ts";

/** `text` is dbt's screen, `debug` its log file, `json` one object a line. */
export type LogForm = "text" | "debug" | "json";

/** What every line of an invocation has in common. */
export interface LogStamp {
	readonly invocationId: string;
	readonly pid: number;
	/** `DBT_ENV_CUSTOM_ENV_X` variables, by X. */
	readonly extra: Readonly<Record<string, string>>;
}

export interface SinkOptions {
	readonly form: LogForm;
	/** The least level that is written; `none` writes nothing. */
	readonly level: MessageLevel | "none";
	/** False leaves out what templates print. */
	readonly print?: boolean | undefined;
	readonly stamp: LogStamp;
	readonly write: (text: string) => void;
}

const RANK: Readonly<Record<MessageLevel | "none", number>> = { debug: 1, info: 2, warn: 3, error: 4, none: 9 };

/** Writes messages as lines. A command's result counts as an error does, so that `-q` shows it (dbt). */
export function createLogSink({ form, level, print, stamp, write }: SinkOptions): (message: LogMessage) => void {
	const least = RANK[level];
	return (message) => {
		if (print === false && message.name === "PrintEvent") return;
		if ((isResult(message) ? RANK.error : RANK[message.level]) < least) return;
		write(LINES[form](message, stamp));
	};
}

const LINES: Readonly<Record<LogForm, (message: LogMessage, stamp: LogStamp) => string>> = {
	text: (message) =>
		isResult(message) ? `${message.msg.replace(/\n$/, "")}\n` : `${message.ts.slice(11, 19)}  ${message.msg}\n`,
	debug: debugLine,
	json: jsonLine,
};

function debugLine(message: LogMessage, { invocationId }: LogStamp): string {
	const time = `${message.ts.slice(11, 23)}000`;
	const rule = "=".repeat(30);
	const head = message.name === "MainReportVersion" ? `\n\n${rule} ${time} | ${invocationId} ${rule}\n` : "";
	const thread = message.thread.slice(0, 10).padEnd(10);
	return `${head}${time} [${message.level.padEnd(5)}] [${thread}]: ${message.msg}\n`;
}

/** Keys are sorted, as in dbt. */
function jsonLine({ name, code, level, msg, thread, ts, data }: LogMessage, stamp: LogStamp): string {
	const info = {
		category: "",
		code,
		extra: stamp.extra,
		invocation_id: stamp.invocationId,
		level,
		msg,
		name,
		pid: stamp.pid,
		thread,
		ts,
	};
	return `${JSON.stringify({ data: sorted(data), info })}\n`;
}

function sorted(value: unknown): unknown {
	if (Array.isArray(value)) return value.map(sorted);
	if (typeof value !== "object" || value === null) return value;
	return Object.fromEntries(
		Object.entries(value)
			.sort(([a], [b]) => (a < b ? -1 : 1))
			.map(([key, inner]) => [key, sorted(inner)]),
	);
}
