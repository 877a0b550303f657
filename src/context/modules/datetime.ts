/** `modules.datetime`: the classes date, time, datetime and timedelta, and values read from the database. */
import { fail } from "../../core/diagnostic.ts";
import {
	type Arguments,
	bindArguments,
	HostFunction,
	HostObject,
	repr,
	toText,
	type Value,
} from "../../jinja/jinja.ts";
import { EPOCH_ORDINAL, MAX_ORDINAL, MICROS_PER_DAY, microsOf } from "./civil.ts";
import { PyDate, PyDateTime, PyTime, readCivil, readClock, readZone } from "./dates.ts";
import { parseMoment, zoneOf } from "./strftime.ts";
import { TimeDeltaClass } from "./timedelta.ts";
import { UTC, Zone } from "./timezone.ts";

/** The clock, the same on every pass over a template: milliseconds since 1970. */
export type Now = () => number;

/** A moment in milliseconds (fractions allowed) as an aware datetime in UTC. */
export function utcDateTime(milliseconds: number): PyDateTime {
	const days = Math.floor(milliseconds / 86_400_000);
	return new PyDateTime(EPOCH_ORDINAL + days, Math.round((milliseconds - days * 86_400_000) * 1000), UTC);
}

const naive = (moment: PyDateTime): PyDateTime => new PyDateTime(moment.ordinal, moment.micros, null);

abstract class PyClass extends HostObject {
	readonly typeName = "type";
	protected abstract readonly members: ReadonlyMap<string, (args: Arguments) => Value>;
	protected abstract readonly className: string;

	override attribute(name: string): Value {
		const member = this.members.get(name);
		return member === undefined ? undefined : new HostFunction(name, member);
	}

	override toText(): string {
		return `<class '${this.className}'>`;
	}
}

class DateClass extends PyClass {
	protected readonly className = "datetime.date";
	protected readonly members: ReadonlyMap<string, (args: Arguments) => Value>;

	constructor(now: Now) {
		super();
		this.members = new Map<string, (args: Arguments) => Value>([
			["today", () => new PyDate(utcDateTime(now()).ordinal)],
			["fromisoformat", ({ positional: [text] }) => dateFromIso(toText(text))],
			["fromordinal", ({ positional: [n] }) => new PyDate(Number(toText(n)))],
			["fromtimestamp", ({ positional: [n] }) => new PyDate(utcDateTime(Number(toText(n)) * 1000).ordinal)],
		]);
	}

	override call(args: Arguments): Value {
		return new PyDate(readCivil(bindArguments("date", ["year", "month", "day"], args), {}));
	}

	override attribute(name: string): Value {
		if (name === "min") return new PyDate(1);
		return name === "max" ? new PyDate(MAX_ORDINAL) : super.attribute(name);
	}
}

class TimeClass extends PyClass {
	protected readonly className = "datetime.time";
	protected readonly members = new Map<string, (args: Arguments) => Value>([
		["fromisoformat", ({ positional: [text] }) => timeFromIso(toText(text))],
	]);

	override call(args: Arguments): Value {
		const spec = ["hour?", "minute?", "second?", "microsecond?", "tzinfo?", "fold?"];
		const given = bindArguments("time", spec, args);
		return new PyTime(readClock(given, {}), readZone(given.tzinfo, null));
	}

	override attribute(name: string): Value {
		if (name === "min") return new PyTime(0);
		return name === "max" ? new PyTime(MICROS_PER_DAY - 1) : super.attribute(name);
	}
}

const DATETIME = ["year", "month", "day", "hour?", "minute?", "second?", "microsecond?", "tzinfo?", "fold?"];

class DateTimeClass extends PyClass {
	protected readonly className = "datetime.datetime";
	protected readonly members: ReadonlyMap<string, (args: Arguments) => Value>;

