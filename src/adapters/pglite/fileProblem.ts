import { fail, TfmError } from "../../core/diagnostic.ts";

/**
 * Errors of the file system around the data directory, as the user's mistakes or bad luck that they are. `path` is the
 * one the user knows; the file that failed may be one of ours beside it.
 */
export function failOnFile(error: unknown, path: string): never {
	if (error instanceof TfmError) throw error;
	const { code, message } = error as NodeJS.ErrnoException;
	switch (code) {
		case "ENOSPC":
		case "EDQUOT":
			return fail("TFM-DB-003", { path }, { cause: error });
		case "ENOTDIR":
		case "EEXIST":
			return fail(
				"TFM-DB-004",
				{ path: (error as NodeJS.ErrnoException).path ?? path, problem: "file" },
				{ cause: error },
			);
		case "EACCES":
		case "EPERM":
			return fail("TFM-DB-002", { path, problem: "permission denied" }, { cause: error });
		case "EROFS":
			return fail("TFM-DB-002", { path, problem: "the file system is read-only" }, { cause: error });
		case undefined:
			throw error;
		default:
			return fail("TFM-DB-002", { path, problem: message }, { cause: error });
	}
}
