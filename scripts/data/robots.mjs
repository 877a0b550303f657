/**
 * robots: readings of two robot arms in long form, Parquet, a file a day as the gateways sent it. Encoders and load cells
 * have clocks of their own; readings come late (in a later day's file), out of order and twice; some series are missing;
 * and a few readings no rule can save.
 */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parquetWriteBuffer } from "hyparquet-writer";
import { randomSource } from "./randomSource.mjs";

const { pick, below, chance } = randomSource(20261117);

const FIRST_DAY = Date.UTC(2026, 10, 14);
const DAY = 86_400_000;
const SENSORS = [
	{ type: "encoder", fields: ["x", "y", "z"], every: 10, size: 400 },
	{ type: "load_cell", fields: ["fx", "fy", "fz"], every: 20, size: 60 },
];
const COLUMNS = [
	{ name: "time", type: "INT64", of: (r) => r.time && BigInt(r.time) },
	{ name: "value", type: "DOUBLE", of: (r) => r.value },
	{ name: "field", type: "STRING", of: (r) => r.field },
	{ name: "robot_id", type: "INT32", of: (r) => r.robot_id },
	{ name: "run_uuid", type: "STRING", of: (r) => r.run_uuid },
	{ name: "sensor_type", type: "STRING", of: (r) => r.sensor_type },
];

const hex = (digits) => Array.from({ length: digits }, () => below(16).toString(16)).join("");
const uuid = () => `${hex(8)}-${hex(4)}-4${hex(3)}-${pick([..."89ab"])}${hex(3)}-${hex(12)}`;
/** To the thousandth, so that no platform's sine is told from another's. */
const rounded = (value) => Math.round(value * 1000) / 1000;

/** How a series moves: a swing around a middle. */
function movement(size) {
	const [middle, swing, pace, phase] = [
		below(size),
		(1 + below(100)) * (size / 200),
		400 + below(3000),
		below(628) / 100,
	];
	return (ms) => rounded(middle + swing * Math.sin(ms / pace + phase) + below(20) / 1000);
}

/** What is not there in the run with this number: a series, or a whole sensor. */
function missingIn(number) {
	if (number === 1) return [["z", 2]];
	if (number === 3) return SENSORS[1].fields.map((field) => [field, 1]);
	if (number === 4) return SENSORS[0].fields.map((field) => [field, 2]);
	return chance(0.1) ? [[pick(["x", "y", "z", "fx", "fy", "fz"]), 1 + below(2)]] : [];
}

/** As many readings of one run, in the order in which they were made. */
function readingsOf(number, start, count) {
	const run_uuid = uuid();
	const missing = new Set(missingIn(number).map(String));
	const streams = [1, 2]
		.flatMap((robot_id) =>
			SENSORS.map(({ type, fields, every, size }) => ({
				robot_id,
				type,
				every,
				next: start + below(every * 3),
				series: fields
					.filter((field) => !missing.has(String([field, robot_id])))
					.map((field) => [field, movement(size)]),
			})),
		)
		.filter(({ series }) => series.length > 0);
	const readings = [];
	while (readings.length < count) {
		const stream = streams.reduce((first, other) => (other.next < first.next ? other : first));
		const time = stream.next;
		for (const [field, at] of stream.series)
			if (!chance(0.03))
				readings.push({
					time,
					value: at(time - start),
					field,
					robot_id: stream.robot_id,
					run_uuid,
					sensor_type: stream.type,
				});
		stream.next += stream.every + below(3) - 1;
	}
	return readings.slice(0, count);
}

/** No rule saves these. */
const hopeless = (reading) => [
	{ ...reading, value: null },
	{ ...reading, value: Number.NaN },
	{ ...reading, robot_id: 7 },
	{ ...reading, field: "temperature" },
	{ ...reading, field: "fx", sensor_type: "encoder" },
	{ ...reading, run_uuid: null },
	{ ...reading, run_uuid: "test-run" },
	{ ...reading, time: 86_400_000 },
	{ ...reading, time: null },
];

/** A little out of order: nothing moves by more than a few dozen places. */
function jumbled(readings) {
	return readings
		.map((reading, i) => [i + (chance(0.2) ? below(60) : 0), reading])
		.sort(([a], [b]) => a - b)
		.map(([, reading]) => reading);
}

function write(path, readings, texts = false) {
	const columnData = COLUMNS.map(({ name, type, of }) =>
		texts && name === "value"
			? { name, type: "STRING", data: readings.map((r) => r.value) }
			: { name, type, data: readings.map(of) },
	);
	writeFileSync(path, Buffer.from(parquetWriteBuffer({ columnData, rowGroupSize: 50_000, createdBy: "gateway" })));
}

/**
 * 1,000,000 readings at scale 1, and fewer at a small scale than there are of other things: runs become fewer and
 * shorter. Returns a line that says what was written.
 */
export function writeRobots(out, scale) {
	const folder = join(out, "robots");
	rmSync(folder, { recursive: true, force: true });
	mkdirSync(folder, { recursive: true });
	const total = Math.round(1_000_000 * Math.min(scale, scale ** 1.5));
	const runs = Math.max(6, Math.round(200 * scale));
	const days = 3 + Math.round(7 * Math.min(1, scale));
	const files = Array.from({ length: days }, () => []);
	// What is sent twice, what is hopeless and what the old gateway sends is part of the total.
	const spare = 9 * days + 4;
	const made = Math.floor((total - spare) / 1.005);
	let sent = 0;
	for (let number = 0; number < runs; number++) {
		const day = Math.floor((number * days) / runs);
		const start = FIRST_DAY + day * DAY + 6 * 3_600_000 + (number % Math.ceil(runs / days)) * 1_200_000 + below(60_000);
		const count = Math.floor((made * (number + 1)) / runs) - Math.floor((made * number) / runs);
		// A run that comes late as a whole or in part, or not.
		for (const reading of readingsOf(number, start, count)) {
			const late = number % 5 === 2 ? chance(0.1) : chance(0.001);
			files[Math.min(days - 1, day + (late ? 1 : 0))].push(reading);
			sent++;
		}
	}
	for (const readings of files) for (const bad of hopeless(readings[below(readings.length)])) readings.push(bad);
	const last = files.at(-1).slice(0, 2);
	// Sent twice: as it was, or as somebody calibrated it later.
	for (let i = sent + spare; i < total; i++) {
		const again = pick(files[below(days)].slice(0, -9));
		files.at(-1).push(chance(0.5) ? again : { ...again, value: rounded(again.value + 0.25) });
	}
	for (const [day, readings] of files.entries()) {
		const name = `${new Date(FIRST_DAY + day * DAY).toISOString().slice(0, 10)}.parquet`;
		write(join(folder, name), jumbled(readings));
	}
	// An old gateway writes values as text.
	const texts = [...last.map((r) => String(r.value)), "overrange", "1e999"].map((value, i) => ({
		...last[i % 2],
		value,
	}));
	write(
		join(folder, `${new Date(FIRST_DAY + (days - 1) * DAY).toISOString().slice(0, 10)}_old_gateway.parquet`),
		texts,
		true,
	);
	return `robots: ${total} readings of ${runs} runs in ${days + 1} files`;
}
