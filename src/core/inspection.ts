/** A line of `tfm debug`; never a secret. */
export interface Inspection {
	readonly name: string;
	readonly value: string;
	/** What to do where this keeps tfm from working. */
	readonly problem?: string;
}
