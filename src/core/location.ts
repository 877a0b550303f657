/** A place in a file of the project. Lines and columns count from 1; `file` is relative to the project root. */
export interface Location {
	readonly file: string;
	readonly line: number;
	readonly column: number;
	/** Column just after the last character of the marked text; absent when only a point is known. */
	readonly endColumn?: number;
}
