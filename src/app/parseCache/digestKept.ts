import { digestsOf, type FileDigest } from "../../parse/digestFiles.ts";
import type { ProjectFiles } from "../../parse/parseProject.ts";
import { isAsStamped, keepStamps, type Moment, momentBeside, readStamps } from "./fileStamps.ts";
import type { KeptFiles } from "./parseCache.ts";

/**
 * What the files are, by their times where these tell, else by their content. Files that are what they were, and had to
 * be read for that, are known by their times the next time where they are old enough by now.
 */
export function digestKept(
	listed: ProjectFiles,
	kept: KeptFiles,
	{ stampsPath, settledMs }: { readonly stampsPath: string; readonly settledMs: number },
): readonly FileDigest[] {
	const whose = { of: kept.of, files: kept.digests.length };
	const before = readStamps(stampsPath, whose);
	const moments: (Moment | null)[] = [];
	const { digests, read } = digestsOf(listed, {
		digests: kept.digests,
		stood: before === null ? null : (at, found) => isAsStamped(before, at, found),
		reading: () => void moments.push(momentBeside(stampsPath)),
	});
	const moment = moments.at(-1) ?? null;
	if (moment === null) return digests;
	const same = [...read].filter(([at]) => digests[at] === kept.digests[at]);
	try {
		keepStamps(stampsPath, whose, same, { reading: { moment, settledMs }, before });
	} catch {
		// What cannot be written is read again.
	}
	return digests;
}
