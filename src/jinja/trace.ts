/**
 * How an error in a template gets its places. Generated code keeps the position of the operation under way in a local
 * number; when something is thrown, each macro's frame adds its place on the way out: the innermost becomes `at`, the
 * others `related`. An error thrown by the runtime may not know what the template calls the value at fault; it is
 * then a NamelessError, and the innermost frame, which knows the expressions by position, names it.
 */
import { type Diagnostic, diagnostic, type RelatedPlace, TfmError } from "../core/diagnostic.ts";
import { suggestName } from "../core/suggestName.ts";
import type { Origin } from "./origin.ts";
import { Suspend } from "./replay.ts";
import type { Scope } from "./scope.ts";
import { typeName, type Value } from "./values.ts";

/** A compiled text: what its frames need to explain an error. */
export interface Unit {
	readonly origin: Origin;
	/** By packed position: what the operands are called, and where the whole expression begins. */
	readonly operations: ReadonlyMap<number, Operation>;
}

export interface Operation {
	readonly names: readonly string[];
	readonly start: number;
}

const COLUMN_BITS = 12;
const LAST_COLUMN = (1 << COLUMN_BITS) - 1;

/** A 0-based line and column as one small integer. */
export const packPosition = (line: number, column: number): number =>
	line * (1 << COLUMN_BITS) + Math.min(column, LAST_COLUMN);

/** Of the calls, the innermost and the outermost are listed; a recursion has thousands. */
const INNERMOST = 5;
const OUTERMOST = 4;

/** return() on its way to the macro that it ends. Not an Error: it carries no stack. */
export class ReturnSignal {
	readonly value: Value;
	constructor(value: Value) {
		this.value = value;
	}
}

class NamelessError extends TfmError {
	readonly named: (names: readonly string[], scope: Scope | null) => Diagnostic;

	constructor(named: (names: readonly string[], scope: Scope | null) => Diagnostic) {
		super(named([], null));
		this.named = named;
	}
}

/** Undefined was used; `operand` says which of the operation's operands it was. */
export const undefinedUsed = (operand = 0): NamelessError =>
	new NamelessError((names, scope) => {
		const name = names[operand] ?? "";
		return diagnostic("TFM-JINJA-010", {
			problem: name === "" ? "an undefined value was used" : `'${name}' is undefined`,
			suggestion: name === "" ? undefined : suggestName(name, scope?.names?.() ?? []),
		});
	});

export const notCallable = (value: Value): NamelessError =>
	new NamelessError((names) =>
		diagnostic("TFM-JINJA-013", { type: typeName(value), expression: names[0] || "a value" }),
	);

/** A function of generated code: what its callers' places call it, and the names it sees. */
export interface Frame {
	readonly frame: string;
	readonly scope: Scope | null;
}

/** What a frame throws on when `error` reached it while it stood at `position`. */
export function trace(error: unknown, unit: Unit, position: number, { frame, scope }: Frame): unknown {
	if (error instanceof Suspend) error.leftTemplate = true;
	if (error instanceof ReturnSignal || !(error instanceof Error)) return error;
	const known = error instanceof TfmError ? error : codedRangeError(error);
	if (known === null) return error;
	const operation = unit.operations.get(position);
	const start = operation?.start ?? position;
	const place = unit.origin.place(Math.floor(start / (1 << COLUMN_BITS)), start & LAST_COLUMN);
	const diagnostics = known instanceof NamelessError ? [known.named(operation?.names ?? [], scope)] : known.diagnostics;
	return known.retold(diagnostics.map((d) => located(d, { label: `called from ${frame}`, ...place })));
}

/** As trace, for the top of a file, where a return() has no macro to end. */
export function traceTop(error: unknown, unit: Unit, position: number, scope: Scope | null): unknown {
	const stray = error instanceof ReturnSignal ? new TfmError(diagnostic("TFM-JINJA-022", {})) : error;
	return trace(stray, unit, position, { frame: "the top of the file", scope });
}

function located(d: Diagnostic, place: RelatedPlace): Diagnostic {
	if (d.at === undefined) {
		return Object.freeze({ ...d, at: place.at, ...(place.source === undefined ? {} : { source: place.source }) });
	}
	const related = [...d.related, place];
	const [left, next] = [related[INNERMOST], related[INNERMOST + 1]];
	if (related.length > INNERMOST + OUTERMOST && left !== undefined && next !== undefined)
		related.splice(INNERMOST, 2, { ...next, skipped: (left.skipped ?? 0) + 1 });
	return Object.freeze({ ...d, related: Object.freeze(related) });
}

/** V8's own limits as coded errors; null for everything else, which is a bug of ours and keeps its stack. */
export function codedRangeError(error: unknown): TfmError | null {
	if (isStackOverflow(error)) return new TfmError(diagnostic("TFM-JINJA-020", {}));
	if (!(error instanceof RangeError)) return null;
	if (/invalid (string|array) length|bigint|allocation/i.test(error.message))
		return new TfmError(diagnostic("TFM-JINJA-021", { what: "a value" }));
	return null;
}

/**
 * Asked where the stack has just ended, so without a regular expression: V8 compiles one when it is first used, and
 * says with a SyntaxError of the same words that the stack was too short for it.
 */
function isStackOverflow(error: unknown): boolean {
	return (
		(error instanceof RangeError || error instanceof SyntaxError) &&
		error.message.includes("Maximum call stack size exceeded")
	);
}
