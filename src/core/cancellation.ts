/**
 * The reason of `Invocation.signal` when a person or the system stopped the run. Whoever tells the user about it first
 * (a live terminal, while it redraws) sets `announced`, so that it is said once.
 */
export class Cancellation extends Error {
	readonly signal: "SIGINT" | "SIGTERM";
	announced = false;

	constructor(signal: "SIGINT" | "SIGTERM") {
		super(`cancelled by ${signal}`);
		this.name = "AbortError";
		this.signal = signal;
	}
}
