import type { StateStore } from "../core/state.ts";

type NativeRows = Pick<StateStore, "nativeRelations" | "saveNativeRelation" | "lastNativeResult" | "saveNativeResults">;

const NONE: readonly never[] = Object.freeze([]);

/** Where no warehouse tests by itself there is nothing to know of it. */
export const NO_NATIVE_RESULTS: NativeRows = Object.freeze({
	nativeRelations: async () => new Set<string>(),
	saveNativeRelation: () => NONE,
	lastNativeResult: async () => null,
	saveNativeResults: () => NONE,
});
