/**
 * What ended a command after its run had begun, such as a file that could not be written: who tells it must not say that
 * nothing was run.
 */
export class LateFailure extends Error {
	readonly reason: unknown;

	constructor(reason: unknown) {
		super("failed after the run had begun", { cause: reason });
		this.name = "LateFailure";
		this.reason = reason;
	}
}
