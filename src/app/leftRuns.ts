import type { RunNotes } from "./runNotes.ts";

/** What `tfm retry` repeats (dbt). */
export const LEFT_STATUSES: ReadonlySet<string> = new Set([
	"error",
	"fail",
	"skipped",
	"runtime error",
	"partial success",
]);

/** Each entry repeats the project's checksums, so that the file grows with them. */
const MOST_KEPT = 3;

const targetOf = (args: Readonly<Record<string, unknown>> | undefined): unknown => args?.target;

/** The run itself and those before it that left something, newest first. */
const eachOf = (notes: RunNotes | null): readonly RunNotes[] => {
	if (notes === null) return [];
	const { earlier = [], ...own } = notes;
	return [own, ...earlier];
};

const isLeft = ({ results = [] }: RunNotes, statuses: ReadonlySet<string>): boolean =>
	results.some((r) => statuses.has(r.status));

/**
 * The newest run for `target` that left something to do; any target where none is named. In a layered project a closed
 * gate stays closed whatever was run since, so a later `tfm seed` or `tfm run --select other` must not hide it.
 */
export const newestLeft = (
	notes: RunNotes | null,
	statuses: ReadonlySet<string>,
	target: unknown,
): RunNotes | undefined =>
	eachOf(notes).find((run) => isLeft(run, statuses) && (target === undefined || targetOf(run.args) === target));

/** Targets for which earlier runs left something, other than the one named. */
export const targetsLeft = (notes: RunNotes | null, statuses: ReadonlySet<string>, target: unknown): string[] => [
	...new Set(
		eachOf(notes).flatMap((run) => {
			const other = targetOf(run.args);
			return isLeft(run, statuses) && typeof other === "string" && other !== target ? [other] : [];
		}),
	),
];

/**
 * What earlier runs left and `run` did not do either. A node counts as done in them once a later run for the same target
 * has dealt with it: what that one made of it stands in its own results. `takesUp`: the run that `tfm retry` has repeated
 * is settled whole.
 */
export function leftBefore(previous: RunNotes | null, run: RunNotes, takesUp: string | undefined): readonly RunNotes[] {
	const done = new Set((run.results ?? []).map((r) => r.id));
	return eachOf(previous)
		.filter((before) => before.invocation_id !== takesUp)
		.map((before) =>
			targetOf(before.args) !== targetOf(run.args) || before.results === undefined
				? before
				: {
						...before,
						results: before.results.map((r) =>
							done.has(r.id) && LEFT_STATUSES.has(r.status) ? { ...r, status: "success" } : r,
						),
					},
		)
		.filter((before) => isLeft(before, LEFT_STATUSES))
		.slice(0, MOST_KEPT);
}
