/** The floor of making a site: one reading and parsing of the manifest. Prints how many nodes it has. */
import { readFileSync } from "node:fs";

console.log(Object.keys(JSON.parse(readFileSync(process.argv[2], "utf8")).nodes).length);
