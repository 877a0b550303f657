import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createPgliteAdapter } from "../pglite/adapter.ts";
import { describeAdapterContract } from "./adapterContract.ts";

const root = mkdtempSync(join(tmpdir(), "tfm-contract-"));

describeAdapterContract("embedded", {
	make: () =>
		createPgliteAdapter({
			dataDir: join(root, "db"),
			templateFile: fileURLToPath(new URL("../../../dist/pglite-template.gz", import.meta.url)),
			host: { name: "here", pid: process.pid },
		}),
	dispose: async () => rmSync(root, { recursive: true }),
});