	constructor(now: Now) {
		super();
		const at = (milliseconds: number, zone: Value): PyDateTime =>
			zone instanceof Zone ? utcDateTime(milliseconds).inZone(zone) : naive(utcDateTime(milliseconds));
		this.members = new Map<string, (args: Arguments) => Value>([
			["now", (args) => at(now(), bindArguments("now", ["tz?"], args).tz)],
			["today", () => at(now(), null)],
			["utcnow", () => at(now(), null)],
			["strptime", readWithFormat],
			["fromisoformat", ({ positional: [text] }) => dateTimeFromIso(toText(text))],
			[
				"fromtimestamp",
				(args) => {
					const { timestamp, tz } = bindArguments("fromtimestamp", ["timestamp", "tz?"], args);
					return at(Number(toText(timestamp)) * 1000, tz);
				},
			],
			["utcfromtimestamp", ({ positional: [n] }) => at(Number(toText(n)) * 1000, null)],
			["combine", combine],
		]);
	}

	override call(args: Arguments): Value {
		const given = bindArguments("datetime", DATETIME, args);
		return new PyDateTime(readCivil(given, {}), readClock(given, {}), readZone(given.tzinfo, null));
	}

	override attribute(name: string): Value {
		if (name === "min") return new PyDateTime(1, 0);
		return name === "max" ? new PyDateTime(MAX_ORDINAL, MICROS_PER_DAY - 1) : super.attribute(name);
	}
}

function readWithFormat(args: Arguments): Value {
	const { date_string, format } = bindArguments("strptime", ["date_string", "format"], args);
	if (typeof date_string !== "string" || typeof format !== "string")
		return fail("TFM-JINJA-012", { problem: `strptime() needs text, not ${repr(date_string)}` });
	const { ordinal, micros, zone } = parseMoment(date_string, format);
	return new PyDateTime(ordinal, micros, zone);
}

function combine(args: Arguments): Value {
	const { date, time, tzinfo } = bindArguments("combine", ["date", "time", "tzinfo?"], args);
	if ((date instanceof PyDate || date instanceof PyDateTime) && time instanceof PyTime)
		return new PyDateTime(date.ordinal, time.micros, readZone(tzinfo, time.zone));
	return fail("TFM-JINJA-012", { problem: "combine() needs a date and a time" });
}

const badIso = (text: string): never => fail("TFM-JINJA-014", { problem: `Invalid isoformat string: ${repr(text)}` });

export function dateFromIso(text: string): PyDate {
	const m = /^(\d{4})-?(\d\d)-?(\d\d)$/.exec(text);
	if (m === null) return badIso(text);
	return new PyDate(readCivil({ year: Number(m[1]), month: Number(m[2]), day: Number(m[3]) }, {}));
}

const ISO_TIME = /^(\d\d)(?::?(\d\d)(?::?(\d\d)(?:[.,](\d{1,9}))?)?)?\s*(Z|[+-]\d\d(?::?\d\d(?::?\d\d)?)?)?$/;

function timeFromIso(text: string): PyTime {
	const m = ISO_TIME.exec(text);
	if (m === null) return badIso(text);
	const part = (i: number) => Number(m[i] ?? 0);
	const micros = microsOf({
		hour: part(1),
		minute: part(2),
		second: part(3),
		microsecond: Number((m[4] ?? "").slice(0, 6).padEnd(6, "0")),
	});
	const zone = m[5] === undefined ? null : zoneOf(/^[+-]\d\d$/.test(m[5]) ? `${m[5]}00` : m[5]);
	return new PyTime(micros, zone);
}

/** `2024-01-31`, `2024-01-31T10:00`, `2024-01-31 10:00:00.5+02:00`. */
export function dateTimeFromIso(text: string): PyDateTime {
	const m = /^(\d{4}-?\d\d-?\d\d)(?:[T ](.+))?$/.exec(text);
	if (m === null) return badIso(text);
	const { ordinal } = dateFromIso(m[1] ?? "");
	if (m[2] === undefined) return new PyDateTime(ordinal, 0);
	const { micros, zone } = timeFromIso(m[2]);
	return new PyDateTime(ordinal, micros, zone);
}

/** `modules.datetime` for one render. */
export function datetimeMember(name: string, now: Now): Value {
	switch (name) {
		case "date":
			return new DateClass(now);
		case "time":
			return new TimeClass();
		case "datetime":
			return new DateTimeClass(now);
		case "timedelta":
			return new TimeDeltaClass();
	}
	return undefined;
}
