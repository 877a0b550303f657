import { fail, TfmError } from "../../core/diagnostic.ts";

/** Errors of the file system around the data directory, as the user's mistakes or bad luck that they are. */
export function failOnFile(error: unknown, path: string): never {
	if (error instanceof TfmError) throw error;
	const { code, message } = error as NodeJS.ErrnoException;
	const at = (error as NodeJS.ErrnoException).path ?? path;
	switch (code) {
		case "ENOSPC":
		case "EDQUOT":
			return fail("TFM-DB-003", { path }, { cause: error });
		case "ENOTDIR":
		case "EEXIST":
			return fail("TFM-DB-004", { path: at, problem: "file" }, { cause: error });
		case "EACCES":
		case "EPERM":
			return fail("TFM-DB-002", { path: at, problem: "permission denied" }, { cause: error });
		case "EROFS":
			return fail("TFM-DB-002", { path: at, problem: "the file system is read-only" }, { cause: error });
		case undefined:
			throw error;
		default:
			return fail("TFM-DB-002", { path: at, problem: message }, { cause: error });
	}
}
