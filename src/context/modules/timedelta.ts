import { fail } from "../../core/diagnostic.ts";
import {
	type Arguments,
	bindArguments,
	floatValue,
	HostFunction,
	HostObject,
	PyDecimal,
	PyFloat,
	type Value,
} from "../../jinja/jinja.ts";
import { MICROS_PER_DAY, MICROS_PER_SECOND, pad } from "./civil.ts";

/** The operators that objects of the host may answer. */
export type BinaryOperator = Parameters<NonNullable<HostObject["binary"]>>[0];

/** Python's timedelta: whole days and the microseconds of a day, the latter never negative. */
export class TimeDelta extends HostObject {
	readonly typeName = "datetime.timedelta";
	readonly days: number;
	readonly micros: number;

	constructor(days: number, micros: number) {
		super();
		const carried = Math.floor(micros / MICROS_PER_DAY);
		this.days = days + carried;
		this.micros = micros - carried * MICROS_PER_DAY;
		if (!(Math.abs(this.days) <= 999_999_999)) fail("TFM-JINJA-025", { problem: "days of a timedelta out of range" });
	}

	get totalSeconds(): number {
		return this.days * 86_400 + this.micros / MICROS_PER_SECOND;
	}

	scaled(factor: number): TimeDelta {
		const days = this.days * factor;
		const whole = Math.floor(days);
		return new TimeDelta(whole, Math.round((days - whole) * MICROS_PER_DAY + this.micros * factor));
	}

	override truth(): boolean {
		return this.days !== 0 || this.micros !== 0;
	}

	override compare(other: Value): number | undefined {
		if (!(other instanceof TimeDelta)) return undefined;
		return this.days - other.days || this.micros - other.micros;
	}

	override equals(other: Value): boolean {
		return this.compare(other) === 0;
	}

	override hashKey(): string {
		return `${this.days}:${this.micros}`;
	}

	override toText(): string {
		const seconds = Math.floor(this.micros / MICROS_PER_SECOND);
		const fraction = this.micros % MICROS_PER_SECOND;
		const clock = `${Math.floor(seconds / 3600)}:${pad(Math.floor(seconds / 60) % 60)}:${pad(seconds % 60)}`;
		const days = this.days === 0 ? "" : `${this.days} day${Math.abs(this.days) === 1 ? "" : "s"}, `;
		return `${days}${clock}${fraction === 0 ? "" : `.${pad(fraction, 6)}`}`;
	}

	override toRepr(): string {
		const seconds = Math.floor(this.micros / MICROS_PER_SECOND);
		const micros = this.micros % MICROS_PER_SECOND;
		const parts = [
			this.days === 0 ? "" : `days=${this.days}`,
			seconds === 0 ? "" : `seconds=${seconds}`,
			micros === 0 ? "" : `microseconds=${micros}`,
		].filter((part) => part !== "");
		return `datetime.timedelta(${parts.length === 0 ? "0" : parts.join(", ")})`;
	}

	override attribute(name: string): Value {
		switch (name) {
			case "days":
				return this.days;
			case "seconds":
				return Math.floor(this.micros / MICROS_PER_SECOND);
			case "microseconds":
				return this.micros % MICROS_PER_SECOND;
			case "total_seconds":
				return new HostFunction(name, () => floatValue(this.totalSeconds));
		}
		return undefined;
	}

	override binary(operator: BinaryOperator, other: Value, reflected: boolean): Value {
		const factor = numberOf(other);
		if (operator === "*" && factor !== undefined) return this.scaled(factor);
		if (reflected) return undefined;
		if (other instanceof TimeDelta) {
			if (operator === "+") return new TimeDelta(this.days + other.days, this.micros + other.micros);
			if (operator === "-") return new TimeDelta(this.days - other.days, this.micros - other.micros);
			if (operator === "/" || operator === "//") {
				if (!other.truth()) fail("TFM-JINJA-016", { problem: "division by zero" });
				const ratio = this.totalSeconds / other.totalSeconds;
				return operator === "/" ? floatValue(ratio) : Math.floor(ratio);
			}
		}
		if ((operator === "/" || operator === "//") && factor !== undefined) {
			if (factor === 0) fail("TFM-JINJA-016", { problem: "division by zero" });
			return this.scaled(1 / factor);
		}
		return undefined;
	}
}

const numberOf = (value: Value): number | undefined =>
	typeof value === "number"
		? value
		: value instanceof PyFloat
			? value.n
			: value instanceof PyDecimal
				? Number(value.text)
				: undefined;

const UNITS: Readonly<Record<string, number>> = {
	days: MICROS_PER_DAY,
	seconds: MICROS_PER_SECOND,
	microseconds: 1,
	milliseconds: 1000,
	minutes: 60 * MICROS_PER_SECOND,
	hours: 3600 * MICROS_PER_SECOND,
	weeks: 7 * MICROS_PER_DAY,
};

/** `timedelta(days=1, hours=2.5)`, parameters in Python's order. */
export class TimeDeltaClass extends HostObject {
	readonly typeName = "type";

	override call(args: Arguments): Value {
		const given = bindArguments(
			"timedelta",
			Object.keys(UNITS).map((unit) => `${unit}?`),
			args,
		);
		let days = 0;
		let micros = 0;
		for (const [unit, size] of Object.entries(UNITS)) {
			if (given[unit] === undefined) continue;
			const amount = numberOf(given[unit]);
			if (amount === undefined)
				return fail("TFM-JINJA-012", { problem: `unsupported type for timedelta ${unit} component` });
			const perUnit = size / MICROS_PER_DAY;
			const whole = Math.trunc(amount * perUnit);
			days += whole;
			// What is left of a day in microseconds stays far below 2^53, so no precision is lost.
			micros += Math.round((amount - whole / perUnit) * size);
		}
		return new TimeDelta(days, micros);
	}

	override attribute(name: string): Value {
		switch (name) {
			case "min":
				return new TimeDelta(-999_999_999, 0);
			case "max":
				return new TimeDelta(999_999_999, MICROS_PER_DAY - 1);
			case "resolution":
				return new TimeDelta(0, 1);
		}
		return undefined;
	}

	override toText(): string {
		return "<class 'datetime.timedelta'>";
	}
}
