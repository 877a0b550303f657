/**
 * Renderings that stop where the database is asked and go on from there, instead of starting over for each answer. The
 * generated code of a resumable template consists of generators; they yield a Suspend and expect that the journal holds
 * the answer when they are resumed. What tfm itself brings (filters, methods of `adapter`) is plain code: it is left by
 * throwing, and called again with the answer at hand.
 */
import { attributeForCall, callValue, methodOf } from "./lookup.ts";
import type { RenderState } from "./renderState.ts";
import { type Resumable, Suspend } from "./replay.ts";
import { type Arguments, HostObject, type Value } from "./values.ts";

/** As callValue, from code that can be resumed. */
export function* callResumable(callee: Value, args: Arguments, state: RenderState): Resumable<Value> {
	if (callee instanceof HostObject && callee.resumable !== undefined) return yield* callee.resumable(args);
	for (const mark = state.mark(); ; state.rewind(mark)) {
		try {
			return callValue(callee, args, state);
		} catch (stop) {
			// A macro that the function called has perhaps changed what it was given: only a whole replay is safe then.
			if (!(stop instanceof Suspend) || stop.leftTemplate) throw stop;
			yield stop;
		}
	}
}

/** As callMethod, from code that can be resumed. Methods of plain values never ask. */
export function* callMethodResumable(
	value: Value,
	name: string,
	args: Arguments,
	state: RenderState,
): Resumable<Value> {
	const method = methodOf(value, name);
	if (method !== undefined) return method(value as never, args, state);
	return yield* callResumable(attributeForCall(value, name, state), args, state);
}

/** Runs what can be resumed where nobody can resume it: the first question is thrown, as other code does. */
export function runThrough<T>(rendering: Resumable<T>): T {
	const step = rendering.next();
	if (step.done === true) return step.value;
	rendering.return(undefined as never);
	step.value.leftTemplate = true;
	throw step.value;
}
