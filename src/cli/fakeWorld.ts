/** A world of strings for tests of the command line. Nothing here is imported by product code. */
import type { ExitCode, Invocation } from "../core/invocation.ts";
import type { Action, Actions } from "./actions.ts";
import { main } from "./main.ts";
import type { StopSignal, World } from "./world.ts";

export interface Call {
	readonly code: ExitCode;
	readonly stdout: string;
	readonly stderr: string;
	/** Codes of hard exits that were asked for. */
	readonly exits: readonly number[];
	/** What the use case was called with, if it was. */
	readonly invocation: Invocation | undefined;
}

/** Calls the command line in process. Every command is `action`, which by default does nothing and returns 0. */
export async function call(
	argv: readonly string[],
	options: {
		readonly env?: Readonly<Record<string, string>>;
		readonly cwd?: string;
		readonly columns?: number;
		/** By default a folder that is not there. */
		readonly assetsDir?: string;
		readonly action?: (invocation: Invocation, stop: (signal: StopSignal) => void) => Promise<ExitCode>;
	} = {},
): Promise<Call> {
	let stdout = "";
	let stderr = "";
	let invocation: Invocation | undefined;
	const exits: number[] = [];
	const listeners = new Set<(signal: StopSignal) => void>();
	const columns = options.columns ?? 100;
	const world: World = {
		argv,
		cwd: options.cwd ?? "/nowhere",
		env: { NO_COLOR: "1", ...options.env },
		stdout: { isTTY: false, columns, write: (text) => void (stdout += text) },
		stderr: { isTTY: false, columns, write: (text) => void (stderr += text) },
		clock: () => new Date("2026-11-21T06:12:03.000Z"),
		ask: null,
		assetsDir: options.assetsDir ?? "/assets",
		host: { name: "host", pid: 1, user: "user" },
		onSignal: (heard) => {
			listeners.add(heard);
			return () => void listeners.delete(heard);
		},
		exit: (code) => void exits.push(code),
	};
	const stop = (signal: StopSignal): void => {
		for (const heard of listeners) heard(signal);
	};
	const action: Action = async (given) => {
		invocation = given;
		return (await options.action?.(given, stop)) ?? 0;
	};
	const actions = new Proxy({}, { get: () => async () => action }) as Actions;
	const code = await main(world, actions);
	return { code, stdout, stderr, exits, invocation };
}
