/**
 * Time zones (`modules.pytz`) from the platform's own zone data. Unlike pytz, `replace(tzinfo=zone)` takes the offset
 * of that day and not the zone's first one of the nineteenth century.
 */
import { fail } from "../../core/diagnostic.ts";
import { type Arguments, bindArguments, HostFunction, HostObject, toText, type Value } from "../../jinja/jinja.ts";
import { EPOCH_ORDINAL, MICROS_PER_SECOND, pad } from "./civil.ts";

export interface Wall {
	/** Python's ordinal of the day. */
	readonly ordinal: number;
	/** Microseconds since midnight. */
	readonly micros: number;
}

/** A zone: how many seconds it is ahead of UTC, by UTC or by wall time. */
export abstract class Zone extends HostObject {
	abstract readonly zoneName: string;
	/** Seconds east of UTC at a moment in seconds since 1970. */
	abstract offsetAt(epochSeconds: number): number;
	/** Abbreviation at that moment: `EST`. */
	abstract abbreviationAt(epochSeconds: number): string;

	/** Seconds east of UTC when clocks there show `wall`; the earlier offset where they show it twice. */
	offsetOfWall(wall: Wall): number {
		const local = epochSecondsOf(wall);
		const first = this.offsetAt(local - this.offsetAt(local));
		const second = this.offsetAt(local - first);
		return first === second ? first : Math.max(first, second);
	}

	override toText(): string {
		return this.zoneName;
	}

	override hashKey(): string {
		return this.zoneName;
	}

	override equals(other: Value): boolean {
		return other instanceof Zone && other.zoneName === this.zoneName;
	}

	override attribute(name: string): Value {
		switch (name) {
			case "zone":
				return this.zoneName;
			case "localize":
				return new HostFunction(name, (args) => this.#localize(bindArguments(name, ["dt", "is_dst?"], args).dt));
			case "normalize":
				return new HostFunction(name, (args) => this.#normalize(bindArguments(name, ["dt", "is_dst?"], args).dt));
		}
		return undefined;
	}

	/** pytz: clocks without a zone get this one. */
	#localize(moment: Value): Value {
		if (zoneOfMoment(moment) !== null) fail("TFM-JINJA-014", { problem: "Not naive datetime (tzinfo is already set)" });
		return callMethod(moment, "replace", { positional: [], keyword: new Map([["tzinfo", this]]) });
	}

	/** pytz: the same moment on this zone's clocks. */
	#normalize(moment: Value): Value {
		if (zoneOfMoment(moment) === null) fail("TFM-JINJA-014", { problem: "Naive time - no tzinfo set" });
		return callMethod(moment, "astimezone", { positional: [this], keyword: new Map() });
	}
}

/** Of a datetime, whose class stands in another file that needs this one. */
const zoneOfMoment = (moment: Value): Value =>
	moment instanceof HostObject ? (moment.attribute?.("tzinfo") ?? null) : null;

function callMethod(moment: Value, method: string, args: Arguments): Value {
	const found = moment instanceof HostObject ? moment.attribute?.(method) : undefined;
	if (found instanceof HostObject && found.call !== undefined) return found.call(args);
	return fail("TFM-JINJA-012", { problem: "localize() and normalize() take a datetime" });
}

export const epochSecondsOf = (wall: Wall): number =>
	(wall.ordinal - EPOCH_ORDINAL) * 86_400 + Math.floor(wall.micros / MICROS_PER_SECOND);

/** A fixed distance from UTC, as `%z` reads it. */
export class FixedZone extends Zone {
	readonly typeName = "datetime.timezone";
	readonly #seconds: number;

	constructor(seconds: number) {
		super();
		this.#seconds = seconds;
	}

	get zoneName(): string {
		return this.#seconds === 0 ? "UTC" : `UTC${offsetText(this.#seconds, ":")}`;
	}

	offsetAt(): number {
		return this.#seconds;
	}

	abbreviationAt(): string {
		return this.zoneName;
	}

	override offsetOfWall(): number {
		return this.#seconds;
	}
}

/** A zone of the tz database, asked of Intl. */
class NamedZone extends Zone {
	readonly typeName = "pytz.tzfile.DstTzInfo";
	readonly zoneName: string;
	readonly #format: Intl.DateTimeFormat;

	constructor(zoneName: string, format: Intl.DateTimeFormat) {
		super();
		this.zoneName = zoneName;
		this.#format = format;
	}

	offsetAt(epochSeconds: number): number {
		const parts = new Map(this.#format.formatToParts(epochSeconds * 1000).map((p) => [p.type, Number(p.value)]));
		const of = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? 0;
		const local = Date.UTC(of("year"), of("month") - 1, of("day"), of("hour"), of("minute"), of("second"));
		return Math.round(local / 1000 - Math.floor(epochSeconds));
	}

	abbreviationAt(epochSeconds: number): string {
		// English spells American zones with letters in the US and European ones in Britain.
		for (const locale of ["en-US", "en-GB", "en-AU"]) {
			const format = new Intl.DateTimeFormat(locale, { timeZone: this.zoneName, timeZoneName: "short" });
			const name = format.formatToParts(epochSeconds * 1000).find((p) => p.type === "timeZoneName")?.value;
			if (name !== undefined && /^[A-Z]+$/.test(name)) return name;
		}
		return offsetText(this.offsetAt(epochSeconds), "");
	}

	override toRepr(): string {
		return `<DstTzInfo '${this.zoneName}'>`;
	}
}

/** `pytz.utc`. */
class UtcZone extends Zone {
	readonly typeName = "pytz.UTC";
	readonly zoneName = "UTC";

	offsetAt(): number {
		return 0;
	}

	abbreviationAt(): string {
		return "UTC";
	}

	override toRepr(): string {
		return "<UTC>";
	}
}

export const UTC: Zone = new UtcZone();

/** `+01:30`; seconds only where there are any. */
export function offsetText(seconds: number, separator: string): string {
	const magnitude = Math.abs(seconds);
	const rest = magnitude % 60 === 0 ? "" : `${separator}${pad(magnitude % 60)}`;
	const sign = seconds < 0 ? "-" : "+";
	return `${sign}${pad(Math.floor(magnitude / 3600))}${separator}${pad(Math.floor(magnitude / 60) % 60)}${rest}`;
}

/** A zone by its name, any case. Errors: JINJA-014 for a name that the tz database does not have. */
function namedZone(name: string): Zone {
	if (name.toUpperCase() === "UTC") return UTC;
	try {
		const format = new Intl.DateTimeFormat("en-US-u-ca-iso8601-hc-h23", {
			timeZone: name,
			year: "numeric",
			month: "numeric",
			day: "numeric",
			hour: "numeric",
			minute: "numeric",
			second: "numeric",
		});
		return new NamedZone(name, format);
	} catch (error) {
		if (error instanceof RangeError) return fail("TFM-JINJA-014", { problem: `unknown time zone '${name}'` });
		throw error;
	}
}

/** `modules.pytz`. */
export function pytzMember(name: string): Value {
	switch (name) {
		case "utc":
		case "UTC":
			return UTC;
		case "timezone":
			return new HostFunction(name, (args) => namedZone(toText(bindArguments(name, ["zone"], args).zone)));
		case "FixedOffset":
			return new HostFunction(name, (args) => {
				const { minutes } = bindArguments(name, ["minutes"], args);
				return new FixedZone(Number(toText(minutes)) * 60);
			});
		case "all_timezones":
		case "common_timezones":
			return [...Intl.supportedValuesOf("timeZone")];
	}
	return undefined;
}
