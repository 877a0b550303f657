import type { DbtEventFields } from "./codes/entry.ts";
import { CODES, type Code, type FactsOf } from "./codes/table.ts";
import type { Location } from "./location.ts";

export type Severity = "error" | "warning";

/** Another place that explains the first one: the call that led into a macro, the first of two duplicates. */
export interface RelatedPlace {
	readonly label: string;
	readonly at: Location;
	/** The line's text, for the code frame, where the finder had it at hand. */
	readonly source?: string;
	/** So many places before this one are left out; absent: none. */
	readonly skipped?: number;
}

/**
 * One mistake or remark. Wording comes from the code table; a finder supplies facts and places, never sentences.
 * `exitCode` follows dbt: 2 for anything raised outside a node's result, 1 for a failed node.
 */
export interface Diagnostic {
	readonly code: Code;
	readonly severity: Severity;
	readonly message: string;
	/** The same as a part of a sentence, for one line, where the message is a table. */
	readonly brief?: string;
	readonly hint?: string;
	readonly next?: string;
	/** What dbt's message for the same mistake says. */
	readonly dbt?: string;
	/** Of a remark that dbt has as well: the fields of its events. */
	readonly events?: readonly DbtEventFields[];
	readonly at?: Location;
	/** Text of the line at `at`, for the code frame, where the finder had it at hand. */
	readonly source?: string;
	readonly related: readonly RelatedPlace[];
}

export interface DiagnosticPlaces {
	readonly at?: Location | undefined;
	readonly source?: string | undefined;
	readonly related?: readonly RelatedPlace[] | undefined;
	readonly severity?: Severity | undefined;
}

export function diagnostic<C extends Code>(code: C, facts: FactsOf<C>, places: DiagnosticPlaces = {}): Diagnostic {
	const entry = CODES[code] as unknown as {
		message: (f: FactsOf<C>) => string;
		brief?: (f: FactsOf<C>) => string | undefined;
		hint?: (f: FactsOf<C>) => string | undefined;
		next?: (f: FactsOf<C>) => string | undefined;
		dbt?: (f: FactsOf<C>, file: string | undefined) => string | undefined;
		events?: (f: FactsOf<C>) => readonly DbtEventFields[];
	};
	const brief = entry.brief?.(facts);
	const hint = entry.hint?.(facts);
	const next = entry.next?.(facts);
	const dbt = entry.dbt?.(facts, places.at?.file);
	const events = entry.events?.(facts);
	return Object.freeze({
		code,
		severity: places.severity ?? "error",
		message: entry.message(facts),
		...(brief === undefined ? {} : { brief }),
		...(hint === undefined ? {} : { hint }),
		...(next === undefined ? {} : { next }),
		...(dbt === undefined ? {} : { dbt }),
		...(events === undefined ? {} : { events }),
		...(places.at === undefined ? {} : { at: places.at }),
		...(places.source === undefined ? {} : { source: places.source }),
		related: places.related ?? [],
	});
}

/** Mistakes of the author or the environment, collected: what a user sees instead of a stack trace. */
export class TfmError extends Error {
	readonly diagnostics: readonly Diagnostic[];

	constructor(diagnostics: Diagnostic | readonly Diagnostic[], options?: { cause?: unknown }) {
		const list = Array.isArray(diagnostics) ? (diagnostics as readonly Diagnostic[]) : [diagnostics as Diagnostic];
		super(list.map((d) => `${d.code}: ${d.message}`).join("\n"), options);
		this.name = "TfmError";
		this.diagnostics = list;
	}

	/** The same error, told with more places. */
	retold(diagnostics: readonly Diagnostic[]): TfmError {
		return new TfmError(diagnostics, { cause: this.cause });
	}
}

/** The mistakes of an ephemeral model, met while a node that reads it is compiled. */
export class EphemeralModelError extends TfmError {
	/** The unique id of the innermost such model. */
	readonly model: string;

	constructor(model: string, cause: TfmError) {
		super(cause.diagnostics, { cause: cause.cause });
		this.model = cause instanceof EphemeralModelError ? cause.model : model;
	}

	override retold(diagnostics: readonly Diagnostic[]): TfmError {
		return new EphemeralModelError(this.model, super.retold(diagnostics));
	}
}

/** Throws one coded error. */
export function fail<C extends Code>(
	code: C,
	facts: FactsOf<C>,
	places: DiagnosticPlaces & { cause?: unknown } = {},
): never {
	throw new TfmError(diagnostic(code, facts, places), places.cause === undefined ? undefined : { cause: places.cause });
}
