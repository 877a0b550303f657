/**
 * Writes the reference warehouse's raw data under data/, the same bytes for the same scale: `npm run data`
 * (small, checked in) or `npm run data -- --scale 1 --out <dir>` (30,000 persons, 16,000 publications, 1,000,000
 * readings of robots, 18,000 transactions, 6,000 listings). Each pipeline has a file of its own under scripts/data/,
 * with its own seed, so that a change in one leaves the others alone.
 */
import { writeListings } from "./data/listings.mjs";
import { writePersons } from "./data/persons.mjs";
import { writePublications } from "./data/publications.mjs";
import { writeRobots } from "./data/robots.mjs";
import { writeTransactions } from "./data/transactions.mjs";

const argument = (name, fallback) => {
	const at = process.argv.indexOf(`--${name}`);
	return at < 0 ? fallback : process.argv[at + 1];
};
const scale = Number(argument("scale", "0.02"));
const out = argument("out", "data");
if (!(scale > 0)) throw new Error("--scale must be a positive number");

for (const write of [writePersons, writePublications, writeRobots, writeTransactions, writeListings])
	console.log(write(out, scale));
