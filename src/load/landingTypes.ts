import { LANDING_TYPES, type LandingDialect, type LandingTypeName } from "../core/landingDialect.ts";
import type { LoadMistake } from "../core/ports.ts";

/** A type that `columns:` may name. */
export type LandingType = LandingTypeName;

export const isLandingType = (name: unknown): name is LandingType =>
	(LANDING_TYPES as readonly unknown[]).includes(name);

/** The type that the catalog prints so; undefined for one that landing tables do not have. */
export const landingTypeOf = (printed: string, { types }: Pick<LandingDialect, "types">): LandingType | undefined =>
	(Object.keys(types) as LandingType[]).find((name) => types[name] === printed);

export interface LandingColumn {
	/** As it is stored. */
	readonly name: string;
	/** What `columns:` or the file calls it, where it is stored under another name. */
	readonly label?: string;
	readonly type: LandingType;
	/** Where the value stands in a record: `address.city`, `items[0].price`; a header, or a column of a Parquet file. */
	readonly path: string;
	/** Hexadecimal digits are sent without `\x` before them. */
	readonly bareBytes?: boolean;
	/** How dates and times are written, tried in this order; empty: as ISO 8601 has it. */
	readonly formats: readonly string[];
}

export const LANDING_FORMATS = ["json", "jsonl", "csv", "parquet"] as const;
export type LandingFormat = (typeof LANDING_FORMATS)[number];

/** Takes a mistake of a `load:` block: said after its table's name, what to do, and where it stands in the block. */
export type Wrong = (problem: string, hint: string | undefined, path: LoadMistake["path"]) => void;
