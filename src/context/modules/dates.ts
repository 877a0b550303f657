/** Python's date, time and datetime, to the microsecond, with and without a zone. */
import { fail } from "../../core/diagnostic.ts";
import {
	type Arguments,
	bindArguments,
	floatValue,
	HostFunction,
	HostObject,
	PyTuple,
	toText,
	type Value,
} from "../../jinja/jinja.ts";
import {
	civilOf,
	clockOf,
	clockText,
	daysInMonth,
	isoCalendar,
	MAX_ORDINAL,
	MICROS_PER_DAY,
	MICROS_PER_SECOND,
	microsOf,
	ordinalOf,
	pad,
	weekdayOf,
} from "./civil.ts";
import { formatMoment } from "./strftime.ts";
import { type BinaryOperator, TimeDelta } from "./timedelta.ts";
import { epochSecondsOf, offsetText, UTC, Zone } from "./timezone.ts";

type Methods<T> = ReadonlyMap<string, (self: T, args: Arguments) => Value>;

const method = <T>(methods: Methods<T>, self: T, name: string): Value => {
	const found = methods.get(name);
	return found === undefined ? undefined : new HostFunction(name, (args) => found(self, args));
};

const checkedOrdinal = (ordinal: number): number =>
	ordinal >= 1 && ordinal <= MAX_ORDINAL ? ordinal : fail("TFM-JINJA-025", { problem: "date value out of range" });

/** Whole numbers from call arguments, each checked against its range with Python's words. */
function checkedFields(given: Record<string, Value>, defaults: Readonly<Record<string, number>>) {
	const read = (name: string, low: number, high: number): number => {
		const value = given[name] ?? defaults[name];
		if (typeof value !== "number" || !Number.isInteger(value))
			return fail("TFM-JINJA-012", { problem: `${name} must be an integer` });
		if (value < low || value > high) fail("TFM-JINJA-014", { problem: `${name} must be in ${low}..${high}` });
		return value;
	};
	return read;
}

export function readCivil(given: Record<string, Value>, defaults: Readonly<Record<string, number>>): number {
	const read = checkedFields(given, defaults);
	const year = read("year", 1, 9999);
	const month = read("month", 1, 12);
	const day = read("day", 1, 31);
	if (day > daysInMonth(year, month)) fail("TFM-JINJA-014", { problem: "day is out of range for month" });
	return ordinalOf(year, month, day);
}

export function readClock(given: Record<string, Value>, defaults: Readonly<Record<string, number>>): number {
	const read = checkedFields(given, { hour: 0, minute: 0, second: 0, microsecond: 0, ...defaults });
	return microsOf({
		hour: read("hour", 0, 23),
		minute: read("minute", 0, 59),
		second: read("second", 0, 59),
		microsecond: read("microsecond", 0, 999_999),
	});
}

export const readZone = (value: Value, otherwise: Zone | null): Zone | null =>
	value === undefined ? otherwise : value instanceof Zone ? value : null;

const dateText = (ordinal: number): string => {
	const { year, month, day } = civilOf(ordinal);
	return `${pad(year, 4)}-${pad(month)}-${pad(day)}`;
};

export class PyDate extends HostObject {
	readonly typeName: string = "datetime.date";
	readonly ordinal: number;

	constructor(ordinal: number) {
		super();
		this.ordinal = checkedOrdinal(ordinal);
	}

	override toText(): string {
		return dateText(this.ordinal);
	}

	override toRepr(): string {
		const { year, month, day } = civilOf(this.ordinal);
		return `datetime.date(${year}, ${month}, ${day})`;
	}

	override toPlainValue(): Value {
		return this.toText();
	}

	override format(spec: string): string {
		return spec === "" ? this.toText() : formatMoment({ ordinal: this.ordinal, micros: 0, zone: null }, spec);
	}

	override equals(other: Value): boolean {
		return other instanceof PyDate && other.ordinal === this.ordinal;
	}

	override hashKey(): string {
		return this.toText();
	}

	override compare(other: Value): number | undefined {
		return other instanceof PyDate ? this.ordinal - other.ordinal : undefined;
	}

	override binary(operator: BinaryOperator, other: Value, reflected: boolean): Value {
		if (other instanceof TimeDelta) {
			if (operator === "+") return new PyDate(this.ordinal + other.days);
			if (operator === "-" && !reflected) return new PyDate(this.ordinal - other.days);
		}
		return operator === "-" && !reflected && other instanceof PyDate
			? new TimeDelta(this.ordinal - other.ordinal, 0)
			: undefined;
	}

