#!/usr/bin/env node
/** Starts the server: `npm run snowflake-server -- [--port 8085] [--account local]…`. The sources are TypeScript, so they are bundled first. */
import { rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { build } from "esbuild";

const { values } = parseArgs({
	options: {
		port: { type: "string", default: "8085" },
		account: { type: "string", multiple: true, default: ["local"] },
	},
});
const bundle = fileURLToPath(new URL(`../.bundle-${process.pid}.mjs`, import.meta.url));
await build({
	entryPoints: [fileURLToPath(new URL("../src/server.ts", import.meta.url))],
	outfile: bundle,
	bundle: true,
	packages: "external",
	platform: "node",
	format: "esm",
	sourcemap: "inline",
});
const { startSnowflakeServer } = await import(bundle).finally(() => rmSync(bundle));

const server = await startSnowflakeServer({
	port: Number(values.port),
	accounts: values.account,
	users: { tfm: { password: "tfm", accessTokens: ["tfm-token"], oauthTokens: ["tfm-oauth"] } },
});
console.log(`A local server that speaks Snowflake's protocol, not Snowflake: ${server.url}
  account ${values.account.join(", ")} · user tfm · password tfm (or the access token tfm-token)
  what it passed over: ${server.url}/ledger?format=text
  faults: POST ${server.url}/control/faults [{"path":"query-request","kind":"status","times":2}]
Ctrl-C ends it; nothing is kept.`);

for (const signal of ["SIGINT", "SIGTERM"])
	process.once(signal, async () => {
		const passed = server.ledger.print();
		if (passed) console.log(`\nPassed over:\n${passed}`);
		await server.stop();
		process.exit(0);
	});
