import type { Dialect } from "../core/adapter.ts";
import type { Location } from "../core/location.ts";
import type { Plain, TestMetadata } from "../core/node.ts";
import type { Collected } from "../core/parsed.ts";
import type { LoadMistake } from "../core/ports.ts";

/** Fields of a node that a name macro or a template may look at while the manifest is made. */
export interface NamedNode {
	readonly unique_id: string;
	readonly name: string;
	readonly package_name: string;
	readonly resource_type: string;
	readonly [field: string]: unknown;
}

/** A node to be named; the whole of it is put together only for a project's own name macro. */
export interface NameSubject {
	readonly name: string;
	readonly package_name: string;
	readonly version: string | number | null;
	readonly node: () => NamedNode;
	/** Where the node is declared. */
	readonly locate: () => Location;
}

/** `pointer`: generate_latest_version_pointer_alias; the others: generate_<kind>_name. */
export type NameKind = "schema" | "alias" | "database" | "pointer";

/** What the manifest asks of the template side, and of the room that loads files. */
export interface ManifestPorts {
	readonly dialect: Dialect;
	/** What is wrong with the `load:` block of a landing table. */
	loadMistakes(block: Plain): readonly LoadMistake[];
	/** What generate_schema_name and the other name macros make of a custom name. Throws TfmError. */
	generateName(kind: NameKind, custom: string | null, subject: NameSubject): string;
	/** What a text asks for when it is rendered for this node: hooks, generic tests. Throws TfmError. */
	collect(text: string, node: NamedNode & { readonly test_metadata?: TestMetadata | null }, place: Location): Collected;
	/** A text of a property file; a lone expression keeps its type. Throws TfmError. */
	renderNative(text: string, packageName: string, place: Location): Plain;
	/** A description: `doc` answers doc('name'), undefined where there is none. Throws TfmError. */
	renderDescription(
		text: string,
		packageName: string,
		place: Location,
		doc: (name: string, packageName: string | null) => string | undefined,
	): string;
	/** Unique id of the macro that runs a generic test, whether it is tfm's own, and the nearest name that exists. */
	findTest(
		namespace: string | null,
		name: string,
		packageName: string,
	): { readonly id: string; readonly builtin: boolean } | { readonly suggestion: string | undefined };
	/** Unique id of a macro by the name that a node of this package would call. */
	findMacro(name: string, packageName: string): string | undefined;
	/** The same by the rules that dbt has for names written in macros: those of other packages count as well. */
	findWritten(name: string, packageName: string): string | undefined;
}
