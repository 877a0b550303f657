import { hash } from "node:crypto";
import type { InvocationFacts } from "../../context/context.ts";
import type { Reads } from "./recordReads.ts";

/** What templates asked, values as digests: an environment may hold what nobody should read in a file. */
export interface Asked {
	readonly env: readonly (readonly [name: string, digest: string])[];
	readonly flags: readonly (readonly [name: string, digest: string])[];
}

const digest = (value: unknown): string => hash("sha1", JSON.stringify(value) ?? "", "base64");

/** Null: what is another thing each time was asked as well. */
export function askedIn({ env, flags, repeatable }: Reads): Asked | null {
	const digests = (asked: ReadonlyMap<string, unknown>) =>
		[...asked].map(([name, value]) => [name, digest(value)] as const);
	return repeatable ? { env: digests(env), flags: digests(flags) } : null;
}

/** Whether all of it would be answered as it was. */
export const answersStand = (asked: Asked, { env, flags }: Pick<InvocationFacts, "env" | "flags">): boolean =>
	asked.env.every(([name, was]) => digest(Object.hasOwn(env, name) ? env[name] : undefined) === was) &&
	asked.flags.every(([name, was]) => digest(flags[name]) === was);
