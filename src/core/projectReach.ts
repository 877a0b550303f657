export interface ReachedSchema {
	readonly database: string;
	readonly schema: string;
}

/** What the project makes in a schema, in the words of `create …`. */
export type MadeThing = "table" | "view" | "dynamic table" | "materialized view" | "function";

export interface WrittenSchema extends ReachedSchema {
	/** Sorted. */
	readonly makes: readonly MadeThing[];
}

export interface NativeReach {
	readonly alerts: boolean;
	/** The alerts name no warehouse. */
	readonly ownMachines: boolean;
}

/** What configs name that somebody else has made, each as it is written there; sorted. */
export interface NamedObjects {
	/** `gov.only on (id)` */
	readonly rowAccessPolicies: readonly string[];
	/** `gov.cost = 'bi'` */
	readonly tags: readonly string[];
	/** Of columns of tables with a contract, as SQL: `masking policy gov.hide` */
	readonly constraints: readonly string[];
	/** `@raw.public.inbox/orders` */
	readonly stages: readonly string[];
}

export const NOTHING_NAMED: NamedObjects = Object.freeze({
	rowAccessPolicies: [],
	tags: [],
	constraints: [],
	stages: [],
});

/** Where a project's work takes it: what its role needs privileges for. Names as they are stored; sorted. */
export interface ProjectReach {
	readonly writes: readonly WrittenSchema[];
	/** Schemas of sources that it does not write to. */
	readonly reads: readonly ReachedSchema[];
	/** Warehouses that nodes ask for beside the profile's, as their configs have them. */
	readonly warehouses: readonly string[];
	readonly named: NamedObjects;
	/** What the warehouse does by itself; null: nothing is asked of it. */
	readonly native: NativeReach | null;
	/** What is built stands in schemas of tfm's own until it is published. */
	readonly layered: boolean;
}
