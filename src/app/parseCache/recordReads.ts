import type { InvocationFacts } from "../../context/context.ts";
import type { Plain } from "../../core/node.ts";

/** What templates asked of the invocation while a project was read: its manifest holds for the same answers. */
export interface Reads {
	/** By name; undefined: asked for and not set. */
	readonly env: ReadonlyMap<string, string | undefined>;
	readonly flags: ReadonlyMap<string, Plain | undefined>;
	/** False once something was asked that is another thing each time: the time, the run's id, all of the environment. */
	repeatable: boolean;
}

/** The same invocation, which writes down what is asked of it. */
export function recordReads(invocation: InvocationFacts): {
	readonly invocation: InvocationFacts;
	readonly reads: Reads;
} {
	const env = new Map<string, string | undefined>();
	const flags = new Map<string, Plain | undefined>();
	const reads = { env, flags, repeatable: true };
	const once = <T>(value: T): T => {
		reads.repeatable = false;
		return value;
	};
	const { id, startedAt, sample, selected, now } = invocation;
	return {
		reads,
		// Absent and undefined are one here; the type tells them apart.
		invocation: {
			get id() {
				return once(id);
			},
			get startedAt() {
				return once(startedAt);
			},
			get sample() {
				return once(sample);
			},
			get selected() {
				return once(selected);
			},
			now: () => once(now?.() ?? Date.now()),
			env: recordingEnvironment(invocation.env, env, once),
			flags: new Proxy(invocation.flags, {
				get: (target, name) => (typeof name === "string" ? noted(flags, name, target[name]) : undefined),
			}),
		} as InvocationFacts,
	};
}

/**
 * The same for rendering what was read: the moment of the start is handed about there and tells only whoever looks into
 * it, and a window or a selection is the command's own.
 */
export function recordRendering(invocation: InvocationFacts): {
	readonly invocation: InvocationFacts;
	readonly reads: Reads;
} {
	const { invocation: watched, reads } = recordReads(invocation);
	const { startedAt, sample, selected } = invocation;
	if (sample !== undefined || selected !== undefined) reads.repeatable = false;
	return {
		reads,
		invocation: {
			get id() {
				return watched.id;
			},
			startedAt: watchedDate(startedAt, () => {
				reads.repeatable = false;
			}),
			now: () => watched.now!(),
			env: watched.env,
			flags: watched.flags,
			...(sample === undefined ? {} : { sample }),
			...(selected === undefined ? {} : { selected }),
		},
	};
}

const watchedDate = (date: Date, asked: () => void): Date =>
	new Proxy(date, {
		get(target, name) {
			asked();
			const value: unknown = Reflect.get(target, name);
			return typeof value === "function" ? value.bind(target) : value;
		},
	});

function noted<T>(into: Map<string, T>, name: string, value: T): T {
	into.set(name, value);
	return value;
}

function recordingEnvironment(
	env: InvocationFacts["env"],
	into: Map<string, string | undefined>,
	once: <T>(value: T) => T,
): InvocationFacts["env"] {
	return new Proxy(env, {
		get: (target, name) => (typeof name === "string" ? noted(into, name, target[name]) : undefined),
		getOwnPropertyDescriptor(target, name) {
			if (typeof name === "string") into.set(name, target[name]);
			return Reflect.getOwnPropertyDescriptor(target, name);
		},
		has(target, name) {
			if (typeof name === "string") into.set(name, target[name]);
			return Reflect.has(target, name);
		},
		ownKeys: (target) => once(Reflect.ownKeys(target)),
	});
}
