import type { NodeId } from "../core/node.ts";
import { createReadyQueue } from "./readyQueue.ts";

export interface StageWork {
	/** Where several are ready, the one that stands first starts first. */
	readonly ids: readonly NodeId[];
	/** What an id waits for; those outside the stage are taken as settled. */
	readonly dependenciesOf: (id: NodeId) => readonly NodeId[];
	readonly capacity: number;
	/** True: start nothing more, only wait for what is under way. */
	readonly stopped: () => boolean;
	/** Starts one id on a free slot (from 0); undefined when it was settled at once. The promise must not reject. */
	readonly start: (id: NodeId, slot: number) => Promise<void> | undefined;
	/** Called for each id that is settled, before anything else is started. */
	readonly settled?: ((id: NodeId) => void) | undefined;
}

/**
 * Runs a stage: up to `capacity` at a time, each as soon as all that it waits for is settled. What was not started
 * when `stopped` became true stays untouched. Loops, never recurses: chains may be 20,000 long.
 */
export async function drainStage(work: StageWork): Promise<void> {
	const position = new Map(work.ids.map((id, i) => [id, i]));
	const waiting: number[] = new Array(work.ids.length).fill(0);
	const dependents: number[][] = work.ids.map(() => []);
	const ready = createReadyQueue();
	work.ids.forEach((id, i) => {
		for (const dependency of work.dependenciesOf(id)) {
			const at = position.get(dependency);
			if (at === undefined) continue;
			waiting[i]! += 1;
			dependents[at]!.push(i);
		}
		if (waiting[i] === 0) ready.push(i);
	});
	const settle = (i: number): void => {
		work.settled?.(work.ids[i]!);
		for (const dependent of dependents[i]!) if (--waiting[dependent]! === 0) ready.push(dependent);
	};

	const slots = Array.from({ length: Math.max(1, work.capacity) }, (_, i) => i).reverse();
	let running = 0;
	let broken: { readonly error: unknown } | null = null;
	let wake: () => void = () => {};
	for (;;) {
		while (ready.size > 0 && slots.length > 0 && broken === null && !work.stopped()) {
			const i = ready.pop()!;
			const slot = slots.pop()!;
			const release = (): void => {
				slots.push(slot);
				slots.sort((a, b) => b - a);
				settle(i);
			};
			const started = work.start(work.ids[i]!, slot);
			if (started === undefined) {
				release();
				continue;
			}
			running += 1;
			void started
				.catch((error: unknown) => {
					broken ??= { error };
				})
				.then(() => {
					running -= 1;
					release();
					wake();
				});
		}
		if (running === 0) break;
		await new Promise<void>((resolve) => {
			wake = resolve;
		});
	}
	if (broken !== null) throw (broken as { error: unknown }).error;
}
