/**
 * The same as plainBuild.mjs on a server, over as many connections as the run had threads; each statement as soon as
 * what it reads is there: node bench/plainServerBuild.mjs TARGET_FOLDER URL CONNECTIONS
 */
import pg from "pg";
import { plainStatements } from "./plainStatements.mjs";

const [target, url, connections] = process.argv.slice(2);
const statements = plainStatements(target);
const mine = new Set(statements.map(({ id }) => id));
const readers = new Map();
const left = new Map();
for (const { id, reads } of statements) {
	const inputs = reads.filter((input) => mine.has(input));
	left.set(id, inputs.length);
	for (const input of inputs) readers.set(input, [...(readers.get(input) ?? []), id]);
}
const sqlById = new Map(statements.map(({ id, sql }) => [id, sql]));
const ready = statements.filter(({ id }) => left.get(id) === 0).map(({ id }) => id);
let done = 0;
const wake = [];

async function work() {
	const client = new pg.Client({ connectionString: url });
	await client.connect();
	while (done < statements.length) {
		const id = ready.shift();
		if (id === undefined) {
			await new Promise((resolve) => wake.push(resolve));
			continue;
		}
		await client.query(sqlById.get(id));
		done++;
		for (const reader of readers.get(id) ?? []) {
			left.set(reader, left.get(reader) - 1);
			if (left.get(reader) === 0) ready.push(reader);
		}
		for (const resolve of wake.splice(0)) resolve();
	}
	for (const resolve of wake.splice(0)) resolve();
	await client.end();
}

await Promise.all(Array.from({ length: Number(connections) }, work));
console.log(`${done} results`);
