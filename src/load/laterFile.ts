/** The order of files, as a database has it that compares texts by their bytes. */
export const isLaterFile = (path: string, other: string): boolean =>
	Buffer.compare(Buffer.from(path), Buffer.from(other)) > 0;
