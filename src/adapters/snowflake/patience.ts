import { DatabaseError } from "../../core/databaseError.ts";

/** What a person waits for after Ctrl-C: a statement that was asked to end, and the last words of a run. */
const CANCELLED_MS = 2_000;
const LAST_WORDS_MS = 10_000;

/**
 * How long one adapter waits for Snowflake once the user wants it to stop. Until then it waits as long as the driver
 * does. Whatever gets no answer in time is given up, and the whole adapter with it: every statement after that is
 * refused at once, so what the run has written about itself stays as a killed run would leave it, and the next run ends
 * what may still be at work on the server.
 */
export interface Patience {
	/** The signal of the command; without one nothing is ever given up. */
	attend(stop: AbortSignal | undefined): void;
	readonly isOver: boolean;
	/** Throws what a statement is refused with that comes too late. */
	refuse(): never;
	/** Rejects as cancelled when it is given up. `cancels`: the same signal has told the server to end the work. */
	wait<T>(work: Promise<T>, options: { readonly cancels: boolean }): Promise<T>;
	/** As `wait`, for what has no promise of its own: `over` is called when it is given up. Returns how that ends. */
	watch(over: (why: DatabaseError) => void, options: { readonly cancels: boolean }): () => void;
	/** A login: the signal ends it at once, and one that succeeds later goes to `late`. */
	enter<T>(work: () => Promise<T>, late: (result: T) => void): Promise<T>;
}

export function createPatience(): Patience {
	let stop: AbortSignal | undefined;
	const given = new AbortController();
	const cancelled = (): DatabaseError =>
		new DatabaseError("cancelled", { kind: "cancelled", sqlstate: "57014", cause: stop?.reason });

	const watch: Patience["watch"] = (over, { cancels }) => {
		let timer: NodeJS.Timeout | undefined;
		const begin = (): void => {
			timer = setTimeout(() => given.abort(), cancels ? CANCELLED_MS : LAST_WORDS_MS);
		};
		const end = (): void => over(cancelled());
		given.signal.addEventListener("abort", end, { once: true });
		if (stop?.aborted === true) begin();
		else stop?.addEventListener("abort", begin, { once: true });
		return () => {
			clearTimeout(timer);
			stop?.removeEventListener("abort", begin);
			given.signal.removeEventListener("abort", end);
		};
	};

	const wait = async <T>(work: Promise<T>, options: { readonly cancels: boolean }): Promise<T> => {
		let release = (): void => undefined;
		const over = new Promise<never>((_, reject) => {
			if (given.signal.aborted) reject(cancelled());
			else release = watch(reject, options);
		});
		try {
			return await Promise.race([work, over]);
		} finally {
			release();
		}
	};

	return {
		attend(signal) {
			stop = signal;
		},
		get isOver() {
			return given.signal.aborted;
		},
		refuse() {
			throw cancelled();
		},
		wait,
		watch,
		async enter(work, late) {
			if (given.signal.aborted) throw cancelled();
			// A run that was stopped still has something to write down.
			if (stop?.aborted === true) return wait(work(), { cancels: false });
			const working = work();
			let isStopped = false;
			let tell = (): void => undefined;
			const stopped = new Promise<never>((_, reject) => {
				tell = () => {
					isStopped = true;
					reject(cancelled());
				};
				stop?.addEventListener("abort", tell, { once: true });
			});
			try {
				return await Promise.race([working, stopped]);
			} catch (error) {
				// Of a login that nobody waits for only its session matters; why it failed does not.
				if (isStopped) working.then(late, () => undefined);
				throw error;
			} finally {
				stop?.removeEventListener("abort", tell);
			}
		},
	};
}
