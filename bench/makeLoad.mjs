/** Projects with one big file: a seed's CSV, or CSV, JSON lines or Parquet for a landing table. The same arguments, the same bytes. */

import { once } from "node:events";
import { createWriteStream, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parquetWriteBuffer } from "hyparquet-writer";

const NAMES = ["Ada", "Grace", "Edsger", "Barbara", "Tony", "Karen", "Niklaus", "Frances"];

/** A row of each kind of value: number, text, text that needs quotes, decimals, day, moment, yes or no, nothing. */
function row(i) {
	const k = Math.imul(i, 2654435761) >>> 0;
	const day = `20${String(10 + (k % 15)).padStart(2, "0")}-0${1 + (k % 9)}-1${k % 10}`;
	return {
		id: i,
		name: NAMES[k % 8],
		note: k % 5 === 0 ? `said "yes", then ${k % 97}` : `order ${k % 100_000} of the day`,
		amount: ((k % 1_000_000) / 100).toFixed(2),
		booked_on: day,
		seen_at: `${day} 1${k % 10}:2${k % 10}:3${k % 10}`,
		is_paid: k % 3 === 0,
		email: k % 4 === 0 ? null : `person${k % 50_000}@example.test`,
	};
}

const COLUMNS = ["id", "name", "note", "amount", "booked_on", "seen_at", "is_paid", "email"];
const csvField = (value) =>
	value === null ? "" : /[",\n]/.test(String(value)) ? `"${String(value).replaceAll('"', '""')}"` : String(value);

async function writeLines(path, rows, lineOf) {
	const out = createWriteStream(path);
	for (let i = 1; i <= rows; i++) if (!out.write(lineOf(row(i)))) await once(out, "drain");
	out.end();
	await once(out, "finish");
}

export async function makeSeedProject({ out, rows }) {
	mkdirSync(join(out, "seeds"), { recursive: true });
	writeFileSync(join(out, "dbt_project.yml"), 'name: bench\nversion: "1.0"\nprofile: bench\n');
	const path = join(out, "seeds/big.csv");
	writeFileSync(path, "");
	await writeLines(
		path,
		rows,
		(r) => `${r.id === 1 ? `${COLUMNS.join(",")}\n` : ""}${COLUMNS.map((c) => csvField(r[c])).join(",")}\n`,
	);
}

export const makeCsvLandingProject = (options) => makeLandingProject({ ...options, format: "csv" });

export async function makeLandingProject({ out, rows, format = "jsonl" }) {
	mkdirSync(join(out, "data"), { recursive: true });
	mkdirSync(join(out, "models"), { recursive: true });
	writeFileSync(join(out, "tfm_project.yml"), "name: bench\nprofile: bench\nschema_naming: exact\n");
	const types = ["bigint", "text", "text", "numeric", "date", "timestamp", "boolean", "text"];
	const columns = COLUMNS.map((name, i) => `            - { name: ${name}, type: ${types[i]} }`).join("\n");
	writeFileSync(
		join(out, "models/sources.yml"),
		`version: 2\nsources:\n  - name: raw\n    schema: bench\n    tables:\n      - name: big\n        load:\n          files: data/*.${format}\n          columns:\n${columns}\n`,
	);
	const header = `${COLUMNS.join(",")}\n`;
	const csvLine = (r) => `${r.id === 1 ? header : ""}${COLUMNS.map((c) => csvField(r[c])).join(",")}\n`;
	const lineOf = format === "csv" ? csvLine : (r) => `${JSON.stringify(r)}\n`;
	await writeLines(join(out, `data/big.${format}`), rows, lineOf);
}

/** Rows of six columns as sensors give them: a moment, a value, and four that repeat much. */
export function makeParquetLandingProject({ out, rows }) {
	mkdirSync(join(out, "data"), { recursive: true });
	mkdirSync(join(out, "models"), { recursive: true });
	writeFileSync(join(out, "tfm_project.yml"), "name: bench\nprofile: bench\nschema_naming: exact\n");
	writeFileSync(
		join(out, "models/sources.yml"),
		"version: 2\nsources:\n  - name: raw\n    schema: bench\n    tables:\n      - name: big\n        load: { files: data/*.parquet }\n",
	);
	const run = (i) => `0a0b0c0d-0000-4000-8000-${String(Math.floor(i / 5000)).padStart(12, "0")}`;
	const columns = [
		["time", "INT64", (i) => BigInt(1_763_100_000_000 + i * 3)],
		["value", "DOUBLE", (i) => (Math.imul(i, 2654435761) >>> 0) / 1e6],
		["field", "STRING", (i) => ["x", "y", "z", "fx", "fy", "fz"][i % 6]],
		["robot_id", "INT32", (i) => 1 + (i % 2)],
		["run_uuid", "STRING", run],
		["sensor_type", "STRING", (i) => (i % 6 < 3 ? "encoder" : "load_cell")],
	];
	const columnData = columns.map(([name, type, of]) => ({
		name,
		type,
		data: Array.from({ length: rows }, (_, i) => of(i)),
	}));
	writeFileSync(join(out, "data/big.parquet"), Buffer.from(parquetWriteBuffer({ columnData })));
}
