/**
 * A clock that does not go back. Where the machine's is set back in the middle of a command, time stands still until it
 * has caught up, so that nothing took less than no time and nothing ended before it began.
 */
export function forwardClock(clock: () => Date): () => Date {
	let latest = Number.NEGATIVE_INFINITY;
	return () => {
		latest = Math.max(latest, clock().getTime());
		return new Date(latest);
	};
}
