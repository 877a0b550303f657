/**
 * The other floor of a run: the same tables and views from the same SQL and the same tests, by a loop without a plan,
 * a candidate, an audit or a record of what it did: node bench/plainBuild.mjs DATA_DIR TARGET_FOLDER
 */
import { startEngine } from "./engine.mjs";
import { plainStatements } from "./plainStatements.mjs";

const [dataDir, target] = process.argv.slice(2);
const engine = startEngine();
await engine.send({ kind: "open", dataDir, engine: undefined });
const statements = plainStatements(target);
for (const { sql } of statements) {
	const { error } = await engine.send({ kind: "execute", sql });
	if (error) throw new Error(`${error.message}: ${sql}`);
}
await engine.send({ kind: "close" });
await engine.stop();
console.log(`${statements.length} results`);
