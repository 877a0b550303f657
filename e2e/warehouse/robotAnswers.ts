/**
 * What the robots did, computed in plain JavaScript from the raw Parquet files, by no SQL and none of tfm's code: the
 * judge of what the warehouse reports. Each series is interpolated by looking its moments up one after the other.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parquetReadObjects } from "hyparquet";
import { csvRows } from "./rawFiles.ts";

interface Reading {
	readonly time: bigint | number | null;
	readonly value: number | string | null;
	readonly field: string | null;
	readonly robot_id: number | null;
	readonly run_uuid: string | null;
	readonly sensor_type: string | null;
}

export interface RobotAnswers {
	readonly arrived: number;
	/** How many readings of a reason, without the value that it names. */
	readonly rejected: Readonly<Record<string, number>>;
	/** Of run, robot, field and time. */
	readonly believed: number;
	/** By run and time, what is known of the twelve series. */
	readonly moments: ReadonlyMap<string, ReadonlyMap<string, number>>;
	readonly runs: readonly {
		readonly run_uuid: string;
		readonly started_at: string;
		readonly stopped_at: string;
		readonly runtime_ms: number;
		readonly distances: readonly (number | null)[];
	}[];
}

type Series = Map<number, number>;

/** `root` is a project: its data/robots and its corrections are read. */
export async function robotAnswers(root: string): Promise<RobotAnswers> {
	const corrections = new Map(
		csvRows(readFileSync(join(root, "seeds/robots_corrections.csv"), "utf8"))
			.slice(1)
			.map(([file, row, time, value, field, robot, run_uuid, sensor_type]) => [
				`${file} ${row}`,
				{ time: Number(time), value, field, robot_id: Number(robot), run_uuid, sensor_type } as Reading,
			]),
	);
	const rejected: Record<string, number> = {};
	const runs = new Map<string, Map<string, Series>>();
	let arrived = 0;
	for (const file of readdirSync(join(root, "data/robots")).sort()) {
		const bytes = readFileSync(join(root, "data/robots", file));
		const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer;
		for (const [i, came] of ((await parquetReadObjects({ file: buffer })) as Reading[]).entries()) {
			arrived++;
			const reading = corrections.get(`data/robots/${file} ${i + 1}`) ?? came;
			const reason = reasonAgainst(reading);
			if (reason !== undefined) rejected[reason] = (rejected[reason] ?? 0) + 1;
			else keep(runs, reading);
		}
	}
	const found = [...runs].map(([run_uuid, series]) => runOf(run_uuid, series));
	return {
		arrived,
		rejected,
		believed: [...runs.values()].flatMap((series) => [...series.values()]).reduce((n, one) => n + one.size, 0),
		moments: new Map(found.flatMap(({ moments }) => [...moments])),
		runs: found.map(({ run }) => run).sort((a, b) => (a.run_uuid < b.run_uuid ? -1 : 1)),
	};
}

function reasonAgainst({ time, value, field, robot_id, run_uuid, sensor_type }: Reading): string | undefined {
	const isReadable = Number.isFinite(Number(value)) || typeof value === "number";
	if (!isReadable || run_uuid === "test-run") return "could not be read";
	if (run_uuid === null) return "there is no run";
	if (robot_id !== 1 && robot_id !== 2) return "the robot is not known";
	const sensor = { x: "encoder", y: "encoder", z: "encoder", fx: "load_cell", fy: "load_cell", fz: "load_cell" }[
		field!
	];
	if (sensor === undefined) return "the field is not known";
	if (sensor !== sensor_type) return `the sensor does not measure ${field}`;
	if (time === null) return "there is no time";
	if (Number(time) < Date.UTC(2000, 0, 1)) return "the clock was not set";
	if (value === null) return "there is no value";
	return Number.isNaN(Number(value)) ? "the value is not a number" : undefined;
}

/** A later one takes the place of an earlier one: files come in the order of their names. */
function keep(runs: Map<string, Map<string, Series>>, reading: Reading): void {
	const run = runs.get(reading.run_uuid!) ?? new Map<string, Series>();
	const name = `${reading.field}_${reading.robot_id}`;
	const series = run.get(name) ?? new Map<number, number>();
	series.set(Number(reading.time), Number(reading.value));
	run.set(name, series);
	runs.set(reading.run_uuid!, run);
}

function runOf(run_uuid: string, series: ReadonlyMap<string, Series>) {
	const times = [...new Set([...series.values()].flatMap((one) => [...one.keys()]))].sort((a, b) => a - b);
	const values = new Map([...series].map(([name, one]) => [name, filled(one, times)]));
	const at = (name: string, i: number) => values.get(name)?.[i];
	const moments = times.map((time, i): [string, ReadonlyMap<string, number>] => {
		const known = [...values.keys()].flatMap((name) => (at(name, i) === undefined ? [] : [[name, at(name, i)!]]));
		return [`${run_uuid} ${time}`, new Map(known as [string, number][])];
	});
	const distances = [1, 2].map((robot) => {
		let way: number | null = null;
		for (let i = 1; i < times.length; i++) {
			const step = ["x", "y", "z"].map((axis) => at(`${axis}_${robot}`, i)! - at(`${axis}_${robot}`, i - 1)!);
			if (!step.some(Number.isNaN)) way = (way ?? 0) + Math.hypot(...step);
		}
		return way;
	});
	const moment = (ms: number) =>
		new Date(ms)
			.toISOString()
			.replace("Z", "")
			.replace(/\.?0+$/, "");
	const [first, last] = [times[0]!, times.at(-1)!];
	const run = { run_uuid, started_at: moment(first), stopped_at: moment(last), runtime_ms: last - first, distances };
	return { run, moments };
}

/** The series at each of these moments; undefined before its first reading and after its last one. */
function filled(series: Series, times: readonly number[]): readonly (number | undefined)[] {
	const readings = [...series].sort(([a], [b]) => a - b);
	let next = 0;
	return times.map((time) => {
		while (next < readings.length && readings[next]![0] < time) next++;
		const after = readings[next];
		if (after?.[0] === time) return after[1];
		const before = readings[next - 1];
		if (before === undefined || after === undefined) return undefined;
		return before[1] + ((after[1] - before[1]) * (time - before[0])) / (after[0] - before[0]);
	});
}