	override attribute(name: string): Value {
		const civil = civilOf(this.ordinal);
		if (name === "year" || name === "month" || name === "day") return civil[name];
		return method(DATE_METHODS, this, name) ?? method(SHARED_METHODS, this, name);
	}
}

const SHARED_METHODS: Methods<{ readonly ordinal: number }> = new Map([
	["weekday", ({ ordinal }) => weekdayOf(ordinal)],
	["isoweekday", ({ ordinal }) => weekdayOf(ordinal) + 1],
	["isocalendar", ({ ordinal }) => PyTuple.fromItems(isoCalendar(ordinal))],
	["toordinal", ({ ordinal }) => ordinal],
] as [string, (self: { readonly ordinal: number }) => Value][]);

const DATE_METHODS: Methods<PyDate> = new Map<string, (self: PyDate, args: Arguments) => Value>([
	["isoformat", (self) => self.toText()],
	[
		"strftime",
		({ ordinal }, args) =>
			formatMoment({ ordinal, micros: 0, zone: null }, toText(bindArguments("strftime", ["format"], args).format)),
	],
	[
		"replace",
		(self, args) =>
			new PyDate(readCivil(bindArguments("replace", ["year?", "month?", "day?"], args), { ...civilOf(self.ordinal) })),
	],
]);

export class PyTime extends HostObject {
	readonly typeName = "datetime.time";
	readonly micros: number;
	readonly zone: Zone | null;

	constructor(micros: number, zone: Zone | null = null) {
		super();
		this.micros = micros;
		this.zone = zone;
	}

	override toText(): string {
		return clockText(this.micros);
	}

	override toRepr(): string {
		const { hour, minute, second, microsecond } = clockOf(this.micros);
		const rest = microsecond !== 0 ? `, ${second}, ${microsecond}` : second !== 0 ? `, ${second}` : "";
		return `datetime.time(${hour}, ${minute}${rest})`;
	}

	override toPlainValue(): Value {
		return this.toText();
	}

	override equals(other: Value): boolean {
		return other instanceof PyTime && other.micros === this.micros;
	}

	override hashKey(): string {
		return this.toText();
	}

	override compare(other: Value): number | undefined {
		return other instanceof PyTime ? this.micros - other.micros : undefined;
	}

	override attribute(name: string): Value {
		const clock = clockOf(this.micros);
		if (name === "hour" || name === "minute" || name === "second" || name === "microsecond") return clock[name];
		if (name === "tzinfo") return this.zone;
		return method(TIME_METHODS, this, name);
	}
}

const TIME_METHODS: Methods<PyTime> = new Map<string, (self: PyTime, args: Arguments) => Value>([
	["isoformat", (self) => self.toText()],
	[
		"strftime",
		({ micros, zone }, args) =>
			formatMoment(
				{ ordinal: ordinalOf(1900, 1, 1), micros, zone },
				toText(bindArguments("strftime", ["format"], args).format),
			),
	],
	[
		"replace",
		(self, args) => {
			const given = bindArguments("replace", ["hour?", "minute?", "second?", "microsecond?", "tzinfo?"], args);
			return new PyTime(readClock(given, { ...clockOf(self.micros) }), readZone(given.tzinfo, self.zone));
		},
	],
]);

export class PyDateTime extends HostObject {
	readonly typeName = "datetime.datetime";
	readonly ordinal: number;
	/** Microseconds since midnight, on the zone's clocks. */
	readonly micros: number;
	readonly zone: Zone | null;

	constructor(ordinal: number, micros: number, zone: Zone | null = null) {
		super();
		const carried = Math.floor(micros / MICROS_PER_DAY);
		this.ordinal = checkedOrdinal(ordinal + carried);
		this.micros = micros - carried * MICROS_PER_DAY;
		this.zone = zone;
	}

	/** Seconds east of UTC; null without a zone. */
	get offset(): number | null {
		return this.zone?.offsetOfWall(this) ?? null;
	}

	/** Whole seconds since 1970 UTC; without a zone the clocks are taken for UTC. */
	get epochSeconds(): number {
		return epochSecondsOf(this) - (this.offset ?? 0);
	}

	/** The same moment on another zone's clocks. */
	inZone(zone: Zone): PyDateTime {
		const utc = this.epochSeconds;
		const shift = zone.offsetAt(utc) - (this.offset ?? 0);
		return new PyDateTime(this.ordinal, this.micros + shift * MICROS_PER_SECOND, zone);
	}

