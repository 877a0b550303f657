import type { TestMetadata } from "../core/node.ts";
import type { TemplateSource } from "../jinja/jinja.ts";
import type { ParseCollector } from "./parseCollector.ts";

/** What is known of a node before it has been parsed. Further plain fields show up in `model`. */
export interface ParseSubject {
	readonly unique_id: string;
	readonly name: string;
	readonly package_name: string;
	readonly resource_type: string;
	readonly fqn?: readonly string[];
	/** The arguments of a generic test, for `_dbt_generic_test_kwargs`. */
	readonly test_metadata?: TestMetadata | null;
	readonly [field: string]: unknown;
}

/** A text that is rendered while the project is read, and for what. */
export interface TextRead {
	readonly source: TemplateSource;
	readonly subject: ParseSubject;
}

/** Calls `read`, which renders the text, once, and gives what it gives. */
export type ReadingWatch = (of: TextRead, read: () => ParseCollector) => ParseCollector;