	isoText(separator: string): string {
		const { offset } = this;
		const zone = offset === null ? "" : offsetText(offset, ":");
		return `${dateText(this.ordinal)}${separator}${clockText(this.micros)}${zone}`;
	}

	override toText(): string {
		return this.isoText(" ");
	}

	override toRepr(): string {
		const { year, month, day } = civilOf(this.ordinal);
		const { hour, minute, second, microsecond } = clockOf(this.micros);
		const rest = microsecond !== 0 ? `, ${second}, ${microsecond}` : second !== 0 ? `, ${second}` : "";
		const zone = this.zone === null ? "" : `, tzinfo=${this.zone.toRepr?.() ?? this.zone.toText()}`;
		return `datetime.datetime(${year}, ${month}, ${day}, ${hour}, ${minute}${rest}${zone})`;
	}

	override toPlainValue(): Value {
		return this.isoText("T");
	}

	override format(spec: string): string {
		return spec === "" ? this.toText() : formatMoment(this, spec);
	}

	override compare(other: Value): number | undefined {
		if (!(other instanceof PyDateTime) || (this.zone === null) !== (other.zone === null)) return undefined;
		return this.epochSeconds - other.epochSeconds || (this.micros - other.micros) % MICROS_PER_SECOND;
	}

	override equals(other: Value): boolean {
		return this.compare(other) === 0;
	}

	override hashKey(): string {
		return `${this.epochSeconds}.${this.micros % MICROS_PER_SECOND}${this.zone === null ? "" : "Z"}`;
	}

	override binary(operator: BinaryOperator, other: Value, reflected: boolean): Value {
		if (other instanceof TimeDelta) {
			if (operator === "+") return new PyDateTime(this.ordinal + other.days, this.micros + other.micros, this.zone);
			if (operator === "-" && !reflected)
				return new PyDateTime(this.ordinal - other.days, this.micros - other.micros, this.zone);
		}
		if (operator !== "-" || reflected || !(other instanceof PyDateTime)) return undefined;
		if ((this.zone === null) !== (other.zone === null))
			return fail("TFM-JINJA-012", { problem: "can't subtract offset-naive and offset-aware datetimes" });
		const shift = ((other.offset ?? 0) - (this.offset ?? 0)) * MICROS_PER_SECOND;
		return new TimeDelta(this.ordinal - other.ordinal, this.micros - other.micros + shift);
	}

	override attribute(name: string): Value {
		const fields: Record<string, Value> = { ...civilOf(this.ordinal), ...clockOf(this.micros), tzinfo: this.zone };
		if (Object.hasOwn(fields, name)) return fields[name];
		return method(DATETIME_METHODS, this, name) ?? method(SHARED_METHODS, this, name);
	}
}

const REPLACE = ["year?", "month?", "day?", "hour?", "minute?", "second?", "microsecond?", "tzinfo?", "fold?"];

const DATETIME_METHODS: Methods<PyDateTime> = new Map<string, (self: PyDateTime, args: Arguments) => Value>([
	["date", (self) => new PyDate(self.ordinal)],
	["time", (self) => new PyTime(self.micros)],
	["timetz", (self) => new PyTime(self.micros, self.zone)],
	["isoformat", (self, args) => self.isoText(toText(bindArguments("isoformat", ["sep?"], args).sep ?? "T"))],
	["strftime", (self, args) => formatMoment(self, toText(bindArguments("strftime", ["format"], args).format))],
	["timestamp", (self) => floatValue(self.epochSeconds + (self.micros % MICROS_PER_SECOND) / MICROS_PER_SECOND)],
	[
		"astimezone",
		(self, args) => {
			const zone = readZone(bindArguments("astimezone", ["tz?"], args).tz, UTC);
			return self.inZone(zone ?? UTC);
		},
	],
	["utcoffset", (self) => (self.offset === null ? null : new TimeDelta(0, self.offset * MICROS_PER_SECOND))],
	["tzname", (self) => self.zone?.abbreviationAt(self.epochSeconds) ?? null],
	[
		"replace",
		(self, args) => {
			const given = bindArguments("replace", REPLACE, args);
			return new PyDateTime(
				readCivil(given, { ...civilOf(self.ordinal) }),
				readClock(given, { ...clockOf(self.micros) }),
				readZone(given.tzinfo, self.zone),
			);
		},
	],
]);
